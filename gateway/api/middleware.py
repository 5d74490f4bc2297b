"""What holds for every answer: safe headers, bounded requests, no failure without words.

Plain ASGI, so that streams pass through untouched.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Final

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.api.languages import reader_language
from gateway.api.problems import (
    MAX_BODY_BYTES,
    Problem,
    internal_problem,
    problem_response,
    too_large,
)
from gateway.vitals import Vitals

log = logging.getLogger(__name__)

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_S: Final = 30.0
"""A phone at the edge of the Wi-Fi sends a page's worth in this."""
UPLOAD: Final = "/mise-a-jour/paquet"
LARGE: Final[Mapping[str, tuple[int, float]]] = {UPLOAD: (210_000_000, 1800.0)}
"""Addresses that take more, as bytes and seconds: who writes it to disk piece by piece."""
SECURITY_HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


class SafeHeaders:
    """Adds the security headers to every answer that does not bring its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Counted:
    """Counts what is refused, by its status: too much, too fast, not allowed, not found."""

    def __init__(self, app: ASGIApp, vitals: Vitals) -> None:
        self._app = app
        self._vitals = vitals

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def count(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 400:
                self._vitals.refused_request(message["status"])
            await send(message)

        await self._app(scope, receive, count if scope["type"] == "http" else send)


class Failures:
    """Turns what nobody foresaw into a problem: the traceback goes to the log, not to people.

    An answer that had begun is cut off, never ended as if it were whole.
    """

    def __init__(self, app: ASGIApp, default_language: str) -> None:
        self._app = app
        self._default_language = default_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = False

        async def watch(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception:
            if begun:
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            language = reader_language(Request(scope), self._default_language)
            await problem_response(internal_problem(), language)(scope, receive, send)


class Limits:
    """Refuses bodies that are over ``MAX_BODY_BYTES`` or take longer than ``body_s``, and writes
    that another site's page makes.

    Without this a page anywhere could make a visitor's browser write to the garden.
    """

    def __init__(self, app: ASGIApp, default_language: str, body_s: float = BODY_S) -> None:
        self._app = app
        self._default_language = default_language
        self._body_s = body_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        most, body_s = LARGE.get(scope["path"], (MAX_BODY_BYTES, self._body_s))
        problem = _foreign_write(request) or _declared_too_large(request, most)
        if problem is not None:
            language = reader_language(request, self._default_language)
            await problem_response(problem, language)(scope, receive, send)
            return
        await self._app(scope, _bounded(receive, body_s, most), send)


def _foreign_write(request: Request) -> Problem | None:
    if request.method in READING:
        return None
    origin = request.headers.get("origin")
    elsewhere = request.headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if not elsewhere and origin in (None, f"{request.url.scheme}://{request.headers.get('host')}"):
        return None
    return Problem(
        403,
        "OTHER_SITE",
        fr="Une page d'un autre site ne peut rien écrire ici : ouvrez la page du jardin.",
        en="A page of another site cannot write here: open the garden's own page.",
    )


def _declared_too_large(request: Request, most: int) -> Problem | None:
    length = request.headers.get("content-length", "0")
    return too_large() if length.isdigit() and int(length) > most else None


def _bounded(receive: Receive, body_s: float, most: int) -> Receive:
    """``receive``, refusing a body that grows too large without having said so, or never ends."""
    taken, is_whole = 0, False
    end_s = asyncio.get_running_loop().time() + body_s

    async def counted() -> Message:
        nonlocal taken, is_whole
        if is_whole:  # what comes now is that the client leaves, whenever that is
            return await receive()
        try:
            async with asyncio.timeout_at(end_s):
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            if taken > most:
                raise HTTPException(413)
        return message

    return counted
