"""A gateway being served, and a client in front of it: what tests of the programs' door share."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from gateway.api.app import create_app
from gateway.api.guard import COOKIE, CSRF_HEADER, READING
from gateway.api.server import GardenServer, door_config
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Fault, Reading, Series
from sensor_node.clock import FakeClock

NOW_MS = 1_763_785_800_000  # 2025-11-22T04:30:00Z
MINUTE_MS = 60_000
AIR = Series("potager-1", "air")
RAIN = Series("potager-1", "pluie")
WIND = Series("potager-1", "vent")
PORCH = Series("serre", "porche")


class Door:
    """A gateway being served, and a client in front of it.

    The client reads as anybody and writes with the key of ``role``, as a page of the garden does;
    None: with no key.
    """

    def __init__(self, gateway: Gateway, clock: FakeClock, *, pages: bool = False) -> None:
        self.gateway = gateway
        self.clock = clock
        # With its protocol named, asyncio sends small answers at once (TCP_NODELAY).
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.app = create_app(gateway, pages=pages)
        self.server = GardenServer(door_config(self.app), gateway.events)
        self._thread = threading.Thread(target=self._serve)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.client = httpx.Client(
            base_url=self.address,
            headers={"Accept-Language": "en"},
            trust_env=False,
            timeout=30,
            limits=httpx.Limits(max_connections=None),
            event_hooks={"request": [self._sign]},
        )
        self.role: Role | None = Role.KEEPER

    def _sign(self, request: httpx.Request) -> None:
        if request.method in READING or self.role is None:
            return
        if request.headers.keys() & {"cookie", "authorization"}:
            return
        session = self.gateway.access.sessions.begin(self.role, self.clock.wall_ms(), secure=False)
        request.headers["Cookie"] = f"{COOKIE}={session.id}"
        request.headers[CSRF_HEADER] = session.csrf

    def open(self) -> None:
        self._thread.start()

    def _serve(self) -> None:
        asyncio.run(self.server.serve([self._listener]))

    def shut(self) -> None:
        self.server.should_exit = True
        self._thread.join()

    def close(self) -> None:
        self.client.close()
        self.shut()
        self._listener.close()
        self.gateway.close()

    def get(self, path: str, **parameters: Any) -> httpx.Response:
        return self.client.get(f"/api/v1{path}", params=parameters)

    def json(self, path: str, **parameters: Any) -> Any:
        answer = self.get(path, **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def measure(self, *items: Reading | Fault) -> None:
        readings = [item for item in items if isinstance(item, Reading)]
        faults = [item for item in items if isinstance(item, Fault)]
        self.gateway.store.commit(readings, faults)
        for item in items:
            self.gateway.present.offer(item)


@contextmanager
def garden_door(folder: Path, *, pages: bool = False, **more: Any) -> Iterator[Door]:
    """The door of a garden with two nodes, at half past four in the morning.

    ``pages``: those for people too; ``more``: further settings of its gateway.
    """
    settings = GatewaySettings(
        data=folder, name="Jardin d'essai", latitude=47.32167, longitude=5.04139, **more
    )
    clock = FakeClock(NOW_MS)
    gateway = Gateway.open(settings, clock)
    gateway.catalogue.set_about(
        "potager-1",
        {
            "interval_s": 300,
            "outbox": {"waiting": 0, "dropped": 2},
            "channels": {
                "air": {"quantity": "air_temperature", "sensor": "DHT22", "pin": "GPIO4"},
                "pluie": {"quantity": "rain"},
                "vent": {"quantity": "wind_direction"},
            },
        },
    )
    gateway.catalogue.set_about(
        "serre", {"channels": {"porche": {"quantity": "relative_humidity"}}}
    )
    gateway.catalogue.set_state("potager-1", "online")
    gateway.catalogue.set_state("serre", "lost")
    gateway.catalogue.record_packs(
        {("potager-1", "7c1e9a52d01b44f3"): [1, 2, 3]},
        {"potager-1": NOW_MS - 1000},
        {"potager-1": "ntp"},
    )
    gateway.broker_up = gateway.ingest_alive = True
    opened = Door(gateway, clock, pages=pages)
    opened.open()
    try:
        yield opened
    finally:
        opened.close()


def problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert {"type", "title", "detail"} <= body.keys()
    return body
