"""What the garden remembers of its keys: the broker's accounts, and invitations to join.

Invitations are kept as digests: whoever reads this file can make none of them good. It lies in a
folder of its own that only the service may enter.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.keys.acl import Identity
from sensor_node.database import Database

WEB_UNTIL: Final = "web_until_ms"
"""The fact of when the web door's certificate ends."""

MIGRATIONS: Final = (
    """
    CREATE TABLE accounts (
        name     TEXT PRIMARY KEY,
        identity TEXT    NOT NULL,
        password TEXT    NOT NULL,          -- as mosquitto keeps it
        made_ms  INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE invitations (
        id          INTEGER PRIMARY KEY AUTOINCREMENT,
        node        TEXT    NOT NULL,
        claim       TEXT    NOT NULL UNIQUE,  -- digest of what is shown to get the account
        code_name   TEXT,                     -- the first letters of a typed code
        proof       BLOB,                     -- and the key of its proofs
        made_ms     INTEGER NOT NULL,
        expires_ms  INTEGER NOT NULL,
        tries       INTEGER NOT NULL DEFAULT 0,
        used_ms     INTEGER,
        used_with   TEXT,                     -- digest of the password that it was used with
        repeated_ms INTEGER                   -- when somebody else came with it
    );
    CREATE INDEX invitations_by_code ON invitations (code_name);
    CREATE TABLE facts (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)

_INVITATIONS = (
    "SELECT id, node, claim, code_name, proof, made_ms, expires_ms, tries, used_ms, used_with,"
    " repeated_ms FROM invitations"
)


@dataclass(frozen=True, slots=True)
class Account:
    """Who may enter the broker; ``password`` as mosquitto keeps it."""

    name: str
    identity: Identity
    password: str
    made_ms: int


@dataclass(frozen=True, slots=True)
class Invitation:
    """A node is awaited. ``tries``: failed ones, of a typed code; ``used_ms`` None: not yet used;
    ``repeated_ms``: when it was shown again, by somebody else.
    """

    id: int
    node: str
    claim: str
    code_name: str | None
    proof: bytes | None
    made_ms: int
    expires_ms: int
    tries: int
    used_ms: int | None
    used_with: str | None
    repeated_ms: int | None

    def is_over(self, now_ms: int) -> bool:
        """Whether its time is over. A clock that stands before its making is no reason to trust."""
        return not self.made_ms <= now_ms < self.expires_ms


class Book:
    """The file ``path``, created where it is absent. Safe to use from several threads and
    processes. Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, MIGRATIONS)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def alone(self) -> Iterator[Entries]:
        """Its entries, while nobody else writes: all that is changed inside, or nothing."""
        with self._database.writing() as db:
            yield Entries(db)

    def accounts(self) -> dict[str, Account]:
        """All accounts by name."""
        with self._database.reading() as db:
            return Entries(db).accounts()

    def invitations(self) -> list[Invitation]:
        """All invitations, oldest first."""
        with self._database.reading() as db:
            return [_invitation(row) for row in db.execute(f"{_INVITATIONS} ORDER BY id")]

    def fact(self, name: str, default: str = "") -> str:
        """A fact of the garden's making."""
        with self._database.reading() as db:
            return Entries(db).fact(name, default)


class Entries:
    """What may be done inside one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def accounts(self) -> dict[str, Account]:
        """All accounts by name."""
        rows = self._db.execute(
            "SELECT name, identity, password, made_ms FROM accounts ORDER BY name"
        )
        return {name: Account(name, Identity(kind), word, at) for name, kind, word, at in rows}

    def put(self, account: Account) -> None:
        """Write ``account``, in the place of one of that name."""
        self._db.execute(
            "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?)",
            (account.name, account.identity, account.password, account.made_ms),
        )

    def remove(self, name: str) -> bool:
        """Strike the account out; whether there was one."""
        return self._db.execute("DELETE FROM accounts WHERE name = ?", (name,)).rowcount > 0

    def fact(self, name: str, default: str = "") -> str:
        """A fact of the garden's making."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else default

    def put_fact(self, name: str, value: str) -> None:
        """Write it down."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def invite(
        self,
        node: str,
        claim: str,
        now_ms: int,
        expires_ms: int,
        code: tuple[str, bytes] | None = None,
    ) -> None:
        """Await ``node``, from now on with nothing but this. ``code``: its name and proof key."""
        self._db.execute("DELETE FROM invitations WHERE node = ? AND used_ms IS NULL", (node,))
        self._db.execute(
            "INSERT INTO invitations (node, claim, code_name, proof, made_ms, expires_ms)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (node, claim, *(code or (None, None)), now_ms, expires_ms),
        )

    def forget_invitations(self, node: str) -> None:
        """None of those of ``node`` is good any more, from long before now."""
        self._db.execute("UPDATE invitations SET expires_ms = 0 WHERE node = ?", (node,))

    def was_invited(self, node: str) -> bool:
        """Whether there ever was an invitation for ``node``."""
        found = self._db.execute("SELECT 1 FROM invitations WHERE node = ? LIMIT 1", (node,))
        return found.fetchone() is not None

    def by_claim(self, claim: str) -> Invitation | None:
        """The invitation whose claim has this digest."""
        return self._one("claim", claim)

    def by_code(self, code_name: str) -> Invitation | None:
        """The invitation of the typed code with these first letters."""
        return self._one("code_name", code_name)

    def count_try(self, number: int) -> None:
        """Somebody failed with this invitation."""
        self._db.execute("UPDATE invitations SET tries = tries + 1 WHERE id = ?", (number,))

    def use(self, number: int, used_with: str, now_ms: int) -> None:
        """It is used, for ever."""
        self._db.execute(
            "UPDATE invitations SET used_ms = ?, used_with = ? WHERE id = ?",
            (now_ms, used_with, number),
        )

    def repeated(self, number: int, now_ms: int) -> None:
        """Somebody else came with an invitation that was used."""
        self._db.execute("UPDATE invitations SET repeated_ms = ? WHERE id = ?", (now_ms, number))

    def _one(self, column: str, value: str) -> Invitation | None:
        row = self._db.execute(
            f"{_INVITATIONS} WHERE {column} = ? ORDER BY id DESC LIMIT 1", (value,)
        ).fetchone()
        return _invitation(row) if row else None


def _invitation(row: tuple[object, ...]) -> Invitation:
    return Invitation(*row)  # type: ignore[arg-type]
