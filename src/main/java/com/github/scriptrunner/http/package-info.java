/** How the operator's HTTP servers answer, that of health and metrics and that of the console. Knows neither. */
package com.github.scriptrunner.http;
