package com.github.scriptrunner.chaos;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What can go wrong with one request. */
enum Fault {
    GONE,
    INTERNAL_ERROR,
    TOO_MANY_REQUESTS,
    FORBIDDEN,
    CONFLICT,
    HALF_A_RESPONSE,
    SILENCE,
    CLOSED_WATCH,
    EVENTS_TWICE,
    LATE_EVENTS,
    OLD_LIST;

    /** In percent; watches are few. */
    private static final int OF_WATCHES = 60;

    private static final int OF_LISTS = 40;
    private static final int OF_OTHERS = 10;

    /** Null: all goes well. */
    static Fault draw(Call call, Random random) {
        int share = call.isWatch() ? OF_WATCHES : call.isList() ? OF_LISTS : OF_OTHERS;
        boolean strikes = random.nextInt(100) < share;
        List<Fault> fitting =
                Stream.of(values()).filter(fault -> fault.fits(call)).toList();
        Fault drawn = fitting.get(random.nextInt(fitting.size()));
        return strikes ? drawn : null;
    }

    private boolean fits(Call call) {
        return switch (this) {
            case GONE -> call.isList() || call.isWatch();
            case CONFLICT -> call.isWrite();
            case CLOSED_WATCH, EVENTS_TWICE, LATE_EVENTS -> call.isWatch();
            case OLD_LIST -> call.isList();
            case INTERNAL_ERROR, TOO_MANY_REQUESTS, FORBIDDEN, HALF_A_RESPONSE, SILENCE -> true;
        };
    }
}
