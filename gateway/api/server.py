"""The web server, which lets go of open event streams before it stops.

uvicorn waits for every answer to end before it tells the application that it stops, and an event
stream never ends by itself. So the hub is closed first, and Ctrl-C is prompt with pages open.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Final

import uvicorn
from fastapi import FastAPI

from gateway.api.patience import PatientProtocol
from gateway.events import EventHub

GRACE_S: Final = 3
KEEP_ALIVE_S: Final = 5
MOST_HEADER_BYTES: Final = 16_384
MOST_CONNECTIONS: Final = 500
"""A garden has a few dozen visitors; beyond this the door says that it is busy (503)."""


def door_config(app: FastAPI) -> uvicorn.Config:
    """How the doors are served.

    Nobody is believed who says that a request came from elsewhere: who may do what hangs on it.
    """
    return uvicorn.Config(
        app,
        http=PatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",  # no page speaks WebSocket, and its library would weigh a megabyte
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=GRACE_S,
        lifespan="on",
    )


class GardenServer(uvicorn.Server):
    """``uvicorn.Server`` that closes ``events`` as soon as it begins to shut down.

    ``encrypted``: a listening socket and its TLS, a second door to the same application.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        events: EventHub,
        encrypted: tuple[socket.socket, ssl.SSLContext] | None = None,
    ) -> None:
        super().__init__(config)
        self._events = events
        self._encrypted = encrypted

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._encrypted is None or self.should_exit:
            return
        listener, context = self._encrypted
        make: Callable[..., asyncio.Protocol] = self.config.http_protocol_class
        protocol = partial(
            make,
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
        )
        server = await asyncio.get_running_loop().create_server(
            protocol, sock=listener, ssl=context, backlog=self.config.backlog
        )
        self.servers.append(server)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._events.close()
        await super().shutdown(sockets)
