"""The hour: what the gateway believes, what the phone says, and the button that settles it."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.guard import is_secure, session_of, who_asks
from gateway.kit.asking import Steward
from gateway.kit.hour import parse_hour
from gateway.kit.hour import set_hour as tell
from gateway.pages import frame
from gateway.pages.enter import give, inside
from gateway.pages.workshop_view import View
from gateway.service import Gateway
from sensor_node.errors import GardenError, StorageError

PLACE = "/heure"


def show(
    gateway: Gateway, request: Request, to: str = "", error: GardenError | None = None
) -> Response:
    """The page; ``to``: where to go once it is settled."""
    return View(gateway, request).page("kit_hour.html", error, **told(gateway, request, to, error))


def told(
    gateway: Gateway, request: Request, to: str, error: GardenError | None = None
) -> dict[str, object]:
    """What the part of a page about the hour shows."""
    reader = frame.reader_of(gateway, request)
    return {
        "believed": reader.write.moment(gateway.clock.wall_ms()),
        "settable": steward_of(gateway).is_there,
        "unsure": error is not None and error.code == "CLOCK_BEFORE_READINGS",
        "to": inside(to or PLACE),
        "hour": {
            "language": reader.language,
            "timezone": gateway.settings.timezone,
            "says": reader.tell("Ce téléphone dit : %(time)s"),
        },
    }


def set_hour(gateway: Gateway, request: Request, text: str, to: str, *, sure: bool) -> Response:
    """Have the clock set, and go on."""
    try:
        at_ms = parse_hour(text, gateway.settings.timezone)
        tell(gateway, steward_of(gateway), at_ms, who_asks(request).name, sure=sure)
    except StorageError:
        raise
    except GardenError as error:
        return show(gateway, request, to, error)
    response = RedirectResponse(inside(to or PLACE), 303)
    _stay_in(gateway, request, response)
    return response


def _stay_in(gateway: Gateway, request: Request, response: Response) -> None:
    """Whoever came in by the wrong clock would be out by the right one: a session for them anew."""
    who = who_asks(request)
    if not who.signed_in or who.own is not None:
        return
    sessions, now_ms = gateway.access.sessions, gateway.clock.wall_ms()
    sessions.end(session_of(request))
    session = sessions.begin(who.role, now_ms, secure=is_secure(request))
    give(response, request, session, now_ms)


def steward_of(gateway: Gateway) -> Steward:
    """Who sets the clock of this computer."""
    return Steward(gateway.settings.kit.requests)
