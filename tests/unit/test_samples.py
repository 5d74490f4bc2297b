"""A season of samples: what a tuple of them would say, in a tenth of its memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.measured import Measured
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.samples import Sample, Samples, between, tidy
from sensor_node.clock import FakeClock

TODAY: Final = date(2026, 7, 15)
NOW_MS: Final = 1_784_091_600_000  # its morning, at seven
DAYS: Final = 60
CHANNELS: Final = {
    "air": "air_temperature",
    "humidity": "relative_humidity",
    "light": "illuminance",
    "gauge": "rain",
    "probe": "soil_moisture",
    "soil": "soil_temperature",
}

some = st.lists(st.tuples(st.integers(0, 40), st.floats(allow_nan=False)), max_size=12).map(
    lambda pairs: [Sample(*one) for one in pairs]
)


# --- as a tuple would -----------------------------------------------------------------------------


@given(some, st.integers(-1, 13), st.integers(-1, 13))
def test_they_are_a_sequence_as_a_tuple_is(plain: list[Sample], first: int, last: int) -> None:
    samples = Samples(plain)
    assert samples == tuple(plain)
    assert list(reversed(samples)) == plain[::-1]
    assert samples[first:last] == plain[first:last]
    assert [samples[place] for place in range(-len(plain), len(plain))] == [*plain, *plain]
    assert bool(samples) == bool(plain)


@given(some, st.integers(-1, 41), st.integers(-1, 41))
def test_they_are_cut_and_put_in_order_as_a_tuple_is(
    plain: list[Sample], from_ms: int, to_ms: int
) -> None:
    in_order = {one.at_ms: one for one in plain if one.at_ms <= 30}
    expected = tuple(in_order[at_ms] for at_ms in sorted(in_order))
    assert tidy(Samples(plain), 30) == tidy(plain, 30) == expected
    found = between(Samples(expected), from_ms, to_ms)
    assert found == between(expected, from_ms, to_ms)


# --- a season ------------------------------------------------------------------------------------


@pytest.fixture
def season(tmp_path: Path) -> Iterator[Gateway]:
    """A bed in July, with readings of the last 60 days, four an hour."""
    settings = GatewaySettings(data=tmp_path, name="Jardin d'essai")
    clock = FakeClock(NOW_MS)
    gateway = Gateway.open(settings, clock)
    catalogue = gateway.catalogue
    told = {channel: {"quantity": quantity} for channel, quantity in CHANNELS.items()}
    catalogue.set_about("potager", {"channels": told})
    planted_on = TODAY - timedelta(days=DAYS)
    details = BedDetails(area_m2=2.0, soil="limon", crop="tomate", planted_on=planted_on)
    catalogue.beds.put("bac", details, 0)
    watching = [Wish(Series("potager", channel)) for channel in ("probe", "soil")]
    catalogue.watches.wish("bac", watching, 0)
    times = range(NOW_MS - DAYS * DAY_MS + 1, NOW_MS, HOUR_MS // 4)
    for channel in CHANNELS:
        series = Series("potager", channel)
        gateway.store.commit([Reading(series, at, at // HOUR_MS % 24) for at in times], [])
    yield gateway
    gateway.close()


def test_a_season_is_never_held_as_objects(season: Gateway) -> None:
    record = season.catalogue.beds.get("bac")
    assert record is not None
    from_ms = NOW_MS - DAYS * DAY_MS
    season.observer.observe(record, from_ms, NOW_MS)  # what is made once is there now
    tracemalloc.start()
    try:
        observed = season.observer.observe(record, from_ms, NOW_MS)
        held, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (probe,), (air,) = observed.probes, observed.outside
    parts = (probe.percent, probe.hourly, air.air_c, air.humidity_pct, air.lux, observed.soil_c)
    count = sum(map(len, parts))
    assert count > 10_000
    assert held < 22 * count
    assert most - held < 300_000


def test_a_season_read_in_portions_is_the_season_read_at_once(
    season: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = season.catalogue.beds.get("bac")
    assert record is not None
    from_ms = NOW_MS - DAYS * DAY_MS + 1_234_567
    found = []
    for count in (1_000_000, Measured.at_once, 50):
        monkeypatch.setattr(Measured, "at_once", count)
        found.append(season.observer.observe(record, from_ms, NOW_MS - 77_777))
    assert found[0] == found[1] == found[2]
    assert found[0].newest_ms is not None or found[0].probes
