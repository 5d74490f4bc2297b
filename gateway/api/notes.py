"""Notes on a bed: told, read, taken back."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query

from gateway.api.bed_shapes import NewNote, NoteList, NoteShape
from gateway.api.beds import BedName
from gateway.api.context import TheGateway, known_bed
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.spans import moment_of_ours, month_of
from gateway.api.waterings import ROLES, Number
from gateway.beds.notes import MOST_A_DAY, Note, plain
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import AHEAD_MS, to_rfc3339
from gateway.watering.crops import CROPS

router = APIRouter(tags=["notes"])

OF_BED: Final = "/beds/{bed}/notes"


@router.get(OF_BED, dependencies=[allow(Action.READ)], summary="The notes on a bed")
def notes(
    gateway: TheGateway,
    bed: BedName,
    from_: Annotated[str | None, Query(alias="from", description="Absent: 30 days back")] = None,
    to: Annotated[str | None, Query(description="Absent: now")] = None,
) -> NoteList:
    """Newest first."""
    known_bed(gateway, bed)
    now_ms = gateway.clock.wall_ms() + AHEAD_MS
    from_ms, to_ms = month_of(from_, to, now_ms, gateway.settings.timezone)
    found = gateway.catalogue.notes.of(bed, from_ms, to_ms)
    return NoteList(notes=[_shape(one) for one in reversed(found)])


@router.post(OF_BED, dependencies=[allow(Action.WATER)], status_code=201, summary="Note something")
def tell(gateway: TheGateway, bed: BedName, body: NewNote) -> NoteShape:
    """`{"text": "Pucerons sous les feuilles"}` is enough."""
    return _shape(keep(gateway, bed, body))


@router.delete(OF_BED + "/{number}", dependencies=[allow(Action.WATER)], summary="Take a note back")
def take_back(gateway: TheGateway, bed: BedName, number: Number) -> NoteShape:
    """Its words are gone for good."""
    return _shape(keep_taking_back(gateway, bed, number))


def keep(gateway: Gateway, bed: str, body: NewNote) -> Note:
    """Write a note down."""
    known_bed(gateway, bed)
    text, now_ms = plain(body.text), gateway.clock.wall_ms()
    if not text:
        raise Problem(
            422, "NOTE_EMPTY", fr="Cette note ne dit rien : écrivez ce que vous avez vu.",
            en="This note says nothing: write what you saw.",
        )  # fmt: skip
    if body.by not in ROLES and body.by not in CROPS:
        raise unknown("UNKNOWN_ROLE", ("rôle ou plante", "role or plant"), body.by,
                      [*ROLES, *CROPS], 422)  # fmt: skip
    note = gateway.catalogue.notes.tell(bed, text, body.by, _at_ms(gateway, body, now_ms), now_ms)
    if note is None:
        raise Problem(
            429,
            "NOTES_FULL",
            fr=f"Ce bac a déjà reçu {MOST_A_DAY} notes en un jour : la prochaine attendra demain.",
            en=f"This bed has had {MOST_A_DAY} notes in a day already: the next waits for "
            "tomorrow.",
        )
    return note


def keep_taking_back(gateway: Gateway, bed: str, number: int) -> Note:
    """Take a note back."""
    known_bed(gateway, bed)
    note = gateway.catalogue.notes.get(bed, number)
    if note is None:
        raise Problem(
            404,
            "UNKNOWN_NOTE",
            fr=f"« {bed} » n'a pas de note n° {number}.",
            en=f"'{bed}' has no note number {number}.",
        )
    gateway.catalogue.notes.remove(note)
    return note


def _at_ms(gateway: Gateway, body: NewNote, now_ms: int) -> int:
    if body.at is None and not gateway.clock.synchronised():
        raise Problem(
            503,
            "NOTE_UNDATED",
            fr="La passerelle ne connaît pas l'heure : dites quand, avec « at ».",
            en="The gateway does not know the time: say when, with 'at'.",
        )
    at_ms = now_ms if body.at is None else moment_of_ours("at", body.at, gateway.settings.timezone)
    if gateway.clock.synchronised() and at_ms > now_ms + AHEAD_MS:
        raise Problem(
            422,
            "NOTE_TO_COME",
            fr="Ce jour n'est pas encore venu : corrigez « at ».",
            en="That day has not come yet: correct 'at'.",
        )
    return at_ms


def _shape(note: Note) -> NoteShape:
    return NoteShape(
        id=note.id, bed=note.bed, at=to_rfc3339(note.at_ms), text=note.text, by=note.by
    )
