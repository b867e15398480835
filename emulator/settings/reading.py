"""Settings, read: an option wins over the environment, that over the project's file, that over the user's.

The only module that looks at `os.environ`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emulator.errors import InvalidRequestError
from emulator.settings.declaration import Declaration
from emulator.settings.files import project_file, read_file, trusted_owners, user_file
from emulator.settings.record import PROXIES, Settings, declarations

DEFAULT = "default"


class ConfigurationError(InvalidRequestError):
    """Settings that make no sense; all of them are listed."""


@dataclass(frozen=True)
class Reading:
    """Settings, and by the name of each where it comes from; `files` are those that were read, the nearest first."""

    settings: Settings
    origins: Mapping[str, str]
    files: Sequence[Path]


def read(
    environ: Mapping[str, str] | None = None, folder: Path | None = None, options: Mapping[str, object] | None = None
) -> Reading:
    """Return the settings of `Settings.from_environment`, below *options*, which are values by name."""
    if environ is None:
        environ, folder = os.environ, folder or _working_folder()
    known = {one.name: one for one in declarations()}
    files = [file for file in (_project_file(environ, folder), user_file(environ)) if file]
    values, origins, problems = _of_environment(environ, folder or Path("/"), known.values())
    for file in files:
        said, wrong = read_file(
            file, {name: one for name, one in known.items() if one.in_files}, trusted_owners(environ)
        )
        problems += map(str, wrong)
        origins = {name: f"file {file}: {name}" for name in said} | origins
        values = {**said, **values}
    if problems:
        raise ConfigurationError("\n".join(problems), hint="see `cloudlet help configuration`")
    for name, value in (options or {}).items():
        values[name], origins[name] = value, f"option --{name.replace('_', '-')}"
    if "home" not in values:
        values["home"] = _default_home()
    settings = Settings(**values, proxies=_proxies(environ))
    return Reading(settings, {name: origins.get(name, DEFAULT) for name in known}, tuple(files))


def environment_of(settings: Settings, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a process that is to have *settings*, wherever it works."""
    said = {}
    for one in declarations():
        value = getattr(settings, one.name)
        if value is not None:
            said[one.variables[0]] = one.kind.words(value)
    return {**(os.environ if environ is None else environ), **said}


def _of_environment(
    environ: Mapping[str, str], folder: Path, known: Iterable[Declaration]
) -> tuple[dict[str, Any], dict[str, str], list[str]]:
    """Return values and origins by name, and what makes no sense."""
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    problems = []
    for one in known:
        if found := one.kind.find(one.variables, environ):
            variable, words = found
            try:
                values[one.name] = one.kind.parse(words, folder)
            except ValueError as error:
                problems.append(f"{variable}={words!r} {error}")
            origins[one.name] = f"variable {variable}"
    return values, origins, problems


def _project_file(environ: Mapping[str, str], folder: Path | None) -> Path | None:
    home = environ.get("HOME")
    return project_file(folder, Path(home) if home else None) if folder else None


def _working_folder() -> Path | None:
    try:
        return Path.cwd()
    except FileNotFoundError:  # it was removed under us
        return None


def _default_home() -> Path:
    from platformdirs import user_state_path  # 40 ms that most runs with a chosen home need not spend

    return user_state_path("cloudlet")


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    found = {name: environ.get(name) or environ.get(name.lower()) for name in PROXIES}
    return {name: value for name, value in found.items() if value}
