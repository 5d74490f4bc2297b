"""The first start, on a phone: each step is a form of its own, and what is done stays done.

Nothing is kept of how far somebody came but what they told: after a power cut the page shows what
is still to do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.guard import https_address, is_safe, is_secure, who_asks
from gateway.kit.garden import Garden
from gateway.kit.welcome import Welcome
from gateway.pages import frame, kit_hour, words
from gateway.pages.enter import give
from gateway.pages.wording import Wording
from gateway.pages.workshop_view import View
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Action
from gateway.security.sessions import Session
from gateway.service import Gateway
from sensor_node.errors import GardenError, StorageError, UsageError

PLACE = "/bienvenue"
"""The page of the first start."""


def show(
    gateway: Gateway,
    request: Request,
    code: str = "",
    error: GardenError | None = None,
    **typed: str,
) -> Response:
    """The page. ``code``: as the sheet's QR code brings it; ``typed``: what somebody filled in."""
    welcome, view = Welcome(gateway), View(gateway, request)
    safe, settling = is_safe(request), who_asks(request).can(Action.GARDEN)
    if settling and welcome.is_open:
        code = code or gateway.settings.kit.code or ""
    return view.page(
        "kit_welcome.html",
        error,
        keep=f"&code={quote(code)}" if code else "",
        open=welcome.is_open,
        kept=welcome.garden,
        has_keeper=welcome.has_keeper,
        settling=settling,
        code=code,
        typed=_filled(welcome.garden, view.language) | typed,
        nodes=_nodes(gateway, request) if who_asks(request).can(Action.READ) else [],
        safe=safe,
        https="" if safe else _safe_door(request, code),
        **kit_hour.told(gateway, request, f"{PLACE}#heure", error),
    )


def come_in(gateway: Gateway, request: Request, code: str) -> Response:
    """Whoever holds the sheet is let in."""
    try:
        session = Welcome(gateway).enter(code, secure=is_secure(request))
    except AccessRefused as error:
        return show(gateway, request, code, error)
    return _on(gateway, request, session, code, "jardin")


def name(gateway: Gateway, request: Request, typed: Mapping[str, str]) -> Response:
    """What the garden is called and where it is; the gateway begins again with it."""
    try:
        garden = Garden(
            name=" ".join(typed["nom"].split()),
            language="en" if typed["langue"] == "en" else "fr",
            latitude=_degrees(typed["latitude"]),
            longitude=_degrees(typed["longitude"]),
        )
        Welcome(gateway).name(garden, who_asks(request).name)
    except StorageError:
        raise
    except GardenError as error:
        return show(gateway, request, error=error, **typed)
    return wait(gateway, request, f"{PLACE}#heure")


def wait(gateway: Gateway, request: Request, to: str) -> Response:
    """A page that goes on by itself to ``to``: the present gateway must not answer that any more,
    and whoever asks the next one waits at the door until it is there.
    """
    response = View(gateway, request).page("kit_wait.html", to=to)
    response.headers["Connection"] = "close"
    return response


def become_keeper(gateway: Gateway, request: Request, code: str, passphrase: str) -> Response:
    """The keeper's passphrase is chosen; whoever did so is in."""
    try:
        session = Welcome(gateway).become_keeper(
            code,
            passphrase,
            secure=is_secure(request),
            safe=is_safe(request),
            address=https_address(request),
        )
    except AccessRefused as error:
        return show(gateway, request, code, error, phrase=passphrase)
    return _on(gateway, request, session, "", "fini")


def _on(gateway: Gateway, request: Request, session: Session, code: str, to: str) -> Response:
    response = RedirectResponse(f"{PLACE}{f'?code={quote(code)}' if code else ''}#{to}", 303)
    give(response, request, session, gateway.clock.wall_ms())
    return response


def _filled(garden: Garden | None, language: str) -> dict[str, str]:
    """What stands in the fields before somebody types; ``language``: of whoever reads."""
    if garden is None:
        garden = Garden("-", "en" if language == "en" else "fr")
    place = (garden.latitude, garden.longitude)
    latitude, longitude = ("" if one is None else f"{one:g}" for one in place)
    return {
        "nom": "" if garden.name == "-" else garden.name,
        "langue": garden.language,
        "latitude": latitude,
        "longitude": longitude,
        "phrase": "",
    }


def _degrees(text: str) -> float | None:
    text = text.strip().replace(",", ".").removesuffix("°")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise UsageError(
            "GARDEN_PLACE_WRONG",
            fr=f"« {text[:20]} » n'est pas un nombre de degrés, comme 47,32 : laissez les deux "
            "cases vides si vous ne le savez pas.",
            en=f"'{text[:20]}' is no number of degrees, as 47.32: leave both fields empty if you "
            "do not know.",
        ) from None


def _safe_door(request: Request, code: str) -> str:
    address = https_address(request)
    if address is None:
        return ""
    door = address.removesuffix(request.url.path) + PLACE
    return f"{door}?code={quote(code)}#phrase" if code else f"{door}#phrase"


def _nodes(gateway: Gateway, request: Request) -> list[dict[str, Any]]:
    """The nodes that came, each with its newest readings."""
    reader = frame.reader_of(gateway, request)
    present, channels = gateway.present.all(), gateway.measured.channels()
    found = []
    for node in sorted(gateway.catalogue.nodes().values(), key=lambda one: one.node):
        values = [
            {
                "name": reader.tell(words.look_of(channels[series].quantity).name),
                "value": Wording(channels[series], reader.write, reader.texts).measure(
                    latest.value
                ),
            }
            for series, latest in sorted(present.items())
            if series.node == node.node and series in channels and latest.value is not None
        ]
        found.append(
            {
                "node": node.node,
                "state": reader.tell(words.NODE_STATES[node.state]),
                "online": node.state == "online",
                "readings": values,
            }
        )
    return found
