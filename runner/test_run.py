"""Runs run.py as the process that it is in a pod, and looks at what it writes and how it ends."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import venv
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import run as program

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = program.__file__
PATIENCE = 60  # seconds until a test gives up; nothing waits that long when all is well

needs_pip = pytest.mark.skipif(
    not importlib.util.find_spec("pip") and "CI" not in os.environ, reason="this Python has no pip"
)


class Pod:
    """The files and the process that a pod of one script would have."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "script.py"
        self.result_file = folder / "result"
        self.environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        self.python = [sys.executable]
        self.process: subprocess.Popen | None = None

    def start(self, script: str | bytes, *options: str, sha256: str = "", timeout: float = PATIENCE) -> Pod:
        """Starts the program on the script; its output can be read while it runs."""
        source = script if isinstance(script, bytes) else textwrap.dedent(script).encode()
        self.script.write_bytes(source)
        command = [*self.python, PROGRAM, "--script", str(self.script), "--timeout", str(timeout)]
        command += ["--sha256", sha256 or hashlib.sha256(source).hexdigest()]
        command += ["--packages", str(self.folder / "packages"), "--result", str(self.result_file), *options]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        return self

    def end(self) -> Pod:
        """Waits for the end of the program and of its output, and reads the result."""
        self.stdout, self.stderr = self.process.communicate(timeout=PATIENCE)
        self.exit_code = self.process.returncode
        encoded = self.result_file.read_bytes()
        assert len(encoded) <= 4096
        self.result = json.loads(encoded.decode())
        if "deflated" in self.result:
            self.result.update(json.loads(zlib.decompress(base64.b64decode(self.result.pop("deflated"))).decode()))
        assert all(len(self.result[stream].encode()) <= 16384 for stream in ("stdout", "stderr"))
        return self

    def run(self, script: str | bytes, *options: str, **more: str | float) -> Pod:
        """Starts the program and waits for its end."""
        return self.start(script, *options, **more).end()

    def line(self) -> str:
        """The next line that the program writes to stdout, while it runs."""
        return self.process.stdout.readline().decode()


@pytest.fixture
def pod(tmp_path: Path) -> Iterator[Pod]:
    pod = Pod(tmp_path)
    yield pod
    if pod.process and pod.process.poll() is None:
        pod.process.terminate()  # it ends its script too, which is in a session of its own
        pod.process.communicate(timeout=PATIENCE)


def is_alive(pid: str) -> bool:
    return Path("/proc", pid.strip()).exists()


# The script


def test_a_script_that_succeeds_leaves_its_output_and_nothing_else(pod: Pod) -> None:
    pod.run("print('hello')")

    assert pod.exit_code == 0
    assert pod.stdout == b"hello\n"
    assert pod.stderr == b""
    assert pod.result == {
        "version": 1,
        "outcome": "Succeeded",
        "exitCode": 0,
        "stdout": "hello\n",
        "stderr": "",
        "stdoutBytes": 6,
        "stderrBytes": 0,
        "truncated": False,
    }


def test_an_exit_code_is_passed_on_with_both_streams(pod: Pod) -> None:
    pod.run("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)")

    assert pod.exit_code == 3
    assert (pod.result["outcome"], pod.result["exitCode"]) == ("Failed", 3)
    assert (pod.result["stdout"], pod.result["stderr"]) == ("out\n", "err\n")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGPIPE])
def test_a_script_killed_by_a_signal_ends_with_128_and_its_number(pod: Pod, number: int) -> None:
    pod.run(f"import os, signal; signal.signal({number}, 0) if {number} != 9 else 0; os.kill(os.getpid(), {number})")

    assert pod.exit_code == 128 + number
    assert (pod.result["outcome"], pod.result["exitCode"]) == ("Failed", 128 + number)


def test_a_syntax_error_is_shown(pod: Pod) -> None:
    pod.run("print('never'\n")

    assert pod.exit_code == 1
    assert "SyntaxError" in pod.result["stderr"]


def test_a_script_without_output_has_an_empty_result(pod: Pod) -> None:
    pod.run("pass")

    assert (pod.result["stdout"], pod.result["stderr"], pod.result["stdoutBytes"]) == ("", "", 0)


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_script_arrives_byte_for_byte(pod: Pod, newline: str) -> None:
    text = """'"\\\\\t$HOME {{x}} ${body} `id` 😀"""
    lines = ["import sys, pathlib, hashlib", f"text = '''{text}'''", "print(text)"]
    lines += ["print(hashlib.sha256(pathlib.Path(sys.argv[0]).read_bytes()).hexdigest())", ""]
    source = newline.join(lines).encode()

    pod.run(source)

    assert pod.result["stdout"] == text.replace("\\\\", "\\") + f"\n{hashlib.sha256(source).hexdigest()}\n"


