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

import uvicorn

from gateway.events import EventHub


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
