/** Tests of the route files, each alone and all together. Between them and the cluster stands an API that answers as a test says. */
package com.github.scriptrunner.routes;
