-- Which version or alias an event is for, and the X-Ray trace header that it came with: its lineage tells a loop.
ALTER TABLE invocation ADD COLUMN qualifier TEXT;

ALTER TABLE invocation ADD COLUMN trace TEXT NOT NULL DEFAULT '';

ALTER TABLE invocation ADD COLUMN client_context TEXT;

-- An event's age counts from here: from when it was queued, but not the time during which no server ran.
ALTER TABLE invocation ADD COLUMN aged_from REAL NOT NULL DEFAULT 0;

UPDATE invocation SET aged_from = created_at;

-- How often in a row no handler saw it, for want of a worker or of concurrency: such tries are no attempts.
ALTER TABLE invocation ADD COLUMN refusals INTEGER NOT NULL DEFAULT 0;

-- What the last try came to, and why it was the last.
ALTER TABLE invocation ADD COLUMN condition TEXT;

ALTER TABLE invocation ADD COLUMN result BLOB;

ALTER TABLE invocation ADD COLUMN function_error TEXT;

ALTER TABLE invocation ADD COLUMN executed_version TEXT;

DROP INDEX invocation_pending;

DROP INDEX invocation_settled;

-- One for each state: SQLite takes a partial index only if the query says the very same.
CREATE INDEX invocation_queued ON invocation (function, not_before) WHERE state = 'queued';

CREATE INDEX invocation_running ON invocation (created_at) WHERE state = 'running';

CREATE INDEX invocation_done ON invocation (settled_at) WHERE state = 'done';

CREATE INDEX invocation_failed ON invocation (settled_at) WHERE state = 'failed';

-- Records on their way to a bucket. Written with the end of their event, gone when the object is there; the key is
-- drawn once, so that a second try after a crash finds the object of the first.
CREATE TABLE delivery (
    id         TEXT PRIMARY KEY,
    request_id TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    metadata   TEXT    NOT NULL,
    trace      TEXT    NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    created_at REAL    NOT NULL,
    not_before REAL    NOT NULL,
    error      TEXT,
    failed_at  REAL
) STRICT;

CREATE INDEX delivery_pending ON delivery (not_before) WHERE failed_at IS NULL;

CREATE INDEX delivery_of_event ON delivery (request_id);

CREATE INDEX delivery_failed ON delivery (failed_at) WHERE failed_at IS NOT NULL;
