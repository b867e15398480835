"""Twenty thousand files at once, by each of the programs that people use for that: none is lost, none counts twice."""

import shutil
import subprocess
from pathlib import Path

import pytest

from emulator.buckets import Buckets
from tests.conftest import cannot_run
from tests.unit.buckets.conftest import Recorder

FOLDERS, FILES = 40, 500

WAYS = {
    "cp": "cp -r tree raw/t",
    "mv": "mv tree raw/t",
    "rsync": "rsync -a tree/ raw/t/",
    "tar": "mkdir raw/t; tar -C tree -cf - . | tar -C raw/t -xf -",
}


@pytest.mark.parametrize("program", WAYS)
def test_none_of_20_000_files_is_lost_or_told_twice(
    buckets: Buckets, raw: Path, recorder: Recorder, program: str
) -> None:
    if shutil.which(program) is None:
        cannot_run(f"{program} is not installed")
    for folder in range(FOLDERS):
        (raw.parent / "tree" / str(folder)).mkdir(parents=True)
        for number in range(FILES):
            (raw.parent / "tree" / str(folder) / str(number)).write_text(str(number))
    watcher = buckets.watcher()
    watcher.start()
    try:
        assert watcher.flush(30)

        subprocess.run(["sh", "-ec", WAYS[program]], cwd=raw.parent, check=True)
        assert watcher.flush(300)
    finally:
        watcher.stop()

    expected = {f"t/{folder}/{number}" for folder in range(FOLDERS) for number in range(FILES)}
    assert len(recorder.events) == len(expected)
    assert set(recorder.seen) == {("ObjectCreated:Put", key) for key in expected}
