package com.github.scriptrunner.console;

import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * Lets in the console's own pages alone, and with a password set, only who knows it.
 *
 * <p>That this port is on loopback keeps no web page out: a browser on the machine reaches it for every page, by its address or by
 * another name for it (DNS rebinding).
 */
final class Gate extends Filter {
    static final String USER = "admin";

    private static final Pattern LOOPBACK = Pattern.compile("(localhost|127\\.0\\.0\\.1):[0-9]+");
    private static final Set<String> OWN_PAGES = Set.of("same-origin", "none");
    /** Wrong passwords in a row that cost nothing; each further one doubles the wait. */
    private static final int FREE_GUESSES = 5;

    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    /** The only header that is right, for there is one user; absent: nobody is asked. */
    private final Optional<byte[]> authorization;

    private final LongSupplier nanoTime;
    private int wrongInARow;
    private long closedSince;

    /** @param password empty: whoever reaches the port is let in */
    Gate(String password, LongSupplier nanoTime) {
        this.authorization = Optional.of(password)
                .filter(given -> !given.isEmpty())
                .map(given -> "Basic " + Base64.getEncoder().encodeToString(bytes(USER + ":" + given)))
                .map(Gate::bytes);
        this.nanoTime = nanoTime;
    }

    @Override
    public String description() {
        return "loopback, same origin, password";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Headers answer = exchange.getResponseHeaders();
        answer.set("X-Content-Type-Options", "nosniff");
        answer.set("X-Frame-Options", "DENY");
        answer.set("Referrer-Policy", "same-origin");
        answer.set("Cross-Origin-Opener-Policy", "same-origin");
        answer.set("Cross-Origin-Resource-Policy", "same-origin");
        answer.set("Cache-Control", "no-store");
        // Hawtio makes styles as it goes
        answer.set(
                "Content-Security-Policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:;"
                        + " worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self';"
                        + " frame-ancestors 'none'");
        Headers request = exchange.getRequestHeaders();
        String host = request.getFirst("Host");
        if (host == null || !LOOPBACK.matcher(host).matches()) {
            Answers.refuse(exchange, 403, "This console answers to localhost and 127.0.0.1 alone.");
        } else if (!isOwnPage(request, host)) {
            Answers.refuse(
                    exchange,
                    403,
                    "This console answers to its own pages alone. Came here by a link? Type the address instead.");
        } else {
            admit(exchange, chain);
        }
    }

    private static boolean isOwnPage(Headers request, String host) {
        String origin = request.getFirst("Origin");
        String site = request.getFirst("Sec-Fetch-Site");
        return (origin == null || origin.equals("http://" + host)) && (site == null || OWN_PAGES.contains(site));
    }

    private void admit(HttpExchange exchange, Chain chain) throws IOException {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        switch (judge(given)) {
            case RIGHT -> chain.doFilter(exchange);
            case WRONG -> {
                exchange.getResponseHeaders()
                        .set("WWW-Authenticate", "Basic realm=\"ScriptRunner console\", charset=\"UTF-8\"");
                Answers.refuse(exchange, 401, "The user is " + USER + ", the password that of the operator's Secret.");
            }
            case TOO_SOON -> Answers.refuse(exchange, 429, "Too many wrong passwords: wait a minute.");
        }
    }

    private enum Judgement {
        RIGHT,
        WRONG,
        TOO_SOON
    }

    private synchronized Judgement judge(String given) {
        if (authorization.isEmpty()) {
            return Judgement.RIGHT;
        }
        // a browser asks without first
        if (given == null) {
            return Judgement.WRONG;
        }
        if (nanoTime.getAsLong() - closedSince < penalty().toNanos()) {
            return Judgement.TOO_SOON;
        }
        if (MessageDigest.isEqual(bytes(given), authorization.get())) {
            wrongInARow = 0;
            return Judgement.RIGHT;
        }
        wrongInARow++;
        closedSince = nanoTime.getAsLong();
        return Judgement.WRONG;
    }

    private Duration penalty() {
        if (wrongInARow < FREE_GUESSES) {
            return Duration.ZERO;
        }
        Duration doubled = Duration.ofSeconds(1L << Math.min(wrongInARow - FREE_GUESSES, 10));
        return doubled.compareTo(LONGEST_WAIT) < 0 ? doubled : LONGEST_WAIT;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