def test_a_script_of_200_kilobytes_runs(pod: Pod) -> None:
    line = f"text += '{'😀' * 100}'\n"  # Python 3.9 itself fails on much longer ones that are not ASCII
    count = 204_000 // len(line.encode())

    pod.run("text = ''\n" + line * count + "print(len(text), text[-1])")

    assert pod.script.stat().st_size > 200_000
    assert pod.result["stdout"] == f"{count * 100} 😀\n"


def test_another_content_than_the_one_asked_for_is_refused(pod: Pod) -> None:
    pod.run("print('never')", sha256="0" * 64)

    assert pod.exit_code == 125
    assert pod.result["outcome"] == "SetupFailed"
    assert "exitCode" not in pod.result
    assert hashlib.sha256(b"print('never')").hexdigest() in pod.result["stderr"]
    assert pod.stdout == b""
    assert pod.stderr.decode() == pod.result["stderr"]


def test_a_script_that_is_not_there_is_named(pod: Pod) -> None:
    pod.run("pass", "--script", "missing.py")

    assert pod.exit_code == 125
    assert pod.result["stderr"] == "The script missing.py cannot be read: No such file or directory.\n"


def test_stdin_is_empty(pod: Pod) -> None:
    pod.run("import sys; print(repr(sys.stdin.read()))")

    assert pod.result["stdout"] == "''\n"


def test_the_environment_is_that_of_the_program_with_the_packages_in_front(pod: Pod) -> None:
    pod.environment.update(NODE_NAME="node-1", PYTHONPATH="/own", PATH="/own/bin")

    pod.run("import os; print(*map(os.environ.get, ['NODE_NAME', 'PYTHONPATH', 'PATH']), os.getcwd())")

    packages = pod.folder / "packages"
    assert pod.result["stdout"] == f"node-1 {packages}:/own {packages}/bin:/own/bin {pod.folder}\n"


# Its output


def test_output_can_be_followed_while_the_script_runs(pod: Pod) -> None:
    pod.start("import time; print('now'); time.sleep(1000)")

    assert pod.line() == "now\n"
    assert pod.process.poll() is None


def test_output_of_any_bytes_is_passed_on_and_ends_as_text(pod: Pod) -> None:
    pod.run("import os; os.write(1, bytes(range(256)))")

    assert pod.stdout == bytes(range(256))
    assert pod.result["stdout"] == bytes(range(256)).decode(errors="replace")
    assert (pod.result["stdoutBytes"], pod.result["truncated"]) == (256, False)


def test_100_megabytes_pass_and_little_memory_is_used(pod: Pod) -> None:
    pod.run(
        """
        import os, re, sys
        line = b"x" * 63 + bytes([10])
        os.write(1, b"first" + bytes([10]))
        for _ in range(1600):
            sys.stdout.buffer.write(line * 1024)
        os.write(1, b"last" + bytes([10]))
        status = open(f"/proc/{os.getppid()}/status").read()
        print(re.search(r"VmHWM:\\s*(\\d+)", status)[1], file=sys.stderr)
        """
    )

    assert len(pod.stdout) == pod.result["stdoutBytes"] == 1600 * 64 * 1024 + 11
    assert pod.result["truncated"]
    assert pod.result["stdout"].startswith("first\nxxx")
    assert pod.result["stdout"].endswith("xxx\nlast\n")
    assert is_excerpt(pod.result["stdout"], pod.stdout)
    assert len(pod.result["stdout"]) > 16_000
    assert int(pod.result["stderr"]) < 64 * 1024  # KiB


def test_a_script_that_closes_its_output_goes_on(pod: Pod) -> None:
    pod.run("import os; os.write(1, b'x'); os.close(1); os.close(2); os._exit(4)")

    assert (pod.exit_code, pod.result["stdout"]) == (4, "x")


def test_a_reader_that_goes_away_does_not_disturb_the_script(pod: Pod) -> None:
    pod.start("import sys; sys.stdin.read(); print('x' * 1000000); print('done', file=sys.stderr)")
    pod.process.stdout.close()
    pod.process.wait(PATIENCE)

    result = json.loads(pod.result_file.read_bytes())

    assert (result["outcome"], result["stdoutBytes"]) == ("Succeeded", 1_000_001)


def test_a_reader_that_stands_still_does_not_hold_up_the_timeout(pod: Pod) -> None:
    pod.start("print('x' * 1000000)", "--kill-after", "0.2", timeout=1)

    pod.process.wait(PATIENCE)

    assert json.loads(pod.result_file.read_bytes())["outcome"] == "TimedOut"


def test_what_the_script_writes_to_the_result_file_is_replaced(pod: Pod) -> None:
    pod.run(f"open({str(pod.result_file)!r}, 'w').write('x' * 10000)")

    assert pod.result["outcome"] == "Succeeded"


def test_a_result_that_cannot_be_written_is_said_in_the_log(pod: Pod) -> None:
    pod.result_file.mkdir()
    pod.start("raise SystemExit(3)")
    _, log = pod.process.communicate(timeout=PATIENCE)

    assert pod.process.returncode == 3
    assert log == f"The result cannot be written to {pod.result_file}: Is a directory.\n".encode()


# Its end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_forwarded_and_the_result_still_written(pod: Pod, number: int) -> None:
    pod.start(f"import signal, time; signal.signal({number}, signal.SIG_DFL); print('ready'); time.sleep(1000)")
    assert pod.line() == "ready\n"

    pod.process.send_signal(number)

    assert pod.end().exit_code == 128 + number
    assert (pod.result["outcome"], pod.result["exitCode"]) == ("Failed", 128 + number)
    assert pod.result["stdout"] == "ready\n"


def test_a_script_may_clean_up_after_sigterm(pod: Pod) -> None:
    pod.start(
        """
        import signal, sys, time
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("cleaned up"))
        print("ready")
        time.sleep(1000)
        """
    )
    assert pod.line() == "ready\n"

    pod.process.terminate()

    assert pod.end().exit_code == 1
    assert pod.result["stderr"] == "cleaned up\n"


def test_a_script_that_ignores_sigterm_is_killed(pod: Pod) -> None:
    pod.start(
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready'); time.sleep(1000)",
        *("--kill-after", "0.2"),
    )
    assert pod.line() == "ready\n"

    pod.process.terminate()

    assert pod.end().exit_code == 137
    assert pod.result["outcome"] == "Failed"


def test_a_timeout_ends_the_script_and_keeps_its_output(pod: Pod) -> None:
    pod.run("import time; print('started'); time.sleep(1000)", timeout=1)

    assert pod.exit_code == 143
    assert (pod.result["outcome"], pod.result["exitCode"]) == ("TimedOut", 143)
    assert pod.result["stdout"] == "started\n"


def test_after_a_timeout_sigterm_is_followed_by_sigkill(pod: Pod) -> None:
    script = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"

    pod.run(script, "--kill-after", "0.2", timeout=1)

    assert (pod.exit_code, pod.result["outcome"]) == (137, "TimedOut")


def test_a_timeout_ends_what_the_script_waits_for(pod: Pod) -> None:
    pod.run("import subprocess; print(subprocess.call(['sleep', '1000']))", timeout=1)

    assert pod.result["outcome"] == "TimedOut"


@pytest.mark.parametrize("session", [False, True])
def test_a_child_that_holds_stdout_open_is_killed_with_the_script(pod: Pod, session: bool) -> None:  # noqa: FBT001
    pod.run(
        f"""
        import subprocess, sys
        print(subprocess.Popen(["sleep", "1000"], start_new_session={session}).pid)
        sys.exit(5)
        """
    )

    assert pod.exit_code == 5
    assert not is_alive(pod.result["stdout"])


def test_orphans_are_reaped_while_the_script_runs(pod: Pod) -> None:
    pod.run(
        """
        import os, subprocess, time
        orphan = int(subprocess.check_output(["sh", "-c", "sleep 0.1 >/dev/null & echo $!"]))
        deadline = time.monotonic() + 20
        while os.path.exists(f"/proc/{orphan}") and time.monotonic() < deadline:
            time.sleep(0.01)
        print(os.path.exists(f"/proc/{orphan}"))
        """
    )

    assert pod.result["stdout"] == "False\n"


def test_it_does_the_work_of_pid_1(pod: Pod) -> None:
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    if not shutil.which("unshare") or subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a PID namespace")
    pod.python = [*unshare, sys.executable]

    pod.run(
        """
        import os, signal, subprocess, time
        subprocess.Popen(["sleep", "1000"], start_new_session=True)
        print(os.getppid())
        os.kill(1, signal.SIGTERM)
        time.sleep(1000)
        """
    )

    assert (pod.exit_code, pod.result["stdout"]) == (143, "1\n")


