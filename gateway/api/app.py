"""The web application: pages for people, ``/api/v1`` for programs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from gateway import assets
from gateway.api import (
    advice,
    alerts,
    beds,
    calibrations,
    channels,
    checks,
    crops,
    docs,
    events,
    forecast,
    garden,
    history,
    joining,
    keys,
    liveness,
    metrics,
    nodes,
    notes,
    problems,
    quarantine,
    rain,
    readings,
    restriction,
    sending,
    shapes,
    waterings,
    workshops,
)
from gateway.api.context import only_known_parameters
from gateway.api.middleware import Counted, Failures, Limits, SafeHeaders
from gateway.pupils import serving
from gateway.service import Gateway
from sensor_node import __version__
from sensor_node.errors import GardenError

BASE: Final = "/api/v1"

DESCRIPTION: Final = """\
What the garden measures, for programs.

Times are RFC 3339 in UTC (`2026-05-01T06:00:00.000Z`); `from` is inclusive, `to` exclusive.
What cannot be answered is a problem (RFC 9457) with a stable `code`, in the reader's language
(`Accept-Language`, or `?lang=fr`). Reading needs no token unless the garden is private; a program
that writes sends `Authorization: Bearer jardin_…`.
"""
PROBLEM: Final = {
    "description": "What is wrong, in the reader's language",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {**PROBLEM, "model": shapes.Problem},
    "5XX": {**PROBLEM, "description": "The garden failed"},
}


def create_app(gateway: Gateway, *, pages: bool = True) -> FastAPI:
    """The application of ``gateway``; ``pages=False``: the programs' door only.

    Serve it with ``gateway.api.server.GardenServer``, which stops promptly.
    """
    language = gateway.settings.language
    app = FastAPI(
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
            Middleware(Failures, default_language=language),
            Middleware(Limits, default_language=language),
        ],
    )
    app.state.gateway, app.state.pages = gateway, pages
    problems.install(app, language)
    _include_programs(app)
    app.include_router(liveness.router)
    app.include_router(metrics.router)
    app.include_router(docs.router)
    app.include_router(serving.router)
    _mount_assets(app)
    if pages:
        from gateway.pages import router  # noqa: PLC0415 - the programs' door needs no templates

        app.include_router(router(gateway))
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.gateway.events.close()


def _include_programs(app: FastAPI) -> None:
    """Each router straight into ``app``: FastAPI makes all routes anew for every router that
    they are included in, and one in between weighs a megabyte.
    """
    of_beds = (
        beds, crops, waterings, notes, advice, history, restriction, rain, forecast, alerts,
    )  # fmt: skip
    of_channels = (channels, calibrations, readings, sending)
    nouns = (
        garden,
        nodes,
        *of_channels,
        *of_beds,
        events,
        quarantine,
        checks,
        keys,
        joining,
        workshops,
    )
    for noun in nouns:
        app.include_router(
            noun.router,
            prefix=BASE,
            dependencies=[Depends(only_known_parameters)],
            responses=RESPONSES,
        )


def _mount_assets(app: FastAPI) -> None:
    try:
        app.mount(assets.PREFIX, assets.static_files(), name="assets")
    except GardenError:
        return  # the pages that need them say how to build them
