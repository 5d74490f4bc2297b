"""Codes: short ones that a room reads off a board and types, long ones that come in a link once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from gateway.security.digest import digest
from gateway.security.roles import Role
from sensor_node.database import Database

LETTERS: Final = "bcdfghjkmnpqrstvwxz"
"""No vowels, so that no code is a word, and nothing that looks like something else."""
SHORT, LONG = 8, 24
MINUTE_MS: Final = 60_000
HOURS: Final = 12


@dataclass(frozen=True, slots=True)
class Code:
    """A code that opens something. ``plant``: the group's; ``once``: it is gone when it is used."""

    id: int
    role: Role
    plant: str | None
    until_ms: int
    once: bool


class Codes:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, role: Role, until_ms: int, now_ms: int, plant: str | None = None) -> str:
        """A new code, to be shown: it is kept as a digest only. The keeper's is long, and goes
        once.
        """
        once = role == Role.KEEPER
        length = LONG if once else SHORT
        text = drawn(length)
        with self._database.writing() as db:
            db.execute("DELETE FROM codes WHERE until_ms <= ?", (now_ms,))
            db.execute(
                "INSERT INTO codes (hash, role, plant, until_ms, once) VALUES (?, ?, ?, ?, ?)",
                (digest(text), role, plant, until_ms, once),
            )
        return shown(text)

    def use(self, text: str, now_ms: int) -> Code | None:
        """The code ``text``, used now; None where there is none or it has expired."""
        with self._database.writing() as db:
            row = db.execute(
                "SELECT id, role, plant, until_ms, once FROM codes WHERE hash = ? AND until_ms > ?",
                (digest(plain(text)), now_ms),
            ).fetchone()
            if row is not None and row[4]:
                db.execute("DELETE FROM codes WHERE id = ?", (row[0],))
        return None if row is None else _code(row)

    def is_known(self, text: str, now_ms: int) -> bool:
        """Whether ``text`` is a code that opens something; it is not used by that."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT 1 FROM codes WHERE hash = ? AND until_ms > ?", (digest(plain(text)), now_ms)
            ).fetchone()
        return row is not None

    def all(self, now_ms: int) -> list[Code]:
        """Those that open something now, without what they read."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, role, plant, until_ms, once FROM codes WHERE until_ms > ? ORDER BY id",
                (now_ms,),
            ).fetchall()
        return [_code(row) for row in rows]

    def revoke(self, number: int) -> bool:
        """Take a code back, and end the sessions that it began; whether there was one."""
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE code = ?", (number,))
            return bool(db.execute("DELETE FROM codes WHERE id = ?", (number,)).rowcount)


def new_short() -> str:
    """A new code that a room types, as it is shown; whoever makes it keeps it."""
    return shown(drawn(SHORT))


def drawn(length: int) -> str:
    """So many letters, drawn by lot."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def plain(text: str) -> str:
    """``text`` as it is compared: in small letters, without what makes it readable."""
    return "".join(text.lower().split()).replace("-", "")


def shown(text: str) -> str:
    """``text`` in fours, as it is read out."""
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def is_code(text: str) -> bool:
    """Whether ``text`` has the shape of a code at all: whatever else is a passphrase."""
    return is_short(text) or is_long(text)


def is_short(text: str) -> bool:
    """Whether ``text`` has the shape of a code that a room types."""
    return len(plain(text)) == SHORT and _is_of_letters(text)


def is_long(text: str) -> bool:
    """Whether ``text`` has the shape of a link's code: nobody guesses one."""
    return len(plain(text)) == LONG and _is_of_letters(text)


def _is_of_letters(text: str) -> bool:
    return set(plain(text)) <= set(LETTERS)


def _code(row: tuple[int, str, str | None, int, int]) -> Code:
    number, role, plant, until_ms, once = row
    return Code(number, Role(role), plant, until_ms, bool(once))
