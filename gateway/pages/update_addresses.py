"""Where the page of updates is. What draws it is loaded when it is asked for: see ``addresses``."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.guard import allow
from gateway.api.middleware import UPLOAD
from gateway.security.roles import Action
from gateway.service import Gateway

PLACE = "/mise-a-jour"


def router(gateway: Gateway) -> APIRouter:
    """The page ``/mise-a-jour`` of ``gateway``."""
    pages = APIRouter(include_in_schema=False)
    update = [allow(Action.UPDATE)]

    @pages.get(PLACE, response_class=HTMLResponse, dependencies=update)
    def show(request: Request) -> Response:
        from gateway.pages import kit_update  # noqa: PLC0415 - see above

        return kit_update.show(gateway, request)

    @pages.post(UPLOAD, response_class=HTMLResponse, dependencies=update)
    async def take_in(request: Request) -> Response:
        from gateway.pages import kit_update  # noqa: PLC0415 - see above

        return await kit_update.take_in(gateway, request)

    @pages.post(f"{PLACE}/cle", response_class=HTMLResponse, dependencies=update)
    def from_stick(request: Request, paquet: Annotated[str, Form(max_length=100)] = "") -> Response:
        from gateway.pages import kit_update  # noqa: PLC0415 - see above

        return kit_update.from_stick(gateway, request, paquet)

    return pages
