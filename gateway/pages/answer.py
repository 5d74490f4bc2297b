"""How a page travels: compressed, never taken from a cache without asking, language remembered."""

from __future__ import annotations

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from gateway.pages.compressed import gzipped

YEAR_S: Final = 365 * 24 * 3600


def page_response(request: Request, html: str, status: int = 200) -> Response:
    """``html`` as an answer to ``request``."""
    headers = {
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding, Accept-Language, Cookie",
    }
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return HTMLResponse(html, status, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return HTMLResponse(gzipped(html), status, headers=headers)


def remember(response: Response, cookie: str, choice: str) -> None:
    """Keep the reader's choice in the browser: a language and nothing else."""
    response.set_cookie(cookie, choice, max_age=YEAR_S, path="/", httponly=True, samesite="lax")


def forget(response: Response, cookie: str) -> None:
    """The reader made another choice: none."""
    response.delete_cookie(cookie, path="/", httponly=True, samesite="lax")