# Packages


@pytest.fixture
def wheel(tmp_path: Path) -> str:
    """A requirement for a package `greeting` with a module and a command, which needs no network."""
    path = tmp_path / "greeting-1.0-py3-none-any.whl"
    info = "greeting-1.0.dist-info"
    files = {
        "greeting.py": "def main(): print('hello from greeting')",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ngreet = greeting:main\n",
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.writestr(f"{info}/RECORD", "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"]))
    return f"greeting @ {path.as_uri()}"


def fake_dnf(pod: Pod, script: str) -> None:
    """Puts a dnf of our own in front of PATH."""
    dnf = pod.folder / "bin" / "dnf"
    dnf.parent.mkdir()
    dnf.write_text(f"#!/bin/sh\n{script}\n")
    dnf.chmod(0o755)
    pod.environment["PATH"] = f"{dnf.parent}:{os.environ['PATH']}"


@needs_pip
def test_a_pip_package_brings_its_modules_and_commands(pod: Pod, wheel: str) -> None:
    pod.run("import greeting, subprocess; greeting.main(); subprocess.run(['greet'])", "--pip", wheel)

    assert pod.result["stdout"] == "hello from greeting\n" * 2
    assert (pod.stderr, pod.result["stderrBytes"]) == (b"", 0)


@needs_pip
def test_a_pip_package_that_does_not_exist_is_reported_in_pips_words(pod: Pod) -> None:
    pod.environment["PIP_NO_INDEX"] = "1"

    pod.run("print('never')", "--pip", "no-such-package==1.0")

    assert pod.exit_code == 125
    assert pod.result["outcome"] == "SetupFailed"
    assert "No matching distribution found for no-such-package==1.0" in pod.result["stderr"]
    assert pod.result["stderr"].endswith("pip could not install the packages: it ended with exit code 1.\n")
    assert pod.stderr.decode() == pod.result["stderr"]


@needs_pip
@pytest.mark.parametrize("requirement", ["a -r evil", "a\n-r evil", "a$(touch evil)"])
def test_a_requirement_is_never_more_than_a_requirement(pod: Pod, requirement: str) -> None:
    pod.environment["PIP_NO_INDEX"] = "1"

    pod.run("print('never')", "--pip", requirement)

    assert pod.result["outcome"] == "SetupFailed"
    assert not (pod.folder / "evil").exists()


@pytest.mark.parametrize("option", ["--pip", "--dnf"])
@pytest.mark.parametrize("package", ["--index-url=x", " -r x", "", "/tmp/x"])  # noqa: S108
def test_an_option_in_place_of_a_package_is_refused(pod: Pod, option: str, package: str) -> None:
    fake_dnf(pod, "echo installed")

    pod.run("print('never')", f"{option}={package}")

    assert pod.exit_code == 125
    assert pod.result["stderr"] == f"{package!r} is not a package: it must begin with a letter or digit.\n"


def test_without_pip_it_says_so(pod: Pod) -> None:
    venv.create(pod.folder / "venv", symlinks=True)
    pod.python = [str(pod.folder / "venv" / "bin" / "python")]

    pod.run("print('never')", "--pip", "greeting")

    assert pod.exit_code == 125
    assert pod.result["outcome"] == "SetupFailed"
    assert "has no pip to install packages.pip" in pod.result["stderr"]


def test_without_dnf_it_says_so(pod: Pod) -> None:
    pod.environment["PATH"] = str(pod.folder)

    pod.run("print('never')", "--dnf", "lsof")

    assert pod.exit_code == 125
    assert pod.result["outcome"] == "SetupFailed"
    assert "There is no dnf here" in pod.result["stderr"]


def test_dnf_gets_the_names_as_they_are_and_its_output_is_not_the_scripts(pod: Pod) -> None:
    fake_dnf(pod, """printf '%s|' "$@" >seen; echo installed""")

    pod.run("print(open('seen').read())", "--dnf", "lsof", "--dnf", "a b;$(touch evil)")

    assert pod.result["stdout"] == "install|--assumeyes|--quiet|lsof|a b;$(touch evil)|\n"
    assert (pod.result["stderr"], pod.stderr) == ("", b"installed\n")


def test_a_failed_dnf_is_reported_with_its_last_lines(pod: Pod) -> None:
    fake_dnf(pod, "seq 100000; echo No match for argument >&2; exit 1")

    pod.run("print('never')", "--dnf", "nope")

    end = "100000\nNo match for argument\ndnf could not install the packages: it ended with exit code 1.\n"
    assert pod.result["outcome"] == "SetupFailed"
    assert pod.result["stderr"].endswith(end)
    assert pod.result["stdout"] == ""


