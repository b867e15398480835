"""`cloudlet ec2 exec`, in a process of its own: codes, streams, pipes and a real terminal."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.cloud import Cloud
from emulator.instances.stillness import HeldStillError
from tests.integration.instances.conftest import CLOUDLET, Machine, cloudlet, environment, launch

_MIB = 1024 * 1024


class Terminal:
    """A window with a shell in an instance, and hands on its keyboard."""

    def __init__(self, machine: Machine, *words: str, rows: int, columns: int) -> None:
        self._mine, self._its = pty.openpty()
        self._seen = b""
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(self._its)
        self.process = subprocess.Popen(
            ("setsid", "--ctty", *CLOUDLET, "ec2", "exec", machine.id, "--", *words),
            env={**environment(machine.cloud), "COLUMNS": "33", "LINES": "11"},  # which are not the window's
            stdin=self._its,
            stdout=self._its,
            stderr=self._its,
        )

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._mine, keys.encode())

    def sees(self, pattern: str, deadline_seconds: float = 30) -> "re.Match[bytes]":
        """Wait until *pattern* stands in what came since the last one that was seen."""
        end = time.monotonic() + deadline_seconds
        while not (match := re.search(pattern.encode(), self._seen)):
            ready, _, _ = select.select([self._mine], [], [], max(0, end - time.monotonic()))
            if not ready:
                pytest.fail(f"no {pattern!r} in {self._seen!r}")
            self._seen += os.read(self._mine, 65536)
        self._seen = self._seen[match.end() :]
        return match

    def restored(self) -> bool:
        return termios.tcgetattr(self._its) == self.settings

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._mine)
        os.close(self._its)


@pytest.fixture
def terminal(nano: Machine) -> Iterator[Terminal]:
    terminal = Terminal(nano, "sh", rows=40, columns=100)
    try:
        yield terminal
    finally:
        terminal.close()


def test_an_input_that_cannot_be_read_is_at_its_end(shared: Cloud, nano: Machine) -> None:
    """As `nohup` and service managers leave it."""
    command = (*CLOUDLET, "ec2", "exec", "nano", "--", "cat")
    with Path(os.devnull).open("wb") as closed:
        done = subprocess.run(
            command, env=environment(shared), stdin=closed, capture_output=True, timeout=60, check=False
        )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


@pytest.mark.parametrize(("word", "code"), [("nosuch", 127), ("/no/such", 127), ("/etc/passwd", 126)])
def test_a_command_that_cannot_begin_is_told_as_a_shell_tells_it(
    shared: Cloud, nano: Machine, word: str, code: int
) -> None:
    """On stderr: an engine writes its own words to stdout, where a script takes them for the command's."""
    done = cloudlet(shared, "ec2", "exec", "nano", "--", word)

    assert (done.returncode, done.stdout) == (code, b"")
    assert done.stderr.decode().startswith(f"error: {word}: ")


@pytest.mark.parametrize("code", [0, 1, 7, 255])
def test_the_exit_code_is_passed_through(shared: Cloud, nano: Machine, code: int) -> None:
    """A Makefile sees what the command came to."""
    assert cloudlet(shared, "ec2", "exec", "nano", "--", "sh", "-c", f"exit {code}").returncode == code


def test_stdout_and_stderr_stay_apart(shared: Cloud, nano: Machine) -> None:
    """And unchanged: no byte is anybody's line end."""
    result = cloudlet(shared, "ec2", "exec", "nano", "--", "sh", "-c", r"printf 'a\r\n\377'; printf b >&2")

    assert (result.stdout, result.stderr) == (b"a\r\n\xff", b"b")


def test_stdin_is_piped_to_its_end(shared: Cloud, nano: Machine) -> None:
    """The command hears the end, too: `wc` would wait for ever."""
    sent = os.urandom(5 * _MIB)

    counted = cloudlet(shared, "ec2", "exec", "nano", "--", "sh", "-c", "cat | wc -c", stdin=sent)
    echoed = cloudlet(shared, "ec2", "exec", "nano", "--", "cat", stdin=sent)

    assert counted.stdout.strip() == str(5 * _MIB).encode()
    assert echoed.stdout == sent


def test_a_command_that_does_not_read_its_stdin_ends_all_the_same(shared: Cloud, nano: Machine) -> None:
    """What is left of the input is nobody's loss."""
    result = cloudlet(shared, "ec2", "exec", "nano", "--", "true", stdin=bytes(5 * _MIB))

    assert result.returncode == 0


def test_a_closed_stdin_is_an_empty_one(nano: Machine) -> None:
    """Daemons and cron have none."""
    command = subprocess.list2cmdline((*CLOUDLET[:1], "-c")) + f" '{CLOUDLET[2]}' ec2 exec nano -- cat <&-"

    result = subprocess.run(command, shell=True, env=environment(nano.cloud), capture_output=True, check=False)

    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")


def test_the_words_after_the_dashes_are_the_commands_own(shared: Cloud, nano: Machine) -> None:
    """Options that look like ours included."""
    result = cloudlet(
        shared, "ec2", "exec", "nano", "--", "echo", "--output", "json", "-q", "--", "--instance-ids", "x", "y"
    )

    assert result.stdout == b"--output json -q -- --instance-ids x y\n"


def test_another_user_may_be_chosen(shared: Cloud, nano: Machine) -> None:
    """Root by default."""
    root = cloudlet(shared, "ec2", "exec", "nano", "--", "whoami")
    admin = cloudlet(shared, "ec2", "exec", "nano", "--user", "admin", "--", "whoami")

    assert (root.stdout, admin.stdout) == (b"root\n", b"admin\n")


