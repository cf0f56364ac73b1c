"""Runs the command of one container so that nothing of it outlives the container or the playground.

Usage: supervise.py COMMAND [ARGUMENT...]

Ends with the command's exit code, or 128+n when signal n ended it, once every process that the command left behind is
gone too, as in a container whose first process ends. SIGTERM is passed on. The end of standard input means that the
container shall end at once: the playground closes it, and the kernel does when the playground is killed.
"""

import ctypes
import os
import select
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
ON_LINUX = sys.platform == "linux"


def prctl(option, value):
    if ON_LINUX and ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def parent(pid):
    """The parent of a process, None when it is gone."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # the second field is the program's name, in parentheses that it may itself contain
            return int(stat.read().rpartition(b")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def descendants():
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            children.setdefault(parent(name), []).append(int(name))
    found = [os.getpid()]
    for pid in found:
        found.extend(children.get(pid, ()))
    return found[1:]


def kill_all(child):
    if not ON_LINUX:
        os.killpg(child, signal.SIGKILL)
        return
    for pid in descendants():
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass


def reap(options):
    """Wait statuses by process id, of all children that have ended."""
    statuses = {}
    try:
        while True:
            pid, status = os.waitpid(-1, options)
            if pid == 0:
                return statuses
            statuses[pid] = status
            options |= os.WNOHANG
    except ChildProcessError:
        return statuses


def has_children():
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return True
    except ChildProcessError:
        return False


def main(command):
    os.setsid()
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signals, write_end = os.pipe()
    os.set_blocking(write_end, False)
    # signals are read from the pipe, so that none is missed and none finds the child already reaped
    signal.set_wakeup_fd(write_end)
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, lambda *_: None)

    try:
        # kept in a variable: a Popen that is collected waits for its process
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # for when this supervisor is killed itself; there are no threads here
            preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL),  # noqa: PLW1509
        )
    except OSError as error:
        print(f"cannot run {command[0]}: {error.strerror}", file=sys.stderr)
        return 127

    child = process.pid
    statuses = {}
    while child not in statuses:
        readable, _, _ = select.select([sys.stdin, signals], [], [])
        if sys.stdin in readable and not os.read(0, 4096):
            break
        if signals in readable and signal.SIGTERM in os.read(signals, 4096):
            os.kill(child, signal.SIGTERM)
        statuses.update(reap(os.WNOHANG))

    while has_children():
        kill_all(child)
        statuses.update(reap(0))
    code = os.waitstatus_to_exitcode(statuses[child])
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
