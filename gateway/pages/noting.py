"""What the form of notes on a bed's page does, by the way of the programs' interface."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api import notes
from gateway.api.bed_shapes import NewNote
from gateway.api.guard import who_asks
from gateway.api.problems import Problem, status_of
from gateway.beds.notes import MOST_CHARACTERS
from gateway.pages import bed as page
from gateway.pages.doing import SEE_OTHER
from gateway.pages.frame import reader_of
from gateway.pages.standing import spoken_in
from gateway.service import Gateway
from sensor_node.errors import GardenError


def note(gateway: Gateway, request: Request, bed: str, text: str, span: str) -> Response:
    """Write ``text`` down and show the page again; what is refused stays in its field."""

    def do() -> None:
        if len(text) > MOST_CHARACTERS:
            raise Problem(
                422,
                "NOTE_LONG",
                fr=f"Au plus {MOST_CHARACTERS} caractères ; il y en a {len(text)}.",
                en=f"At most {MOST_CHARACTERS} characters; there are {len(text)}.",
            )
        # Written by ``keep`` after its own checks: the model takes what has letters at all.
        notes.keep(gateway, bed, NewNote(text=text or " ", at=None, by=who_asks(request).name))

    return _answer(gateway, request, bed, do, span=span, typed=text)


def take_back(gateway: Gateway, request: Request, bed: str, number: int, span: str) -> Response:
    """The note is gone."""
    return _answer(
        gateway, request, bed, lambda: notes.keep_taking_back(gateway, bed, number), span=span
    )


def _answer(
    gateway: Gateway,
    request: Request,
    bed: str,
    do: Callable[[], object],
    *,
    span: str,
    typed: str = "",
) -> Response:
    try:
        do()
    except GardenError as error:
        language = spoken_in(reader_of(gateway, request).language)
        told = error.text(language)
        return page.answer(
            gateway, request, bed, trouble=told, typed=typed, status=status_of(error)
        )
    query = f"?{urlencode({'duree': span})}" if span else ""
    return RedirectResponse(f"/bacs/{bed}{query}#thread-title", SEE_OTHER)
