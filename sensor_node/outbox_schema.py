"""The outbox's file: what its tables are, and how they came to be."""

from __future__ import annotations

PAGE_BYTES = 1024
"""A pack of six readings is 260 bytes: an append writes few pages, and little of them in vain."""
SEQ_BITS = 40
LAST_SEQ = (1 << SEQ_BITS) - 1

MIGRATIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    CREATE TABLE packs (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,  -- in the order of sampling
        boot    TEXT    NOT NULL,
        seq     INTEGER NOT NULL,
        mono_s  REAL    NOT NULL,                   -- seconds since the start of this boot
        at_ms   INTEGER,                            -- NULL: not dated yet, cannot be sent
        clock   TEXT,
        records TEXT    NOT NULL,                   -- the inside of the SenML array
        acked   INTEGER NOT NULL DEFAULT 0,         -- 1: committed by the store in meta
        UNIQUE (boot, seq)
    );
    CREATE INDEX packs_waiting ON packs (id) WHERE acked = 0;
    """,
    """
    CREATE TABLE counters (
        name     TEXT PRIMARY KEY,
        counted  INTEGER NOT NULL,  -- pulses there ever were, as of the last save
        reported INTEGER NOT NULL   -- those of them that are in packs
    ) WITHOUT ROWID;
    """,
    # One B-tree for a pack where there were three: a card wears by the pages that are written.
    """
    CREATE TABLE boots (number INTEGER PRIMARY KEY, boot TEXT NOT NULL UNIQUE);
    INSERT INTO boots (boot) SELECT boot FROM packs GROUP BY boot ORDER BY min(id);
    CREATE TABLE numbered (
        id      INTEGER PRIMARY KEY,         -- number of the boot, then 40 bits of seq
        mono_s  REAL    NOT NULL,            -- seconds since the start of this boot
        at_ms   INTEGER,                     -- NULL: not dated yet
        clock   TEXT,
        records TEXT    NOT NULL,            -- the inside of the SenML array
        acked   INTEGER NOT NULL DEFAULT 0,  -- 1: committed by the store in meta
        settled INTEGER NOT NULL DEFAULT 1   -- 1: the time stands, the pack may have been sent
    );
    INSERT INTO numbered
        SELECT (number << 40) + seq, mono_s, at_ms, clock, records, acked,
               at_ms IS NOT NULL
        FROM packs JOIN boots USING (boot) ORDER BY 1;
    DROP TABLE packs;
    ALTER TABLE numbered RENAME TO packs;
    CREATE INDEX packs_waiting ON packs (id) WHERE acked = 0;
    CREATE INDEX packs_unsettled ON packs (id) WHERE settled = 0;
    """,
)
