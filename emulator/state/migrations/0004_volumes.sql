-- Times are seconds since 1970, UTC.

-- A volume is a folder, and the place of the folder says whether it is attached. Its row says what a folder cannot, and
-- what is being done to it: `state` and the attachment are written before the folder is moved, and set right from the
-- folder's place if whoever moved it was killed. `inode` tells the folder from others.
CREATE TABLE volume (
    id           TEXT PRIMARY KEY,
    state        TEXT NOT NULL,
    size_gib     INTEGER NOT NULL,
    type         TEXT NOT NULL,
    zone         TEXT NOT NULL,
    snapshot_id  TEXT,
    created_at   REAL NOT NULL,
    inode        TEXT,
    instance_id  TEXT,
    device       TEXT,
    attached_at  REAL,
    delete_on_termination INTEGER NOT NULL DEFAULT 0,
    client_token TEXT UNIQUE,
    request      TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX volume_device ON volume (instance_id, device) WHERE instance_id IS NOT NULL;

-- A snapshot is a folder, too: a copy that nobody changes.
CREATE TABLE snapshot (
    id          TEXT PRIMARY KEY,
    state       TEXT NOT NULL,
    volume_id   TEXT NOT NULL,
    size_gib    INTEGER NOT NULL,
    description TEXT NOT NULL,
    started_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;
