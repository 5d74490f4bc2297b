"""What the garden knows of whoever looks at it, in words that a child of ten reads."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from gateway.pages import frame
from gateway.service import Gateway


def answer(gateway: Gateway, request: Request) -> Response:
    """The page, the same for everybody."""
    return frame.show(
        gateway,
        request,
        "privacy.html",
        forgets=gateway.settings.privacy.forget,
        asks_weather=gateway.forecasts.place is not None,
    )
