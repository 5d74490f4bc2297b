"""Where the pages are. What draws them is loaded with the first page that is asked for.

Jinja2 and Babel weigh four megabytes: a gateway that nobody looks at, or that has just started,
does without them. So this module imports nothing that draws, and a test watches over that.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gateway import assets
from gateway.api.guard import TheAsker, allow
from gateway.api.problems import ENTER
from gateway.security.roles import Action
from gateway.service import Gateway

Form = dict[str, str]


async def _form(request: Request) -> Form:
    """What a page's form says. Not by FastAPI's ``Form``, which loads its parser at once."""
    return {name: str(value) for name, value in (await request.form()).items()}


TheForm = Annotated[Form, Depends(_form)]


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``. Raises ``GardenError`` where the assets are not built."""
    assets.built()
    pages = APIRouter(include_in_schema=False)

    @pages.get("/", response_class=HTMLResponse, dependencies=[allow(Action.READ)])
    def garden(request: Request, lang: str | None = None) -> Response:
        from gateway.pages import home  # noqa: PLC0415 - see above

        return home.answer(gateway, request, lang)

    @pages.get(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def way_in(request: Request, code: str = "", vers: str = "") -> Response:
        from gateway.pages import enter  # noqa: PLC0415

        return enter.answer(gateway, request, code=code, to=vers)

    @pages.post(ENTER, response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def come_in(request: Request, form: TheForm) -> Response:
        from gateway.pages import enter  # noqa: PLC0415

        return enter.come_in(gateway, request, form.get("code", ""), form.get("vers", ""))

    @pages.post("/sortir", dependencies=[allow(Action.ENTER)])
    def go_out(request: Request) -> Response:
        from gateway.pages import enter  # noqa: PLC0415

        return enter.go_out(gateway, request)

    @pages.post("/ouvrir", dependencies=[allow(Action.KEYS)])
    def open_again(asker: TheAsker) -> Response:
        gateway.access.lift()
        gateway.access.note(asker.name, "DOOR_LIFTED")
        return RedirectResponse(ENTER, 303)

    @pages.get("/confiance", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def trusting(request: Request) -> Response:
        from gateway.pages import trust  # noqa: PLC0415

        return trust.answer(gateway, request)

    @pages.get("/confiance/jardin.crt", dependencies=[allow(Action.ENTER)])
    def authority() -> Response:
        from gateway.pages import trust  # noqa: PLC0415

        return trust.certificate(gateway)

    return pages
