"""The web servers of a garden's doors, which let go of open event streams before they stop.

uvicorn waits for every answer to end before it tells the application that it stops, and an event
stream never ends by itself. So the hub is closed first, and Ctrl-C is prompt with pages open.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Sequence
from typing import Final

import uvicorn
from fastapi import FastAPI

from gateway.certificates import Certificate
from gateway.events import EventHub

GRACE_S: Final = 3
KEEP_ALIVE_S: Final = 5
MOST_HEADER_BYTES: Final = 16_384
MOST_CONNECTIONS: Final = 500
"""A garden has a few dozen visitors; beyond this the door says that it is busy (503)."""


class GardenServer(uvicorn.Server):
    """``uvicorn.Server`` that closes ``events`` as soon as it begins to shut down."""

    def __init__(self, config: uvicorn.Config, events: EventHub) -> None:
        super().__init__(config)
        self._events = events

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._events.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the process's own, which has two doors to shut."""
        yield


def door_config(app: FastAPI, certificate: Certificate | None = None) -> uvicorn.Config:
    """How a door is served: by https with its ``certificate``, else by http.

    Nobody is believed who says that the request came from elsewhere: who may do what hangs on it.
    """
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",  # no page speaks WebSocket, and its library would weigh a megabyte
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        ssl_certfile=certificate.certificate if certificate else None,
        ssl_keyfile=certificate.key if certificate else None,
        lifespan="off" if certificate else "on",
    )


def serve(doors: Sequence[tuple[GardenServer, socket.socket]]) -> None:
    """Serve all ``doors`` until each is told to stop; one that fails takes the others along."""
    asyncio.run(_serve(doors))


async def _serve(doors: Sequence[tuple[GardenServer, socket.socket]]) -> None:
    async def one(server: GardenServer, listener: socket.socket) -> None:
        try:
            await server.serve([listener])
        finally:
            for other, _ in doors:
                other.should_exit = True

    await asyncio.gather(*(one(*door) for door in doors))
