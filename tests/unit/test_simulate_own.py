"""A node's own sensors in the simulated garden: real drivers, fake parts that live."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sheets import tables_of

from sensor_node.clock import FakeClock
from sensor_node.config import NodeSettings
from sensor_node.drivers import TABLE, build_sensor
from sensor_node.fakes import FakeBoard
from sensor_node.fakes.bme280 import FakeBme280
from sensor_node.garden import STEP_MS, Weather
from sensor_node.garden.demo import SEED
from sensor_node.garden.yard import DAY_MS, Yard
from sensor_node.settings import build
from sensor_node.simulate_own import OwnSampling
from sensor_node.simulate_parts import FEEDS
from sensor_node.wire import Record

MAY_MS = 1_777_593_600_000
"""2026-05-01T00:00Z."""


def sampling(*tables: dict[str, Any], node: str = "pot", from_ms: int = MAY_MS) -> OwnSampling:
    settings = build(NodeSettings, {"node": node, "data": "d", "sensors": list(tables)})
    return OwnSampling(settings, FakeClock(from_ms), from_ms)


def lived(
    own: OwnSampling, steps: int, step_ms: int = STEP_MS, from_ms: int = MAY_MS
) -> Iterator[dict[str, Record]]:
    with closing(own):
        for n in range(steps):
            yield {r.channel: r for r in own.sample_at(from_ms + n * step_ms)}


def values(records: Iterator[dict[str, Record]], channel: str) -> list[float]:
    found = [each[channel].value for each in records]
    assert None not in found
    return [value for value in found if value is not None]


def test_every_driver_there_is_has_a_part_that_lives_or_one_that_says_that_it_does_not() -> None:
    assert set(FEEDS) <= set(TABLE)
    ours = {"soil-mcp3008", "dht22", "ds18b20", "bme280", "bh1750", "sht4x", "tank-float",
            "hc-sr04", "pi-health", "rain-gauge", "anemometer", "wind-vane", "battery"}  # fmt: skip
    assert ours <= set(FEEDS)


def test_all_sensors_at_once_measure_a_day_without_a_fault_but_too_much_light() -> None:
    tables = tables_of(*FEEDS)
    faults = {
        (record.channel, record.fault)
        for records in lived(sampling(*tables), 24, 3_600_000)
        for record in records.values()
        if record.fault is not None
    }
    assert faults <= {("light", "saturated")}


def test_the_air_is_that_of_the_garden() -> None:
    weather = Weather(SEED)
    own = sampling(*tables_of("dht22", "bme280", "sht4x"))
    for n, records in enumerate(lived(own, 12, 3_600_000)):
        now = weather.at(MAY_MS + n * 3_600_000)
        for air, damp in (("air", "humidity"), ("air-2", "humidity-2"), ("air-3", "humidity-3")):
            assert records[air].value == pytest.approx(now.air_temperature_c, abs=0.06)
            assert records[damp].value == pytest.approx(now.relative_humidity_pct, abs=0.06)
        assert records["pressure"].value == pytest.approx(now.pressure_hpa, abs=0.06)


def test_no_rain_of_the_garden_is_lost_between_two_samples() -> None:
    days = 10
    weather = Weather(SEED)
    start = MAY_MS - STEP_MS
    steps = range(start // STEP_MS, (MAY_MS + days * DAY_MS) // STEP_MS - 12)
    fallen_mm = math.fsum(weather.rain_mm(step) for step in steps)
    (gauge,) = tables_of("rain-gauge")

    measured_mm = math.fsum(values(lived(sampling(gauge), days * 24, 3_600_000), "rain"))

    assert fallen_mm > 5  # else this proves nothing
    assert measured_mm == pytest.approx(fallen_mm, abs=0.28)


@pytest.mark.parametrize("step_ms", [10_000, 60_000, 300_000])
def test_the_wind_is_the_same_however_often_it_is_asked_and_whatever_else_pauses(
    step_ms: int,
) -> None:
    weather = Weather(SEED)
    tables = tables_of("anemometer", "wind-vane", "dht22")  # the vane's driver takes 3 s
    measured = values(lived(sampling(*tables), 12, step_ms), "wind")
    expected = [weather.at(MAY_MS + n * step_ms).wind_speed_m_s for n in range(12)]
    assert measured == pytest.approx(expected, abs=0.15)


def test_two_probes_are_in_two_beds_and_a_thermometer_is_beside_the_first() -> None:
    tables = tables_of("soil-mcp3008", "soil-mcp3008", "ds18b20")
    records = next(iter(lived(sampling(*tables), 1)))
    first, second = records["bac-1-soil"].value, records["bac-2-soil"].value
    assert first is not None
    assert second is not None
    assert abs(first - second) > 0.005
    soil_c = records["soil-temp"].value
    assert soil_c is not None
    assert 5 < soil_c < 25


def test_two_nodes_of_one_garden_hear_the_same_weather_with_noise_of_their_own() -> None:
    tables = tables_of("soil-mcp3008", "dht22")
    one = list(lived(sampling(*tables, node="one"), 24))
    two = list(lived(sampling(*tables, node="two"), 24))
    assert [r["air"] for r in one] == [r["air"] for r in two]
    assert [r["bac-1-soil"] for r in one] != [r["bac-1-soil"] for r in two]


@pytest.mark.parametrize("empty_when", ["open", "closed"])
def test_the_tank_runs_empty_and_is_filled_again(empty_when: str) -> None:
    table = {"type": "tank-float", "channel": "tank", "pin": 17, "empty_when": empty_when}
    weather = Weather(SEED)
    yard = Yard(SEED, weather)
    own = sampling(table)
    truth = [float(yard.tank_pct(MAY_MS + n * DAY_MS) < 8.0) for n in range(120)]
    assert values(lived(own, 120, DAY_MS), "tank") == truth
    assert set(truth) == {0.0, 1.0}  # else this proves nothing


def test_the_yard_never_leaves_what_can_be() -> None:
    yard = Yard(SEED, Weather(SEED))
    hours = [MAY_MS + n * 3_600_000 for n in range(24 * 60)]
    assert all(0 <= yard.wind_from_deg(at) < 360 for at in hours)
    assert all(0 <= yard.tank_pct(at) <= 100 for at in hours)
    assert all(5 <= yard.battery_pct(at) <= 100 for at in hours)
    levels = [yard.tank_pct(at) for at in hours]
    assert max(abs(b - a) for a, b in itertools.pairwise(levels)) < 15


@pytest.mark.parametrize(
    ("celsius", "percent", "hpa"),
    [(25.08, 50.0, 1006.53), (-12.3, 88.0, 975.0), (38.9, 12.5, 1040.2), (0.0, 100.0, 850.0)],
)
def test_the_libraries_of_a_bme280_find_the_air_that_was_set(
    celsius: float, percent: float, hpa: float
) -> None:
    board = FakeBoard()
    table = {"type": "bme280", "temperature": "t", "humidity": "h", "pressure": "p"}
    sensor = build_sensor(table, board)
    part = board.i2c.parts[0x76]
    assert isinstance(part, FakeBme280)
    part.set_air(celsius, percent, hpa)

    assert sensor.read() == {
        "t": pytest.approx(celsius, abs=0.01),
        "h": pytest.approx(percent, abs=0.02),
        "p": pytest.approx(hpa, abs=0.02),
    }
    sensor.close()
