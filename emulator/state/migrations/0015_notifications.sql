-- Ids of rules are a bucket's own. A prefix or a suffix is compared with the key as a notification writes it, encoded as
-- a form field. Those of earlier homes are plain text, which `is_plain` says.
CREATE TABLE notification (
    bucket   TEXT    NOT NULL REFERENCES bucket (name) ON DELETE CASCADE,
    id       TEXT    NOT NULL,
    target   TEXT    NOT NULL,
    events   TEXT    NOT NULL,
    prefix   TEXT    NOT NULL,
    suffix   TEXT    NOT NULL,
    is_plain INTEGER NOT NULL DEFAULT 0,
    UNIQUE (bucket, id)
) STRICT;
INSERT INTO notification (bucket, id, target, events, prefix, suffix, is_plain)
SELECT bucket, id, target, events, prefix, suffix, 1 FROM notification_rule ORDER BY rowid;
DROP TABLE notification_rule;

-- Notifications on their way to folders and web servers: written with their event, gone when they are there. `name` is
-- the event's time and sequencer, and the name of the file that it becomes; `trace` is the header that came with it.
CREATE TABLE notification_delivery (
    name       TEXT    NOT NULL,
    rule       TEXT    NOT NULL,
    bucket     TEXT    NOT NULL,
    key        TEXT    NOT NULL,
    event      TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    body       BLOB    NOT NULL,
    trace      TEXT    NOT NULL,
    tries      INTEGER NOT NULL DEFAULT 0,
    created_at REAL    NOT NULL,
    aged_from  REAL    NOT NULL,
    not_before REAL    NOT NULL,
    error      TEXT,
    failed_at  REAL,
    UNIQUE (name, rule)
) STRICT;
CREATE INDEX notification_delivery_pending ON notification_delivery (target, not_before) WHERE failed_at IS NULL;
CREATE INDEX notification_delivery_due ON notification_delivery (not_before) WHERE failed_at IS NULL;
CREATE INDEX notification_delivery_failed ON notification_delivery (failed_at) WHERE failed_at IS NOT NULL;
