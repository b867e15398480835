"""What a report of a bug should have with it, as text: no secret, no name of an object, and no content.

A report is made when something is broken: a part that cannot be told says so, and the others are told all the same.
"""

import platform
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path

from emulator import __version__
from emulator.cloud import Cloud
from emulator.doctor.examination import examine
from emulator.settings.reading import DEFAULT, Reading
from emulator.settings.shown import MASK, shown

_LOG_LINES = 200
_LOG_BYTES = 256 * 1024
_PACKAGES = ("typer", "rich", "docker", "requests", "urllib3", "aiohttp", "pyyaml", "pydantic", "cryptography")
_HIDDEN = (
    (re.compile(r"//[^/\s@]+@"), "//…@"),
    (re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{8,}\b"), MASK),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:secret|password|passwd|token|signature|credential|authorization)[\w-]*['\"]?\s*[=:]\s*)\S.*"
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"\b(key|path|folder|name)=('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|.*?(?=\s\w+=|$))"), r"\1=…"),
    (re.compile(r"(?i)\b(s3://)[^\s'\"]+"), r"\1…"),
)
"""What may be in a line of a log and is nobody else's business: passwords, keys, and how people call their things."""


def report(reading: Reading, now: datetime) -> str:
    """Return the text; it is for people, who are to read it before they send it."""
    with Cloud(reading.settings) as cloud:
        parts = {
            "Versions": _versions,
            "Checks": lambda: _checks(cloud),
            "Settings": lambda: _settings(reading),
            "Resources": lambda: _resources(cloud),
            f"Last lines of the server's log (at most {_LOG_LINES})": lambda: _log(cloud.home.server_log),
        }
        told = "\n\n".join(f"## {title}\n\n" + "\n".join(_told(part)) for title, part in parts.items())
    head = f"# cloudlet report, {now:%Y-%m-%d %H:%M} UTC\n\nRead it before you send it: secrets and names are left out."
    return _discreet(f"{head}\n\n{told}\n", reading)


def _told(part: Callable[[], Iterable[str]]) -> list[str]:
    try:
        return list(part()) or ["none"]
    except Exception as error:  # noqa: BLE001 - what is broken is what the report is about
        return [f"cannot be told: {type(error).__name__}: {error}"]


def _versions() -> Iterator[str]:
    yield f"cloudlet {__version__}"
    yield f"Python {platform.python_version()}, {sys.implementation.name}"
    yield f"{platform.system()} {platform.release()}, {platform.machine()}"
    for name in _PACKAGES:
        yield f"{name} {metadata.version(name)}"


def _checks(cloud: Cloud) -> Iterator[str]:
    for check in examine(cloud.settings).checks:
        yield f"{check.status:<4}  {check.name}: {check.fact}"


def _settings(reading: Reading) -> Iterator[str]:
    for one in shown(reading):
        if one.origin != DEFAULT or one.value is not None:
            yield f"{one.name}: {one.value} ({one.origin})"


def _resources(cloud: Cloud) -> Iterator[str]:
    kinds: dict[str, Callable[[], Iterable[str]]] = {
        "instances": lambda: (one.state.label for one in cloud.instances.describe()),
        "volumes": lambda: (str(one.state) for one in cloud.volumes.describe()),
        "functions": lambda: (one.runtime or one.package_type for one in cloud.functions.list()),
        "buckets": lambda: ("there" for _ in cloud.buckets.list()),
    }
    for kind, states in kinds.items():
        yield f"{kind}: {_counted(states)}"
    yield f"events: {_counted(lambda: Counter(cloud.queue.counts()).elements())}"


def _counted(states: Callable[[], Iterable[str]]) -> str:
    def count() -> list[str]:
        return [", ".join(f"{count} {state}" for state, count in sorted(Counter(states()).items()))]

    return _told(count)[0] or "none"


def _log(file: Path) -> Iterator[str]:
    if not file.exists():
        return
    with file.open("rb") as log:
        log.seek(max(0, file.stat().st_size - _LOG_BYTES))
        lines = log.read().decode("utf-8", "replace").splitlines()
    for line in lines[-_LOG_LINES:]:
        for pattern, instead in _HIDDEN:
            line = pattern.sub(instead, line)
        yield line


def _discreet(text: str, reading: Reading) -> str:
    """Return *text* without this cloud's secret, wherever it came from, and with the user's own folder as ~."""
    secret = reading.settings.secret_access_key
    if secret and reading.origins["secret_access_key"] != DEFAULT:
        text = text.replace(secret, MASK)
    own = str(Path.home())
    return re.sub(rf"{re.escape(own)}(?=[/\s:,)'\"]|$)", "~", text) if own != "/" else text
