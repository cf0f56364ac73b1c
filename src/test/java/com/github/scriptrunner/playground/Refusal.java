package com.github.scriptrunner.playground;

/** Why the playground does not go on, in a sentence for the person who called it. */
final class Refusal extends RuntimeException {
    Refusal(String sentence) {
        super(sentence);
    }
}
