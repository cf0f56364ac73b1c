"""Runs one Python script in a container: installs its packages, bounds its time and keeps what it said.

The program is meant to be PID 1 and works as an ordinary process too. What it promises stands in README.md.
"""

from __future__ import annotations

import argparse
import base64
import codecs
import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RESULT_LIMIT = 4096  # bytes; Kubernetes cuts a container's termination message here
KEPT = 16 * 1024  # bytes of each stream, in memory and in the result
SETUP_FAILED = 125  # exit code when the script never started; what `docker run` uses for its own failures
FORWARDED = {signal.SIGTERM, signal.SIGINT}
AWAITED = FORWARDED | {signal.SIGCHLD, signal.SIGALRM}
PR_SET_CHILD_SUBREAPER = 36


class SetupFailed(Exception):  # noqa: N818 - the name of the outcome
    """The script could not be started; the message is for the person who reads the result."""


class Output:
    """What a program writes to a stream that is passed on to a descriptor; only head and tail stay in memory."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor
        self.head = self.tail = b""
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Counts the bytes, keeps those of the first and last half of KEPT, and passes all on."""
        room = KEPT // 2 - len(self.head)
        self.head += chunk[:room]
        self.tail = (self.tail + chunk[room:])[-KEPT // 2 :]
        self.size += len(chunk)
        rest = memoryview(chunk)
        with contextlib.suppress(OSError):  # nobody reads it any more: the program need not know
            while rest:
                rest = rest[os.write(self.descriptor, rest) :]

    def copy_from(self, pipe: int) -> None:
        """Writes what comes through the pipe, at once, until no process holds its other end."""
        while chunk := os.read(pipe, 64 * 1024):
            self.write(chunk)

    def excerpt(self, keep: int) -> str:
        """At most `keep` (up to KEPT) of the bytes as text; a line in the middle says how many are left out."""
        kept = self.head + self.tail
        if self.size <= keep:
            return kept.decode(errors="replace")
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        head = kept[: keep // 2]
        text = decoder.decode(head)
        cut_character, _ = decoder.getstate()
        tail = re.sub(rb"\A[\x80-\xbf]{1,3}", b"", kept[len(kept) - keep // 2 :])  # the end of a character that was cut
        left_out = self.size - (len(head) - len(cut_character)) - len(tail)
        line_end = "\n" if text and not text.endswith("\n") else ""
        return f"{text}{line_end}[... {left_out} bytes left out ...]\n{tail.decode(errors='replace')}"


def compact(document: dict) -> bytes:
    """JSON in as few bytes as possible."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def encode_result(outcome: str, exit_code: int | None, stdout: Output, stderr: Output) -> bytes:
    """The result as JSON of at most RESULT_LIMIT bytes, with as much of both streams as fits."""

    def form(keep: int, *, deflate: bool) -> bytes | None:
        streams = {"stdout": stdout.excerpt(keep), "stderr": stderr.excerpt(keep)}
        if any(len(text.encode()) > KEPT for text in streams.values()):  # a replaced byte takes three
            return None
        if deflate:
            streams = {"deflated": base64.b64encode(zlib.compress(compact(streams), 9)).decode()}
        result = compact(
            {
                "version": 1,
                "outcome": outcome,
                **({} if exit_code is None else {"exitCode": exit_code}),
                **streams,
                "stdoutBytes": stdout.size,
                "stderrBytes": stderr.size,
                "truncated": max(stdout.size, stderr.size) > keep,
            }
        )
        return result if len(result) <= RESULT_LIMIT else None

    whole = form(KEPT, deflate=False) or form(KEPT, deflate=True)
    if whole:
        return whole
    fits, too_much = 0, KEPT  # one bound for both, so that the smaller stream is the last to lose something
    while too_much - fits > 1:
        keep = (fits + too_much) // 2
        if form(keep, deflate=True):
            fits = keep
        else:
            too_much = keep
    return form(fits, deflate=True)


def children() -> list[int]:
    """The processes that this one must reap, adopted ones too; empty where there is no Linux /proc."""
    pids = []
    for path in Path("/proc/self/task").glob("*/children"):
        with contextlib.suppress(OSError):  # a thread that has just ended
            pids += map(int, path.read_text().split())
    return pids


def reap() -> dict[int, int]:
    """The exit codes of the children that have ended, by process id; 128+n after signal n."""
    codes = {}
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            code = os.waitstatus_to_exitcode(ended[1])
            codes[ended[0]] = code if code >= 0 else 128 - code
    return codes


def send(number: int, pid: int, kill: Callable[[int, int], None] = os.killpg) -> None:
    """Sends a signal to the process group, if there still is one that we may send it to."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        kill(pid, number)


class Supervisor:
    """Runs programs one after the other under one deadline, and ends them at it or when told to by a signal."""

    def __init__(self, timeout: float, kill_after: float) -> None:
        self.deadline = time.monotonic() + timeout
        self.kill_after = kill_after
        self.timed_out = False
        self.stopped_by: signal.Signals | None = None
        for number in AWAITED:  # a handler, because an ignored signal may be lost before it can be waited for
            signal.signal(number, lambda *_: None)
        signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED)
        with contextlib.suppress(AttributeError, OSError):  # Linux only; PID 1 adopts orphans anyway
            ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    def run(self, command: list[str], environment: dict[str, str], stdout: Output, stderr: Output) -> int:
        """Runs the program and everything that it starts to the end, and returns its exit code or 128+n."""
        pipes = {output: os.pipe() for output in {stdout, stderr}}
        try:
            pid = os.posix_spawn(
                command[0],
                command,
                environment,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, pipes[stdout][1], 1),
                    (os.POSIX_SPAWN_DUP2, pipes[stderr][1], 2),
                ],
                setsid=True,
                setsigmask=[],
            )
        except OSError as error:
            raise SetupFailed(f"{command[0]} cannot be started: {error.strerror}.") from error
        pumps = []
        for output, (source, sink) in pipes.items():
            os.close(sink)
            pumps.append(threading.Thread(target=output.copy_from, args=(source,), daemon=True))
            pumps[-1].start()
        code = self._wait_for(pid)
        self._kill_what_is_left(pid)
        for pump in pumps:
            pump.join(self.kill_after)
        return code

    def _wait_for(self, pid: int) -> int:
        alarm, stopping = self.deadline, False
        while True:
            signal.setitimer(signal.ITIMER_REAL, max(alarm - time.monotonic(), 0.001))
            caught = signal.sigwait(AWAITED)
            if caught in FORWARDED:
                self.stopped_by = caught
            ended = reap()
            if pid in ended:
                signal.setitimer(signal.ITIMER_REAL, 0)
                return ended[pid]
            now = time.monotonic()
            if caught in FORWARDED:
                send(caught, pid)
                alarm, stopping = alarm if stopping else now + self.kill_after, True
            elif now >= alarm:
                self.timed_out = self.timed_out or not stopping
                send(signal.SIGKILL if stopping else signal.SIGTERM, pid)
                alarm, stopping = now + self.kill_after, True

    def _kill_what_is_left(self, group: int) -> None:
        send(signal.SIGKILL, group)
        give_up = time.monotonic() + self.kill_after
        with contextlib.suppress(ChildProcessError):  # no more children
            while time.monotonic() < give_up:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    for child in children():
                        send(signal.SIGKILL, child, os.kill)
                    time.sleep(0.01)


def check_script(script: str, sha256: str) -> None:
    """Refuses a script that is not the one that was asked for."""
    try:
        actual = hashlib.sha256(Path(script).read_bytes()).hexdigest()
    except OSError as error:
        raise SetupFailed(f"The script {script} cannot be read: {error.strerror}.") from error
    if actual != sha256:
        raise SetupFailed(f"The script {script} was not run: its SHA-256 is {actual}, but {sha256} was asked for.")


def install(supervisor: Supervisor, log: Output, manager: str, command: list[str]) -> None:
    """Runs a package manager."""
    code = supervisor.run(command, {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}, log, log)
    if supervisor.timed_out:
        raise SetupFailed(f"{manager} had not installed the packages when the time was up.")
    if supervisor.stopped_by:
        raise SetupFailed(f"{manager} was ended by {supervisor.stopped_by.name}.")
    if code:
        raise SetupFailed(f"{manager} could not install the packages: it ended with exit code {code}.")


def install_packages(supervisor: Supervisor, log: Output, options: argparse.Namespace) -> None:
    """Installs what the script needs: dnf first, because what pip builds may need it."""
    for package in options.dnf + options.pip:
        if not package[:1].isalnum():  # for dnf there is no other way: dnf5 knows `--` only from 5.4.3 on
            raise SetupFailed(f"{package!r} is not a package: it must begin with a letter or digit.")
    if options.dnf:
        dnf = shutil.which("dnf")
        if not dnf:
            raise SetupFailed("There is no dnf here to install packages.dnf: use packages.pip or an image with dnf.")
        install(supervisor, log, "dnf", [dnf, "install", "--assumeyes", "--quiet", *options.dnf])
    if options.pip:
        if not importlib.util.find_spec("pip"):
            raise SetupFailed(f"{sys.executable} has no pip to install packages.pip: use a Python that has it.")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
        target = ["--no-cache-dir", "--target", options.packages]
        install(supervisor, log, "pip", [*pip, *target, "--", *options.pip])


def script_environment(packages: str) -> dict[str, str]:
    """This process's environment, in which the packages are found first and output is not held back."""

    def first(path: str, variable: str) -> str:
        return os.pathsep.join(filter(None, [path, os.environ.get(variable)]))

    return {
        **os.environ,
        "PYTHONPATH": first(packages, "PYTHONPATH"),
        "PATH": first(str(Path(packages, "bin")), "PATH"),
        "PYTHONUNBUFFERED": "1",
    }


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description="Runs one Python script and writes one JSON result.",
        epilog="Exit code: the script's; 128+n when signal n ended it; 125 when it could not be started.",
        allow_abbrev=False,
    )
    parser.add_argument("--script", required=True, metavar="FILE", help="the script, run as it is")
    parser.add_argument("--sha256", required=True, metavar="HEX", help="what the script's SHA-256 must be")
    parser.add_argument(
        "--timeout",
        required=True,
        type=float,
        metavar="SECONDS",
        help="SIGTERM after this time, packages included; SIGKILL 10 s later",
    )
    parser.add_argument("--packages", required=True, metavar="FOLDER", help="where pip installs to")
    parser.add_argument("--result", required=True, metavar="FILE", help="where the result of at most 4,096 bytes goes")
    parser.add_argument("--dnf", action="append", default=[], metavar="NAME", help="a dnf package; may be repeated")
    parser.add_argument("--pip", action="append", default=[], metavar="REQUIREMENT", help="for pip; may be repeated")
    parser.add_argument("--kill-after", type=float, default=10, help=argparse.SUPPRESS)  # so that tests need not wait
    return parser.parse_args()


def main() -> int:
    """Runs the script, writes the result and returns the exit code."""
    options = parse_arguments()
    supervisor = Supervisor(options.timeout, options.kill_after)
    stdout, stderr, setup_log = Output(1), Output(2), Output(2)
    exit_code = None
    try:
        check_script(options.script, options.sha256)
        install_packages(supervisor, setup_log, options)
        command = [sys.executable, options.script]
        exit_code = supervisor.run(command, script_environment(options.packages), stdout, stderr)
        outcome = "Failed" if exit_code else "Succeeded"
    except SetupFailed as failure:
        outcome, stderr = "SetupFailed", setup_log
        stderr.write(f"{failure}\n".encode(errors="replace"))
    if supervisor.timed_out:
        outcome = "TimedOut"
    try:
        Path(options.result).write_bytes(encode_result(outcome, exit_code, stdout, stderr))
    except OSError as error:
        stderr.write(f"The result cannot be written to {options.result}: {error.strerror}.\n".encode())
    return SETUP_FAILED if exit_code is None else exit_code


if __name__ == "__main__":
    sys.exit(main())
