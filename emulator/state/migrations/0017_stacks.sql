-- What `cloudlet deploy` made of a template, and what of it is still to be removed.
CREATE TABLE stack (
    name    TEXT PRIMARY KEY,
    record  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE stack_resource (
    stack       TEXT NOT NULL REFERENCES stack (name) ON DELETE CASCADE,
    logical_id  TEXT NOT NULL,
    -- A resource that is replaced is here twice, until the old one is removed.
    physical_id TEXT NOT NULL,
    record      TEXT NOT NULL,
    PRIMARY KEY (stack, logical_id, physical_id)
) STRICT, WITHOUT ROWID;
