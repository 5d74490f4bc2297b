"""The weather as it is now, in a few numbers: what a gardener asks before the beds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.beds.observed import WORKSHOP
from gateway.catalogue import ChannelInfo
from gateway.pages import words
from gateway.pages.frame import Reader
from gateway.pages.words import N_
from gateway.present import Latest
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.watering.samples import at_local_hour_ms

MOST: Final = 4
FRESH: Final = frozenset({"good", "suspect"})
OUTSIDE: Final = N_("dehors")
UNDER_GLASS: Final = N_("sous serre")
# In the order in which there is room for them.
WANTED: Final = (
    ("air_temperature", False, OUTSIDE),
    ("air_temperature", True, UNDER_GLASS),
    ("rain", False, N_("pluie du jour")),
    ("wind_speed", False, N_("vent")),
    ("relative_humidity", False, N_("humidité")),
)


@dataclass(frozen=True, slots=True)
class Sky:
    """One number of the weather. ``channel``: which channel says it."""

    channel: str
    icon: str
    label: str
    number: str
    unit: str


def weather_now(gateway: Gateway, reader: Reader) -> Sequence[Sky]:
    """What is known that is fresh, at most four. Raises ``StorageError``."""
    present, glazed = gateway.present.all(), _under_glass(gateway)
    found = []
    for quantity, under_glass, label in WANTED:
        heard = [
            (latest, info)
            for series, info in gateway.measured.channels().items()
            if info.quantity == quantity
            and (series in glazed) == under_glass
            and not series.node.startswith(WORKSHOP)
            and (latest := present.get(series)) is not None
            and latest.quality in FRESH
            and latest.value is not None
        ]
        if heard:
            best = min(heard, key=lambda pair: (pair[0].quality != "good", pair[0].age_s))
            found.append(_sky(gateway, reader, *best, label))
    return found[:MOST]


def _under_glass(gateway: Gateway) -> frozenset[Series]:
    """The channels whose air is that of a greenhouse."""
    beds = gateway.catalogue.beds.all()
    glass = {bed for bed, record in beds.items() if record.details.exposure == "greenhouse"}
    return frozenset(one.series for one in gateway.catalogue.watches.now() if one.bed in glass)


def _sky(gateway: Gateway, reader: Reader, latest: Latest, info: ChannelInfo, label: str) -> Sky:
    look = words.look_of(info.quantity)
    value = latest.value or 0.0
    if info.quantity == "rain":
        value = _since_midnight(gateway, info.series)
    number = reader.write.number(value, look.decimals)
    unit = words.UNITS.get(info.unit or "", info.unit or "")
    return Sky(str(info.series), look.icon, label, number, unit)


def _since_midnight(gateway: Gateway, series: Series) -> float:
    midnight_ms = at_local_hour_ms(gateway.advisor.today(), 0, gateway.settings.timezone)
    edges = (midnight_ms, gateway.clock.wall_ms() + 1)
    return sum(b.total for b in gateway.measured.buckets(series, edges, vector=False))
