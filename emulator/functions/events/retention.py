"""How long settled events can be looked at, and replayed. The state file must not grow for as long as a server runs."""

import sqlite3

DONE_KEPT_SECONDS = 24 * 3600
DONE_KEPT_EVENTS = 50_000
"""At a few hundred events a second a day of them would be more than anybody looks at, and gigabytes."""

FAILED_KEPT_SECONDS = 14 * 24 * 3600
"""What failed is kept until somebody is back from a holiday, however much it is."""

_AT_ONCE = 1000  # others wait for the file meanwhile; what is left goes with the next that are settled

_FORGET = """
DELETE FROM invocation WHERE rowid IN (
    SELECT rowid FROM invocation INDEXED BY invocation_{state} WHERE state = '{state}' {which} LIMIT ?
)
"""
_DONE_BEFORE = _FORGET.format(state="done", which="AND settled_at < ?")
_FAILED_BEFORE = _FORGET.format(state="failed", which="AND settled_at < ?")
_DONE_FIRST = _FORGET.format(state="done", which="ORDER BY settled_at")


def forget_old(transaction: sqlite3.Connection, now: float) -> None:
    """Let those go that were settled long ago, and of those that went well the oldest, if there are too many."""
    transaction.execute(_DONE_BEFORE, (now - DONE_KEPT_SECONDS, _AT_ONCE))
    transaction.execute(_FAILED_BEFORE, (now - FAILED_KEPT_SECONDS, _AT_ONCE))
    done = transaction.execute("SELECT events FROM invocation_count WHERE state = 'done'").fetchone()["events"]
    if done > DONE_KEPT_EVENTS:
        transaction.execute(_DONE_FIRST, (min(done - DONE_KEPT_EVENTS, _AT_ONCE),))
