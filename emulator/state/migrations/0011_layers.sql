-- Layers: versions that never change. What is in them lies in the home's folder `layers`.
CREATE TABLE layer_version (
    layer   TEXT    NOT NULL,
    version INTEGER NOT NULL,
    record  TEXT    NOT NULL,
    -- A deleted one can be found no more, but functions that have it go on with it.
    deleted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (layer, version)
) STRICT, WITHOUT ROWID;

-- The last version number of a layer that was given out: none comes twice.
CREATE TABLE layer (
    name      TEXT PRIMARY KEY,
    published INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
