"""What a killed process was making is removed by the next one that makes something there; what lives is not."""

import os
import subprocess
import sys
from pathlib import Path

from emulator.functions.code.placing import made_whole

_MAKER = """
import sys, time
from pathlib import Path
from emulator.functions.code.placing import made_whole
with made_whole(Path(sys.argv[1])) as building:
    (building / "half").write_text("of it")
    print(building, flush=True)
    time.sleep(600)
"""


def begun(target: Path) -> tuple["subprocess.Popen[str]", Path]:
    """Have another process begin to make *target*; it began an hour ago, as far as its folder says."""
    maker = subprocess.Popen([sys.executable, "-c", _MAKER, str(target)], stdout=subprocess.PIPE, text=True)
    assert maker.stdout is not None
    building = Path(maker.stdout.readline().strip())
    os.utime(building, (building.stat().st_mtime - 3600,) * 2)
    return maker, building


def test_what_a_killed_one_left_goes_and_what_is_being_made_stays(tmp_path: Path) -> None:
    """`kill -9` in the middle of pip: half a gigabyte would lie there for ever."""
    killed, left = begun(tmp_path / "killed")
    living, stays = begun(tmp_path / "living")
    killed.kill()
    killed.communicate()

    with made_whole(tmp_path / "mine") as building:
        (building / "file").write_text("whole")
        assert not left.exists()
        assert (stays / "half").exists()
    living.terminate()
    living.communicate()

    assert (tmp_path / "mine" / "file").read_text() == "whole"
    assert not (tmp_path / "killed").exists()


def test_what_was_begun_a_moment_ago_is_left_alone(tmp_path: Path) -> None:
    """Its maker may be about to lock it."""
    just_made = tmp_path / ".building-new"
    just_made.mkdir()

    with made_whole(tmp_path / "mine"):
        pass

    assert just_made.exists()
