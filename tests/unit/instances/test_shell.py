"""Who is at work, and who only was."""

import subprocess
import sys
from pathlib import Path

from emulator.instances.shell import Shell

_SIGN_AND_WAIT = """
import sys
from pathlib import Path
from emulator.instances.shell import Shell
with Shell(Path(sys.argv[1])).at_work() as name:
    print(name, flush=True)
    sys.stdin.read()
"""


def test_a_shell_is_alive_for_as_long_as_it_is_at_work(tmp_path: Path) -> None:
    """Seen by another."""
    me, other = Shell(tmp_path), Shell(tmp_path)

    with me.at_work() as name, me.at_work() as again:
        assert again == name
        assert other.is_alive(name)

    assert not other.is_alive(name)
    assert not list(tmp_path.iterdir())


def test_a_killed_shell_is_not_alive_and_leaves_nothing(tmp_path: Path) -> None:
    """Its lock goes with it, its file with whoever looks."""
    with subprocess.Popen(
        [sys.executable, "-c", _SIGN_AND_WAIT, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        name = process.stdout.readline().strip()
        alive = Shell(tmp_path).is_alive(name)
        process.kill()

    assert alive
    assert not Shell(tmp_path).is_alive(name)
    assert not list(tmp_path.iterdir())


def test_a_name_that_nobody_signed_with_is_not_alive(tmp_path: Path) -> None:
    """A home that was restored from a copy knows names of shells that never were here."""
    assert not Shell(tmp_path).is_alive("shell-1-00000000.lock")


def test_a_shell_signs_with_another_name_each_time(tmp_path: Path) -> None:
    """Somebody may just be removing what it signed with before."""
    shell = Shell(tmp_path)
    names = []
    for _ in range(2):
        with shell.at_work() as name:
            names.append((name, shell.name))

    assert [signed == own for signed, own in names] == [True, True]
    assert len(set(names)) == 2
    assert shell.name is None
