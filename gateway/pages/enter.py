"""The way in and out: a page with one field, which works without any script."""

from __future__ import annotations

import gettext
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.api.guard import (
    COOKIE,
    SECURE_COOKIE,
    allow,
    https_address,
    is_safe,
    is_secure,
    session_of,
    who_asks,
)
from gateway.api.problems import ENTER, status_of
from gateway.pages.answer import page_response
from gateway.pages.numbers import Format
from gateway.pages.words import N_
from gateway.security.access import Who
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Action, Role
from gateway.security.sessions import Session
from gateway.service import Gateway
from gateway.translations import installed
from sensor_node import __version__

LANGUAGE_COOKIE: Final = "lang"
LEAVE: Final = "/sortir"
OPEN: Final = "/ouvrir"
MOST_CHARACTERS: Final = 200
ROLE_WORDS: Final = {
    Role.STRANGER: N_("inconnu"),
    Role.READER: N_("lecteur"),
    Role.GROUP: N_("groupe"),
    Role.GARDENER: N_("jardinier"),
    Role.KEEPER: N_("responsable"),
}


def router(gateway: Gateway) -> APIRouter:
    """The pages ``/entrer`` and ``/sortir`` of ``gateway``."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def show(request: Request, code: str = "", vers: str = "") -> Response:
        return _page(gateway, request, code=code, to=vers)

    @pages.post(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def enter(
        request: Request,
        code: Annotated[str, Form(max_length=MOST_CHARACTERS)] = "",
        vers: Annotated[str, Form(max_length=MOST_CHARACTERS)] = "",
    ) -> Response:
        try:
            session = gateway.access.enter(
                code,
                secure=is_secure(request),
                safe=is_safe(request),
                address=https_address(request),
            )
        except AccessRefused as error:
            return _page(gateway, request, to=vers, error=error)
        gateway.access.sessions.end(session_of(request))
        response = RedirectResponse(inside(vers), 303)
        _give(response, request, session, gateway.clock.wall_ms())
        return response

    @pages.post(LEAVE, dependencies=[allow(Action.ENTER)])
    def leave(request: Request) -> Response:
        gateway.access.sessions.end(session_of(request))
        response = RedirectResponse("/", 303)
        secure = is_secure(request)
        response.delete_cookie(
            SECURE_COOKIE if secure else COOKIE, secure=secure, httponly=True, samesite="lax"
        )
        return response

    @pages.post(OPEN, dependencies=[allow(Action.KEYS)])
    def open_again(request: Request) -> Response:
        gateway.access.lift()
        gateway.access.note(who_asks(request).name, "DOOR_LIFTED")
        return RedirectResponse(ENTER, 303)

    return pages


def inside(path: str) -> str:
    """``path`` if it is one of this site, else the first page: nobody is sent elsewhere."""
    plain = path.isascii() and path.isprintable() and "\\" not in path
    return path if plain and path.startswith("/") and not path.startswith("//") else "/"


def _give(response: Response, request: Request, session: Session, now_ms: int) -> None:
    secure = is_secure(request)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        session.id,
        max_age=max(1, (session.until_ms - now_ms) // 1000),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _page(
    gateway: Gateway,
    request: Request,
    *,
    code: str = "",
    to: str = "",
    error: AccessRefused | None = None,
) -> Response:
    from gateway.pages.home import environment  # noqa: PLC0415 - the first page imports this one

    language = installed().choose(
        asked=request.query_params.get("lang"),
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("accept-language", ""),
        default=gateway.settings.language,
    )
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
