"""``POST /readings``: readings from a program with a token, or from a workshop's group."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from gateway.api.context import Language, TheGateway
from gateway.api.guard import TheAsker, allow
from gateway.api.problems import Problem
from gateway.api.spans import moment_of_ours
from gateway.intake import Intake
from gateway.quarantine import Refused
from gateway.security.access import Who
from gateway.security.refusals import not_yours
from gateway.security.roles import Action
from gateway.sent import Sent
from gateway.service import Gateway
from gateway.workshop.refusals import other_sandbox
from gateway.workshop.telling import tell_group_reading
from sensor_node import wire
from sensor_node.errors import ConfigError

router = APIRouter(tags=["readings"])

MOST: Final = 1000


class SentReading(BaseModel):
    """One reading. `channel`: `air`, or `meteo/air` with the key's own node."""

    model_config = ConfigDict(extra="forbid")

    channel: str = Field(max_length=80, examples=["air"])
    value: float = Field(allow_inf_nan=False, examples=[21.4])
    unit: str | None = Field(None, max_length=20, examples=["Cel"], description="As in SenML")
    time: str | None = Field(
        None, examples=["2026-05-01T06:00:00Z"], description="Absent: when it arrives"
    )


class SentReadings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    readings: Annotated[list[SentReading], Field(min_length=1, max_length=MOST)]


class SetAside(BaseModel):
    """What is in quarantine; `channel` null: everything of that moment."""

    channel: str | None
    code: str
    text: str


class Received(BaseModel):
    """What came of them, on disk when this is said."""

    node: str
    stored: int
    quarantined: list[SetAside]


@router.post(
    "/readings", dependencies=[allow(Action.SEND)], status_code=201, summary="Send readings"
)
def send(
    request: Request, gateway: TheGateway, asker: TheAsker, language: Language, body: SentReadings
) -> Received:
    """They are the key's own node's, at most 1000 at once; sent again they count once.

    Readings that cannot be believed (unit, time) are kept in quarantine, as a node's are. Those of
    a workshop's group go to its sandbox, apart from the garden; there such readings are not kept.
    """
    node = asker.own or ""
    gateway.access.check_writes(asker, node)
    if node.startswith(wire.SANDBOX):
        return send_of_group(gateway, asker, body, language)
    sent = [_sent(gateway, node, one) for one in body.readings]
    gateway.access.take_pace(asker, len(sent))
    taken = _intake(request, gateway).take(node, sent)
    return Received(
        node=node,
        stored=taken.stored,
        quarantined=[_set_aside(one, language) for one in taken.refused],
    )


def send_of_group(gateway: Gateway, asker: Who, body: SentReadings, language: str) -> Received:
    """Keep ``body`` in the sandbox of the group that sends it. Raises ``AccessRefused``."""
    node = asker.own or ""
    plant = node.removeprefix(wire.SANDBOX)
    workshop = gateway.workshops.writable(node)
    sent = [_sent_of_group(gateway, node, one) for one in body.readings]
    gateway.access.take_pace(asker, len(sent))
    moved, refused = workshop.take(plant, sent)
    for series in moved:
        tell_group_reading(gateway, workshop, series)
    return Received(
        node=node,
        stored=len(sent) - len(refused),
        quarantined=[
            SetAside(channel=one.channel, code=one.code, text=one.text(language)) for one in refused
        ],
    )


def _sent_of_group(gateway: Gateway, node: str, one: SentReading) -> Sent:
    """As any reading; without a time it is of now, by whatever clock this computer has: a kit
    without internet compares a group's readings with nothing else.
    """
    if one.time is not None:
        at_ms = moment_of_ours("time", one.time, gateway.settings.timezone)
    else:
        at_ms = gateway.clock.wall_ms()
    return Sent(_channel(node, one), one.unit, at_ms, one.value)


def _intake(request: Request, gateway: Gateway) -> Intake:
    """One for all requests: it numbers what it takes."""
    state = request.app.state
    if not hasattr(state, "intake"):
        state.intake = Intake(gateway)
    intake: Intake = state.intake
    return intake


def _sent(gateway: Gateway, node: str, one: SentReading) -> Sent:
    return Sent(_channel(node, one), one.unit, _moment(gateway, one.time), one.value)


def _channel(node: str, one: SentReading) -> str:
    named, _, channel = one.channel.rpartition("/")
    if named not in ("", node):
        raise other_sandbox(node) if node.startswith(wire.SANDBOX) else not_yours(named, node)
    try:
        return wire.check_id(channel, "")
    except ConfigError as error:
        raise Problem(422, error.code, fr=error.fr, en=error.en) from None


def _moment(gateway: Gateway, time: str | None) -> int:
    if not gateway.clock.synchronised():
        raise Problem(
            503,
            "READINGS_UNDATED",
            fr="La passerelle ne connaît pas l'heure : envoyez ces mesures plus tard.",
            en="The gateway does not know the time: send these readings later.",
        )
    if time is None:
        return gateway.clock.wall_ms()
    return moment_of_ours("time", time, gateway.settings.timezone)


def _set_aside(refused: Refused, language: str) -> SetAside:
    text = refused.text_fr if language == "fr" else refused.text_en
    return SetAside(channel=refused.channel, code=refused.code, text=text)
