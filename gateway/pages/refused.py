"""What a person sees where a page cannot be shown: what is wrong, in words, and where to go on."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Request
from fastapi.responses import Response

from gateway.api.problems import status_of, title_of
from gateway.pages import frame
from gateway.pages.frame import reader_of
from gateway.pages.standing import spoken_in
from gateway.service import Gateway
from sensor_node.errors import GardenError


def answer(request: Request, error: GardenError, back: str) -> Response:
    """``error`` as a page. ``back``: the page that was asked for, with what was typed into it."""
    gateway: Gateway = request.app.state.gateway
    reader, status = reader_of(gateway, request), status_of(error)
    speaks = spoken_in(reader.language)
    html = frame.render(
        gateway,
        reader,
        "refused.html",
        title=title_of(status, speaks),
        detail=error.text(speaks),
        speaks=speaks,
        other_key=status == 403,
        kept="garde=1" in back,
        back=quote(back),
    )
    response = frame.answer(request, reader, html, status)
    response.headers["Cache-Control"] = "no-store"
    return response
