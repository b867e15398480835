-- Times are seconds since 1970, UTC.

-- When instances ran: a row from a start to the next stop. Kept for as long as the home, unlike the instances.
CREATE TABLE instance_usage (
    instance_id   TEXT NOT NULL,
    started_at    REAL NOT NULL,
    ended_at      REAL,
    instance_type TEXT NOT NULL,
    name          TEXT,
    PRIMARY KEY (instance_id, started_at)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX instance_usage_running ON instance_usage (instance_id) WHERE ended_at IS NULL;

-- What functions did, an hour a row: `hour` is its first second, `first_at` when the first invocation in it ended,
-- `billed_mb_ms` the sum of memory times billed duration.
CREATE TABLE function_usage (
    function     TEXT    NOT NULL,
    hour         INTEGER NOT NULL,
    requests     INTEGER NOT NULL,
    billed_mb_ms INTEGER NOT NULL,
    first_at     REAL    NOT NULL,
    PRIMARY KEY (function, hour)
) STRICT, WITHOUT ROWID;
