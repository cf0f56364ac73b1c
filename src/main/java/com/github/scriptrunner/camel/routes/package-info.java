/** The route files: those in the jar, those of an administrator in their place, and the check that they can be run. */
package com.github.scriptrunner.camel.routes;
