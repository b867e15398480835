"""The definition of the interface's image."""

import ast
import subprocess
import sys
from pathlib import Path

from emulator.images.catalog import Catalog, shelves
from emulator.metadata import INTERFACE_AMI, INTERFACE_COMMAND, INTERFACE_DEFINITIONS

_FOLDER = INTERFACE_DEFINITIONS / INTERFACE_AMI


def test_every_file_of_the_program_is_in_the_image(tmp_path: Path) -> None:
    """At the place where the others look for it."""
    ami = Catalog(shelves(iter([(INTERFACE_DEFINITIONS, "")])), tmp_path).find(INTERFACE_AMI)

    files = {entry.source: entry.path for entry in ami.definition.files}
    on_disk = {str(path.relative_to(_FOLDER)) for path in _FOLDER.rglob("*.*") if path.suffix not in (".yaml", ".pyc")}
    assert files == {name: f"/opt/cloudlet/{name}" for name in on_disk}
    assert INTERFACE_COMMAND[-1] in files.values()


def test_the_program_loads_nothing_large() -> None:
    """It runs beside every instance: each megabyte counts as often as there are instances."""
    large = {"dataclasses", "hashlib", "http", "logging", "pathlib", "subprocess", "traceback", "typing", "urllib"}
    loaded = set()
    for path in (_FOLDER / "imds").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 9))):
            if isinstance(node, ast.Import):
                loaded |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                loaded.add(node.module.partition(".")[0])

    assert loaded
    assert not loaded & large


def test_the_program_starts_without_what_only_an_answer_needs() -> None:
    """Each launch pays for what is imported here, before anybody has asked anything."""
    look = "import sys; sys.path.insert(0, sys.argv[1]); import imds.program; print(*sys.modules)"
    command = [sys.executable, "-B", "-I", "-S", "-c", look, str(_FOLDER)]

    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())

    assert "imds.rules" in loaded
    assert not loaded & {"enum", "json", "re", "selectors", "signal", "socket", "threading", "imds.answers"}
