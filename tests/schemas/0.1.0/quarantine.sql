-- quarantine.sqlite as version 0.1.0 made it; never to be changed.
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('bytes', 0), ('evicted', 0);
CREATE TABLE items (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order of arrival
    digest      BLOB    NOT NULL UNIQUE,
    weight      INTEGER NOT NULL,
    node        TEXT,
    topic       TEXT    NOT NULL,
    channel     TEXT,
    code        TEXT    NOT NULL,
    text_fr     TEXT    NOT NULL,
    text_en     TEXT    NOT NULL,
    payload     BLOB    NOT NULL,
    received_ms INTEGER NOT NULL,
    boot        TEXT,
    seq         INTEGER,
    at_ms       INTEGER,
    unit        TEXT,
    value       REAL
);
CREATE INDEX items_node ON items (node);
PRAGMA user_version = 1;
