"""``GET /jardin.py``, ``/garden.py``, ``/microbit.py``: what a pupil's program begins with.

Anybody may have them, in a private garden too: they hold no reading and no key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Literal

from fastapi import APIRouter, Request, Response

from gateway.api.context import TheGateway
from gateway.api.guard import allow, is_secure
from gateway.security.roles import Action
from gateway.service import Gateway

router = APIRouter(include_in_schema=False)

MICROBIT: Final = Path(__file__).with_name("microbit.py")


@router.get("/jardin.py", dependencies=[allow(Action.ENTER)])
def jardin(request: Request, gateway: TheGateway) -> Response:
    """The program with French names."""
    return _program("fr", request, gateway)


@router.get("/garden.py", dependencies=[allow(Action.ENTER)])
def garden(request: Request, gateway: TheGateway) -> Response:
    """The program with English names."""
    return _program("en", request, gateway)


@router.get("/microbit.py", dependencies=[allow(Action.ENTER)])
def microbit() -> Response:
    """What runs on a micro:bit."""
    return _file(MICROBIT.name, MICROBIT.read_text(encoding="utf-8"))


def _program(language: Literal["fr", "en"], request: Request, gateway: Gateway) -> Response:
    # A gateway whose pupils are on holiday needs neither the tokenizer nor the table of words.
    from gateway.pupils.making import FILES, address_of, program  # noqa: PLC0415

    http_port = gateway.settings.http.port
    port = http_port if is_secure(request) else request.url.port
    address = address_of(request.url.hostname, port, http_port)
    return _file(FILES[language], program(language, address))


def _file(name: str, text: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-cache",
        "Vary": "Host",
    }
    return Response(text, media_type="text/x-python", headers=headers)
