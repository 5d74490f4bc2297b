"""Where the pages are. What draws them is loaded with the first page that is asked for.

Jinja2 and Babel weigh four megabytes: a gateway that nobody looks at, or that has just started,
does without them. So this module imports nothing that draws, and a test watches over that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, Response

from gateway import assets
from gateway.api import waterings
from gateway.api.bed_shapes import NewWatering, WateringChange
from gateway.api.guard import allow, who_asks
from gateway.pages import enter, instruments, workshop_addresses
from gateway.security.roles import Action
from gateway.service import Gateway

Typed = Annotated[str, Form(max_length=40)]
"""A number as somebody typed it."""
Key = Annotated[str, Form(max_length=64)]
Number = Annotated[int, Path(ge=1, le=waterings.MAX_ID)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``. Raises ``GardenError`` where the assets are not built."""
    assets.built()
    pages = APIRouter(include_in_schema=False)
    pages.include_router(enter.router(gateway))
    pages.include_router(workshop_addresses.router(gateway))
    _reading(pages, gateway)
    _watering(pages, gateway)
    pages.include_router(instruments.router(gateway))
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
        def do() -> None:
            told = {**_amounts(cans, litres), "key": key or None, "by": who_asks(request).name}
            waterings.keep(gateway, bed, NewWatering.model_validate(told))

        return _done(gateway, request, bed, do)

    @pages.post("/bacs/{bed}/arrosages/{number}", dependencies=water)
    def correct(
        request: Request, bed: str, number: Number, cans: Typed = "", litres: Typed = ""
    ) -> Response:
        def do() -> None:
            change = WateringChange.model_validate(_amounts(cans, litres))
            waterings.keep_correction(gateway, bed, number, change)

        return _done(gateway, request, bed, do)

    @pages.post("/bacs/{bed}/arrosages/{number}/annuler", dependencies=water)
    def undo(request: Request, bed: str, number: Number) -> Response:
        return _done(gateway, request, bed, lambda: waterings.keep_undoing(gateway, bed, number))


def _done(gateway: Gateway, request: Request, bed: str, do: Callable[[], object]) -> Response:
    from gateway.pages.doing import Doing  # noqa: PLC0415 - see above

    return Doing(gateway, request, bed).answer(do)


def _amounts(cans: str, litres: str) -> dict[str, float | None]:
    from gateway.pages.doing import amount_of  # noqa: PLC0415 - see above

    return {"cans": amount_of(cans), "litres": amount_of(litres)}
