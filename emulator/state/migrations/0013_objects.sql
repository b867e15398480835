-- What a bucket is set to: `versioning` is '' (never asked for), 'Enabled' or 'Suspended'; every other setting is a
-- document in the form that AWS's API gives it.
ALTER TABLE bucket ADD COLUMN versioning TEXT NOT NULL DEFAULT '';

CREATE TABLE bucket_setting (
    bucket   TEXT NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    name     TEXT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (bucket, name)
) STRICT, WITHOUT ROWID;

-- `blob` names bytes in the home's blob store. Where `in_folder` is 0 they are the object's only bytes, since a folder
-- cannot hold the key; else they are a copy that outlives the file, made while the bucket keeps versions.
ALTER TABLE object ADD COLUMN version_id TEXT NOT NULL DEFAULT 'null';
ALTER TABLE object ADD COLUMN in_folder INTEGER NOT NULL DEFAULT 1;
ALTER TABLE object ADD COLUMN blob TEXT;
ALTER TABLE object ADD COLUMN tags TEXT NOT NULL DEFAULT '{}';
-- How the checksums were made, and what each part of a multipart upload was: see Content.
ALTER TABLE object ADD COLUMN checksums TEXT NOT NULL DEFAULT '{}';
ALTER TABLE object ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';

-- What a key was before: older versions, and delete markers even where they are the newest. Sequencers grow.
CREATE TABLE object_version (
    bucket        TEXT    NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    key           TEXT    NOT NULL,
    sequencer     TEXT    NOT NULL,
    version_id    TEXT    NOT NULL,
    is_marker     INTEGER NOT NULL,
    size_bytes    INTEGER NOT NULL,
    mtime_ns      INTEGER NOT NULL,
    etag          TEXT    NOT NULL,
    content_type  TEXT,
    metadata      TEXT    NOT NULL DEFAULT '{}',
    headers       TEXT    NOT NULL DEFAULT '{}',
    tags          TEXT    NOT NULL DEFAULT '{}',
    checksums     TEXT    NOT NULL DEFAULT '{}',
    parts         TEXT    NOT NULL DEFAULT '[]',
    blob          TEXT,
    PRIMARY KEY (bucket, key, sequencer DESC)
) STRICT, WITHOUT ROWID;
CREATE INDEX object_version_by_id ON object_version (bucket, key, version_id);

-- Multipart uploads that are neither complete nor aborted. `description` is what the object will be said to be.
CREATE TABLE upload (
    id          TEXT PRIMARY KEY,
    bucket      TEXT NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    key         TEXT NOT NULL,
    started_at  REAL NOT NULL,
    record      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX upload_by_key ON upload (bucket, key, id);

CREATE TABLE upload_part (
    upload      TEXT    NOT NULL REFERENCES upload (id) ON DELETE CASCADE,
    number      INTEGER NOT NULL,
    size_bytes  INTEGER NOT NULL,
    mtime_ns    INTEGER NOT NULL,
    etag        TEXT    NOT NULL,
    checksums   TEXT    NOT NULL DEFAULT '{}',
    blob        TEXT    NOT NULL,
    PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;

-- Every blob that a row has: what no row has is left over from a killed process.
CREATE INDEX object_by_blob ON object (blob) WHERE blob IS NOT NULL;
CREATE INDEX object_version_by_blob ON object_version (blob) WHERE blob IS NOT NULL;
CREATE INDEX upload_part_by_blob ON upload_part (blob);

-- Checksums were among the headers, without their type, and headers had names of HTTP rather than of the API.
UPDATE object SET headers = json_remove(
    replace(replace(replace(replace(
        headers,
        '"Cache-Control"', '"CacheControl"'), '"Content-Disposition"', '"ContentDisposition"'),
        '"Content-Encoding"', '"ContentEncoding"'), '"Content-Language"', '"ContentLanguage"'),
    '$."x-amz-checksum-crc32"', '$."x-amz-checksum-crc32c"', '$."x-amz-checksum-crc64nvme"',
    '$."x-amz-checksum-sha1"', '$."x-amz-checksum-sha256"'
) WHERE headers <> '{}';
