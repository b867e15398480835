"""Deployed code is a copy that nothing changes."""

import hashlib
import os
import zipfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.functions.code.package import Package, open_package, unzipped_bytes
from emulator.functions.code.store import CodeStore
from emulator.functions.errors import InvalidFunctionError, PackageChangedError
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
    first = read(elsewhere)
    elsewhere.rename(source)

    second = read(source)

    assert first.digest == second.digest
    assert [str(file) for file in second.files] == ["app.py", "helpers/__init__.py"]


@pytest.mark.parametrize("change", ["content", "name", "mode"])
def test_any_change_changes_the_digest(source: Path, change: str) -> None:
    """Otherwise old code would go on running."""
    before = read(source)

    if change == "content":
        (source / "app.py").write_text("def handler(event, context): return 1\n")
    elif change == "name":
        (source / "helpers").rename(source / "helper")
    elif change == "mode":
        (source / "app.py").chmod(0o755)

    assert before.digest != read(source).digest


@pytest.mark.parametrize("name", ["app.py~", ".app.py.swp", "4913", ".#app.py", "#app.py#"])
def test_what_an_editor_keeps_beside_a_file_is_no_part_of_the_code(source: Path, name: str) -> None:
    """It would be a new deployment at every keystroke."""
    before = read(source)

    (source / name).write_text("half a line")

    assert read(source).digest == before.digest


def test_a_home_beside_the_code_is_no_part_of_it(source: Path) -> None:
    """It changes with each deployment, and would hold all that was deployed before."""
    before = read(source)
    home = Home(source / "cloud")
    home.create()
    home.state_file.touch()

    assert read(source).digest == before.digest


def test_node_modules_count_where_no_package_json_says_what_they_are(source: Path) -> None:
    """Without it nothing could be installed in their place."""
    (source / "node_modules").mkdir()
    (source / "node_modules" / "left-pad.js").write_text("")

    assert Path("node_modules/left-pad.js") in read(source).files
    (source / "package.json").write_text("{}")
    assert Path("node_modules/left-pad.js") not in read(source).files


def test_a_single_file_is_a_package_without_its_neighbours(source: Path) -> None:
    """`lambda deploy app.py` must not take the whole desktop along."""
    package = read(source / "app.py")

    assert package.files == (Path("app.py"),)


def test_a_zip_has_the_digest_and_the_size_that_aws_gives_it(source: Path, tmp_path: Path, home: Home) -> None:
    """Scripts compare CodeSha256 with that of the zip they made."""
    path = tmp_path / "code.ZIP"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(source / "app.py", "app.py")

    with open_package(path, home.scratch) as package:
        code_id = store(home).install(package, None, "f")

    assert package.code_sha256 == b64encode(hashlib.sha256(path.read_bytes()).digest()).decode()
    assert package.code_size_bytes == path.stat().st_size
    assert (home.function_code("f", code_id) / "app.py").read_bytes() == (source / "app.py").read_bytes()
    assert list(home.scratch.iterdir()) == []


def test_neither_a_folder_nor_a_file_is_refused(tmp_path: Path) -> None:
    """A misspelled path is told, not deployed as nothing."""
    with pytest.raises(InvalidFunctionError, match="neither a folder nor a file"):
        read(tmp_path / "nothing")


def test_code_lies_over_its_requirements_without_changing_them(source: Path, home: Home, cached: Path) -> None:
    """Requirements are linked from a cache that other functions use, too."""
    code_id = store(home).install(read(source), cached, "f")

    code = home.function_code("f", code_id)
    assert (code / "app.py").read_text().startswith("def handler")
    assert (code / "library.py").read_text() == "library"
    assert (code / "library.py").samefile(cached / "library.py")
    assert (cached / "app.py").read_text() == "from the cache"


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    cached = tmp_path / "cached"
    (cached / "helpers").mkdir(parents=True)
    (cached / "app.py").write_text("from the cache")
    (cached / "library.py").write_text("library")
    (cached / "helpers" / "more.py").write_text("more")
    return cached


