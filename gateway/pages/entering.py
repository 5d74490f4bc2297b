"""What the way in and out looks like."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from gateway.api.guard import https_address, is_safe, who_asks
from gateway.api.problems import status_of
from gateway.pages.answer import page_response
from gateway.pages.enter import LANGUAGE_COOKIE, MOST_CHARACTERS, inside
from gateway.pages.home import environment
from gateway.pages.numbers import Format
from gateway.pages.roles import role_words
from gateway.security.refusals import AccessRefused
from gateway.service import Gateway
from gateway.translations import installed
from sensor_node import __version__


def answer(
    gateway: Gateway,
    request: Request,
    *,
    code: str = "",
    to: str = "",
    error: AccessRefused | None = None,
) -> Response:
    """The page, with what was typed and what was wrong with it."""
    language = language_of(gateway, request)
    texts = installed().of(language)
    who = who_asks(request)
    html = (
        environment(language)
        .get_template("enter.html")
        .render(
            garden=gateway.settings.name,
            language=language,
            languages=installed().names(),
            direction=Format(language, gateway.settings.timezone).direction,
            who=who,
            role=role_words(who, texts),
            code=code[:MOST_CHARACTERS],
            to=inside(to),
            error="" if error is None else error.text(language),
            door_shut=gateway.access.is_shut(),
            has_keeper=gateway.access.has_keeper(),
            https=None if is_safe(request) else https_address(request),
            version=__version__,
        )
    )
    response = page_response(request, html)
    response.headers["Cache-Control"] = "no-store"
    if error is not None:
        response.status_code = status_of(error)
        if error.wait_s is not None:
            response.headers["Retry-After"] = str(round(error.wait_s))
    return response


def language_of(gateway: Gateway, request: Request) -> str:
    """The language of whoever reads this page."""
    return installed().choose(
        asked=request.query_params.get("lang"),
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("accept-language", ""),
        default=gateway.settings.language,
    )
