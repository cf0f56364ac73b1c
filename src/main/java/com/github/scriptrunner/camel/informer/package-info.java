/** The Camel component {@code informer:PLURAL}: what happens to the objects of a kind, and a cache of them. */
package com.github.scriptrunner.camel.informer;
