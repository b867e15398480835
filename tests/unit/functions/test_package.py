"""Deployed code is a copy that nothing changes."""

import os
from pathlib import Path

import pytest

from emulator.functions.code.package import install_package, read_package, remove_others
from emulator.functions.errors import InvalidFunctionError
from emulator.home import Home


@pytest.fixture
def source(tmp_path: Path) -> Path:
    source = tmp_path / "source"
    (source / "helpers").mkdir(parents=True)
    (source / "app.py").write_text("def handler(event, context): ...\n")
    (source / "helpers" / "__init__.py").write_text("")
    (source / "__pycache__").mkdir()
    (source / "__pycache__" / "app.pyc").write_text("x")
    return source


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def test_the_same_code_has_the_same_digest_wherever_it_lies(source: Path, tmp_path: Path) -> None:
    """A deployment that changes nothing is known by it."""
    elsewhere = tmp_path / "elsewhere"
    source.rename(elsewhere)
    first = read_package(elsewhere, "app.handler", "python3.11")
    elsewhere.rename(source)

    second = read_package(source, "app.handler", "python3.11")

    assert first.digest == second.digest
    assert [str(file) for file in second.files] == ["app.py", "helpers/__init__.py"]


@pytest.mark.parametrize("change", ["content", "name", "mode", "runtime"])
def test_any_change_changes_the_digest(source: Path, change: str) -> None:
    """Otherwise old code would go on running."""
    before = read_package(source, "app.handler", "python3.11")

    if change == "content":
        (source / "app.py").write_text("def handler(event, context): return 1\n")
    elif change == "name":
        (source / "helpers").rename(source / "helper")
    elif change == "mode":
        (source / "app.py").chmod(0o755)
    after = read_package(source, "app.handler", "python3.13" if change == "runtime" else "python3.11")

    assert before.digest != after.digest


@pytest.mark.parametrize("handler", ["other.handler", "app", "helpers.deep.handler"])
def test_a_handler_whose_file_is_missing_is_refused_at_deployment(source: Path, handler: str) -> None:
    """Earlier than AWS says it, and before anything is made."""
    with pytest.raises(InvalidFunctionError):
        read_package(source, handler, "python3.11")


def test_code_lies_over_its_requirements_without_changing_them(source: Path, home: Home, tmp_path: Path) -> None:
    """Requirements are linked from a cache that other functions use, too."""
    cached = tmp_path / "cached"
    cached.mkdir()
    (cached / "app.py").write_text("from the cache")
    (cached / "library.py").write_text("library")

    code_id = install_package(read_package(source, "app.handler", "python3.11"), cached, home, "f")

    code = home.functions / "f" / code_id
    assert (code / "app.py").read_text().startswith("def handler")
    assert (code / "library.py").read_text() == "library"
    assert (cached / "app.py").read_text() == "from the cache"


def test_workers_may_read_what_a_private_umask_made(source: Path, home: Home) -> None:
    """The workers' user is not ours."""
    (source / "app.py").chmod(0o600)

    code_id = install_package(read_package(source, "app.handler", "python3.11"), None, home, "f")

    code = home.functions / "f" / code_id
    assert (code / "app.py").stat().st_mode & 0o444 == 0o444
    assert code.stat().st_mode & 0o555 == 0o555


def test_a_failed_copy_leaves_nothing(source: Path, home: Home) -> None:
    """Half a function must never be run."""
    package = read_package(source, "app.handler", "python3.11")
    (source / "app.py").unlink()

    with pytest.raises(FileNotFoundError):
        install_package(package, None, home, "f")

    assert list((home.functions / "f").iterdir()) == []


def test_older_code_is_removed(source: Path, home: Home) -> None:
    """A folder that is deployed a hundred times must not fill the disk."""
    ids = []
    for number in range(3):
        (source / "app.py").write_text(f"def handler(event, context): return {number}\n")
        ids.append(install_package(read_package(source, "app.handler", "python3.11"), None, home, "f"))

    remove_others(home, "f", {ids[2], ids[1]})

    assert sorted(path.name for path in (home.functions / "f").iterdir()) == sorted(ids[1:])


def test_a_file_whose_name_is_no_text_is_deployed_as_well(source: Path, home: Home) -> None:
    """Data files have names from anywhere; one of them must not be a traceback."""
    Path(os.fsdecode(bytes(source) + b"/\xff.csv")).write_text("1")

    code_id = install_package(read_package(source, "app.handler", "python3.11"), None, home, "f")

    assert (home.functions / "f" / code_id / os.fsdecode(b"\xff.csv")).read_text() == "1"
