"""Where the pages of curves, of probes and of the garden's health are.

Like ``addresses`` it imports nothing that draws.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.context import MAX_ID
from gateway.api.guard import allow
from gateway.security.roles import Action
from gateway.service import Gateway

Word = Annotated[str, Form(max_length=40)]
"""A number as somebody typed it, or a choice."""
Rows = Annotated[list[str], Form(max_length=500)]
Id = Annotated[int, Path(ge=1, le=MAX_ID)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``."""
    pages = APIRouter()
    _reading(pages, gateway)
    _calibrating(pages, gateway)
    _retrying(pages, gateway)
    return pages


def _reading(pages: APIRouter, gateway: Gateway) -> None:
    read = [allow(Action.READ)]

    @pages.get("/courbes", response_class=HTMLResponse, dependencies=read)
    def show_curves(request: Request) -> Response:
        from gateway.pages import curves  # noqa: PLC0415 - see addresses

        return curves.answer(gateway, request)

    @pages.get("/etalonner", response_class=HTMLResponse, dependencies=read)
    def show_probes(request: Request) -> Response:
        from gateway.pages import probes  # noqa: PLC0415 - see addresses

        return probes.answer(gateway, request)

    @pages.get("/etalonner/{node}/{channel}", response_class=HTMLResponse, dependencies=read)
    def show_guide(request: Request, node: str, channel: str) -> Response:
        from gateway.pages import calibrate  # noqa: PLC0415 - see addresses

        return calibrate.answer(gateway, request, f"{node}/{channel}")

    @pages.get("/sante", response_class=HTMLResponse, dependencies=read)
    def show_health(request: Request) -> Response:
        from gateway.pages import health  # noqa: PLC0415 - see addresses

        return health.answer(gateway, request)


def _calibrating(pages: APIRouter, gateway: Gateway) -> None:
    calibrate_ = [allow(Action.CALIBRATE)]

    @pages.post("/etalonner", response_class=HTMLResponse, dependencies=calibrate_)
    def keep_many(
        *,
        request: Request,
        voie: Rows,
        sec: Rows,
        humide: Rows,
        sec_vaut: Word = "",
        humide_vaut: Word = "",
        prendre: Word = "",
    ) -> Response:
        from gateway.pages import probes  # noqa: PLC0415 - see addresses

        typed = probes.Typed(voie, sec, humide, sec_vaut, humide_vaut)
        return probes.keep(gateway, request, typed, take=prendre)

    @pages.post("/etalonner/{node}/{channel}", response_class=HTMLResponse, dependencies=calibrate_)
    def keep_one(request: Request, node: str, channel: str, depuis: Word = "") -> Response:
        from gateway.pages import calibrate  # noqa: PLC0415 - see addresses

        return calibrate.keep(gateway, request, f"{node}/{channel}", depuis)

    @pages.post("/etalonner/{node}/{channel}/{number}/annuler", dependencies=calibrate_)
    def undo(request: Request, node: str, channel: str, number: Id) -> Response:
        from gateway.pages import calibrate  # noqa: PLC0415 - see addresses

        return calibrate.undo(gateway, request, f"{node}/{channel}", number)


def _retrying(pages: APIRouter, gateway: Gateway) -> None:
    @pages.post(
        "/sante/quarantaine", response_class=HTMLResponse, dependencies=[allow(Action.RETRY)]
    )
    def retry(
        request: Request, numero: Annotated[int | None, Form(ge=1, le=MAX_ID)] = None
    ) -> Response:
        from gateway.pages import health  # noqa: PLC0415 - see addresses

        return health.try_again(gateway, request, numero)
