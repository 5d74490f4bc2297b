"""A probe in the soil, as it is now: its raw number, how calm that is, what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.beds.records import BedRecord
from gateway.calibrations import Calibration
from gateway.catalogue import ChannelInfo
from gateway.pages.cards import PROBES
from gateway.pages.measures import by_number
from gateway.service import Gateway
from gateway.store.base import Point, Series
from gateway.watering.soils import DEFAULT, SOILS, Soil

LOOKED_AT: Final = 6
"""So many of the newest readings are looked at."""
LEAST: Final = 3
CALM_SPREAD: Final = 0.012
"""Of full scale: under it the number has calmed down; 16 samples of an ADC stray by less."""
State = Literal["calm", "moving", "few", "fault", "silent"]


@dataclass(frozen=True, slots=True)
class Raw:
    """The raw number now: the mean of the newest readings, and how far these lie apart.

    ``mean`` is None while nothing fresh has come; ``fault``: why the newest gave nothing.
    """

    state: State
    mean: float | None = None
    spread: float = 0.0
    count: int = 0
    newest_ms: int | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe: what it is, the bed that it watches, and the calibrations that were made."""

    info: ChannelInfo
    raw: Raw
    interval_s: float
    bed: BedRecord | None
    made: list[Calibration]

    @property
    def series(self) -> Series:
        """Its name."""
        return self.info.series

    @property
    def held(self) -> Calibration | None:
        """The calibration that was made last and holds."""
        return next((one for one in self.made if one.undone_ms is None), None)

    @property
    def replaceable(self) -> bool:
        """Whether one that holds for all of the past can take the place of all that was made."""
        held = [one for one in self.made if one.undone_ms is None]
        return bool(held) and all(one.from_ms == 0 for one in held)

    @property
    def soil(self) -> Soil:
        """What it stands in; loam where nobody has said it."""
        told = None if self.bed is None else self.bed.details.soil
        return SOILS.get(told or "", DEFAULT)

    @property
    def dry_pct(self) -> float:
        """Water in this soil once it is dry to the touch (FAO-56: half of the wilting point)."""
        return round(50 * self.soil.wilting_point, 1)

    @property
    def drained_pct(self) -> float:
        """Water in this soil once it was watered and has drained."""
        return round(100 * self.soil.field_capacity, 1)


def probes(gateway: Gateway) -> list[Probe]:
    """All probes, by their names. Raises ``StorageError``."""
    by_series = _beds(gateway)
    found = gateway.measured.channels()
    return [
        _probe(gateway, info, by_series)
        for series, info in sorted(found.items(), key=lambda pair: _order(pair[0]))
        if info.quantity in PROBES and gateway.catalogue.quantity(series) in PROBES
    ]


def _order(series: Series) -> tuple[str, tuple[str, int, str]]:
    return series.node, by_number(series.channel)


def probe_of(gateway: Gateway, series: Series) -> Probe | None:
    """The probe ``series``, None where that is none. Raises ``StorageError``."""
    info = gateway.measured.channel(series)
    if info is None or info.quantity not in PROBES:
        return None
    return _probe(gateway, info, _beds(gateway))


def _beds(gateway: Gateway) -> Mapping[Series, BedRecord]:
    beds = gateway.catalogue.beds.all()
    watches = gateway.catalogue.watches.now()
    return {one.series: beds[one.bed] for one in watches if one.bed in beds}


def _probe(gateway: Gateway, info: ChannelInfo, beds: Mapping[Series, BedRecord]) -> Probe:
    series = info.series
    interval_s = gateway.catalogue.interval_s(series.node)
    made = gateway.catalogue.calibrations.of(series)
    raw = raw_now(gateway, series, interval_s)
    return Probe(info, raw, interval_s, beds.get(series), made)


def raw_now(gateway: Gateway, series: Series, interval_s: float) -> Raw:
    """What the probe gives, without any calibration. Raises ``StorageError``."""
    now_ms = gateway.clock.wall_ms()
    latest = gateway.present.get(series)
    if latest is not None and latest.quality == "fault" and _is_of_the_probe(latest.fault):
        return Raw("fault", newest_ms=latest.at_ms, fault=latest.fault or "")
    from_ms = now_ms - round((LOOKED_AT + 0.5) * interval_s * 1000)
    found = gateway.as_measured.points(series, from_ms, now_ms + 1, 1000)[-LOOKED_AT:]
    if not found:
        return Raw("silent", newest_ms=latest.at_ms if latest else None)
    return _judged(found)


def _is_of_the_probe(fault: str | None) -> bool:
    """Not that it was not calibrated at the time: its raw number is as good as any."""
    return fault is not None and fault != "not calibrated then"


def _judged(found: list[Point]) -> Raw:
    values = [point.value for point in found]
    spread = max(values) - min(values)
    state: State = "few" if len(found) < LEAST else "calm" if spread <= CALM_SPREAD else "moving"
    return Raw(state, sum(values) / len(values), spread, len(found), found[-1].at_ms)
