"""The gardener's and the keeper's passphrases, kept as scrypt makes them (RFC 7914)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from gateway.security.refusals import passphrase_refused
from gateway.security.roles import Role
from sensor_node.database import Database

N, R, P = 2**14, 8, 5
"""16 MB and a quarter of a second on a PC: what a Pi with 512 MB can spare, once a sign-in."""
SALT_BYTES: Final = 16
LEAST_CHARACTERS: Final = 12
LEAST_DIFFERENT: Final = 6
MOST_CHARACTERS: Final = 200
_PUT: Final = "INSERT OR REPLACE INTO passphrases VALUES (?, ?, ?)"
_FIRST: Final = "INSERT OR IGNORE INTO passphrases VALUES (?, ?, ?)"
WITH_PASSPHRASE: Final = (Role.KEEPER, Role.GARDENER)


class Passphrases:
    """In the catalogue's ``database``; ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, role: Role, passphrase: str, now_ms: int, *, first: bool = False) -> bool:
        """``passphrase`` is the one of ``role`` from now on; whoever was in by the old one or by
        a code of that role is out. ``first``: only where there is none yet; whether it is set.
        Raises ``AccessRefused`` for one that is easily guessed.
        """
        if role not in WITH_PASSPHRASE:
            raise ValueError(f"{role} has no passphrase")
        text = _same(passphrase)
        if not LEAST_CHARACTERS <= len(text) <= MOST_CHARACTERS or (
            len(set(text)) < LEAST_DIFFERENT or self.role_of(text) not in (None, role)
        ):
            raise passphrase_refused(LEAST_CHARACTERS)
        kept = hashed(text)
        with self._database.writing() as db:
            is_set = db.execute(_FIRST if first else _PUT, (role, kept, now_ms)).rowcount
            if not is_set:
                return False
            db.execute("DELETE FROM sessions WHERE role = ?", (role,))
            db.execute("DELETE FROM codes WHERE role = ?", (role,))
        return True

    def forget(self, role: Role) -> None:
        """``role`` has no passphrase any more, nobody is in any longer, and none of its codes
        opens anything: somebody with the computer in their hands has asked for it.
        """
        with self._database.writing() as db:
            db.execute("DELETE FROM passphrases WHERE role = ?", (role,))
            db.execute("DELETE FROM codes WHERE role = ?", (role,))
            db.execute("DELETE FROM sessions")

    def roles(self) -> set[Role]:
        """Those that have one."""
        with self._database.reading() as db:
            return {Role(role) for (role,) in db.execute("SELECT role FROM passphrases")}

    def role_of(self, passphrase: str) -> Role | None:
        """Whose it is, None where it is nobody's. Slow, by design: all are tried."""
        text = _same(passphrase)[:MOST_CHARACTERS]
        with self._database.reading() as db:
            rows = db.execute("SELECT role, hash FROM passphrases ORDER BY role").fetchall()
        found = [Role(role) for role, kept in rows if matches(text, kept)]
        return found[0] if found else None


def hashed(text: str, n: int = N, r: int = R, p: int = P) -> str:
    """``text`` as it is kept: with its salt and the cost it was made at."""
    salt = secrets.token_bytes(SALT_BYTES)
    return f"scrypt${n}${r}${p}${salt.hex()}${_scrypt(text, salt, n, r, p).hex()}"


def matches(text: str, kept: str) -> bool:
    """Whether ``kept`` was made of ``text``."""
    _, n, r, p, salt, digest = kept.split("$")
    made = _scrypt(text, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, bytes.fromhex(digest))


def _scrypt(text: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    room = 2 * 128 * r * (n + p + 2)
    return hashlib.scrypt(text.encode(), salt=salt, n=n, r=r, p=p, maxmem=room, dklen=32)


def _same(passphrase: str) -> str:
    """A passphrase is said aloud and typed on phones: spaces around and between count once."""
    return " ".join(passphrase.split())
