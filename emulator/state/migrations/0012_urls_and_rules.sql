-- Function URLs, and rules that run functions by the clock.
CREATE TABLE function_url (
    url_id    TEXT PRIMARY KEY,
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    qualifier TEXT NOT NULL,
    record    TEXT NOT NULL,
    UNIQUE (function, qualifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_rule (
    name   TEXT PRIMARY KEY,
    record TEXT NOT NULL,
    -- Seconds since 1970, UTC: what was missed while no server ran is not made up for.
    due_at REAL
) STRICT, WITHOUT ROWID;

CREATE TABLE event_target (
    rule   TEXT NOT NULL REFERENCES event_rule (name) ON DELETE CASCADE,
    id     TEXT NOT NULL,
    record TEXT NOT NULL,
    PRIMARY KEY (rule, id)
) STRICT, WITHOUT ROWID;
