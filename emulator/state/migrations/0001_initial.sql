-- Times are seconds since 1970, UTC. Documents are JSON.

-- An instance from its launch until an hour after its end. The engine's labels say the same of what still has a
-- container; this is what is left when the container is gone.
CREATE TABLE instance (
    id            TEXT PRIMARY KEY,
    record        TEXT NOT NULL,
    terminated_at REAL,
    reason        TEXT
) STRICT;

CREATE TABLE tag (
    resource_id TEXT NOT NULL,
    key         TEXT NOT NULL,
    value       TEXT NOT NULL,
    PRIMARY KEY (resource_id, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE bucket (
    name       TEXT PRIMARY KEY,
    created_at REAL NOT NULL
) STRICT, WITHOUT ROWID;

-- One row an object. `key` is compared byte by byte, which is S3's order. A file that was read within the same tick of
-- the clock that last changed it is not `settled`: a second change in that tick would not show in its times.
CREATE TABLE object (
    bucket        TEXT    NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    key           TEXT    NOT NULL,
    size_bytes    INTEGER NOT NULL,
    mtime_ns      INTEGER NOT NULL,
    inode         INTEGER NOT NULL,
    settled       INTEGER NOT NULL,
    etag          TEXT    NOT NULL,
    content_type  TEXT,
    metadata      TEXT    NOT NULL DEFAULT '{}',
    headers       TEXT    NOT NULL DEFAULT '{}',
    sequencer     TEXT    NOT NULL,
    PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;

-- The last sequencer that was given out: it must grow although the clock may not.
CREATE TABLE sequencer (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    last     INTEGER NOT NULL
) STRICT;

CREATE TABLE notification_rule (
    id        TEXT PRIMARY KEY,
    bucket    TEXT NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    target    TEXT NOT NULL,
    events    TEXT NOT NULL,
    prefix    TEXT NOT NULL,
    suffix    TEXT NOT NULL
) STRICT;
CREATE INDEX notification_rule_by_bucket ON notification_rule (bucket);

CREATE TABLE function (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The asynchronous queue: a row is settled (done or failed) only after its result is known.
CREATE TABLE invocation (
    request_id    TEXT PRIMARY KEY,
    function      TEXT    NOT NULL,
    payload       BLOB    NOT NULL,
    source        TEXT    NOT NULL,
    state         TEXT    NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed')),
    attempts      INTEGER NOT NULL DEFAULT 0,
    created_at    REAL    NOT NULL,
    not_before    REAL    NOT NULL,
    settled_at    REAL,
    error         TEXT,
    reported      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX invocation_pending ON invocation (state, not_before) WHERE state IN ('queued', 'running');
CREATE INDEX invocation_settled ON invocation (settled_at) WHERE state IN ('done', 'failed');
