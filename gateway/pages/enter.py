"""The way in and out: a page with one field, which works without any script."""

from __future__ import annotations

import gettext
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.guard import (
    cookie_of,
    https_address,
    is_safe,
    is_secure,
    session_of,
    who_asks,
)
from gateway.api.problems import status_of
from gateway.pages.answer import page_response
from gateway.pages.environment import environment
from gateway.pages.numbers import Format
from gateway.pages.words import N_
from gateway.security.access import Who
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Role
from gateway.security.sessions import Session
from gateway.service import Gateway
from gateway.translations import installed
from sensor_node import __version__

LANGUAGE_COOKIE: Final = "lang"
MOST_CHARACTERS: Final = 200
ROLE_WORDS: Final = {
    Role.STRANGER: N_("inconnu"),
    Role.READER: N_("lecteur"),
    Role.GROUP: N_("groupe"),
    Role.GARDENER: N_("jardinier"),
    Role.KEEPER: N_("responsable"),
}


def come_in(gateway: Gateway, request: Request, text: str, to: str) -> Response:
    """Begin a session by the code or passphrase ``text`` and lead to the page ``to``, or say on
    the way in why not.
    """
    try:
        session = gateway.access.enter(
            text[:MOST_CHARACTERS],
            secure=is_secure(request),
            safe=is_safe(request),
            address=https_address(request),
        )
    except AccessRefused as error:
        return answer(gateway, request, to=to, error=error)
    gateway.access.sessions.end(session_of(request))
    response = RedirectResponse(inside(to), 303)
    _give(response, request, session, gateway.clock.wall_ms())
    return response


def go_out(gateway: Gateway, request: Request) -> Response:
    """End the session: its cookie opens nothing any more, wherever a copy of it is."""
    gateway.access.sessions.end(session_of(request))
    response, secure = RedirectResponse("/", 303), is_secure(request)
    response.delete_cookie(cookie_of(request), secure=secure, httponly=True, samesite="lax")
    return response


def language_of(gateway: Gateway, request: Request) -> str:
    """The language of whoever reads this page."""
    return installed().choose(
        asked=request.query_params.get("lang"),
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("accept-language", ""),
        default=gateway.settings.language,
    )


def inside(path: str) -> str:
    """``path`` if it is one of this site, else the first page: nobody is sent elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def _give(response: Response, request: Request, session: Session, now_ms: int) -> None:
    secure = is_secure(request)
    response.set_cookie(
        cookie_of(request),
        session.id,
        max_age=max(1, (session.until_ms - now_ms) // 1000),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def answer(
    gateway: Gateway,
    request: Request,
    *,
    code: str = "",
    to: str = "",
    error: AccessRefused | None = None,
) -> Response:
    """The way in, with the field filled with ``code``; it leads on to the page ``to``."""
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


def role_words(who: Who, texts: gettext.NullTranslations) -> str:
    """What ``who`` is, in the reader's language."""
    return texts.gettext(ROLE_WORDS[who.role])
