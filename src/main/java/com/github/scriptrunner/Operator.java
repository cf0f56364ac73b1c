package com.github.scriptrunner;

/** Starts the operator. */
public final class Operator {
    private Operator() {}

    public static void main(String[] args) {
        System.exit(2);
    }
}
