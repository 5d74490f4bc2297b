"""The way in and out: a page with one field, which works without any script."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway.api.guard import (
    allow,
    cookie_of,
    https_address,
    is_safe,
    is_secure,
    session_of,
    who_asks,
)
from gateway.api.problems import ENTER
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Action
from gateway.security.sessions import Session
from gateway.service import Gateway

LANGUAGE_COOKIE: Final = "lang"
LEAVE: Final = "/sortir"
OPEN: Final = "/ouvrir"
MOST_CHARACTERS: Final = 200
MOST_ADDRESS: Final = 8_000
"""Where to go then; a form that was filled in comes along."""


def router(gateway: Gateway) -> APIRouter:
    """The pages ``/entrer`` and ``/sortir`` of ``gateway``."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def show(request: Request, code: str = "", vers: str = "") -> Response:
        from gateway.pages import entering  # noqa: PLC0415 - as for every page: see addresses

        return entering.answer(gateway, request, code=code, to=vers)

    @pages.post(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def enter(
        request: Request,
        code: Annotated[str, Form(max_length=MOST_CHARACTERS)] = "",
        vers: Annotated[str, Form(max_length=MOST_ADDRESS)] = "",
    ) -> Response:
        from gateway.pages import entering  # noqa: PLC0415 - as for every page: see addresses

        try:
            session = gateway.access.enter(
                code,
                secure=is_secure(request),
                safe=is_safe(request),
                address=https_address(request),
            )
        except AccessRefused as error:
            return entering.answer(gateway, request, to=vers, error=error)
        gateway.access.sessions.end(session_of(request))
        response = RedirectResponse(inside(vers), 303)
        give(response, request, session, gateway.clock.wall_ms())
        return response

    @pages.post(LEAVE, dependencies=[allow(Action.ENTER)])
    def leave(request: Request) -> Response:
        gateway.access.sessions.end(session_of(request))
        response = RedirectResponse("/", 303)
        secure = is_secure(request)
        response.delete_cookie(cookie_of(request), secure=secure, httponly=True, samesite="lax")
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


def give(response: Response, request: Request, session: Session, now_ms: int) -> None:
    """Put ``session`` into the browser, for the door that it came by."""
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
