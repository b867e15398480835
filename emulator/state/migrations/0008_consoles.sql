-- What an instance that has ended printed on its console, for as long as it is listed.
CREATE TABLE console (
    instance_id TEXT PRIMARY KEY,
    output      BLOB NOT NULL
) STRICT, WITHOUT ROWID;
