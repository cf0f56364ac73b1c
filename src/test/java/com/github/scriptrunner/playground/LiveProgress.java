package com.github.scriptrunner.playground;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.ScriptRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import org.jline.utils.InfoCmp;

/** A line for each node, repainted in place; where there is no room for all, for those that run or failed. */
final class LiveProgress implements Progress {
    private static final int MOST_NODES = 20;

    private final Terminal terminal;
    private final boolean colored;
    private final Clock clock;
    private Instant measuredAt = Instant.EPOCH;
    private Size size = new Size();
    private boolean closed;

    LiveProgress(Terminal terminal, boolean colored, Clock clock) {
        this.terminal = terminal;
        this.colored = colored;
        this.clock = clock;
    }

    private record Row(ScriptRunner runner, NodeStatus node) {
        int urgency() {
            return switch (node.phase()) {
                case Running -> 0;
                case Failed -> 1;
                case Waiting -> 2;
                case Skipped -> 3;
                case Succeeded -> 4;
            };
        }
    }

    @Override
    public synchronized void show(List<ScriptRunner> runners) {
        if (closed) {
            return;
        }
        fitToTerminal();
        List<Row> rows = new ArrayList<>();
        for (ScriptRunner runner : runners) {
            NodeText.nodes(runner).forEach(node -> rows.add(new Row(runner, node)));
        }
        int room = Math.max(1, Math.min(MOST_NODES, size.getRows() - runners.size() - 2));
        int hidden = rows.size() - room;
        List<Row> shown = hidden <= 0
                ? rows
                : rows.stream()
                        .sorted(Comparator.comparing(Row::urgency))
                        .limit(room)
                        .toList();
        int width = shown.stream()
                .mapToInt(row -> label(row, runners).length())
                .max()
                .orElse(0);
        List<AttributedString> lines = new ArrayList<>();
        for (Row row : shown) {
            lines.add(line(String.format("%-" + width + "s", label(row, runners)), row.node()));
        }
        if (hidden > 0) {
            lines.add(fitted(new AttributedStringBuilder().append("and " + hidden + " more")));
        }
        for (ScriptRunner runner : runners) {
            lines.add(fitted(
                    new AttributedStringBuilder().append(NodeText.name(runner) + ": " + NodeText.summary(runner))));
        }
        paint(lines.subList(0, Math.min(lines.size(), size.getRows() - 1)));
    }

    /** The cursor waits at the first of the lines: wherever a resize moves them, they are below it. */
    private void paint(List<AttributedString> lines) {
        terminal.puts(InfoCmp.Capability.carriage_return);
        for (AttributedString line : lines) {
            terminal.writer().print(line.toAnsi(terminal));
            terminal.puts(InfoCmp.Capability.clr_eol);
            terminal.writer().print("\r\n");
        }
        terminal.puts(InfoCmp.Capability.clr_eos);
        if (!lines.isEmpty()) {
            terminal.puts(InfoCmp.Capability.parm_up_cursor, lines.size());
        }
        terminal.flush();
    }

    private void fitToTerminal() {
        Instant now = clock.instant();
        // a look at the size starts a process
        if (Duration.between(measuredAt, now).toMillis() < 1000) {
            return;
        }
        measuredAt = now;
        size = terminal.getSize();
        if (size.getColumns() <= 0 || size.getRows() <= 1) {
            size = new Size(80, 24);
        }
    }

    private static String label(Row row, List<ScriptRunner> runners) {
        return runners.size() == 1 ? row.node().name() : row.node().name() + "  " + NodeText.name(row.runner());
    }

    private AttributedString line(String label, NodeStatus node) {
        AttributedStringBuilder line = new AttributedStringBuilder().append(label + "  ");
        line.append(NodeText.phase(node), colored ? style(node.phase()) : AttributedStyle.DEFAULT);
        if (node.phase() == Phase.Running && node.lastStartTime() != null) {
            line.append("  run " + (node.completed() + 1) + ", "
                    + Duration.between(node.lastStartTime(), clock.instant()).toSeconds() + " s");
        } else if (node.completed() > 1) {
            line.append("  " + node.completed() + " runs done");
        }
        return fitted(line);
    }

    /** A line that wraps would be counted as one. */
    private AttributedString fitted(AttributedStringBuilder line) {
        return line.toAttributedString().columnSubSequence(0, size.getColumns() - 1);
    }

    private static AttributedStyle style(Phase phase) {
        return switch (phase) {
            case Running -> AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);
            case Succeeded -> AttributedStyle.DEFAULT.foreground(AttributedStyle.GREEN);
            case Failed -> AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
            case Skipped -> AttributedStyle.DEFAULT.foreground(AttributedStyle.YELLOW);
            case Waiting -> AttributedStyle.DEFAULT;
        };
    }

    /** Wipes the lines: the report says it all again. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        paint(List.of());
        try {
            terminal.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
