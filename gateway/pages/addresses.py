"""Where the pages are. What draws them is loaded with the first page that is asked for.

Jinja2 and Babel weigh four megabytes: a gateway that nobody looks at, or that has just started,
does without them. So this module imports nothing that draws, and a test watches over that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import HTMLResponse, Response

from gateway import assets
from gateway.api.context import MAX_ID, known_bed
from gateway.api.guard import allow
from gateway.pages import (
    enter,
    instruments,
    kit_addresses,
    update_addresses,
    workshop_addresses,
)
from gateway.security.roles import Action
from gateway.service import Gateway

if TYPE_CHECKING:
    from gateway.pages.bedform import BedForm

Typed = Annotated[str, Form(max_length=40)]
"""A number as somebody typed it."""
Note = Annotated[str, Form(max_length=2_000)]
"""Longer than a note may be: the page then says so, and keeps what was typed."""
Short = Annotated[str, Form(max_length=20)]
Key = Annotated[str, Form(max_length=64)]
Number = Annotated[int, Path(ge=1, le=MAX_ID)]


async def _filled(request: Request) -> dict[str, list[str]]:
    """A form of many fields as it was sent; a file is no field."""
    form = await request.form()
    return {name: [one for one in form.getlist(name) if isinstance(one, str)] for name in form}


Filled = Annotated[dict[str, list[str]], Depends(_filled)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``. Raises ``GardenError`` where the assets are not built."""
    assets.built()
    pages = APIRouter(include_in_schema=False)
    pages.include_router(enter.router(gateway))
    pages.include_router(workshop_addresses.router(gateway))
    _reading(pages, gateway)
    _watering(pages, gateway)
    _noting(pages, gateway)
    _describing(pages, gateway)
    pages.include_router(instruments.router(gateway))
    pages.include_router(kit_addresses.router(gateway))
    pages.include_router(update_addresses.router(gateway))
    return pages


def _reading(pages: APIRouter, gateway: Gateway) -> None:
    read = [allow(Action.READ)]

    @pages.get("/", response_class=HTMLResponse, dependencies=read)
    def show_today(request: Request) -> Response:
        from gateway.pages import today  # noqa: PLC0415 - see above

        return today.answer(gateway, request)

    @pages.get("/mesures", response_class=HTMLResponse, dependencies=read)
    def show_measures(request: Request) -> Response:
        from gateway.pages import measures  # noqa: PLC0415 - see above

        return measures.answer(gateway, request)

    @pages.get("/bacs/{bed}", response_class=HTMLResponse, dependencies=read)
    def show_bed(request: Request, bed: str) -> Response:
        from gateway.pages import bed as page  # noqa: PLC0415 - see above

        return page.answer(gateway, request, bed)

    @pages.get("/accessibilite", response_class=HTMLResponse, dependencies=read)
    def show_accessibility(request: Request) -> Response:
        from gateway.pages import frame  # noqa: PLC0415 - see above

        return frame.show(gateway, request, "accessibility.html")

    @pages.get("/confiance", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def trusting(request: Request) -> Response:
        from gateway.pages import trust  # noqa: PLC0415 - see above

        return trust.answer(gateway, request)

    @pages.get("/confiance/jardin.crt", dependencies=[allow(Action.ENTER)])
    def authority() -> Response:
        from gateway.pages import trust  # noqa: PLC0415 - see above

        return trust.certificate(gateway)

    @pages.get("/vie-privee", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def show_privacy(request: Request) -> Response:
        from gateway.pages import privacy  # noqa: PLC0415 - see above

        return privacy.answer(gateway, request)


def _watering(pages: APIRouter, gateway: Gateway) -> None:
    water = [allow(Action.WATER)]

    @pages.post("/bacs/{bed}/fait", dependencies=water)
    def done(
        request: Request, bed: str, cans: Typed = "", litres: Typed = "", key: Key = ""
    ) -> Response:
        from gateway.pages import watering  # noqa: PLC0415 - see above

        return watering.tell(gateway, request, bed, cans=cans, litres=litres, key=key)

    @pages.post("/bacs/{bed}/arrosages/{number}", dependencies=water)
    def correct(
        request: Request, bed: str, number: Number, cans: Typed = "", litres: Typed = ""
    ) -> Response:
        from gateway.pages import watering  # noqa: PLC0415 - see above

        return watering.correct(gateway, request, bed, number, cans=cans, litres=litres)

    @pages.post("/bacs/{bed}/arrosages/{number}/annuler", dependencies=water)
    def undo(request: Request, bed: str, number: Number) -> Response:
        from gateway.pages import watering  # noqa: PLC0415 - see above

        return watering.undo(gateway, request, bed, number)


def _noting(pages: APIRouter, gateway: Gateway) -> None:
    water = [allow(Action.WATER)]

    @pages.post("/bacs/{bed}/notes", dependencies=water)
    def note(request: Request, bed: str, text: Note = "", duree: Short = "") -> Response:
        from gateway.pages import noting  # noqa: PLC0415 - see above

        return noting.note(gateway, request, bed, text, duree)

    @pages.post("/bacs/{bed}/notes/{number}/retirer", dependencies=water)
    def take_back(request: Request, bed: str, number: Number, duree: Short = "") -> Response:
        from gateway.pages import noting  # noqa: PLC0415 - see above

        return noting.take_back(gateway, request, bed, number, duree)


def _describing(pages: APIRouter, gateway: Gateway) -> None:
    beds = [allow(Action.BEDS)]

    @pages.get("/nouveau-bac", response_class=HTMLResponse, dependencies=beds)
    def show_new(request: Request) -> Response:
        return _form(gateway, request).show()

    @pages.post("/nouveau-bac", response_class=HTMLResponse, dependencies=beds)
    def make(request: Request, form: Filled) -> Response:
        return _form(gateway, request).save(form)

    @pages.get("/bacs/{bed}/modifier", response_class=HTMLResponse, dependencies=beds)
    def show_form(request: Request, bed: str) -> Response:
        return _form(gateway, request, bed).show()

    @pages.post("/bacs/{bed}/modifier", response_class=HTMLResponse, dependencies=beds)
    def change(request: Request, bed: str, form: Filled) -> Response:
        return _form(gateway, request, bed).save(form)


def _form(gateway: Gateway, request: Request, bed: str = "") -> BedForm:
    from gateway.pages.bedform import BedForm  # noqa: PLC0415 - see above

    return BedForm(gateway, request, known_bed(gateway, bed) if bed else None)
