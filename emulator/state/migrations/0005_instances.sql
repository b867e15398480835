-- What a shell is doing to an instance: the state that others are to see meanwhile, and the file that the shell keeps
-- locked as long as it lives. One that was killed keeps nothing locked, and its words count for nothing.
ALTER TABLE instance ADD COLUMN under_way TEXT;
ALTER TABLE instance ADD COLUMN shell TEXT;

-- When `reason` came to be: stopping has a reason, too.
ALTER TABLE instance ADD COLUMN reason_at REAL;

-- A request that was made with a client token, so that the same one makes nothing twice.
CREATE TABLE client_token (
    token          TEXT PRIMARY KEY,
    request        TEXT NOT NULL,
    reservation_id TEXT NOT NULL,
    created_at     REAL NOT NULL
) STRICT, WITHOUT ROWID;
