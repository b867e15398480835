"""The names of what a home has, read straight from its file: for completion, which has no time to open services."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

_WAIT_SECONDS = 0.1
_MOST = 200

_QUERIES = {
    "bucket": "SELECT name FROM bucket",
    "event": "SELECT request_id FROM invocation ORDER BY created_at DESC",
    "function": "SELECT name FROM function",
    "group": "SELECT id FROM security_group",
    "group-name": "SELECT name FROM security_group",
    "instance": "SELECT id FROM instance WHERE terminated_at IS NULL"
    " UNION ALL SELECT value FROM tag JOIN instance ON resource_id = id WHERE key = 'Name' AND terminated_at IS NULL",
    "key-pair": "SELECT name FROM key_pair",
    "layer": "SELECT name FROM layer",
    "rule": "SELECT name FROM event_rule",
    "snapshot": "SELECT id FROM snapshot",
    "volume": "SELECT id FROM volume",
}


def names(state_file: Path, kind: str, prefix: str) -> list[str]:
    """Return the names of all that is of *kind* that begin with *prefix*: a home that is not there has none."""
    query = _QUERIES[kind]
    with closing(_opened(state_file)) as connection:
        found = (str(row[0]) for row in connection.execute(query))
        return [name for name in found if name.startswith(prefix)][:_MOST]


def keys(state_file: Path, bucket: str, prefix: str) -> list[str]:
    """Return the keys of *bucket* that begin with *prefix*, as far as the next `/` behind it."""
    with closing(_opened(state_file)) as connection:
        return [*_level(connection, bucket, prefix)]


def _level(connection: sqlite3.Connection, bucket: str, prefix: str) -> Iterator[str]:
    """Seek from one to the next: a folder may hold a million keys."""
    query, start = "SELECT key FROM object WHERE bucket = ? AND key {} ? ORDER BY key LIMIT 1", prefix
    compared = ">="
    for _ in range(_MOST):
        row = connection.execute(query.format(compared), (bucket, start)).fetchone()
        if row is None or not row[0].startswith(prefix):
            return
        folder, slash, _rest = row[0][len(prefix) :].partition("/")
        yield prefix + folder + slash
        compared, start = (">=", f"{prefix}{folder}0") if slash else (">", row[0])  # "0" comes after "/"


def _opened(state_file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{state_file.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_SECONDS)
