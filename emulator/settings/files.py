"""The two files that may say settings: cloudlet.toml of a project, and one of the user's for all projects."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator.errors import Problem, nearest
from emulator.settings.declaration import Declaration

PROJECT_FILE = "cloudlet.toml"
_USER_FILE = Path("cloudlet", "config.toml")


def project_file(folder: Path, home: Path | None) -> Path | None:
    """
    Return the nearest cloudlet.toml from *folder* upwards, None if there is none.

    The search ends at the border of a file system and at the user's own folder, *home*, which is still looked in.
    """
    try:
        device = folder.stat().st_dev
        for one in (folder, *folder.parents):
            if one.stat().st_dev != device:
                return None
            if (file := one / PROJECT_FILE).is_file():
                return file
            if one == home:
                return None
    except OSError:  # the folder is gone, or is not ours to look into
        pass
    return None


def user_file(environ: Mapping[str, str]) -> Path | None:
    """Return the user's file, if it is there; a relative XDG_CONFIG_HOME is none, as its specification says."""
    configured, home = environ.get("XDG_CONFIG_HOME", ""), environ.get("HOME", "")
    folder = Path(configured) if configured.startswith("/") else Path(home, ".config") if home else None
    file = folder / _USER_FILE if folder else None
    # Unlike Path.is_file, this one raises nothing where we may not look.
    return file if file and os.path.isfile(file) else None  # noqa: PTH113


def read_file(
    file: Path, known: Mapping[str, Declaration], owners: frozenset[int]
) -> tuple[Mapping[str, Any], list[Problem]]:
    """Return the settings that *file* says, by name, and all that is wrong with it; only *owners* may say any."""
    import tomllib  # 10 ms, which only those spend who have a file

    try:
        owner = file.stat().st_uid
        if owner not in owners:
            return {}, [Problem(str(file), "", f"it belongs to another user, uid {owner}: it is not believed")]
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        return {}, [Problem(str(file), "", f"it cannot be read: {error.strerror}")]
    except ValueError as error:  # TOML's mistakes, and bytes that are no text
        return {}, [Problem(str(file), "", f"it is no TOML: {error}")]
    values: dict[str, Any] = {}
    problems = []
    for key, value in said.items():
        try:
            values[key] = _value(file, key, value, known)
        except ValueError as error:
            problems.append(Problem(str(file), key, str(error), value))
    return values, problems


def _value(file: Path, key: str, value: object, known: Mapping[str, Declaration]) -> Any:
    if key not in known:
        meant = nearest(key, known)
        raise ValueError(f"there is no such setting{f'; {meant}' if meant else ''}")
    try:
        return known[key].kind.parse_toml(value, file.parent)
    except ValueError as error:
        shown = "a secret" if known[key].is_secret else _as_written(value)
        raise ValueError(f"{shown} {error}") from error


def _as_written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else repr(value)


def trusted_owners(environ: Mapping[str, str]) -> frozenset[int]:
    """Return whose files are believed: our own, root's and, under sudo, those of who called it."""
    return frozenset(_trusted(environ))


def _trusted(environ: Mapping[str, str]) -> Iterator[int]:
    yield from (0, os.geteuid())
    caller = environ.get("SUDO_UID", "")
    if os.geteuid() == 0 and caller.isdecimal():
        yield int(caller)
