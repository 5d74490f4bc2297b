"""The tables of keys in the garden's database."""

from __future__ import annotations

from typing import Final

from gateway.security.audit import Audit
from gateway.security.codes import Codes
from gateway.security.passphrases import Passphrases
from gateway.security.tokens import Tokens
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE passphrases (
        role   TEXT PRIMARY KEY,
        hash   TEXT    NOT NULL,
        set_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE codes (
        id       INTEGER PRIMARY KEY AUTOINCREMENT,
        hash     BLOB    NOT NULL UNIQUE,
        role     TEXT    NOT NULL,
        plant    TEXT,
        until_ms INTEGER NOT NULL,
        once     INTEGER NOT NULL
    );
    CREATE TABLE sessions (
        hash     BLOB PRIMARY KEY,
        role     TEXT    NOT NULL,
        plant    TEXT,
        secure   INTEGER NOT NULL,              -- by which door
        store    TEXT    NOT NULL,              -- what is restored opens nothing
        code     INTEGER,
        seen_ms  INTEGER NOT NULL,
        until_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE tokens (
        id         INTEGER PRIMARY KEY AUTOINCREMENT,
        hash       BLOB    NOT NULL UNIQUE,
        label      TEXT    NOT NULL,
        scopes     TEXT    NOT NULL,
        node       TEXT,
        made_ms    INTEGER NOT NULL,
        until_ms   INTEGER NOT NULL,
        used_ms    INTEGER,
        revoked_ms INTEGER
    );
    CREATE TABLE changes (
        id    INTEGER PRIMARY KEY AUTOINCREMENT,
        at_ms INTEGER NOT NULL,
        by    TEXT    NOT NULL,
        what  TEXT    NOT NULL,
        about TEXT    NOT NULL
    );
"""


class Keyring:
    """What is kept of passphrases, codes and tokens, and the log of their changes."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.passphrases = Passphrases(database)
        self.codes = Codes(database)
        self.tokens = Tokens(database)
        self.audit = Audit(database)
