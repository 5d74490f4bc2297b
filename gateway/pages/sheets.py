"""The sheets of the exercises, to print; their solutions and the notes for whoever teaches."""

from __future__ import annotations

import re
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from markupsafe import Markup

from gateway.api.guard import who_asks
from gateway.api.problems import Problem
from gateway.pages.markdown import html_of
from gateway.pages.workshop_view import View
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.workshop import sheets

_TO_THE_OTHER_LANGUAGE: Final = re.compile(r"^\[[^\]]+\]\([^)]*\)$", re.M)
TONGUES = {"fr": "Français", "en": "English"}


def show_all(gateway: Gateway, request: Request) -> Response:
    """Which sheets there are, in both languages."""
    return View(gateway, request).page(
        "sheets.html",
        tongues=[
            (tongue, name, [(number, sheets.title(tongue, number)) for number in sheets.NUMBERS])
            for tongue, name in TONGUES.items()
        ],
        teaches=who_asks(request).can(Action.WORKSHOP),
    )


def show(gateway: Gateway, request: Request, tongue: str, number: str, *, solved: bool) -> Response:
    """One sheet; ``solved``: with its solution."""
    try:
        text = sheets.sheet(tongue, int(number))
        program = sheets.solution(tongue, int(number)) if solved else ""
    except (KeyError, ValueError):
        raise _unknown() from None
    return _page(gateway, request, tongue, text, program)


def show_notes(gateway: Gateway, request: Request, tongue: str) -> Response:
    """The teacher's notes."""
    try:
        text = sheets.notes(tongue)
    except KeyError:
        raise _unknown() from None
    return _page(gateway, request, tongue, text, "")


def _page(gateway: Gateway, request: Request, tongue: str, text: str, program: str) -> Response:
    title, _, rest = text.partition("\n")
    rest = _TO_THE_OTHER_LANGUAGE.sub("", rest, count=1)
    return View(gateway, request).page(
        "sheet.html",
        tongue=tongue,
        name=title.removeprefix("# "),
        body=Markup(html_of(rest)),  # noqa: S704 - made from our own file
        program=program,
    )


def _unknown() -> Problem:
    return Problem(
        404,
        "UNKNOWN_SHEET",
        fr="Cette fiche n'existe pas : voyez la page /fiches.",
        en="There is no such sheet: see the page /fiches.",
    )
