"""A bed of tomatoes in July and the days before, for the tests of the advice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from gateway.watering.beds import Bed
from gateway.watering.crops import CROPS
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.night import Night
from gateway.watering.situation import Forecast, GardenDay, Situation
from gateway.watering.soils import SOILS

TODAY = date(2026, 7, 15)  # a Wednesday
TOMATOES = Bed("bac-1", 2.0, SOILS["limon"], CROPS["tomate"], planted_on=date(2026, 5, 1))
"""In the middle of their season: Kc 1.15, TAW 91 mm, and RAW 38 mm on a day of 4.6 mm."""
TAW_MM = 91.0
ET0 = ReferenceEt(4.0)
FINE = Forecast(2.0, min_c=14.0, max_c=26.0, rain_mm=0.0)
GOOD_PROBE = {"gain": 0.6, "learned": True}


def probe(missing: float, **more: Any) -> Night:
    """A learned probe that says which share of the reservoir is missing."""
    return Night(missing, **{**GOOD_PROBE, **more})


def week(count: int = 7, **more: Any) -> tuple[GardenDay, ...]:
    """Fine days up to yesterday, and today."""
    past = [
        GardenDay(TODAY - timedelta(days=n), et0=ET0, rain_mm=0.0, max_c=26.0, min_c=14.0)
        for n in range(count, 0, -1)
    ]
    return (*(replace(day, **more) for day in past), GardenDay(TODAY, rain_mm=0.0))


def with_probe(days: tuple[GardenDay, ...], night: Night) -> tuple[GardenDay, ...]:
    """The days with a probe heard this morning."""
    return (*days[:-1], replace(days[-1], night=night))


def situation(missing: float | None = None, bed: Bed = TOMATOES, **more: Any) -> Situation:
    """Tomatoes after a fine week; `missing` is what a probe says this morning."""
    days = more.pop("days", week())
    if missing is not None:
        days = with_probe(days, probe(missing))
    base: dict[str, Any] = {
        "start_mm": 0.0, "forecast": FINE, "data_age_s": 600, "hour": 8, "on": TODAY,
    }  # fmt: skip
    return Situation(bed=bed, days=days, **{**base, **more})


def thirsty(bed: Bed = TOMATOES, **more: Any) -> Situation:
    """Tomatoes that need water today, by a probe that leads alone from the first day."""
    days = with_probe(more.pop("days", week(1)), probe(0.5))
    return situation(bed=bed, days=days, **{"start_mm": 45.0, **more})
