"""Two recordings of real probes: what was watered is found, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from harness import shared_data

from gateway.watering.field_capacity import Soaking, plateaus
from gateway.watering.rises import Around, Probe, named, rises
from gateway.watering.samples import Sample, tidy
from sensor_node.recording import Recording, RecordingMap, Row
from sensor_node.settings import build

FOR_EVER_MS = 4_000_000_000_000
GREENHOUSE_ZONE = "Etc/UTC"
"""The recording names no zone: its own times are compared."""
POT_ZONE = "Europe/Paris"
GREENHOUSE = {
    "time": {"columns": [""], "format": "iso", "zone": GREENHOUSE_ZONE},
    "channels": [
        {
            "column": "Sensor 0013A20041A24464 - VWC (%) - averages",
            "channel": "soil",
            "quantity": "soil_moisture",
            "no_value": ["", "0"],
        }
    ],
}
POT = {
    "time": {"columns": ["DATE", "TIME"], "format": "%B-%d-%Y %I:%M %p", "zone": POT_ZONE},
    "channels": [
        {
            "column": "WET_VOLTAGE_V",
            "channel": "soil",
            "quantity": "soil_moisture_raw",
            "conversion": "volts",
        }
    ],
}


def rows_of(description: dict[str, Any], *files: Path) -> Iterator[Row]:
    for file in files:
        recording = Recording(build(RecordingMap, description))
        with file.open(encoding="utf-8", newline="") as lines:
            yield from (row for row in recording.read(lines) if isinstance(row, Row))


def away(at_ms: int, *moment: int, zone: str) -> timedelta:
    """How far a time lies from a moment on the wall."""
    there = datetime(*moment, tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]
    return abs(datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)) - there)


@pytest.fixture(scope="module")
def greenhouse() -> tuple[Sample, ...]:
    file = shared_data("30mhz_greenhouse/one-month-every-5-minutes.csv")
    found = (
        Sample(row.at_ms, row.values["soil"]) for row in rows_of(GREENHOUSE, file) if row.values
    )
    return tidy(found, FOR_EVER_MS)


def test_the_five_waterings_of_the_greenhouse_are_found_and_nothing_else(
    greenhouse: tuple[Sample, ...],
) -> None:
    seen = [named(rise, Probe(), Around()) for rise in rises(greenhouse, Probe())]

    read_off_the_curve = [
        (8, 20, 18, 5), (8, 24, 7, 25), (8, 30, 20, 40), (9, 7, 6, 30), (9, 12, 6, 25),
    ]  # fmt: skip
    assert [rise.name for rise in seen] == ["watering"] * 5
    for rise, at in zip(seen, read_off_the_curve, strict=True):
        assert away(rise.at_ms, 2020, *at, zone=GREENHOUSE_ZONE) <= timedelta(minutes=10)


def test_the_greenhouse_settles_at_its_field_capacity(greenhouse: tuple[Sample, ...]) -> None:
    soakings = [Soaking(rise.at_ms, 12.0) for rise in rises(greenhouse, Probe())]

    found = [plateau.value for plateau in plateaus(greenhouse, soakings)]

    assert len(found) == 5
    assert min(found) >= 25.5
    assert max(found) <= 28.2


def test_the_pot_is_watered_once_and_put_back_once() -> None:
    files = sorted(shared_data("plantwatch_rpi/Lux-Moisture").glob("*.csv"))
    counts = (Sample(row.at_ms, row.volts["soil"] / 3.3 * 1023) for row in rows_of(POT, *files))
    probe = Probe(air=834.0, water=454.0)

    seen = [named(rise, probe, Around()) for rise in rises(tidy(counts, FOR_EVER_MS), probe)]

    assert [rise.name for rise in seen] == ["reinserted", "watering"]
    for rise, at in zip(seen, [(15, 17, 30), (28, 15, 40)], strict=True):
        assert away(rise.at_ms, 2025, 9, *at, zone=POT_ZONE) <= timedelta(minutes=15)
