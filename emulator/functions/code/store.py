"""Where deployed code lies: a folder a content, which nothing changes afterwards, in a folder a function."""

import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from emulator.functions.code.package import Package, write_package
from emulator.functions.definition import Function
from emulator.home import Home
from emulator.images.lock import locked
from emulator.progress import Progress

_REMEMBERED = timedelta(hours=1)
"""How long code is kept that no version has any more: an invocation that began with it may still run."""


class FunctionLocks:
    """Keeps other shells from changing a function's code: each removes the code that it does not know."""

    def __init__(self, home: Home, progress: Progress) -> None:
        self._home = home
        self._progress = progress

    def alone_with(self, name: str) -> AbstractContextManager[None]:
        """Never wait for it within a transaction: whoever has it may be waiting to write."""
        return locked(self._home.build_lock(f"function-{name}"), f"the function {name}", self._progress)


class CodeStore:
    """The code of one home's functions. Whoever changes it holds the function's lock."""

    def __init__(self, home: Home, clock: Callable[[], datetime]) -> None:
        self._home = home
        self._clock = clock

    def folder(self, function: Function) -> Path | None:
        """Return the folder that a version's code lies in; None for a container image, which brings its own."""
        return self._home.function_code(function.name, function.code_id) if function.code_id else None

    def install(self, package: Package, dependencies: Path | None, name: str) -> str:
        """
        Copy the code, over what its requirements installed, to its own folder and return that folder's name.

        Dependencies are linked, not copied: a hundred megabytes of them cost no time and no space.

        PackageChangedError says that a file was saved meanwhile: half of it would lie there under the whole's name.
        """
        code_id = hashlib.sha256(package.digest + str(dependencies and dependencies.name).encode()).hexdigest()[:16]
        target = self._home.function_code(name, code_id)
        if not target.is_dir():
            write_package(package, dependencies, target)
        return code_id

    def remove_unused(self, name: str, kept: Collection[str]) -> None:
        """Remove the code that is not *kept*, nor was in the last hour."""
        now = self._clock()
        folder = self._home.function_codes(name)
        for path in folder.iterdir() if folder.is_dir() else ():
            if path.name in kept:
                os.utime(path, (now.timestamp(), now.timestamp()))
            elif path.name.startswith(".") or path.stat().st_mtime < (now - _REMEMBERED).timestamp():
                shutil.rmtree(path, ignore_errors=True)

    def remove_all(self, name: str) -> None:
        """Remove the code of a function that is no more."""
        shutil.rmtree(self._home.function_codes(name), ignore_errors=True)
