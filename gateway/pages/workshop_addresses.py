"""Where the pages of workshops are: ``/atelier`` for groups, ``/ateliers`` for who runs them.

What draws them is loaded with the first that is asked for: see ``addresses``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.guard import allow
from gateway.bounds import FIRST_YEAR, LAST_YEAR
from gateway.security.roles import Action
from gateway.service import Gateway

Typed = Annotated[str, Form(max_length=80)]
Fields = Annotated[Sequence[str], Form(max_length=40)]
"""Of the columns in which people are counted: their names, and what was typed in each."""
Year = Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)]
Written = Annotated[str, Form(max_length=2000)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of workshops of ``gateway``."""
    pages = APIRouter(include_in_schema=False)
    _of_groups(pages, gateway)
    _of_facilitators(pages, gateway)
    _of_sheets(pages, gateway)
    return pages


def _of_groups(pages: APIRouter, gateway: Gateway) -> None:
    enter, send = [allow(Action.ENTER)], [allow(Action.SEND)]

    @pages.get("/atelier", response_class=HTMLResponse, dependencies=enter)
    def show_way_in(request: Request, code: str = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.way_in(gateway, request, code)

    @pages.post("/atelier", response_class=HTMLResponse, dependencies=enter)
    def come_in(request: Request, code: Typed = "", plant: Typed = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.come_in(gateway, request, code, plant)

    @pages.get("/atelier/groupe", response_class=HTMLResponse, dependencies=enter)
    def show_group(request: Request) -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.show(gateway, request)

    @pages.post("/atelier/groupe/main", response_class=HTMLResponse, dependencies=send)
    def raise_hand(request: Request, up: Typed = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.raise_hand(gateway, request, up=bool(up))

    @pages.post("/atelier/groupe/pot", response_class=HTMLResponse, dependencies=send)
    def water_pot(request: Request, stop: Typed = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.water_pot(gateway, request, stop=bool(stop))

    @pages.post("/atelier/groupe/note", response_class=HTMLResponse, dependencies=send)
    def write(request: Request, text: Written = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.write(gateway, request, text)

    @pages.post("/atelier/groupe/nombre", response_class=HTMLResponse, dependencies=send)
    def send_number(request: Request, channel: Typed = "", value: Typed = "") -> Response:
        from gateway.pages import workshop_groups  # noqa: PLC0415 - see above

        return workshop_groups.send_number(gateway, request, channel, value)


def _of_facilitators(pages: APIRouter, gateway: Gateway) -> None:
    run = [allow(Action.WORKSHOP)]

    @pages.get("/ateliers", response_class=HTMLResponse, dependencies=run)
    def show_all(request: Request) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        return workshop_runs.show_all(gateway, request)

    @pages.post("/ateliers", response_class=HTMLResponse, dependencies=run)
    def begin(
        request: Request, title: Typed = "", minutes: Typed = "", groups: Typed = ""
    ) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        return workshop_runs.begin(gateway, request, title, minutes, groups)

    @pages.get("/ateliers/{workshop}", response_class=HTMLResponse, dependencies=run)
    def show(request: Request, workshop: str) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        return workshop_runs.show(gateway, request, workshop)

    @pages.get("/ateliers/{workshop}/mur", response_class=HTMLResponse, dependencies=run)
    def show_wall(request: Request, workshop: str) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        return workshop_runs.show_wall(gateway, request, workshop)

    @pages.get("/ateliers/{workshop}/zip", dependencies=run)
    def take_home(request: Request, workshop: str) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        return workshop_runs.take_home(gateway, request, workshop)

    @pages.post("/ateliers/{workshop}/presents", response_class=HTMLResponse, dependencies=run)
    def count(request: Request, workshop: str, column: Fields = (), count: Fields = ()) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        typed = workshop_runs.Typed(column, count)
        return workshop_runs.count(gateway, request, workshop, typed)

    @pages.get("/bilan", response_class=HTMLResponse, dependencies=run)
    def show_year(request: Request, year: Year = None) -> Response:
        from gateway.pages import yearly  # noqa: PLC0415 - see above

        return yearly.show(gateway, request, year)

    @pages.get("/bilan.csv", dependencies=run)
    def year_as_table(request: Request, year: Year = None) -> Response:
        from gateway.pages import yearly  # noqa: PLC0415 - see above

        return yearly.table(gateway, request, year)

    @pages.post("/ateliers/{workshop}/{what}", response_class=HTMLResponse, dependencies=run)
    def do(
        request: Request, workshop: str, what: str, minutes: Typed = "", plant: Typed = ""
    ) -> Response:
        from gateway.pages import workshop_runs  # noqa: PLC0415 - see above

        asked = workshop_runs.Asked(what, plant, minutes)
        return workshop_runs.do(gateway, request, workshop, asked)


def _of_sheets(pages: APIRouter, gateway: Gateway) -> None:
    read, run = [allow(Action.READ)], [allow(Action.WORKSHOP)]

    @pages.get("/fiches", response_class=HTMLResponse, dependencies=read)
    def show_sheets(request: Request) -> Response:
        from gateway.pages import sheets  # noqa: PLC0415 - see above

        return sheets.show_all(gateway, request)

    @pages.get("/fiches/{tongue}/{number}", response_class=HTMLResponse, dependencies=read)
    def show_sheet(request: Request, tongue: str, number: str) -> Response:
        from gateway.pages import sheets  # noqa: PLC0415 - see above

        return sheets.show(gateway, request, tongue, number, solved=False)

    @pages.get("/fiches/{tongue}/{number}/solution", response_class=HTMLResponse, dependencies=run)
    def show_solution(request: Request, tongue: str, number: str) -> Response:
        from gateway.pages import sheets  # noqa: PLC0415 - see above

        return sheets.show(gateway, request, tongue, number, solved=True)

    @pages.get("/fiches/{tongue}/notes/enseignant", response_class=HTMLResponse, dependencies=run)
    def show_notes(request: Request, tongue: str) -> Response:
        from gateway.pages import sheets  # noqa: PLC0415 - see above

        return sheets.show_notes(gateway, request, tongue)
