"""The journal of a bed's waterings: told, corrected, undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query

from gateway.api.bed_shapes import (
    Asks,
    NewWatering,
    WateringChange,
    WateringList,
    WateringShape,
)
from gateway.api.beds import BedName
from gateway.api.context import MAX_ID, Language, TheGateway, known_bed
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.spans import moment_of_ours, month_of
from gateway.beds.journal import Entry, Told
from gateway.beds.records import BedRecord
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import AHEAD_MS, to_rfc3339
from gateway.watering.crops import CROPS
from gateway.watering.waterings import Source

router = APIRouter(tags=["waterings"])

OF_BED: Final = "/beds/{bed}/waterings"
ROLES: Final = ("gardener", "keeper", "volunteer", "family", "group", "program")
SOURCES: Final[tuple[Source, ...]] = ("logged", "valve")
HOW_MANY: Final = {
    "fr": "Un arrosage a eu lieu : combien d'arrosoirs était-ce ?",
    "en": "There was a watering: how many cans was it?",
}
Number = Annotated[int, Path(ge=1, le=MAX_ID, examples=[3])]


@router.get(OF_BED, dependencies=[allow(Action.READ)], summary="The waterings of a bed")
def waterings(
    gateway: TheGateway,
    language: Language,
    bed: BedName,
    from_: Annotated[str | None, Query(alias="from", description="Absent: 30 days back")] = None,
    to: Annotated[str | None, Query(description="Absent: now")] = None,
) -> WateringList:
    """Newest first: told, seen by a probe, or both. `asks` says what only a person can tell."""
    known_bed(gateway, bed)
    now_ms = gateway.clock.wall_ms() + AHEAD_MS
    from_ms, to_ms = month_of(from_, to, now_ms, gateway.settings.timezone)
    found = gateway.catalogue.journal.of(bed, from_ms, to_ms)
    return WateringList(waterings=[_shape(one, language) for one in reversed(found)])


@router.post(
    OF_BED, dependencies=[allow(Action.WATER)], status_code=201, summary="Tell of a watering"
)
def tell(gateway: TheGateway, language: Language, bed: BedName, body: NewWatering) -> WateringShape:
    """`{"cans": 2}` is enough. What a probe saw within 8 h is this one, and never counted twice.

    What is sent again with the same `key` is answered as it stands in the journal, and is one.
    """
    entry = keep(gateway, bed, body)
    gateway.advisor.renew(bed)
    return _shape(entry, language)


def keep(gateway: Gateway, bed: str, body: NewWatering) -> Entry:
    """Write a watering down; what it changes in the advice is for the caller to renew."""
    record = known_bed(gateway, bed)
    if body.source not in SOURCES:
        raise unknown("UNKNOWN_SOURCE", ("origine", "source"), body.source, SOURCES, 422)
    source: Source = "valve" if body.source == "valve" else "logged"
    told = replace(_told(gateway, record, body, source), key=body.key)
    return gateway.catalogue.journal.tell(bed, told, gateway.clock.wall_ms())


@router.put(OF_BED + "/{number}", dependencies=[allow(Action.WATER)], summary="Correct a watering")
def correct(
    gateway: TheGateway, language: Language, bed: BedName, number: Number, body: WateringChange
) -> WateringShape:
    """What is not named stays. The answer to "how many cans?" makes a seen watering a told one."""
    entry = keep_correction(gateway, bed, number, body)
    gateway.advisor.renew(bed)
    return _shape(entry, language)


def keep_correction(gateway: Gateway, bed: str, number: int, body: WateringChange) -> Entry:
    """Write a correction down, as ``keep`` does."""
    record, entry = known_bed(gateway, bed), _known(gateway, bed, number)
    named = body.model_fields_set
    if not named & {"litres", "cans"}:
        body = body.model_copy(update={"litres": entry.litres})
    if "at" not in named:
        body = body.model_copy(update={"at": to_rfc3339(entry.at_ms)})
    if "by" not in named and entry.by is not None:
        body = body.model_copy(update={"by": entry.by})
    told = _told(gateway, record, body, "valve" if entry.source == "valve" else "logged")
    return gateway.catalogue.journal.correct(entry, told)


@router.delete(OF_BED + "/{number}", dependencies=[allow(Action.WATER)], summary="Undo a watering")
def undo(gateway: TheGateway, language: Language, bed: BedName, number: Number) -> WateringShape:
    """It did not happen. What a probe saw and somebody undid is not found again."""
    entry = keep_undoing(gateway, bed, number)
    gateway.advisor.renew(bed)
    return _shape(entry, language)


def keep_undoing(gateway: Gateway, bed: str, number: int) -> Entry:
    """Write down that a watering did not happen, as ``keep`` does."""
    known_bed(gateway, bed)
    entry = _known(gateway, bed, number)
    gateway.catalogue.journal.undo(entry, gateway.clock.wall_ms())
    return entry


def _told(gateway: Gateway, record: BedRecord, body: WateringChange, source: Source) -> Told:
    now_ms = gateway.clock.wall_ms()
    at_ms = now_ms if body.at is None else moment_of_ours("at", body.at, gateway.settings.timezone)
    known = gateway.clock.synchronised()
    if body.at is None and not known:
        raise Problem(
            503,
            "WATERING_UNDATED",
            fr="La passerelle ne connaît pas l'heure : dites quand, avec « at ».",
            en="The gateway does not know the time: say when, with 'at'.",
        )
    if known and at_ms > now_ms + AHEAD_MS:
        raise Problem(
            422,
            "WATERING_TO_COME",
            fr="Cet arrosage n'a pas encore eu lieu : corrigez « at ».",
            en="This watering has not happened yet: correct 'at'.",
        )
    if body.by not in ROLES and body.by not in CROPS:
        raise unknown("UNKNOWN_ROLE", ("rôle ou plante", "role or plant"), body.by,
                      [*ROLES, *CROPS], 422)  # fmt: skip
    litres, cans = _amount(body, record.details.can_l)
    return Told(at_ms, litres, cans, source, body.by)


def _amount(body: WateringChange, can_l: float) -> tuple[float | None, float | None]:
    """Litres and cans, either from the other; both None where nobody knows."""
    litres, cans = body.litres, body.cans
    if litres is not None and cans is not None:
        raise Problem(
            422,
            "LITRES_OR_CANS",
            fr="Donnez « litres » ou « cans » (arrosoirs), pas les deux.",
            en="Give 'litres' or 'cans', not both.",
        )
    if cans is not None:
        return round(cans * can_l, 3), cans
    return litres, None if litres is None else round(litres / can_l, 2)


def _known(gateway: Gateway, bed: str, number: int) -> Entry:
    entry = gateway.catalogue.journal.get(bed, number)
    if entry is None:
        raise Problem(
            404,
            "UNKNOWN_WATERING",
            fr=f"« {bed} » n'a pas d'arrosage n° {number}.",
            en=f"'{bed}' has no watering number {number}.",
        )
    return entry


def _shape(entry: Entry, language: str) -> WateringShape:
    text = HOW_MANY["fr" if language == "fr" else "en"]
    return WateringShape(
        id=entry.id,
        bed=entry.bed,
        at=to_rfc3339(entry.at_ms),
        litres=entry.litres,
        cans=entry.cans,
        source=entry.source,
        by=entry.by,
        matched=entry.matched,
        asks=Asks(code="HOW_MANY_CANS", text=text) if entry.asks_how_many else None,
    )
