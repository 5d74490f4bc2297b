"""What the forms of Today do: tell of a watering, correct it, undo it.

All of it goes the way of the programs' interface, so the same rules hold. A browser without
scripts gets the whole page again, htmx the card of the bed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask

from gateway.api.context import known_bed
from gateway.api.problems import Problem, status_of
from gateway.beds.records import BedRecord
from gateway.pages import frame, today
from gateway.pages.beds import bed_view
from gateway.pages.frame import reader_of
from gateway.pages.standing import spoken_in
from gateway.service import Gateway
from sensor_node.errors import GardenError, StorageError

MOST: Final = 10_000
SEE_OTHER: Final = 303


class Doing:
    """One form that ``request`` sent about ``bed``."""

    def __init__(self, gateway: Gateway, request: Request, bed: str) -> None:
        self._gateway = gateway
        self._request = request
        self._bed = bed
        self._reader = reader_of(gateway, request)

    def answer(self, do: Callable[[], object]) -> Response:
        """Have it done by ``do``; the advice that it changes is made once the answer is out."""
        trouble, status = "", 200
        try:
            known_bed(self._gateway, self._bed)
            do()
        except GardenError as error:
            trouble, status = error.text(spoken_in(self._reader.language)), status_of(error)
        response = self._told(trouble, status)
        if not trouble:
            response.background = BackgroundTask(self._gateway.advisor.renew, self._bed)
        return response

    def _told(self, trouble: str, status: int) -> Response:
        gateway, reader, record = self._gateway, self._reader, self._record()
        if self._request.headers.get("HX-Request") == "true" and record is not None:
            view = bed_view(gateway, reader, record, trouble)
            html = frame.render(gateway, reader, "bed_alone.html", view=view)
        elif trouble:
            return today.answer(gateway, self._request, trouble, status)
        else:
            return RedirectResponse(f"/#bed-{self._bed}", SEE_OTHER)
        return frame.answer(self._request, reader, html, status)

    def _record(self) -> BedRecord | None:
        try:
            return self._gateway.catalogue.beds.get(self._bed)
        except StorageError:
            return None  # what is wrong is told already


def amount_of(typed: str) -> float | None:
    """A number as people write it, with a comma or a point; None where nothing was typed."""
    if not typed.strip():
        return None
    try:
        value = float(typed.strip().replace(",", "."))
    except ValueError:
        value = math.nan
    if not 0 <= value <= MOST:
        raise Problem(
            422,
            "NOT_AN_AMOUNT",
            fr=f"« {typed[:20]} » n'est pas une quantité : écrivez un nombre, 2 ou 1,5.",
            en=f"'{typed[:20]}' is not an amount: write a number, 2 or 1.5.",
        )
    return value
