"""What the garden knows of whoever looks at it, in words that a child of ten reads."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from gateway.pages.answer import page_response
from gateway.pages.entering import language_of
from gateway.pages.home import environment
from gateway.pages.numbers import Format
from gateway.service import Gateway
from gateway.translations import installed
from sensor_node import __version__


def answer(gateway: Gateway, request: Request) -> Response:
    """The page, the same for everybody."""
    language = language_of(gateway, request)
    settings = gateway.settings
    html = (
        environment(language)
        .get_template("privacy.html")
        .render(
            garden=settings.name,
            language=language,
            languages=installed().names(),
            direction=Format(language, settings.timezone).direction,
            forgets=settings.privacy.forget,
            asks_weather=gateway.forecasts.place is not None,
            version=__version__,
        )
    )
    return page_response(request, html)
