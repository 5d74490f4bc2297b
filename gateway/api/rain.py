"""Rain that somebody read and typed in: told, corrected, undone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from gateway.api.context import Language, TheGateway
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.spans import moment_of_ours, month_of
from gateway.api.waterings import ROLES, Number
from gateway.api.weather_shapes import NewRain, RainChange, RainList, RainShape
from gateway.beds.rainbook import RainEntry, RainTold, day_of
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import AHEAD_MS, to_rfc3339
from gateway.watering.crops import CROPS
from gateway.watering.samples import at_local_hour_ms

router = APIRouter(prefix="/rain", tags=["weather"])


@router.get("", dependencies=[allow(Action.READ)], summary="Rain that was typed in")
def rain(
    gateway: TheGateway,
    language: Language,
    from_: Annotated[str | None, Query(alias="from", description="Absent: 30 days back")] = None,
    to: Annotated[str | None, Query(description="Absent: now")] = None,
) -> RainList:
    """The latest first; a day's total counts from 6 h, when its day begins."""
    zone = gateway.settings.timezone
    now_ms = gateway.clock.wall_ms() + AHEAD_MS
    from_ms, to_ms = month_of(from_, to, now_ms, zone)
    begun = [(_begins_ms(one.told, zone), one) for one in gateway.catalogue.rain.all()]
    found = [(at_ms, one.id, one) for at_ms, one in begun if from_ms <= at_ms < to_ms]
    return RainList(rain=[_shape(one) for *_, one in sorted(found, reverse=True)])


@router.post("", dependencies=[allow(Action.WATER)], status_code=201, summary="Tell of rain")
def tell(gateway: TheGateway, language: Language, body: NewRain) -> RainShape:
    """`{"mm": 12, "on": "2026-07-14"}` is the total of a day, from 6 h to 6 h, and stands in the
    place of what gauge and internet say of it. `{"mm": 5}` is a shower that has just fallen.
    """
    now_ms = gateway.clock.wall_ms()
    told = _told(gateway, body)
    entry = gateway.catalogue.rain.tell(told, now_ms)
    return _taken(gateway, entry, told)


@router.put("/{number}", dependencies=[allow(Action.WATER)], summary="Correct a rain")
def correct(gateway: TheGateway, language: Language, number: Number, body: RainChange) -> RainShape:
    """What is not named stays."""
    entry = _known(gateway, number)
    before, named = entry.told, body.model_fields_set
    kept: dict[str, object] = {}
    if "mm" not in named:
        kept["mm"] = before.mm
    if "by" not in named:
        kept["by"] = before.by
    if not named & {"on", "at"}:
        kept["on"] = before.on
        kept["at"] = None if before.at_ms is None else to_rfc3339(before.at_ms)
    told = _told(gateway, body.model_copy(update=kept))
    corrected = gateway.catalogue.rain.correct(entry, told, gateway.clock.wall_ms())
    return _taken(gateway, corrected, told)


@router.delete("/{number}", dependencies=[allow(Action.WATER)], summary="Undo a rain")
def undo(gateway: TheGateway, language: Language, number: Number) -> RainShape:
    """Nobody has measured that: gauge and internet tell of that day again."""
    entry = _known(gateway, number)
    gateway.catalogue.rain.undo(entry, gateway.clock.wall_ms())
    gateway.advisor.renew_all()
    return _shape(entry)


def _taken(gateway: Gateway, entry: RainEntry | None, told: RainTold) -> RainShape:
    if entry is None:
        raise Problem(
            409,
            "RAIN_TWICE",
            fr=f"Le total du {told.on} est déjà noté : corrigez-le (PUT /api/v1/rain/…).",
            en=f"The total of {told.on} is in the book already: correct it (PUT /api/v1/rain/…).",
        )
    gateway.advisor.renew_all()
    return _shape(entry)


def _told(gateway: Gateway, body: RainChange) -> RainTold:
    """What the body says; raises ``Problem`` where that cannot be."""
    now_ms, known = gateway.clock.wall_ms(), gateway.clock.synchronised()
    if body.by not in ROLES and body.by not in CROPS:
        raise unknown("UNKNOWN_ROLE", ("rôle ou plante", "role or plant"), body.by,
                      [*ROLES, *CROPS], 422)  # fmt: skip
    if body.on is not None and body.at is not None:
        raise Problem(
            422,
            "DAY_OR_MOMENT",
            fr="Donnez « on » (le total d'un jour) ou « at » (une averse), pas les deux.",
            en="Give 'on' (the total of a day) or 'at' (a shower), not both.",
        )
    if body.on is None and body.at is None and not known:
        raise Problem(
            503,
            "RAIN_UNDATED",
            fr="La passerelle ne connaît pas l'heure : dites quand, avec « on » ou « at ».",
            en="The gateway does not know the time: say when, with 'on' or 'at'.",
        )
    zone = gateway.settings.timezone
    at_ms = None
    if body.on is None:
        at_ms = now_ms if body.at is None else moment_of_ours("at", body.at, zone)
    told = RainTold(round(body.mm, 2), body.by, body.on, at_ms)
    if known and _begins_ms(told, zone) > now_ms + AHEAD_MS:
        raise Problem(
            422,
            "RAIN_TO_COME",
            fr="Ce jour, de 6 h à 6 h, ou ce moment n'a pas encore commencé : corrigez « on » ou "
            "« at ».",
            en="This day, from 6:00 to 6:00, or this moment has not begun: correct 'on' or 'at'.",
        )
    return told


def _begins_ms(told: RainTold, zone: str) -> int:
    if told.at_ms is not None:
        return told.at_ms
    return at_local_hour_ms(day_of(told, zone), 6, zone)


def _known(gateway: Gateway, number: int) -> RainEntry:
    entry = gateway.catalogue.rain.get(number)
    if entry is None:
        raise Problem(
            404,
            "UNKNOWN_RAIN",
            fr=f"Il n'y a pas de pluie n° {number} dans le carnet.",
            en=f"There is no rain number {number} in the book.",
        )
    return entry


def _shape(entry: RainEntry) -> RainShape:
    told = entry.told
    return RainShape(
        id=entry.id,
        on=told.on,
        at=None if told.at_ms is None else to_rfc3339(told.at_ms),
        mm=told.mm,
        by=told.by,
        told=to_rfc3339(entry.told_ms),
    )
