"""What all pages share: who reads, in which languages, and the frame around what they read."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from fastapi import Request
from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway import assets
from gateway.api.guard import who_asks
from gateway.pages.answer import forget, page_response, remember
from gateway.pages.enter import LANGUAGE_COOKIE
from gateway.pages.numbers import Format
from gateway.pages.roles import role_words
from gateway.security.access import Who
from gateway.service import Gateway
from gateway.translations import installed
from sensor_node import __version__

BESIDE_COOKIE: Final = "with"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads, and in what languages.

    ``beside``: a second language shown beside the first, None for none. ``who``: what they may do.
    """

    language: str
    beside: str | None
    write: Format
    who: Who

    @property
    def texts(self) -> gettext.NullTranslations:
        """The texts in the first language."""
        return installed().of(self.language)

    @property
    def tell(self) -> Callable[[str], str]:
        """Translates into the first language."""
        return self.texts.gettext

    @property
    def also(self) -> gettext.NullTranslations | None:
        """The texts in the second language."""
        return None if self.beside is None else installed().of(self.beside)


def reader_of(gateway: Gateway, request: Request) -> Reader:
    """The languages of ``request``: asked for, remembered, the browser's, else the garden's."""
    translations, query = installed(), request.query_params
    language = translations.choose(
        asked=query.get("lang"),
        remembered=request.cookies.get(LANGUAGE_COOKIE),
        accepted=request.headers.get("accept-language", ""),
        default=gateway.settings.language,
    )
    beside = query.get("with", request.cookies.get(BESIDE_COOKIE, ""))
    known = beside in translations.languages and beside != language
    zone = gateway.settings.timezone
    return Reader(language, beside if known else None, Format(language, zone), who_asks(request))


def answer(request: Request, reader: Reader, html: str, status: int = 200) -> Response:
    """``html`` as an answer; the languages that were asked for are remembered."""
    response = page_response(request, html, status)
    if request.query_params.get("lang") == reader.language:
        remember(response, LANGUAGE_COOKIE, reader.language)
    if "with" in request.query_params:
        if reader.beside is None:
            forget(response, BESIDE_COOKIE)
        else:
            remember(response, BESIDE_COOKIE, reader.beside)
    return response


def show(
    gateway: Gateway, request: Request, template: str, place: str = "", **context: Any
) -> Response:
    """A page that needs nothing but its words."""
    reader = reader_of(gateway, request)
    return answer(request, reader, render(gateway, reader, template, place, **context))


def render(gateway: Gateway, reader: Reader, template: str, place: str = "", **context: Any) -> str:
    """A page of the garden, or a part of one. ``place``: its address among the main ones."""
    now_ms = gateway.clock.wall_ms()
    beside = reader.beside
    return (
        environment(reader.language)
        .get_template(template)
        .render(
            place=place,
            keep=context.pop("keep", ""),
            garden=gateway.settings.name,
            language=reader.language,
            languages=installed().names(),
            drafts=installed().drafts,
            direction=reader.write.direction,
            beside=beside,
            beside_direction="" if beside is None else direction_of(beside),
            also=reader.also,
            today=reader.write.day(now_ms),
            clock_trusted=gateway.clock.synchronised(),
            who=reader.who,
            role=role_words(reader.who, reader.texts),
            version=__version__,
            **context,
        )
    )


def direction_of(language: str) -> str:
    """``ltr`` or ``rtl``."""
    return Format(language, "UTC").direction


@cache
def environment(language: str) -> Environment:
    """The templates, speaking ``language``."""
    templates = Environment(
        loader=FileSystemLoader(assets.DASHBOARDS / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals["asset"] = assets.url
    # The i18n extension adds this method when it is loaded.
    install = templates.install_gettext_translations  # type: ignore[attr-defined]
    install(installed().of(language), newstyle=True)
    return templates
