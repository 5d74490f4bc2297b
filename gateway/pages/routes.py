"""The addresses of the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, Response

from gateway import assets
from gateway.api import waterings
from gateway.api.bed_shapes import NewWatering, WateringChange
from gateway.pages import frame, measures, today
from gateway.pages.doing import Doing, amount_of
from gateway.pages.frame import reader_of
from gateway.service import Gateway

Typed = Annotated[str, Form(max_length=40)]
"""A number as somebody typed it."""
Key = Annotated[str, Form(max_length=64)]
Number = Annotated[int, Path(ge=1, le=waterings.MAX_ID)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``. Raises ``GardenError`` where the assets are not built."""
    assets.built()
    pages = APIRouter(include_in_schema=False)
    _reading(pages, gateway)
    _watering(pages, gateway)
    return pages


def _reading(pages: APIRouter, gateway: Gateway) -> None:
    @pages.get("/", response_class=HTMLResponse)
    def show_today(request: Request) -> Response:
        reader = reader_of(request, gateway)
        return frame.answer(request, reader, today.render(gateway, reader))

    @pages.get("/measures", response_class=HTMLResponse)
    def show_measures(request: Request) -> Response:
        reader = reader_of(request, gateway)
        return frame.answer(request, reader, measures.render(gateway, reader))

    @pages.get("/accessibility", response_class=HTMLResponse)
    def show_accessibility(request: Request) -> Response:
        reader = reader_of(request, gateway)
        html = frame.render(gateway, reader, "accessibility.html")
        return frame.answer(request, reader, html)


def _watering(pages: APIRouter, gateway: Gateway) -> None:
    @pages.post("/beds/{bed}/done")
    def done(
        request: Request, bed: str, cans: Typed = "", litres: Typed = "", key: Key = ""
    ) -> Response:
        def do() -> None:
            told = {"cans": amount_of(cans), "litres": amount_of(litres), "key": key or None}
            waterings.keep(gateway, bed, NewWatering.model_validate(told))

        return Doing(gateway, request, bed).answer(do)

    @pages.post("/beds/{bed}/waterings/{number}")
    def correct(
        request: Request, bed: str, number: Number, cans: Typed = "", litres: Typed = ""
    ) -> Response:
        def do() -> None:
            told = {"cans": amount_of(cans), "litres": amount_of(litres)}
            change = WateringChange.model_validate(told)
            waterings.keep_correction(gateway, bed, number, change)

        return Doing(gateway, request, bed).answer(do)

    @pages.post("/beds/{bed}/waterings/{number}/undo")
    def undo(request: Request, bed: str, number: Number) -> Response:
        return Doing(gateway, request, bed).answer(
            lambda: waterings.keep_undoing(gateway, bed, number)
        )