def test_a_command_that_is_not_there_has_the_shells_code(shared: Cloud, nano: Machine) -> None:
    """126 or 127, as the engine says; not one of ours."""
    assert cloudlet(shared, "ec2", "exec", "nano", "--", "no-such-command").returncode in (126, 127)


def test_what_never_ran_is_125(cloud: Cloud) -> None:
    """A stopped instance, one that ended, and one that never was."""
    (machine,) = launch(cloud, tags={"Name": "mine"})
    cloud.instances.stop(["mine"])
    stopped = cloudlet(cloud, "ec2", "exec", "mine", "--", "true")
    cloud.instances.terminate(["mine"])
    ended = cloudlet(cloud, "ec2", "exec", machine.id, "--", "true")
    unknown = cloudlet(cloud, "ec2", "exec", "other", "--", "true")

    assert [result.returncode for result in (stopped, ended, unknown)] == [125, 125, 125]
    assert b"is not in a state from which it can be entered" in stopped.stderr
    assert b"Invalid id" in unknown.stderr


@pytest.fixture
def held(cloud: Cloud) -> Iterator[Machine]:
    """An instance that is held still, as while an image is made of it."""
    (machine,) = launch(cloud, "minimal", "t3.nano", tags={"Name": "held"})
    with cloud.engine._connection.translated("hold a container still") as api:
        api.pause(machine.instance.container_id)
    yield machine


def _let_go_on(machine: Machine) -> None:
    with machine.cloud.engine._connection.translated("let a container go on") as api:
        api.unpause(machine.instance.container_id)


def test_a_command_waits_for_an_instance_that_is_held_still(held: Machine) -> None:
    """Then it runs, with all of its input."""
    command = (*CLOUDLET, "ec2", "exec", "held", "--", "cat")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(held.cloud), stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == f"Waiting for {held.id}, which is held still …\n".encode()
        _let_go_on(held)

        output, _ = process.communicate(b"hello", timeout=60)

    assert (process.returncode, output) == (0, b"hello")


def test_an_instance_that_stays_still_is_not_waited_for_for_ever(held: Machine) -> None:
    """Somebody else has paused it, and is told how to undo that."""
    container_id = held.instance.container_id or ""

    with pytest.raises(HeldStillError, match=f"The instance '{held.id}' is held still") as caught:
        held.cloud.instances.wait_while_held("held", patience_seconds=0.2)

    assert caught.value.hint is not None
    assert f"docker unpause {container_id[:12]}" in caught.value.hint
    _let_go_on(held)
    held.cloud.instances.wait_while_held("held", patience_seconds=0.001)


def test_a_terminal_is_a_terminal_inside(terminal: Terminal) -> None:
    """With its prompt, its echo, its size and its colours."""
    terminal.sees("# ")

    terminal.press("test -t 0 && stty size; echo $((40 + 2))\r")

    terminal.sees(r"stty size; echo \$\(\(40 \+ 2\)\)\r\n")
    terminal.sees(r"40 100\r\n42\r\n")


def test_a_window_that_changes_is_told_to_the_command(terminal: Terminal) -> None:
    """An editor draws itself anew."""
    terminal.sees("# ")

    terminal.press("""bash -c 'trap "stty size" WINCH; echo ready; while sleep 0.1; do :; done'\r""")
    terminal.sees(r"\nready\r\n")
    terminal.resize(50, 120)

    terminal.sees(r"50 120\r\n")


def test_ctrl_c_reaches_the_command_and_not_the_bridge(terminal: Terminal) -> None:
    """The shell stays."""
    terminal.sees("# ")
    terminal.press("sh -c 'echo begun; exec sleep 1000'\r")
    terminal.sees(r"\nbegun\r\n")

    terminal.press("\x03")
    terminal.sees("# ")
    terminal.press("echo code $?\r")

    terminal.sees(rf"code {128 + signal.SIGINT}\r\n")


def test_a_terminal_whose_input_has_ended_shows_what_a_command_prints(nano: Machine) -> None:
    """As under `script … </dev/null`: each time, however early the end came."""
    for _ in range(10):
        terminal = Terminal(nano, "echo", "hello", rows=40, columns=100)
        try:
            terminal.press("\x04")
            terminal.sees(r"hello\r\n")
            assert terminal.process.wait(30) == 0
        finally:
            terminal.close()


def test_what_was_typed_ahead_is_read_to_its_end(nano: Machine) -> None:
    """Lines, then an end of the input. Here they are echoed, there as well, and then come what `cat` has read."""
    terminal = Terminal(nano, "cat", rows=40, columns=100)
    try:
        terminal.press("typed ahead\r\x04")
        terminal.sees(r"(typed ahead\r\n){3}")
        assert terminal.process.wait(30) == 0
    finally:
        terminal.close()


def test_an_end_of_input_reaches_the_command(terminal: Terminal) -> None:
    """A shell ends by it."""
    terminal.sees("# ")

    terminal.press("(exit 3)\r")
    terminal.sees("# ")
    terminal.press("\x04")

    assert terminal.process.wait(30) == 3


def test_the_terminal_is_as_it_was_afterwards(terminal: Terminal) -> None:
    """Else the user's own shell would no longer echo."""
    terminal.sees("# ")
    assert not terminal.restored()

    terminal.press("exit 7\r")

    assert terminal.process.wait(30) == 7
    assert terminal.restored()
