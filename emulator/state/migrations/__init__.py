"""The schema, as the steps that led to it: `0001_….sql`, `0002_….sql`, … A step that has shipped never changes."""

import sqlite3
from pathlib import Path

from emulator.errors import ConflictError


def migrate(connection: sqlite3.Connection, folder: Path = Path(__file__).parent) -> None:
    """
    Bring the file up to the newest step; two processes may do so at once.

    A file from a newer cloudlet raises ConflictError: guessing at its meaning could lose what is in it.
    """
    steps = sorted(folder.glob("[0-9]*.sql"))
    if _version(connection) == len(steps):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)
        if version > len(steps):
            raise ConflictError(  # noqa: TRY301 - the rollback below is for it too
                f"this home was written by a newer cloudlet (schema {version}; this one knows {len(steps)})",
                hint="upgrade cloudlet, or choose another home with CLOUDLET_HOME",
            )
        for step in steps[version:]:
            for statement in _statements(step.read_text()):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(steps)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _statements(script: str) -> list[str]:
    """Split a script; sqlite3's own executescript would commit the transaction we are in."""
    statements, pending = [], ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending)
            pending = ""
    if pending.strip():  # a comment, or a mistake that SQLite must see
        statements.append(pending)
    return statements
