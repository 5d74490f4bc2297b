"""Where the pages are. What draws them is loaded with the first page that is asked for.

Jinja2 and Babel weigh four megabytes: a gateway that nobody looks at, or that has just started,
does without them. So this module imports nothing that draws, and a test watches over that.
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway import assets
from gateway.api.guard import allow
from gateway.pages import enter, workshop_addresses
from gateway.security.roles import Action
from gateway.service import Gateway


def router(gateway: Gateway) -> APIRouter:
    """The pages of ``gateway``. Raises ``GardenError`` where the assets are not built."""
    assets.built()
    pages = APIRouter(include_in_schema=False)
    pages.include_router(enter.router(gateway))
    pages.include_router(workshop_addresses.router(gateway))

    @pages.get("/", response_class=HTMLResponse, dependencies=[allow(Action.READ)])
    def garden(request: Request, lang: str | None = None) -> Response:
        from gateway.pages import home  # noqa: PLC0415 - see above

        return home.answer(gateway, request, lang)

    @pages.get("/confiance", response_class=HTMLResponse, dependencies=[allow(Action.ENTER)])
    def trusting(request: Request) -> Response:
        from gateway.pages import trust  # noqa: PLC0415 - see above

        return trust.answer(gateway, request)

    @pages.get("/confiance/jardin.crt", dependencies=[allow(Action.ENTER)])
    def authority() -> Response:
        from gateway.pages import trust  # noqa: PLC0415 - see above

        return trust.certificate(gateway)

    return pages
