"""What a package says it needs: its requirements.txt or package.json, and the files that these count on."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from emulator.functions.code.contents import NODE_MODULES
from emulator.functions.code.package import Package
from emulator.functions.errors import InvalidFunctionError

PACKAGE_JSON = "package.json"

_BESIDE_PACKAGE_JSON = ("package-lock.json", "npm-shrinkwrap.json", ".npmrc")
_INCLUDED = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)(?:\s+|\s*=\s*)(\S+)", re.MULTILINE)
_REQUIREMENT = re.compile(r"^\s*[^\s#]", re.MULTILINE)


def manifest_files(package: Package, manifest: str) -> tuple[Path, ...]:
    """
    Return the files that say what is to be installed, the *manifest* first; none if nothing is.

    A package that brings its node_modules along in a zip has been installed already.
    """
    if manifest not in package:
        return ()
    if manifest == PACKAGE_JSON:
        if not _needs_packages(package) or any(file.parts[0] == NODE_MODULES for file in package.files):
            return ()
        return (Path(manifest), *(Path(name) for name in _BESIDE_PACKAGE_JSON if name in package))
    files = tuple(dict.fromkeys(_with_included(package, Path(manifest), ())))
    return files if any(_REQUIREMENT.search(_text(package, file)) for file in files) else ()


def _needs_packages(package: Package) -> bool:
    try:
        document = json.loads(_text(package, Path(PACKAGE_JSON)))
    except ValueError as error:
        raise InvalidFunctionError(f"{PACKAGE_JSON} cannot be read: {error}") from error
    if not isinstance(document, dict):
        raise InvalidFunctionError(f"{PACKAGE_JSON} is no object")
    return bool(document.get("dependencies") or document.get("optionalDependencies"))


def _with_included(package: Package, file: Path, outer: tuple[Path, ...]) -> Iterator[Path]:
    """Yield a requirements file and those that it names with -r and -c, as far as the package has them."""
    yield file
    for name in _INCLUDED.findall(_text(package, file)):
        included = file.parent / name
        if str(included) in package and included not in (*outer, file):
            yield from _with_included(package, included, (*outer, file))


def _text(package: Package, file: Path) -> str:
    return (package.source / file).read_text(errors="replace")
