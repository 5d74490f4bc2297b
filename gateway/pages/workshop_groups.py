"""The pages of a group: the way in by the code, its own page, and what it does there."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.guard import is_secure, session_of, who_asks
from gateway.api.sending import SentReading, SentReadings, send_of_group
from gateway.api.workshops import joined, own_of
from gateway.pages.enter import give
from gateway.pages.script_texts import of_a_form
from gateway.pages.workshop_view import View, tried
from gateway.security.codes import plain
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Role
from gateway.security.sessions import DAY_MS, Session
from gateway.service import Gateway
from gateway.workshop.lines import FILE, lines_of, mqtt_line
from gateway.workshop.plants import PLANTS
from gateway.workshop.session import NOTE_CHARACTERS
from gateway.workshop.workshop import Workshop
from sensor_node import wire
from sensor_node.errors import GardenError, UsageError

OWN: Final = "/atelier/groupe"
CHANNEL: Final = "nombre"


def way_in(gateway: Gateway, request: Request, code: str) -> Response:
    """The field for the code; with a code in the address, the plants to choose from."""
    if gateway.workshops.of_node(who_asks(request).own or "") is not None:
        return RedirectResponse(OWN, 303)
    return _choose(gateway, request, code) if code else _ask_code(gateway, request)


def come_in(gateway: Gateway, request: Request, code: str, plant: str) -> Response:
    """A group joins, or chooses its plant first; one that is in already stays who it is."""
    here = gateway.workshops.of_node(who_asks(request).own or "")
    if here is not None and plain(here.about.code) == plain(code):
        return RedirectResponse(OWN, 303)
    if not plant and not _is_own_code(gateway, code):
        return _choose(gateway, request, code)
    try:
        workshop, own = joined(gateway, code, plant)
    except AccessRefused as error:
        if error.code in ("PLANT_TAKEN", "UNKNOWN_PLANT"):
            return _choose(gateway, request, code, error)
        return _ask_code(gateway, request, error, code)
    gateway.access.sessions.end(session_of(request))
    response = RedirectResponse(OWN, 303)
    _give(gateway, request, response, workshop, own)
    return response


def show(
    gateway: Gateway, request: Request, error: GardenError | None = None, **typed: str
) -> Response:
    """The group's own page; somebody who is in no group is sent to the way in."""
    try:
        workshop, plant = own_of(gateway, who_asks(request))
    except AccessRefused:
        return RedirectResponse("/atelier", 303)
    view, group = View(gateway, request), workshop.session.known(plant)
    workshop.see(plant)
    address = str(request.base_url).rstrip("/")
    return view.page(
        "workshop_group.html",
        error,
        workshop=view.about(workshop),
        plant=plant,
        name=view.name(plant),
        node=wire.SANDBOX + plant,
        group=group,
        lines=lines_of(group.token, address),
        file=FILE,
        mqtt=_mqtt_line(gateway, request, plant, group.token),
        told=_told(view, workshop, plant),
        values=_values(view, workshop, plant),
        notes=[
            (note.text, view.ago((gateway.clock.wall_ms() - note.at_ms) / 1000))
            for note in workshop.session.notes(plant)
        ],
        most=NOTE_CHARACTERS,
        page={"texts": of_a_form(view.texts.gettext)},
        typed={"channel": CHANNEL, "value": "", "text": ""} | typed,
    )


def raise_hand(gateway: Gateway, request: Request, *, up: bool) -> Response:
    """The group calls for help, or has been helped."""

    def do() -> None:
        workshop, plant = own_of(gateway, who_asks(request))
        workshop.raise_hand(plant, up=up)

    return tried(do, OWN, lambda error: show(gateway, request, error))


def water_pot(gateway: Gateway, request: Request, *, stop: bool) -> Response:
    """A simulated pot begins, is watered, or is put away."""

    def do() -> None:
        workshop, plant = own_of(gateway, who_asks(request))
        if stop:
            workshop.session.mark(plant, pot_ms=None)
        else:
            workshop.water_pot(plant)

    return tried(do, OWN, lambda error: show(gateway, request, error))


