-- Versions, aliases and settings of functions. They go with their function.

-- The last version number that was given out: none comes twice.
ALTER TABLE function ADD COLUMN published INTEGER NOT NULL DEFAULT 0;

CREATE TABLE function_version (
    function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    version  TEXT NOT NULL,
    record   TEXT NOT NULL,
    PRIMARY KEY (function, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE function_alias (
    function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    record   TEXT NOT NULL,
    PRIMARY KEY (function, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE function_concurrency (
    function TEXT PRIMARY KEY REFERENCES function (name) ON DELETE CASCADE,
    reserved INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE provisioned_concurrency (
    function  TEXT    NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    qualifier TEXT    NOT NULL,
    requested INTEGER NOT NULL,
    PRIMARY KEY (function, qualifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_invoke_config (
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    qualifier TEXT NOT NULL,
    record    TEXT NOT NULL,
    PRIMARY KEY (function, qualifier)
) STRICT, WITHOUT ROWID;
