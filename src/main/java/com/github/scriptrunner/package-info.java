/** Starts the operator and wires its parts. The only package that knows all others; none knows it. */
package com.github.scriptrunner;