def test_the_timeout_covers_the_packages(pod: Pod) -> None:
    fake_dnf(pod, "echo downloading; exec sleep 1000")

    pod.run("print('never')", "--dnf", "lsof", timeout=0.5)

    assert pod.exit_code == 125
    assert pod.result["outcome"] == "TimedOut"
    assert "exitCode" not in pod.result
    assert pod.result["stderr"] == "downloading\ndnf had not installed the packages when the time was up.\n"


def test_sigterm_ends_the_installation_and_the_script_does_not_start(pod: Pod) -> None:
    fake_dnf(pod, "trap 'exit 0' TERM; echo downloading; sleep 1000 & wait")
    pod.start("print('never')", "--dnf", "lsof")
    assert pod.process.stderr.readline() == b"downloading\n"

    pod.process.terminate()

    assert pod.end().exit_code == 125
    assert (pod.result["outcome"], pod.stdout) == ("SetupFailed", b"")
    assert pod.result["stderr"].endswith("dnf was ended by SIGTERM.\n")


# The result as a function


def is_excerpt(text: str, written: bytes) -> bool:
    """Whether the text is the beginning and the end of what was written, and counts exactly what is not there."""
    line, count = re.search(r"^(\[\.\.\. (\d+) bytes left out \.\.\.\]\n)", text, re.MULTILINE).groups()
    half = (len(written) - int(count)) // 2
    for cut in range(max(0, half - 3), half + 4):  # up to three bytes of a character go with either cut
        head, tail = (part.decode(errors="replace") for part in (written[:cut], written[cut + int(count) :]))
        if text in (head + line + tail, f"{head}\n{line}{tail}"):
            return True
    return False


@pytest.fixture
def output() -> Iterator[program.Output]:
    descriptor = os.open(os.devnull, os.O_WRONLY)
    yield program.Output(descriptor)
    os.close(descriptor)


@pytest.mark.parametrize("keep", range(40, 60))
def test_a_character_is_kept_whole_or_not_at_all(output: program.Output, keep: int) -> None:
    output.write("aé€😀\n".encode() * 100)

    text = output.excerpt(keep)

    assert "\ufffd" not in text
    assert is_excerpt(text, "aé€😀\n".encode() * 100)


def test_the_smaller_stream_is_kept_whole_while_the_larger_one_is_cut() -> None:
    chance = random.Random(1)  # noqa: S311
    stdout, stderr = program.Output(1), program.Output(2)
    large, small = ("".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=size)) for size in (16000, 1000))
    for stream, text in ((stdout, large), (stderr, small)):
        stream.descriptor = os.open(os.devnull, os.O_WRONLY)
        stream.write(text.encode())
        os.close(stream.descriptor)

    result = json.loads(program.encode_result("Succeeded", 0, stdout, stderr))

    streams = json.loads(zlib.decompress(base64.b64decode(result["deflated"])))
    assert streams["stderr"] == small
    assert 3000 < len(streams["stdout"]) < 5000


ALPHABETS = {
    "text": [line.encode() for line in ("ok\n", "a longer line of text\n", "é€😀\n")],
    "noise": [bytes([byte]) for byte in range(256)],
    "control": [bytes([byte]) for byte in range(32)],
    "quotes": [b'"', b"\\", b"\n"],
    "astral": [chr(point).encode() for point in range(0x1F300, 0x1F600)],
}


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize("seed", range(4))
def test_every_result_fits_and_counts_exactly(alphabet: str, seed: int, pod: Pod) -> None:
    chance = random.Random(seed)  # noqa: S311
    size = 2 ** chance.randint(8, 16)
    written = [b"".join(chance.choices(ALPHABETS[alphabet], k=size >> chance.randint(0, 8))) for _ in range(2)]
    for name, content in zip(("1", "2"), written):
        (pod.folder / name).write_bytes(content)

    pod.run("for n in 1, 2: open(n, 'wb').write(open(str(n), 'rb').read())")

    assert (pod.stdout, pod.stderr) == tuple(written)
    assert [pod.result["stdoutBytes"], pod.result["stderrBytes"]] == list(map(len, written))
    excerpts = [
        (text, content)
        for text, content in zip((pod.result["stdout"], pod.result["stderr"]), written)
        if text != content.decode(errors="replace")
    ]
    assert pod.result["truncated"] == bool(excerpts)
    assert all(is_excerpt(text, content) for text, content in excerpts)