def test_a_zip_lies_over_its_requirements_without_changing_them(cached: Path, tmp_path: Path, home: Home) -> None:
    """Where both have a name it is the code's own, also if that is a file here and a folder there."""
    path = tmp_path / "code.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("app.py", "own")
        archive.writestr("helpers", "a file")
        archive.writestr("library.py/inner.py", "a folder")

    with open_package(path, home.scratch) as package:
        code_id = store(home).install(package, cached, "f")

    code = home.function_code("f", code_id)
    assert (code / "app.py").read_text() == "own"
    assert (code / "helpers").read_text() == "a file"
    assert (code / "library.py" / "inner.py").read_text() == "a folder"
    assert (cached / "app.py").read_text() == "from the cache"
    assert (cached / "helpers" / "more.py").read_text() == "more"


def test_code_that_is_too_large_with_its_requirements_is_refused(
    source: Path, cached: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On AWS they are in the same zip, and count together."""
    package = read(source)
    limit = package.size_bytes + 10
    monkeypatch.setattr("emulator.functions.code.package.MAX_UNZIPPED_BYTES", limit)

    assert unzipped_bytes(package, None) == package.size_bytes
    with pytest.raises(InvalidFunctionError, match="Unzipped size must be smaller than"):
        unzipped_bytes(package, cached)


def test_workers_may_read_what_a_private_umask_made(source: Path, home: Home) -> None:
    """The workers' user is not ours."""
    (source / "app.py").chmod(0o600)

    code_id = store(home).install(read(source), None, "f")

    code = home.function_code("f", code_id)
    assert (code / "app.py").stat().st_mode & 0o444 == 0o444
    assert code.stat().st_mode & 0o555 == 0o555


@pytest.mark.parametrize("change", ["gone", "other"])
def test_what_is_saved_during_a_copy_is_not_taken_for_what_was_read(source: Path, home: Home, change: str) -> None:
    """It would lie under the digest of the older content for ever; and half a function must never be run."""
    package = read(source)
    if change == "gone":
        (source / "app.py").unlink()
    else:
        (source / "app.py").write_text("def handler(event, context): return 1\n")

    with pytest.raises(PackageChangedError):
        store(home).install(package, None, "f")

    assert list(home.function_codes("f").iterdir()) == []


def test_older_code_is_removed_when_nobody_can_run_it_any_more(source: Path, home: Home) -> None:
    """A folder that is deployed a hundred times must not fill the disk; an invocation ends within a quarter hour."""
    now = datetime.now(UTC)
    ids = []
    for number in range(3):
        (source / "app.py").write_text(f"def handler(event, context): return {number}\n")
        ids.append(store(home).install(read(source), None, "f"))
        store(home, now).remove_unused("f", {*ids[-1:]})
    home.function_code("f", ".building-killed").mkdir()

    assert present(home) == {*ids, ".building-killed"}
    store(home, now + timedelta(minutes=16)).remove_unused("f", {ids[2]})
    assert present(home) == {*ids}
    store(home, now + timedelta(minutes=61)).remove_unused("f", {ids[2]})
    assert present(home) == {ids[2]}
    store(home).remove_all("f")
    assert not home.function_codes("f").exists()


def test_a_linked_folder_is_a_part_of_the_code(source: Path, tmp_path: Path, home: Home) -> None:
    """Several functions may share one; a link that leads in a circle is not followed for ever."""
    shared = tmp_path / "shared"
    (shared / "deep").mkdir(parents=True)
    (shared / "library.py").write_text("one")
    (source / "shared").symlink_to(shared)
    (shared / "deep" / "again").symlink_to(shared)
    (source / "helpers" / "up").symlink_to(source)

    package = read(source)
    code_id = store(home).install(package, None, "f")

    assert [str(file) for file in package.files] == ["app.py", "helpers/__init__.py", "shared/library.py"]
    assert (home.function_code("f", code_id) / "shared" / "library.py").read_text() == "one"


def store(home: Home, now: datetime | None = None) -> CodeStore:
    return CodeStore(home, lambda: now or datetime.now(UTC))


def present(home: Home) -> set[str]:
    return {path.name for path in home.function_codes("f").iterdir()}


def test_a_file_whose_name_is_no_text_is_deployed_as_well(source: Path, home: Home) -> None:
    """Data files have names from anywhere; one of them must not be a traceback."""
    Path(os.fsdecode(bytes(source) + b"/\xff.csv")).write_text("1")

    code_id = store(home).install(read(source), None, "f")

    assert (home.function_code("f", code_id) / os.fsdecode(b"\xff.csv")).read_text() == "1"


def read(source: Path) -> Package:
    with open_package(source, Path("/nowhere")) as package:
        return package
