"""``GET /alerts``: what people must hear of; a person may silence one."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from gateway.alarms.shown import Shown
from gateway.alerts.alert import Alert
from gateway.api.alert_shapes import AlertList, AlertShape, Silence
from gateway.api.context import MAX_ID, Language, TheGateway
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.spans import month_of
from gateway.api.waterings import ROLES
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import HOUR_MS

router = APIRouter(prefix="/alerts", tags=["alerts"])

Number = Annotated[int, Path(ge=1, le=MAX_ID, examples=[3])]


@router.get("", dependencies=[allow(Action.READ)], summary="What people must hear of")
def alerts(
    gateway: TheGateway,
    language: Language,
    state: Annotated[
        Literal["open", "all"], Query(description="`open`: what holds now; `all`: of a period")
    ] = "open",
    from_: Annotated[
        str | None, Query(alias="from", description="With `all`; absent: 30 days back")
    ] = None,
    to: Annotated[str | None, Query(description="With `all`; absent: now")] = None,
) -> AlertList:
    """Open ones: urgent first, silenced last. `all`: those that held at any time of the period,
    newest first.
    """
    if state == "open":
        if from_ is not None or to is not None:
            raise Problem(
                422,
                "OPEN_IS_NOW",
                fr="« from » et « to » vont avec state=all : ce qui dure est de maintenant.",
                en="'from' and 'to' go with state=all: what is open is of now.",
            )
        return _listed(gateway.alarms.board(language))
    now_ms = gateway.clock.wall_ms()
    from_ms, to_ms = month_of(from_, to, now_ms + 1, gateway.settings.timezone)
    found = gateway.catalogue.alerts.of(from_ms, to_ms)
    return _listed(gateway.alarms.told(reversed(found), language))


@router.post("/{number}/silence", dependencies=[allow(Action.SILENCE)], summary="Silence an alert")
def silence(
    gateway: TheGateway, language: Language, number: Number, body: Silence | None = None
) -> AlertShape:
    """No message, no lamp, until then; the page still shows it. The same alert beginning anew in
    that time is silent too.
    """
    asked = body or Silence()
    if asked.by not in ROLES:
        raise unknown("UNKNOWN_ROLE", ("rôle", "role"), asked.by, ROLES, 422)
    until_ms = gateway.clock.wall_ms() + round(asked.hours * HOUR_MS)
    return _one(gateway, language, number, gateway.alarms.silence(number, until_ms, asked.by))


@router.delete(
    "/{number}/silence", dependencies=[allow(Action.SILENCE)], summary="Hear of an alert again"
)
def unsilence(gateway: TheGateway, language: Language, number: Number) -> AlertShape:
    """It is told and shown like any other."""
    return _one(gateway, language, number, gateway.alarms.unsilence(number))


def _one(gateway: Gateway, language: str, number: int, alert: Alert | None) -> AlertShape:
    if alert is None:
        raise Problem(
            404,
            "UNKNOWN_ALERT",
            fr=f"Il n'y a pas d'alerte n° {number}.",
            en=f"There is no alert number {number}.",
        )
    (told,) = gateway.alarms.told([alert], language)
    return _shape(told)


def _listed(found: list[Shown]) -> AlertList:
    return AlertList(alerts=[_shape(one) for one in found])


def _shape(told: Shown) -> AlertShape:
    return AlertShape.model_validate(told.as_dict())
