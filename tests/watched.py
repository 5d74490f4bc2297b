"""A garden whose alerts are watched, on a clock of its own: what tests of the alerts share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from gateway.alarms.messenger import Messenger
from gateway.alarms.post import Post
from gateway.alerts.alert import Alert
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Fault, Reading, Series
from sensor_node.clock import FakeClock
from sensor_node.errors import NetworkError

ZONE = "Europe/Paris"
URL = "json://garden.example/secret"
AIR, HUMIDITY = Series("meteo", "air"), Series("meteo", "humidite")
SOIL = Series("potager", "bac-1-sol")
TANK, VOLTS = Series("meteo", "citerne"), Series("potager", "tension")
ABOUT: dict[str, dict[str, str]] = {
    "meteo": {
        "air": "air_temperature",
        "humidite": "relative_humidity",
        "citerne": "tank_level",
    },
    "potager": {"bac-1-sol": "soil_moisture_raw", "tension": "supply_voltage"},
}


def moment_ms(text: str) -> int:
    """A moment by the garden's clock, as ``2026-07-15 06:00``."""
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


@dataclass(frozen=True)
class Posted:
    """A message that has gone, and when, by the garden's clock."""

    at: datetime
    url: str
    title: str
    body: str


class Watched:
    """The gateway of a garden in ``folder``, without threads: whatever runs is called by ``look``.

    ``down``: the service refuses. ``posted``: what has gone.
    """

    def __init__(
        self,
        folder: Path,
        now: str,
        urls: tuple[str, ...] = (URL,),
        interval_s: float = 300,
        **more: Any,
    ) -> None:
        self.clock = FakeClock(moment_ms(now))
        self.urls = urls
        place = {"latitude": 47.3, "longitude": 5.0} | more
        self.settings = GatewaySettings(data=folder, name="Jardin", **place)  # type: ignore[arg-type]
        self.posted: list[Posted] = []
        self.down = False
        self.open()
        for node, channels in ABOUT.items():
            listed = {name: {"quantity": quantity} for name, quantity in channels.items()}
            self.gateway.catalogue.set_about(node, {"interval_s": interval_s, "channels": listed})

    def open(self) -> None:
        """Start the gateway, as after a restart."""
        gateway = self.gateway = Gateway.open(self.settings, self.clock)
        gateway.broker_up = gateway.ingest_alive = True
        self.post = gateway.post = Post(
            self.urls,
            gateway.catalogue.notices,
            self.clock,
            self._send,
            zone=self.settings.timezone,
            language=self.settings.language,
        )
        self.messenger = Messenger(
            self.settings,
            gateway.catalogue.alerts,
            gateway.catalogue.notices,
            self.clock,
            names=gateway.alarms.names,
            addresses=self.post.addresses,
        )

    def restart(self) -> None:
        """Stop and start."""
        self.gateway.close()
        self.open()

    def _send(self, url: str, title: str, body: str) -> None:
        if self.down:
            raise NetworkError("NOTICE_REFUSED", fr="le service a refusé", en="it has refused")
        self.posted.append(Posted(self.now, url, title, body))

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.clock.wall_ms() / 1000, ZoneInfo(ZONE))

    @property
    def open_codes(self) -> list[str]:
        return [one.key.code for one in self.gateway.alarms.open()]

    def kept(self, code: str) -> list[Alert]:
        found = self.gateway.catalogue.alerts.of(0, self.clock.wall_ms() + 1)
        return [one for one in found if one.key.code == code]

    def measure(self, *items: Reading | Fault) -> None:
        """Readings come in, as the ingest takes them."""
        readings = [item for item in items if isinstance(item, Reading)]
        faults = [item for item in items if isinstance(item, Fault)]
        self.gateway.store.commit(readings, faults)
        self.gateway.present.offer_all(items)
        nodes = {item.series.node for item in items}
        now_ms = self.clock.wall_ms()
        clocks = dict.fromkeys(nodes, "ntp")
        self.gateway.catalogue.record_packs({}, dict.fromkeys(nodes, now_ms), clocks)

    def says(self, values: dict[Series, float]) -> None:
        """Each series gives a value now."""
        now_ms = self.clock.wall_ms()
        self.measure(*(Reading(series, now_ms, value) for series, value in values.items()))

    def look(self) -> None:
        """One round of everything."""
        self.gateway.alarms.look()
        self.messenger.turn()
        self.post.turn()

    def live(
        self,
        until: str,
        values: Callable[[datetime], dict[Series, float]] = lambda _now: {},
        every_s: float = 300.0,
    ) -> None:
        """Let time pass; at each step the sensors say ``values``, and the gateway looks."""
        end_ms = moment_ms(until)
        while self.clock.wall_ms() < end_ms:
            self.clock.advance(every_s)
            said = values(self.now)
            if said:
                self.says(said)
            self.look()


@contextmanager
def watched(folder: Path, now: str, **more: Any) -> Iterator[Watched]:
    """A watched garden, closed at the end."""
    garden = Watched(folder, now, **more)
    try:
        yield garden
    finally:
        garden.gateway.close()
