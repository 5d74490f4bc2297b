"""A garden behind a real web server, and an eye on what a page does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from playwright.sync_api import Page, Request

from gateway.api.app import create_app
from gateway.api.server import door_config
from gateway.catalogue import ChannelInfo
from gateway.kit.settings import KitSettings
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Fault, Reading, Series
from sensor_node.clock import FakeClock

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
NOW_MS = 1_763_809_200_000  # 2025-11-22, 12:00 in Paris, a Saturday

AIR = Series("serre", "air")
SOIL = Series("serre", "tomates-soil")
RAIN = Series("meteo", "pluie")
PULLED = Series("potager", "nu-soil")
SILENT = Series("verger", "air")
OUT = Series("meteo", "air")


class ServedGarden:
    """A gateway being served. ``stop`` and ``start`` are a restart on the same port."""

    def __init__(self, data: Path, kit: KitSettings | None = None) -> None:
        self.clock = FakeClock(NOW_MS)
        self._settings = GatewaySettings(data=data, name="Jardin d'essai", kit=kit or KitSettings())
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self._port = port
        self.address = f"http://127.0.0.1:{port}"
        self._listener.close()

    def start(self) -> None:
        """Open the databases and the door."""
        self.gateway = Gateway.open(self._settings, self.clock)
        config = door_config(create_app(self.gateway))
        config.host, config.port = "127.0.0.1", self._port
        self._server = uvicorn.Server(config)
        listening = config.bind_socket()
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listening]})
        self._thread.start()
        # The socket listens already: a request that comes before the server does just waits.
        listening.listen(64)

    def stop(self) -> None:
        """Shut the door and the databases."""
        self.gateway.events.close()
        self._server.should_exit = True
        self._thread.join()
        self.gateway.close()

    def know(self, series: Series, quantity: str, unit: str) -> None:
        """A channel, and its node online."""
        self.gateway.catalogue.see_channel(series, unit, quantity)
        self.gateway.catalogue.set_state(series.node, "online")

    def fill(
        self, series: Series, value: Callable[[int], float], *, until_ms: int = NOW_MS
    ) -> None:
        """Six days of readings, one an hour and then one at ``until_ms``, the newest."""
        times = [*range(NOW_MS - 144 * HOUR_MS, until_ms, HOUR_MS), until_ms]
        self._keep([Reading(series, at_ms, value(at_ms)) for at_ms in times])
        self.gateway.present.load(self.gateway.store.newest())

    def _keep(self, readings: list[Reading]) -> None:
        self.gateway.store.commit(readings, [])
        last = {reading.series.node: reading.at_ms for reading in readings}
        self.gateway.catalogue.record_packs({}, last, dict.fromkeys(last, "ntp"))

    def say(self, item: Reading | Fault) -> None:
        """What the ingest does with a new reading or fault once it is committed."""
        if isinstance(item, Fault):
            self.gateway.store.commit([], [item])
        else:
            self._keep([item])
        self.gateway.present.offer(item)
        latest = self.gateway.present.get(item.series)
        info = self.gateway.catalogue.channel(item.series)
        assert latest is not None
        assert isinstance(info, ChannelInfo)
        self.gateway.events.publish(
            "reading",
            {
                "channel": str(item.series),
                "t": latest.at_ms,
                "value": latest.value,
                "unit": info.unit,
                "quantity": info.quantity,
                "quality": latest.quality,
                "fault": latest.fault,
            },
        )


class Watch:
    """What a page asked for, said on its console, and how often it was loaded."""

    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.complaints: list[str] = []
        self.loads = 0
        page.on("request", self._ask)
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("load", lambda _: self._load())

    def _ask(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def _load(self) -> None:
        self.loads += 1
