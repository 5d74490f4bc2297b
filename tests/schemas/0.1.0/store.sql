-- store.sqlite as version 0.1.0 made it; never to be changed.
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO meta VALUES ('readings', 0);
CREATE TABLE series (
    id      INTEGER PRIMARY KEY,
    node    TEXT NOT NULL,
    channel TEXT NOT NULL,
    UNIQUE (node, channel)
);
CREATE TABLE readings (
    series  INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    value   REAL    NOT NULL,
    suspect INTEGER NOT NULL,
    PRIMARY KEY (series, at_ms)
) WITHOUT ROWID;
CREATE TABLE faults (
    series  INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    reason  TEXT    NOT NULL,
    PRIMARY KEY (series, at_ms)
) WITHOUT ROWID;
PRAGMA user_version = 1;
