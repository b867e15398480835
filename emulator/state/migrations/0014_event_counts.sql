-- How many events are in each state, kept by the file itself: counting them anew takes longer the more there are.
CREATE TABLE invocation_count (
    state  TEXT PRIMARY KEY,
    events INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO invocation_count (state, events)
    SELECT known.column1, (SELECT count(*) FROM invocation WHERE state = known.column1)
    FROM (VALUES ('queued'), ('running'), ('done'), ('failed')) AS known;

CREATE TRIGGER invocation_added AFTER INSERT ON invocation BEGIN
    UPDATE invocation_count SET events = events + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER invocation_moved AFTER UPDATE OF state ON invocation WHEN OLD.state <> NEW.state BEGIN
    UPDATE invocation_count SET events = events - 1 WHERE state = OLD.state;
    UPDATE invocation_count SET events = events + 1 WHERE state = NEW.state;
END;

CREATE TRIGGER invocation_removed AFTER DELETE ON invocation BEGIN
    UPDATE invocation_count SET events = events - 1 WHERE state = OLD.state;
END;

-- For those who list events, the newest first.
CREATE INDEX invocation_by_time ON invocation (created_at);

CREATE INDEX invocation_by_state ON invocation (state, created_at);

CREATE INDEX invocation_by_function ON invocation (function, created_at);

DROP INDEX invocation_running;

CREATE INDEX invocation_unreported ON invocation (settled_at) WHERE state = 'failed' AND reported = 0;

-- When a server was last seen alive: events do not age while there is none.
CREATE TABLE server_seen (
    only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
    at       REAL NOT NULL
) STRICT;
