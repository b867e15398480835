"""What is installed for a package is what its files ask for, and nothing is run for nothing."""

import json
from pathlib import Path

import pytest

from emulator.functions.code.manifests import manifest_files
from emulator.functions.code.package import open_package
from emulator.functions.errors import InvalidFunctionError


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n\n  # really\n"])
def test_requirements_that_name_nothing_need_no_installer(tmp_path: Path, text: str) -> None:
    """It would cost a container, and pip's seconds."""
    assert wanted(tmp_path, "requirements.txt", {"requirements.txt": text}) == []


def test_files_that_requirements_name_come_along(tmp_path: Path) -> None:
    """They change what is installed, and so what is cached."""
    files = {
        "requirements.txt": "-r common/base.txt\n-c pins.txt\nrequests\n",
        "common/base.txt": "--requirement more.txt\n-r ../requirements.txt\n",
        "common/more.txt": "six\n",
        "pins.txt": "six==1.16\n-r missing.txt\n",
    }

    found = wanted(tmp_path, "requirements.txt", files)

    assert found == ["requirements.txt", "common/base.txt", "common/more.txt", "pins.txt"]


def test_a_package_json_comes_with_its_lock(tmp_path: Path) -> None:
    """npm installs what the lock says."""
    files = {"package.json": json.dumps({"dependencies": {"a": "1"}}), "package-lock.json": "{}", "x.json": "{}"}

    assert wanted(tmp_path, "package.json", files) == ["package.json", "package-lock.json"]


@pytest.mark.parametrize("document", [{}, {"type": "module"}, {"dependencies": {}, "devDependencies": {"a": "1"}}])
def test_a_package_json_without_dependencies_needs_no_installer(tmp_path: Path, document: object) -> None:
    """Many only say that the files are modules."""
    assert wanted(tmp_path, "package.json", {"package.json": json.dumps(document)}) == []


@pytest.mark.parametrize("text", ["", "{", "[]"])
def test_a_broken_package_json_is_refused(tmp_path: Path, text: str) -> None:
    """In a sentence, before a container is started."""
    with pytest.raises(InvalidFunctionError, match=r"package\.json"):
        wanted(tmp_path, "package.json", {"package.json": text})


def test_the_manifest_of_another_runtime_is_a_file_as_any_other(tmp_path: Path) -> None:
    """A Python function may keep a package.json for its tools."""
    assert wanted(tmp_path, "requirements.txt", {"package.json": "{"}) == []


def wanted(folder: Path, manifest: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    with open_package(folder, Path("/nowhere")) as package:
        return [str(file) for file in manifest_files(package, manifest)]
