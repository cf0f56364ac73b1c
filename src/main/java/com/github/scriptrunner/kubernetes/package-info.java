/** The cluster: reads what is known of it and does what was decided, without deciding. Uses {@code api} and {@code domain}. */
package com.github.scriptrunner.kubernetes;
