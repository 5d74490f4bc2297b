"""Where the pages of a kit are: its first start, its hour, its papers.

What draws them is loaded with the first that is asked for: see ``addresses``.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.guard import allow
from gateway.security.roles import Action
from gateway.service import Gateway

Short = Annotated[str, Form(max_length=40)]
Name = Annotated[str, Form(max_length=200)]
"""Longer than a name or a phrase may be: the page then says so."""


def router(gateway: Gateway) -> APIRouter:
    """The pages of a kit of ``gateway``."""
    pages = APIRouter(include_in_schema=False)
    _first_start(pages, gateway)
    _hour(pages, gateway)
    _papers(pages, gateway)
    _handover(pages, gateway)
    return pages


def _first_start(pages: APIRouter, gateway: Gateway) -> None:
    enter = [allow(Action.ENTER)]

    @pages.get("/bienvenue", response_class=HTMLResponse, dependencies=enter)
    def show_welcome(request: Request, code: str = "") -> Response:
        from gateway.pages import kit_welcome  # noqa: PLC0415 - see above

        return kit_welcome.show(gateway, request, code[:40])

    @pages.post("/bienvenue", response_class=HTMLResponse, dependencies=enter)
    def come_in(request: Request, code: Short = "") -> Response:
        from gateway.pages import kit_welcome  # noqa: PLC0415 - see above

        return kit_welcome.come_in(gateway, request, code)

    @pages.post(
        "/bienvenue/jardin", response_class=HTMLResponse, dependencies=[allow(Action.GARDEN)]
    )
    def name(
        request: Request,
        nom: Name = "",
        langue: Short = "",
        latitude: Short = "",
        longitude: Short = "",
    ) -> Response:
        from gateway.pages import kit_welcome  # noqa: PLC0415 - see above

        typed = {"nom": nom, "langue": langue, "latitude": latitude, "longitude": longitude}
        return kit_welcome.name(gateway, request, typed)

    @pages.post("/bienvenue/phrase", response_class=HTMLResponse, dependencies=enter)
    def become_keeper(request: Request, code: Short = "", phrase: Name = "") -> Response:
        from gateway.pages import kit_welcome  # noqa: PLC0415 - see above

        return kit_welcome.become_keeper(gateway, request, code, phrase)


def _hour(pages: APIRouter, gateway: Gateway) -> None:
    @pages.get("/heure", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def show_hour(request: Request, vers: str = "") -> Response:
        from gateway.pages import kit_hour  # noqa: PLC0415 - see above

        return kit_hour.show(gateway, request, vers)

    @pages.post("/heure", response_class=HTMLResponse, dependencies=[allow(Action.GARDEN)])
    def set_hour(
        request: Request, t_ms: Short = "", heure: Short = "", sure: Short = "", vers: Name = ""
    ) -> Response:
        from gateway.pages import kit_hour  # noqa: PLC0415 - see above

        return kit_hour.set_hour(gateway, request, t_ms or heure, vers, sure=bool(sure))


def _papers(pages: APIRouter, gateway: Gateway) -> None:
    @pages.get("/adresses", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def show_addresses(request: Request) -> Response:
        from gateway.pages import kit_papers  # noqa: PLC0415 - see above

        return kit_papers.addresses(gateway, request)

    @pages.get("/kit/feuille", response_class=HTMLResponse, dependencies=[allow(Action.GARDEN)])
    def show_sheet(request: Request) -> Response:
        from gateway.pages import kit_papers  # noqa: PLC0415 - see above

        return kit_papers.sheet(gateway, request)


def _handover(pages: APIRouter, gateway: Gateway) -> None:
    reset = [allow(Action.RESET)]

    @pages.get("/remise", response_class=HTMLResponse, dependencies=reset)
    def show_handover(request: Request) -> Response:
        from gateway.pages import kit_handover  # noqa: PLC0415 - see above

        return kit_handover.show(gateway, request)

    @pages.get("/remise/donnees", dependencies=reset)
    def take_data() -> Response:
        from gateway.pages import kit_handover  # noqa: PLC0415 - see above

        return kit_handover.take(gateway)

    @pages.post("/remise/cle", response_class=HTMLResponse, dependencies=reset)
    def take_on_stick(request: Request) -> Response:
        from gateway.pages import kit_handover  # noqa: PLC0415 - see above

        return kit_handover.take_on_stick(gateway, request)

    @pages.post("/remise", response_class=HTMLResponse, dependencies=reset)
    def hand_over(request: Request, mot: Short = "", sans: Short = "") -> Response:
        from gateway.pages import kit_handover  # noqa: PLC0415 - see above

        return kit_handover.hand_over(gateway, request, mot, without=bool(sans))
