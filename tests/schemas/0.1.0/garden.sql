-- garden.sqlite as version 0.1.0 made it; never to be changed.
CREATE TABLE nodes (
    node         TEXT PRIMARY KEY,
    state        TEXT NOT NULL DEFAULT 'unknown',
    last_seen_ms INTEGER,
    about        TEXT NOT NULL DEFAULT '{}',
    clock        TEXT
) WITHOUT ROWID;
CREATE TABLE channels (
    node      TEXT NOT NULL,
    channel   TEXT NOT NULL,
    quantity  TEXT,
    unit      TEXT,
    sensor    TEXT,
    pin       TEXT,
    simulated INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (node, channel)
) WITHOUT ROWID;
CREATE TABLE packs (                    -- what was received, as ranges that never touch
    node  TEXT    NOT NULL,
    boot  TEXT    NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    PRIMARY KEY (node, boot, first)
) WITHOUT ROWID;
CREATE TABLE imports (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    label     TEXT    NOT NULL,
    from_ms   INTEGER NOT NULL,
    to_ms     INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    rows      INTEGER NOT NULL
);
PRAGMA user_version = 1;
