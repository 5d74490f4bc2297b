"""The web server, which lets go of open event streams before it stops.

uvicorn waits for every answer to end before it tells the application that it stops, and an event
stream never ends by itself. So the hub is closed first, and Ctrl-C is prompt with pages open.
"""

from __future__ import annotations

import socket

import uvicorn

from gateway.events import EventHub


class GardenServer(uvicorn.Server):
    """``uvicorn.Server`` that closes ``events`` as soon as it begins to shut down."""

    def __init__(self, config: uvicorn.Config, events: EventHub) -> None:
        super().__init__(config)
        self._events = events

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._events.close()
        await super().shutdown(sockets)
