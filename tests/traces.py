"""What people leave in a garden, with words and values that can be looked for in every file."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from gateway.beds.journal import Told
from gateway.beds.rainbook import RainTold
from gateway.quarantine import Refused
from gateway.security.roles import Role, Scope
from gateway.service import Gateway
from gateway.store.base import Fault, Reading, Series

DAY_MS = 86_400_000
VALUE = 123.456789012345
GARDENS_OWN = 21.987654321
PLANT = "ronce-traceable"
LABEL = "programme-traceable"
NOTE = "note-traceable"
PAYLOAD = b"payload-traceable"
WHY = "panne-traceable"
SANDBOX = Series(f"atelier.{PLANT}", "secret-voie")
AIR = Series("potager-1", "air")


def leave(gateway: Gateway, at_ms: int) -> str:
    """Leave one trace of every kind at ``at_ms``; returns the text of a token that has ended."""
    catalogue, keyring = gateway.catalogue, gateway.catalogue.keyring
    token, _ = keyring.tokens.make(LABEL, [Scope.READ], None, at_ms + 1, at_ms)
    keyring.codes.make(Role.GROUP, at_ms + 1, at_ms, PLANT)
    gateway.access.sessions.begin(Role.GROUP, at_ms, secure=False, plant=PLANT, until_ms=at_ms + 1)
    keyring.audit.note("keeper", "TOKEN_MADE", LABEL, at_ms)
    catalogue.journal.tell("bac-1", Told(at_ms, 10.0, 1.0, "logged", PLANT), at_ms)
    undone = catalogue.journal.tell("bac-2", Told(at_ms, VALUE, 1.0, "logged", PLANT), at_ms)
    catalogue.journal.undo(undone, at_ms)
    catalogue.notes.tell("bac-1", NOTE, PLANT, at_ms, at_ms)
    catalogue.rain.tell(RainTold(3.0, PLANT, on=date(2025, 1, 2)), at_ms)
    gateway.quarantine.add([Refused(None, "t", None, "NOT_JSON", "non", "no", PAYLOAD, at_ms)])
    catalogue.see_channel(AIR, "Cel")
    gateway.store.commit(
        [Reading(SANDBOX, at_ms, VALUE), Reading(AIR, at_ms, GARDENS_OWN)],
        [Fault(SANDBOX, at_ms + 1, WHY)],
    )
    return token


def needles(token: str) -> list[bytes]:
    """What ``leave`` wrote, as it stands in a file."""
    words = [LABEL, NOTE, WHY, token]
    return [*(word.encode() for word in words), PAYLOAD, struct.pack(">d", VALUE)]


def found_in(folders: Iterable[Path], what: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Which file below ``folders`` has which of ``what``."""
    return [
        (path.name, needle)
        for path in _files(folders)
        for needle in what
        if needle in path.read_bytes()
    ]


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.rglob("*") if path.is_file())
