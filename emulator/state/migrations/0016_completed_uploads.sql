-- What a client that lost the answer to CompleteMultipartUpload is told when it asks again.
CREATE TABLE completed_upload (
    id            TEXT PRIMARY KEY,
    bucket        TEXT NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    key           TEXT NOT NULL,
    completed_at  REAL NOT NULL,
    etag          TEXT NOT NULL,
    checksums     TEXT NOT NULL,
    version_id    TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX completed_upload_by_time ON completed_upload (completed_at);
