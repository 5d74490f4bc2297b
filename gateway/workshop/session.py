"""One workshop's session: its code and its end, its groups with their keys, hands and notes.

Tokens and codes stand here as they are, so that a page can show them again: they open a sandbox
until the workshop's end, and go with its file.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.durable import belong
from gateway.security.codes import drawn, new_short, plain, shown
from gateway.security.digest import digest
from gateway.workshop.refusals import (
    plant_taken,
    sandbox_full,
    unknown_group,
    workshop_full,
)
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE facts (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
    CREATE TABLE groups (
        plant     TEXT PRIMARY KEY,
        token     TEXT    NOT NULL UNIQUE,
        code      TEXT UNIQUE,                 -- a new way in, after its computer died
        hand_ms   INTEGER,                     -- raised since
        frozen    INTEGER NOT NULL DEFAULT 0,
        pot_ms    INTEGER,                     -- has a simulated pot, watered then
        joined_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE sessions (
        hash   BLOB PRIMARY KEY,
        plant  TEXT    NOT NULL,
        secure INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE channels (
        plant    TEXT NOT NULL,
        channel  TEXT NOT NULL,
        unit     TEXT,
        quantity TEXT,
        PRIMARY KEY (plant, channel)
    ) WITHOUT ROWID;
    CREATE TABLE notes (
        id    INTEGER PRIMARY KEY,
        plant TEXT    NOT NULL,
        at_ms INTEGER NOT NULL,
        text  TEXT    NOT NULL
    );
"""
PREFIX: Final = "jardin_"
TOKEN_LETTERS: Final = 16
NOTES: Final = 100
"""Of one group."""
NOTE_CHARACTERS: Final = 1000
COMPUTERS: Final = 20
"""Browsers of one group at a time."""


@dataclass(frozen=True, slots=True)
class About:
    """What a workshop is. ``ended_ms``: None while it is on; ``left_ms``: of a pause, what was
    left of it then.
    """

    title: str
    code: str
    groups: int
    begun_ms: int
    until_ms: int
    left_ms: int | None
    ended_ms: int | None

    @property
    def paused(self) -> bool:
        return self.left_ms is not None


@dataclass(frozen=True, slots=True)
class Group:
    """A group, with all that its page shows."""

    plant: str
    token: str
    code: str | None
    hand_ms: int | None
    frozen: bool
    pot_ms: int | None
    joined_ms: int


@dataclass(frozen=True, slots=True)
class Note:
    """What a group wrote down."""

    plant: str
    at_ms: int
    text: str


