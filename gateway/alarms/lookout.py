"""What there is to see of the garden now, for the rules of the alerts.

Only the present counts: the newest value of a channel, and only while it is good. What is stale,
suspect or faulty is not known, and says neither that something holds nor that it does not: the
silence of its node is an alert of its own. A backlog moves none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from gateway.alarms.sky import Forecast, NoForecast, Sky
from gateway.alarms.soil import Soil
from gateway.alarms.stations import Stations
from gateway.alerts.rules import Key, Observation
from gateway.beds.board import Board
from gateway.beds.observed import MOISTURES, WORKSHOP, Observer
from gateway.catalogue import Catalogue, ChannelInfo, NodeInfo
from gateway.present import NOT_CALIBRATED, Latest, Present
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from gateway.times import DAY_MS
from sensor_node.clock import Clock

SUPPLY_V: Final = (4.4, 6.0)
"""Between these, the highest of a week is the supply of a Pi; a battery says its charge instead."""
_NO_FAULT: Final = frozenset({NOT_CALIBRATED, "saturated"})
_BACK_INTERVALS: Final = 1.5
_WEEK_MS: Final = 7 * DAY_MS
_LASTS_MS: Final = 600_000
"""How long what was asked of the store is good for."""


class Lookout:
    """Asks the present, the catalogue and, for what needs history, the store.

    ``advice``: what stands for each bed. ``hearing``: whether readings can come in at all.
    ``forecast``: where the garden has one. Raises ``StorageError`` where one does not
    answer.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        catalogue: Catalogue,
        observer: Observer,
        present: Present,
        *,
        clock: Clock,
        advice: Board,
        hearing: Callable[[], bool],
        forecast: Forecast | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._observer = observer
        self._present = present
        self._clock = clock
        self._hearing = hearing
        self._hearing_since_s: float | None = None
        self._stations = Stations(observer)
        self.sky = Sky(settings, self._stations, present, forecast or NoForecast())
        self._soil = Soil(settings, catalogue, self._stations, present, advice)
        self._highest_v: dict[Series, tuple[int, float]] = {}

    def look(self, now_ms: int) -> list[Observation]:
        """Everything that could be an alert, known or not; who is not here is not watched.

        A gateway that does not know the time knows nothing but that.
        """
        return [*self._clocks(), *(self._all(now_ms) if self._clock.synchronised() else ())]

    def _all(self, now_ms: int) -> Iterator[Observation]:
        self._stations.forget()
        beds, watches = self._catalogue.beds.all(), self._catalogue.watches.now()
        bed_of = {one.series: one.bed for one in watches if one.bed in beds}
        yield from self.sky.frost(now_ms)
        for record in beds.values():
            yield from self.sky.of_bed(record, now_ms)
            yield from self._soil.thirst(record, now_ms)
        yield from self._nodes(now_ms)
        yield from self._channels(bed_of, now_ms)

    # --- nodes --------------------------------------------------------------------------------

    def _clocks(self) -> Iterator[Observation]:
        yield Observation(Key("clock_untrusted", ""), not self._clock.synchronised())

    def _nodes(self, now_ms: int) -> Iterator[Observation]:
        heard_s = self._heard_s()
        for name, node in self._catalogue.nodes().items():
            if name.startswith(WORKSHOP) or node.last_seen_ms is None:
                continue
            silence = _silence(node, now_ms, heard_s)
            yield Observation(Key("node_silent", name), silence)
            estimated = node.clock == "estimated"
            fresh = silence is not None and silence < _BACK_INTERVALS
            seen = {"state": "estimated"} if estimated else {}
            yield Observation(Key("clock_untrusted", name), estimated if fresh else None, seen)

    def _heard_s(self) -> float:
        """For how long readings have been able to come in, without a break."""
        now_s = self._clock.monotonic_s()
        if not self._hearing():
            self._hearing_since_s = None
            return 0.0
        if self._hearing_since_s is None:
            self._hearing_since_s = now_s
        return now_s - self._hearing_since_s

    # --- channels -----------------------------------------------------------------------------

    def _channels(self, bed_of: dict[Series, str], now_ms: int) -> Iterator[Observation]:
        for series, info in self._observer.channels().items():
            latest, bed = self._present.get(series), bed_of.get(series)
            if latest is None or info.quantity is None:
                continue
            if info.quantity in MOISTURES:
                yield self._soil.probe(series, bed, latest, now_ms)
            else:
                yield _fault(latest, bed)
            yield from self._supply(info, latest, bed, now_ms)

    def _supply(
        self, info: ChannelInfo, latest: Latest, bed: str | None, now_ms: int
    ) -> Iterator[Observation]:
        name, value = str(info.series), good(latest)
        if info.quantity in ("tank_level", "tank_empty"):
            level = value if info.quantity == "tank_level" else _level_of_float(value)
            yield _percent("tank_low", name, level, bed)
        elif info.quantity == "battery":
            yield _percent("battery_low", name, value, bed)
        elif info.quantity == "undervoltage":
            yield Observation(Key("undervoltage", name), None if value is None else value > 0)
        elif info.quantity == "supply_voltage" and self._feeds_a_pi(info.series, now_ms):
            seen = {} if value is None else {"supply_v": round(value, 2)}
            yield Observation(Key("voltage_low", name), value, seen)

    def _feeds_a_pi(self, series: Series, now_ms: int) -> bool:
        asked_ms, highest = self._highest_v.get(series, (0, 0.0))
        if not 0 <= now_ms - asked_ms < _LASTS_MS:
            hours = self._observer.hours(series, now_ms - _WEEK_MS, now_ms + 1)
            highest = max((one.most for one in hours), default=0.0)
            self._highest_v[series] = now_ms, highest
        return SUPPLY_V[0] <= highest <= SUPPLY_V[1]


def good(latest: Latest | None) -> float | None:
    """Its value, while it can be believed."""
    return latest.value if latest is not None and latest.quality == "good" else None


def _silence(node: NodeInfo, now_ms: int, heard_s: float) -> float | None:
    """For how many intervals it has been silent; None where it is the gateway that was deaf."""
    if node.last_seen_ms is None:
        return None
    silence = max(0.0, (now_ms - node.last_seen_ms) / 1000 / node.interval_s)
    if silence >= _BACK_INTERVALS and heard_s < 3 * node.interval_s:
        return None
    return round(silence, 2)


def _fault(latest: Latest, bed: str | None) -> Observation:
    """Whether a sensor fails; its reason is told as it came."""
    key = Key("sensor_fault", str(latest.series))
    if latest.quality == "fault" and latest.fault not in _NO_FAULT:
        return Observation(key, True, {"state": latest.fault or "fault"}, bed)
    return Observation(key, None if latest.quality == "stale" else False, bed=bed)


def _level_of_float(value: float | None) -> float | None:
    """A float that says 1 for empty has two levels."""
    return None if value is None else 0.0 if value > 0 else 100.0


def _percent(code: str, name: str, value: float | None, bed: str | None) -> Observation:
    seen = {} if value is None else {"level_pct": round(value)}
    return Observation(Key(code, name), value, seen, bed)
