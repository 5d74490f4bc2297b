"""A bed in a July of its own behind a garden's door: what tests of the advice share."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime
from typing import Any

from door import Door

from gateway.store.base import Reading, Series

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
AIR, DAMP = Series("meteo", "air"), Series("meteo", "humidity")
SOIL, RAIN = Series("potager", "bac-1-soil"), Series("meteo", "pluie")
POINTS = [{"raw": 0.75, "value": 0}, {"raw": 0.45, "value": 45}]
MORNING_MS = round(datetime.fromisoformat("2026-07-15T07:00:00+02:00").timestamp() * 1000)
STEP_MS = 10 * MINUTE_MS


def raw_at(percent: float) -> float:
    """What the probe gives at a share of water."""
    return 0.75 - 0.3 * percent / 45.0


def summer(door: Door, now_ms: int = MORNING_MS) -> None:
    """Two nodes in July; nothing is measured yet."""
    door.clock.set_wall(now_ms)
    catalogue = door.gateway.catalogue
    catalogue.set_about(
        "meteo",
        {
            "channels": {
                "air": {"quantity": "air_temperature"},
                "humidity": {"quantity": "relative_humidity"},
            }
        },
    )
    catalogue.set_about("potager", {"channels": {"bac-1-soil": {"quantity": "soil_moisture_raw"}}})
    calibrated = door.client.post(f"/api/v1/channels/{SOIL}/calibrations", json={"points": POINTS})
    assert calibrated.status_code == 201, calibrated.text


def warm_days(door: Door, count: int, *, now_ms: int = MORNING_MS, series: Series = AIR) -> None:
    """``count`` days of 14 to 28 °C, and the air's humidity."""
    readings = []
    for at_ms in range(now_ms - count * DAY_MS, now_ms + 1, STEP_MS):
        warmth = math.sin((at_ms % DAY_MS / DAY_MS - 0.33) * 2 * math.pi)
        readings.append(Reading(series, at_ms, round(21 + 7 * warmth, 1)))
        if series == AIR:
            readings.append(Reading(DAMP, at_ms, round(65 - 20 * warmth, 1)))
    commit(door, readings)


def commit(door: Door, readings: list[Reading]) -> None:
    """Store ``readings`` at once; the present is the newest of all."""
    door.gateway.store.commit(readings, [])
    door.gateway.present.load(door.gateway.store.newest())


def probe_says(
    door: Door,
    percent: Callable[[int], float],
    days: int,
    *,
    now_ms: int = MORNING_MS,
    series: Series = SOIL,
) -> None:
    """The probe of the last ``days``: ``percent`` of water at each moment, and some noise."""
    steps = range(now_ms - days * DAY_MS, now_ms + 1, STEP_MS)
    commit(
        door,
        [
            Reading(series, at, raw_at(percent(at)) + 0.001 * (number % 2))
            for number, at in enumerate(steps)
        ],
    )


def make_bed(door: Door, bed: str = "bac-1", **more: Any) -> dict[str, Any]:
    """2 m² of tomatoes in loam, planted in May, with its probe."""
    body: dict[str, Any] = {
        "id": bed,
        "area_m2": 2.0,
        "soil": "limon",
        "crop": "tomate",
        "planted_on": "2026-05-15",
        "channels": [str(SOIL)],
    }
    answer = door.client.post("/api/v1/beds", json=body | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made
