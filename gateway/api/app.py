"""The web application: pages for people, ``/api/v1`` for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Final

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gateway import assets
from gateway.api import liveness, metrics, problems
from gateway.api.chapters import OTHERS, Chaptered, Chapters
from gateway.api.middleware import Counted, Failures, Limits, SafeHeaders
from gateway.service import Gateway
from sensor_node import __version__
from sensor_node.errors import GardenError

ALWAYS: Final = ("/healthz", "/metrics", assets.PREFIX)
"""What a program asks for all day, and files: there from the start."""

DESCRIPTION: Final = """\
What the garden measures, for programs.

Times are RFC 3339 in UTC (`2026-05-01T06:00:00.000Z`); `from` is inclusive, `to` exclusive.
What cannot be answered is a problem (RFC 9457) with a stable `code`, in the reader's language
(`Accept-Language`, or `?lang=fr`). Reading needs no token unless the garden is private; a program
that writes sends `Authorization: Bearer jardin_…`.
"""


class GardenApp(FastAPI):
    """The application, whose addresses are read in by chapters; its description has them all."""

    def openapi(self) -> dict[str, Any]:
        """The description, in the order of the chapters whatever was asked for before."""
        chapters: Chapters = self.state.chapters
        chapters.read_all()
        described = super().openapi()
        paths = described["paths"]
        described["paths"] = {path: paths[path] for path in sorted(paths, key=chapters.place)}
        return described


def create_app(gateway: Gateway, *, pages: bool = True) -> FastAPI:
    """The application of ``gateway``; ``pages=False``: the programs' door only.

    Serve it with ``gateway.api.server.GardenServer``, which stops promptly.
    """
    language = gateway.settings.language
    app = GardenApp(
        title="Jardin connecté",
        version=__version__,
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=_lifespan,
        middleware=[
            Middleware(SafeHeaders),
            Middleware(Counted, vitals=gateway.vitals),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET"],
                allow_headers=["Last-Event-ID"],
            ),
            *_captive(gateway),
            Middleware(Failures, default_language=language),
            Middleware(Limits, default_language=language),
            Middleware(Chaptered),
        ],
    )
    app.state.gateway, app.state.pages = gateway, pages
    problems.install(app, language)
    app.include_router(liveness.router)
    app.include_router(metrics.router)
    _mount_assets(app)
    if pages:
        assets.built()
    app.state.chapters = Chapters(partial(_read, app, gateway, pages), ALWAYS)
    return app


def _read(app: FastAPI, gateway: Gateway, pages: bool, chapter: str) -> None:
    """Put the routes of ``chapter`` into ``app``."""
    if chapter != OTHERS:
        from gateway.api.programs import include  # noqa: PLC0415 - see chapters

        include(app, chapter)
        return
    from gateway.api import docs  # noqa: PLC0415 - see chapters
    from gateway.pupils import serving  # noqa: PLC0415 - see chapters

    app.include_router(docs.router)
    app.include_router(serving.router)
    if pages:
        from gateway.pages import router  # noqa: PLC0415 - see chapters

        app.include_router(router(gateway))


def _captive(gateway: Gateway) -> list[Middleware]:
    if not gateway.settings.kit.is_kit:
        return []
    from gateway.kit.captive import Captive  # noqa: PLC0415 - most gardens have no such Wi-Fi

    return [Middleware(Captive, settings=gateway.settings)]


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.gateway.events.close()


def _mount_assets(app: FastAPI) -> None:
    try:
        app.mount(assets.PREFIX, assets.static_files(), name="assets")
    except GardenError:
        return  # the pages that need them say how to build them
