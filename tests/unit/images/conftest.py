"""Definitions on disk, as small as a test needs them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.images.catalog import Catalog, Shelf

MINIMAL = """\
version: 1
name: {name}
base: {{image: "debian:bookworm-slim", bootstrap: bookworm}}
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write an ami.yaml: `write("web", "packages: [nginx]")` adds lines to the least that is valid."""

    def write(name: str, lines: str = "", *, whole: str | None = None, shelf: str = "amis") -> Path:
        folder = tmp_path / shelf / name
        folder.mkdir(parents=True, exist_ok=True)
        text = whole if whole is not None else MINIMAL.format(name=name) + lines
        (folder / "ami.yaml").write_text(text)
        return folder

    return write


@pytest.fixture
def catalog(tmp_path: Path) -> Callable[..., Catalog]:
    """Take a look at the shelves that the test wrote."""

    def look(*shelves: str) -> Catalog:
        return Catalog([Shelf(tmp_path / name, name) for name in shelves or ("amis",)], tmp_path)

    return look


Look = Callable[..., Catalog]
