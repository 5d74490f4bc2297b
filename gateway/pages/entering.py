"""What the way in and out looks like."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from gateway.api.guard import https_address, is_safe
from gateway.api.problems import status_of
from gateway.kit.welcome import Welcome
from gateway.pages import frame
from gateway.pages.enter import MOST_CHARACTERS, inside
from gateway.pages.frame import reader_of
from gateway.pages.standing import spoken_in
from gateway.security.refusals import AccessRefused
from gateway.service import Gateway


def answer(
    gateway: Gateway,
    request: Request,
    *,
    code: str = "",
    to: str = "",
    error: AccessRefused | None = None,
) -> Response:
    """The page, with what was typed and what was wrong with it."""
    reader = reader_of(gateway, request)
    html = frame.render(
        gateway,
        reader,
        "enter.html",
        code=code[:MOST_CHARACTERS],
        to=inside(to),
        keep=f"&vers={quote(inside(to))}",
        error="" if error is None else error.text(spoken_in(reader.language)),
        door_shut=gateway.access.is_shut(),
        has_keeper=gateway.access.has_keeper(),
        blank=Welcome(gateway).is_open,
        https=None if is_safe(request) else https_address(request),
    )
    response = frame.answer(request, reader, html)
    response.headers["Cache-Control"] = "no-store"
    if error is not None:
        response.status_code = status_of(error)
        if error.wait_s is not None:
            response.headers["Retry-After"] = str(round(error.wait_s))
    return response
