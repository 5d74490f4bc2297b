"""Sessions: a random id in the browser's cookie, its digest here.

A session is of one door, so that a cookie seen on plain http opens nothing by https; and of one
store, so that what a backup brings back opens nothing.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.security.digest import digest
from gateway.security.roles import Role
from gateway.security.use import note_use
from sensor_node.database import Database

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS
LASTS: Final[Mapping[Role, tuple[int, int]]] = {
    Role.READER: (30 * DAY_MS, 180 * DAY_MS),
    Role.GROUP: (12 * HOUR_MS, 12 * HOUR_MS),
    Role.GARDENER: (30 * DAY_MS, 180 * DAY_MS),
    Role.KEEPER: (12 * HOUR_MS, 7 * DAY_MS),
}
"""How long a session lasts without being used, and in all."""
RENEW_MS: Final = 10 * 60_000
"""A use is written down this often."""
MOST: Final = 1000
"""Sessions kept; the longest unused go first."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is in. ``plant``: the group's; ``csrf``: what a form of ours brings back."""

    id: str
    role: Role
    plant: str | None
    until_ms: int

    @property
    def csrf(self) -> str:
        return hashlib.sha256(b"csrf" + self.id.encode()).hexdigest()[:32]


class Sessions:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database, store_id: str) -> None:
        self._database = database
        self._store_id = store_id

    def begin(
        self,
        role: Role,
        now_ms: int,
        *,
        secure: bool,
        plant: str | None = None,
        until_ms: int | None = None,
        code: int | None = None,
    ) -> Session:
        """A new session through the ``secure`` door or the plain one; it ends at ``until_ms`` at
        the latest. ``code``: the number of the one that began it.
        """
        session_id = secrets.token_urlsafe(24)
        end_ms = now_ms + LASTS[role][1]
        if until_ms is not None:
            end_ms = min(end_ms, until_ms)
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE until_ms <= ?", (now_ms,))
            db.execute(
                "DELETE FROM sessions WHERE hash IN"
                " (SELECT hash FROM sessions ORDER BY seen_ms DESC LIMIT -1 OFFSET ?)",
                (MOST - 1,),
            )
            db.execute(
                "INSERT INTO sessions (hash, role, plant, secure, store, code, seen_ms, until_ms)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (digest(session_id), role, plant, secure, self._store_id, code, now_ms, end_ms),
            )
        return Session(session_id, role, plant, end_ms)

    def find(self, session_id: str, now_ms: int, *, secure: bool) -> Session | None:
        """The session of that id, seen now; None where there is none, or no longer."""
        key = digest(session_id)
        with self._database.reading() as db:
            row = db.execute(
                "SELECT role, plant, seen_ms, until_ms FROM sessions"
                " WHERE hash = ? AND secure = ? AND store = ?",
                (key, secure, self._store_id),
            ).fetchone()
        if row is None:
            return None
        role, plant, seen_ms, until_ms = Role(row[0]), row[1], row[2], row[3]
        if now_ms >= until_ms or now_ms - seen_ms >= LASTS[role][0]:
            return None
        if now_ms - seen_ms >= RENEW_MS:
            note_use(self._database, "UPDATE sessions SET seen_ms = ? WHERE hash = ?", now_ms, key)
        return Session(session_id, role, plant, until_ms)

    def end(self, session_id: str) -> None:
        """Out is out: the cookie opens nothing any more."""
        with self._database.writing() as db:
            db.execute("DELETE FROM sessions WHERE hash = ?", (digest(session_id),))
