"""Tokens: what a program shows instead of a person's code."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.security.digest import digest
from gateway.security.roles import Scope
from gateway.security.use import note_use
from sensor_node.database import Database

PREFIX: Final = "jardin_"
"""By which those who look for secrets in published code know one."""
SECRET_BYTES: Final = 20
DAYS: Final = 365
SEEN_EVERY_MS: Final = 60_000
MOST_CHARACTERS: Final = 100


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token; the token itself is known to its program alone.

    ``node``: the node or sandbox that it sends readings of; ``used_ms``: when it was last shown,
    to the minute.
    """

    id: int
    label: str
    scopes: frozenset[Scope]
    node: str | None
    made_ms: int
    until_ms: int
    used_ms: int | None
    revoked_ms: int | None

    def opens(self, now_ms: int) -> bool:
        """Whether it is good at ``now_ms``."""
        return self.revoked_ms is None and now_ms < self.until_ms


_COLUMNS: Final = "id, label, scopes, node, made_ms, until_ms, used_ms, revoked_ms"


class Tokens:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(
        self, label: str, scopes: Iterable[Scope], node: str | None, until_ms: int, now_ms: int
    ) -> tuple[str, Token]:
        """A new token, to be shown once, and what is known of it from then on."""
        text = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
        with self._database.writing() as db:
            number = db.execute(
                "INSERT INTO tokens (hash, label, scopes, node, made_ms, until_ms)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (digest(text), label, " ".join(sorted(scopes)), node, now_ms, until_ms),
            ).lastrowid
            row = db.execute(f"SELECT {_COLUMNS} FROM tokens WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return text, _token(row)

    def find(self, text: str, now_ms: int) -> Token | None:
        """The token ``text``, used now; None where it opens nothing (any more)."""
        if not text.startswith(PREFIX) or len(text) > MOST_CHARACTERS:
            return None
        with self._database.reading() as db:
            row = db.execute(
                f"SELECT {_COLUMNS} FROM tokens WHERE hash = ?",  # noqa: S608
                (digest(text),),
            ).fetchone()
        token = None if row is None else _token(row)
        if token is None or not token.opens(now_ms):
            return None
        if token.used_ms is None or now_ms - token.used_ms >= SEEN_EVERY_MS:
            note_use(self._database, "UPDATE tokens SET used_ms = ? WHERE id = ?", now_ms, token.id)
        return token

    def all(self) -> list[Token]:
        """Every token that was ever made, newest first."""
        with self._database.reading() as db:
            rows = db.execute(f"SELECT {_COLUMNS} FROM tokens ORDER BY id DESC").fetchall()  # noqa: S608
        return [_token(row) for row in rows]

    def revoke(self, number: int, now_ms: int) -> Token | None:
        """It opens nothing from now on; None where there is no such token."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE tokens SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL",
                (now_ms, number),
            )
            row = db.execute(f"SELECT {_COLUMNS} FROM tokens WHERE id = ?", (number,)).fetchone()  # noqa: S608
        return None if row is None else _token(row)


def _token(row: tuple[int, str, str, str | None, int, int, int | None, int | None]) -> Token:
    number, label, scopes, node, made_ms, until_ms, used_ms, revoked_ms = row
    known = frozenset(map(Scope, scopes.split()))
    return Token(number, label, known, node, made_ms, until_ms, used_ms, revoked_ms)
