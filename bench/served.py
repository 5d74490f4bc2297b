"""``python -m bench.served CONFIG [NOW_MS]``: the gateway of ``CONFIG``, and beside its own pages
two to compare them with: ``/vide``, of no bytes at all, and ``/lest``, which says a dot and weighs
as much as it is asked to. ``/oubli`` has all forgotten that pages remember.

``NOW_MS``: what its clock says when it starts, for data that are not of today.
"""

from __future__ import annotations

import base64
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

from fastapi import FastAPI, Query, Request
from fastapi.responses import HTMLResponse, Response

from gateway.api.app import create_app
from gateway.api.guard import allow
from gateway.pages import compressed
from gateway.pages.answer import page_response
from gateway.run import GatewayProcess
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import SystemClock

EMPTY: Final = "/vide"
BALLAST: Final = "/lest"
OBLIVION: Final = "/oubli"
Sizes = Annotated[list[int], Query()]
KINDS: Final = {
    "css": ("text/css", "/*", "*/"),
    "js": ("text/javascript", "/*", "*/"),
    "svg": ("image/svg+xml", '<svg xmlns="http://www.w3.org/2000/svg"><!--', "--></svg>"),
}
TAGS: Final = {
    "css": '<link rel="stylesheet" href="{}">',
    "js": '<script defer src="{}"></script>',
    "svg": '<svg width="1" height="1"><use href="{}#none"/></svg>',
}


class MovedClock(SystemClock):
    """This computer's clock, moved to ``now_ms``; it goes on from there."""

    def __init__(self, now_ms: int) -> None:
        super().__init__(trusted=True)
        self._ahead_ms = now_ms - super().wall_ms()

    def wall_ms(self) -> int:
        return super().wall_ms() + self._ahead_ms


def app_of(gateway: Gateway) -> FastAPI:
    """The gateway's own, and the pages to compare with: through the same guard."""
    app, read = create_app(gateway), [allow(Action.READ)]

    @app.get(EMPTY, response_class=HTMLResponse, dependencies=read)
    def empty(request: Request) -> Response:
        return page_response(request, "")

    @app.get(OBLIVION, response_class=HTMLResponse, dependencies=read)
    def forget(request: Request) -> Response:
        for one in (gateway.cards, gateway.curves, gateway.stories, compressed.heads):
            one.forget()
        return page_response(request, "")

    @app.get(BALLAST, response_class=HTMLResponse, dependencies=read)
    def weighted(html: int, css: Sizes = (), js: Sizes = (), svg: Sizes = ()) -> Response:  # type: ignore[assignment]
        return HTMLResponse(_page(html, {"css": css, "js": js, "svg": svg}))

    @app.get(BALLAST + "/{number}/{size}.{kind}", dependencies=read)
    def ballast(number: int, size: int, kind: str) -> Response:
        media_type, begin, end = KINDS[kind]
        return Response(_filled(begin, end, size, number), media_type=media_type)

    return app


def _page(size: int, files: dict[str, Sequence[int]]) -> str:
    """A page that says a dot, of ``size`` bytes, and loads ``files``, their sizes by kind."""
    tags = {
        kind: "".join(
            TAGS[kind].format(f"{BALLAST}/{number}/{one}.{kind}")
            for number, one in enumerate(sizes)
        )
        for kind, sizes in files.items()
    }
    head = f'<meta charset="utf-8"><title>.</title>{tags["css"]}{tags["js"]}'
    return _filled(f"<!doctype html>{head}<p>.</p>{tags['svg']}<!--", "-->", size, 0)


def _filled(begin: str, end: str, size: int, seed: int) -> str:
    """``size`` bytes that no link makes fewer of, between ``begin`` and ``end``."""
    room = max(0, size - len(begin) - len(end))
    return begin + base64.b64encode(random.Random(seed).randbytes(room)).decode()[:room] + end


def main() -> None:
    """Serve until told to stop."""
    settings = settings_file.load(GatewaySettings, Path(sys.argv[1]))
    clock = MovedClock(int(sys.argv[2])) if len(sys.argv) > 2 else SystemClock(trusted=True)
    GatewayProcess(settings, clock=clock, make_app=app_of).run()


if __name__ == "__main__":
    main()
