"""The guard at every address: who asks, through which door, and whether they may.

Each route declares one action: ``dependencies=[allow(Action.READ)]``. A test goes through all of
them.
"""

from __future__ import annotations

import hmac
import ipaddress
from functools import cache
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool

from gateway.api.middleware import LARGE
from gateway.security.access import Access, Who
from gateway.security.refusals import AccessRefused, https_needed, other_page
from gateway.security.roles import KEEPERS_OWN, Action
from gateway.service import Gateway

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
COOKIE: Final = "jardin"
SECURE_COOKIE: Final = "__Host-jardin"
"""A browser takes this name by https only; plain http can neither read nor replace it."""
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_FORMS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")


class Guard:
    """Lets by whoever may do ``action``; raises ``AccessRefused`` to the others."""

    def __init__(self, action: Action) -> None:
        self.action = action

    async def __call__(self, request: Request) -> Who:
        if not _shows_a_key(request) and _gateway(request).access.anybody().can(self.action):
            return who_asks(request)
        token = await _token_of_form(request)
        return await run_in_threadpool(self._check, request, token)

    def _check(self, request: Request, csrf: str) -> Who:
        access = _gateway(request).access
        if self.action in KEEPERS_OWN and not is_safe(request):
            raise https_needed(https_address(request))
        who = who_asks(request)
        if who.signed_in and not _is_from_our_page(request, who, csrf):
            raise other_page()
        access.check(who, self.action)
        if who.key:
            access.take_pace(who)
        return who


@cache
def _guard(action: Action) -> Guard:
    return Guard(action)


def allow(action: Action) -> Any:
    """The dependency of a route that does ``action``."""
    return Depends(_guard(action))


def who_asks(request: Request) -> Who:
    """Whoever made this request. Raises ``AccessRefused`` for a token that opens nothing.

    A cookie that opens nothing any more is nobody's: the page then offers to sign in.
    """
    known: Who | None = getattr(request.state, "who", None)
    if known is None:
        known = request.state.who = _found(request, _gateway(request).access)
    return known


def still_may(request: Request, action: Action) -> bool:
    """Whether the key that opened a long answer still opens ``action``."""
    try:
        return _found(request, _gateway(request).access).can(action)
    except AccessRefused:
        return False


TheAsker = Annotated[Who, Depends(who_asks)]


def _found(request: Request, access: Access) -> Who:
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return access.by_token(text.strip())
    session = session_of(request)
    who = access.by_session(session, secure=is_secure(request)) if session else None
    return who or access.anybody()


def _shows_a_key(request: Request) -> bool:
    return "authorization" in request.headers or bool(session_of(request))


def session_of(request: Request) -> str:
    """The session that the browser brings for this door; empty where it brings none."""
    return request.cookies.get(cookie_of(request), "")


def cookie_of(request: Request) -> str:
    """The name of the session's cookie at this door."""
    return SECURE_COOKIE if is_secure(request) else COOKIE


def is_secure(request: Request) -> bool:
    """Whether the request came through the https door."""
    return request.url.scheme == "https"


def is_safe(request: Request) -> bool:
    """Whether nobody can read along: https, or somebody at the garden's own computer.

    Not what another program hands on from there, and not a page that calls itself otherwise.
    """
    if is_secure(request):
        return True
    if any(name in request.headers for name in _FORWARDED):
        return False
    return _is_loopback(request) and (request.url.hostname or "") in _HERE


def _is_loopback(request: Request) -> bool:
    try:
        return request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def https_address(request: Request) -> str | None:
    """Where this page is by https; None where that door is not open."""
    port = getattr(request.app.state, "https_port", None)
    host = request.url.hostname
    if port is None or not host:
        return None
    name = f"[{host}]" if ":" in host else host
    return f"https://{name}{'' if port == 443 else f':{port}'}{request.url.path}"


def _is_from_our_page(request: Request, who: Who, csrf: str) -> bool:
    """Whether a page of ours made this write: other sites' are refused by ``Limits`` already
    where the browser says whose it is, so one that says nothing brings our token.
    """
    if request.method in READING or "origin" in request.headers:
        return True
    if request.headers.get("sec-fetch-site") == "same-origin":
        return True
    shown = request.headers.get(CSRF_HEADER, csrf)
    return hmac.compare_digest(shown.encode(), who.csrf.encode())


async def _token_of_form(request: Request) -> str:
    """The token in a form that a browser without ``Origin`` sends; empty for anything else.

    A large body is never looked through: there such a browser says ``Sec-Fetch-Site``, or is
    refused.
    """
    kind = request.headers.get("content-type", "").partition(";")[0]
    if request.method in READING or "origin" in request.headers or kind not in _FORMS:
        return ""
    if request.url.path in LARGE:
        return ""
    return str((await request.form()).get(CSRF_FIELD, ""))


def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway
