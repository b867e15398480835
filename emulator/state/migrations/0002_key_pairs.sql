-- Key pairs: the public half. A private key that was made here lies in the home's folder `keys`.
CREATE TABLE key_pair (
    name        TEXT PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,
    type        TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    public_key  TEXT NOT NULL,
    imported    INTEGER NOT NULL,
    created_at  REAL NOT NULL
) STRICT, WITHOUT ROWID;
