-- Versions, aliases and settings of functions. They go with their function.

-- The last version number that was given out: none comes twice.
ALTER TABLE function ADD COLUMN published INTEGER NOT NULL DEFAULT 0;

-- What becomes of an event that the function itself has caused: Terminate or Allow.
ALTER TABLE function ADD COLUMN recursive_loop TEXT NOT NULL DEFAULT 'Terminate';

CREATE TABLE function_version (
    function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    version  TEXT NOT NULL,
    record   TEXT NOT NULL,
    -- Stands for the code and configuration that were published: the same are not published twice.
    content  TEXT NOT NULL DEFAULT '',
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
    -- Seconds since 1970.
    modified  REAL    NOT NULL DEFAULT 0,
    PRIMARY KEY (function, qualifier)
) STRICT, WITHOUT ROWID;

CREATE TABLE event_invoke_config (
    function  TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    qualifier TEXT NOT NULL,
    record    TEXT NOT NULL,
    PRIMARY KEY (function, qualifier)
) STRICT, WITHOUT ROWID;

-- Why no worker of a version could be started, until one can.
CREATE TABLE function_failure (
    function TEXT NOT NULL REFERENCES function (name) ON DELETE CASCADE,
    version  TEXT NOT NULL,
    reason   TEXT NOT NULL,
    PRIMARY KEY (function, version)
) STRICT, WITHOUT ROWID;