class Session:
    """In the file ``path``; ``StorageError`` when the disk fails."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, [MIGRATION])
        path.chmod(0o600)
        belong(path)

    def begin(self, title: str, groups: int, minutes: float, now_ms: int) -> None:
        """Write down what the workshop is."""
        facts = {
            "title": title,
            "code": new_short(),
            "groups": groups,
            "begun_ms": now_ms,
            "until_ms": now_ms + round(minutes * 60_000),
        }
        with self._database.writing() as db:
            db.executemany("INSERT INTO facts VALUES (?, ?)", facts.items())

    def about(self) -> About | None:
        """What it is; None where a kill came before ``begin``."""
        with self._database.reading() as db:
            facts: dict[str, Any] = dict(db.execute("SELECT key, value FROM facts"))
        if not facts:
            return None
        facts.setdefault("left_ms", None)
        facts.setdefault("ended_ms", None)
        return About(**facts)

    def change(self, **facts: Any) -> None:
        """Change what ``About`` says; None takes a fact away."""
        with self._database.writing() as db:
            for key, value in facts.items():
                if value is None:
                    db.execute("DELETE FROM facts WHERE key = ?", (key,))
                else:
                    db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (key, value))

    # --- groups ---------------------------------------------------------------------------------

    def groups(self) -> list[Group]:
        """The groups, in the order in which they came."""
        with self._database.reading() as db:
            rows = db.execute(f"SELECT {_GROUP} FROM groups ORDER BY joined_ms, plant").fetchall()  # noqa: S608
        return [_group(row) for row in rows]

    def group(self, plant: str) -> Group | None:
        """The group ``plant``, None where it has not joined."""
        return self._group("plant", plant)

    def of_token(self, token: str) -> Group | None:
        """The group whose token this is."""
        return self._group("token", token)

    def of_code(self, code: str) -> Group | None:
        """The group that a new code was given to."""
        return self._group("code", shown(plain(code)))

    def join(self, plant: str, now_ms: int) -> Group:
        """A new group. Raises ``AccessRefused`` where the plant is taken or all groups are here."""
        with self._database.writing() as db:
            if db.execute("SELECT 1 FROM groups WHERE plant = ?", (plant,)).fetchone():
                raise plant_taken(plant)
            (most,) = db.execute("SELECT value FROM facts WHERE key = 'groups'").fetchone()
            (here,) = db.execute("SELECT count(*) FROM groups").fetchone()
            if here >= most:
                raise workshop_full(most)
            db.execute(
                "INSERT INTO groups (plant, token, joined_ms) VALUES (?, ?, ?)",
                (plant, _token(plant), now_ms),
            )
        return self.known(plant)

    def known(self, plant: str) -> Group:
        """The group ``plant``. Raises ``AccessRefused`` where it has not joined."""
        group = self.group(plant)
        if group is None:
            raise unknown_group(plant)
        return group

    def new_code(self, plant: str) -> str:
        """A new code of a group; its old computer and its old token are out at once."""
        self.known(plant)
        code = new_short()
        with self._database.writing() as db:
            db.execute(
                "UPDATE groups SET code = ?, token = ? WHERE plant = ?",
                (code, _token(plant), plant),
            )
            db.execute("DELETE FROM sessions WHERE plant = ?", (plant,))
        return code

    def mark(self, plant: str, **marks: int | str | None) -> None:
        """Change ``code``, ``hand_ms``, ``frozen`` or ``pot_ms`` of a group."""
        self.known(plant)
        with self._database.writing() as db:
            for name, value in marks.items():
                db.execute(f"UPDATE groups SET {name} = ? WHERE plant = ?", (value, plant))  # noqa: S608

    # --- browsers -------------------------------------------------------------------------------

    def enter(self, plant: str, *, secure: bool) -> str:
        """A session of a browser of this group; its code of its own, if it had one, is used up."""
        session_id = secrets.token_urlsafe(24)
        with self._database.writing() as db:
            db.execute("UPDATE groups SET code = NULL WHERE plant = ?", (plant,))
            (count,) = db.execute(
                "SELECT count(*) FROM sessions WHERE plant = ?", (plant,)
            ).fetchone()
            if count >= COMPUTERS:
                raise sandbox_full(COMPUTERS, ("ordinateurs", "computers"))
            db.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest(session_id), plant, secure))
        return session_id

    def plant_in(self, session_id: str, *, secure: bool) -> str | None:
        """The group of a browser, None where its session is none of this workshop's."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT plant FROM sessions WHERE hash = ? AND secure = ?",
                (digest(session_id), secure),
            ).fetchone()
        return None if row is None else str(row[0])

    # --- what groups write ----------------------------------------------------------------------

    def channels(self, plant: str | None = None) -> dict[tuple[str, str], tuple[Any, Any]]:
        """(plant, channel) with its unit and quantity."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT plant, channel, unit, quantity FROM channels"
                " WHERE ? IS NULL OR plant = ? ORDER BY plant, channel",
                (plant, plant),
            ).fetchall()
        return {(row[0], row[1]): (row[2], row[3]) for row in rows}

    def see_channel(self, plant: str, channel: str, unit: str | None, quantity: str | None) -> None:
        """A channel, with the unit that it was last sent with."""
        with self._database.writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO channels VALUES (?, ?, ?, ?)",
                (plant, channel, unit, quantity),
            )

    def write(self, plant: str, text: str, now_ms: int) -> None:
        """A note. Raises ``AccessRefused`` where there are too many."""
        with self._database.writing() as db:
            (count,) = db.execute("SELECT count(*) FROM notes WHERE plant = ?", (plant,)).fetchone()
            if count >= NOTES:
                raise sandbox_full(NOTES, ("notes", "notes"))
            db.execute(
                "INSERT INTO notes (plant, at_ms, text) VALUES (?, ?, ?)", (plant, now_ms, text)
            )

    def notes(self, plant: str | None = None) -> list[Note]:
        """The notes, oldest first."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT plant, at_ms, text FROM notes WHERE ? IS NULL OR plant = ? ORDER BY id",
                (plant, plant),
            ).fetchall()
        return [Note(*row) for row in rows]

    @contextmanager
    def closing(self) -> Iterator[None]:
        """Closed at the end."""
        try:
            yield
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _group(self, column: str, value: str) -> Group | None:
        with self._database.reading() as db:
            row = db.execute(
                f"SELECT {_GROUP} FROM groups WHERE {column} = ?",  # noqa: S608
                (value,),
            ).fetchone()
        return None if row is None else _group(row)


_GROUP: Final = "plant, token, code, hand_ms, frozen, pot_ms, joined_ms"


def _group(row: tuple[str, str, str | None, int | None, int, int | None, int]) -> Group:
    plant, token, code, hand_ms, frozen, pot_ms, joined_ms = row
    return Group(plant, token, code, hand_ms, bool(frozen), pot_ms, joined_ms)


def _token(plant: str) -> str:
    return f"{PREFIX}{plant}_{drawn(TOKEN_LETTERS)}"