def write(gateway: Gateway, request: Request, text: str) -> Response:
    """A note of the group."""

    def do() -> None:
        asker = who_asks(request)
        workshop, plant = own_of(gateway, asker)
        gateway.access.take_pace(asker)
        if note := text.strip()[:NOTE_CHARACTERS]:
            workshop.write(plant, note)

    return tried(do, OWN, lambda error: show(gateway, request, error, text=text))


def send_number(gateway: Gateway, request: Request, channel: str, value: str) -> Response:
    """A reading that somebody typed."""

    def do() -> None:
        reading = SentReading.model_validate(
            {"channel": _channel(channel) or CHANNEL, "value": _number(value)}
        )
        send_of_group(gateway, who_asks(request), SentReadings(readings=[reading]), "fr")

    return tried(do, OWN, lambda error: show(gateway, request, error, channel=channel, value=value))


def _ask_code(
    gateway: Gateway, request: Request, error: GardenError | None = None, code: str = ""
) -> Response:
    return View(gateway, request).page("workshop_join.html", error, code=code, plants=[], title="")


def _choose(
    gateway: Gateway, request: Request, code: str, refused: GardenError | None = None
) -> Response:
    """The plants that are free; wrong codes slow the door down."""
    try:
        with gateway.access.for_codes.one_try():
            workshop, _ = gateway.workshops.by_code(code)
    except AccessRefused as error:
        return _ask_code(gateway, request, error, code)
    view, free = View(gateway, request), set(gateway.workshops.free_plants())
    plants = [(plant, view.name(plant), plant in free) for plant in PLANTS]
    return view.page(
        "workshop_join.html", refused, code=code, plants=plants, title=workshop.about.title
    )


def _is_own_code(gateway: Gateway, code: str) -> bool:
    try:
        return gateway.workshops.by_code(code)[1] is not None
    except AccessRefused:
        return False


def _give(
    gateway: Gateway, request: Request, response: Response, workshop: Workshop, plant: str
) -> None:
    """The browser's session; the workshop itself says when it ends."""
    now_ms, secure = gateway.clock.wall_ms(), is_secure(request)
    session_id = workshop.session.enter(plant, secure=secure)
    give(response, request, Session(session_id, Role.GROUP, plant, now_ms + 7 * DAY_MS), now_ms)


def _values(view: View, workshop: Workshop, plant: str) -> list[tuple[str, str, str]]:
    """Each channel of the group, its newest value and how old it is."""
    found = []
    for series, info in workshop.sandbox.channels(wire.SANDBOX + plant).items():
        latest = workshop.sandbox.present.get(series)
        if latest is not None:
            value = view.value(latest, info.unit)
            found.append((series.channel, value, view.ago(latest.age_s)))
    return found


def _mqtt_line(gateway: Gateway, request: Request, plant: str, token: str) -> str:
    """For a garden whose broker has a door that pupils' machines can use; else nothing."""
    port = None if gateway.keys is None else gateway.keys.plain_port
    if port is None:
        return ""
    return mqtt_line(plant, token, request.url.hostname or "jardin.local", port)


def _told(view: View, workshop: Workshop, plant: str) -> str:
    refusal = workshop.told(plant)
    return "" if refusal is None else refusal.text(view.language)


def _channel(text: str) -> str:
    """A name as pupils write it, as ``jardin.py`` takes it: "Ma plante" is "ma-plante"."""
    letters = unicodedata.normalize("NFKD", text.strip()).lower()
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    return re.sub(r"[\s_'’]+", "-", plain)


def _number(text: str) -> float:
    try:
        value = float(text.strip().replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise UsageError(
            "NUMBER_WANTED",
            fr="Écrivez un nombre, comme 12 ou 21,5.",
            en="Write a number, as 12 or 21.5.",
        )
    return value
