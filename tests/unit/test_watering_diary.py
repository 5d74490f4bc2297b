"""From samples to an advice: the way of a garden's readings through the rule."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from watered_beds import TOMATOES

from gateway.watering.advice import advise
from gateway.watering.diary import Diary
from gateway.watering.evapotranspiration import Place
from gateway.watering.listening import hear
from gateway.watering.night import together
from gateway.watering.rises import Around, Probe, named, rises
from gateway.watering.samples import HOUR_MS, MINUTE_MS, Sample, between
from gateway.watering.scale import from_water_content
from gateway.watering.situation import Situation
from gateway.watering.waterings import Watering, reconcile
from gateway.watering.weather import AirSamples

ZONE = "Europe/Paris"
DIJON = Place(47.3, 220.0)
FIRST, TODAY = date(2026, 7, 8), date(2026, 7, 15)
STEP_MS = 5 * MINUTE_MS


def ms(day: int, hour: int) -> int:
    return round(datetime(2026, 7, day, hour, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


NOW = ms(15, 8)
TIMES = range(ms(8, 0), NOW + 1, STEP_MS)
WATERED = ms(11, 19)


def air() -> AirSamples:
    """Fine summer days: 14 to 28 °C, and damp at dawn."""
    turn = [math.cos(math.tau * ((at - ms(8, 0)) / HOUR_MS - 15.0) / 24.0) for at in TIMES]
    return AirSamples(
        [Sample(at, 21.0 + 7.0 * one) for at, one in zip(TIMES, turn, strict=True)],
        [Sample(at, 65.0 - 25.0 * one) for at, one in zip(TIMES, turn, strict=True)],
    )


def soil() -> list[Sample]:
    """A volumetric probe that dries by 1.2 points a day, and was watered on the 11th."""
    return [
        Sample(at, 24.0 - 1.2 * (at - ms(8, 0)) / (24 * HOUR_MS) + (4.0 if at >= WATERED else 0.0))
        for at in TIMES
    ]


def asked(*, told: bool, missing: tuple[int, int] = (0, 0)) -> Situation:
    """The situation on the 15th, with the node down between two days of the month."""

    def there(samples: list[Sample]) -> list[Sample]:
        return [
            s for s in samples if not missing[0] <= (s.at_ms - ms(8, 0)) / 864e5 + 8 < missing[1]
        ]

    probe, ground = there(soil()), TOMATOES.ground
    scale = from_water_content(ground, 26.0)
    seen = [named(rise, Probe(), Around(rain_mm=())) for rise in rises(probe, Probe())]
    entries = [Watering(WATERED + HOUR_MS, 20.0)] if told else []
    nights = {}
    for on in (FIRST + timedelta(days=n) for n in range(8)):
        end_ms = ms(on.day, 8)
        heard = hear(between(probe, 0, end_ms), scale, ground, on=on, zone=ZONE, now_ms=end_ms)
        nights[on] = together([heard])
    measured = AirSamples(*(there(list(one)) for one in (air().air_c, air().humidity_pct)))
    rain = there([Sample(at, 0.0) for at in TIMES])
    diary = Diary(DIJON, ZONE, measured, rain, reconcile(entries, seen), nights)
    days = diary.days(FIRST, TODAY, NOW)
    return Situation(TOMATOES, TODAY, 8, days, data_age_s=0)


def test_a_week_of_readings_becomes_an_advice() -> None:
    situation = asked(told=True)

    assert [day.on for day in situation.days] == [FIRST + timedelta(days=n) for n in range(8)]
    assert all(day.et0 is not None and 3.5 < day.et0.mm < 7.0 for day in situation.days[:-1])
    assert situation.today.et0 is None  # the day is not over
    assert situation.days[3].litres == (20.0,)
    assert not any(day.seen for day in situation.days)
    advice = advise(situation)
    assert advice.verdict in {"soon", "yes"}
    assert advice.confidence.doubts == ("radiation_estimated",)


def test_a_watering_that_only_the_probe_saw_is_in_the_diary_without_litres() -> None:
    situation = asked(told=False)

    assert [day.on for day in situation.days if day.seen] == [date(2026, 7, 11)]
    assert all(day.litres == () for day in situation.days)


def test_a_node_that_was_down_leaves_unknown_days_not_dry_ones() -> None:
    situation = asked(told=True, missing=(12, 15))

    lost = [day for day in situation.days if day.et0 is None][:-1]
    assert [day.on.day for day in lost] == [12, 13, 14]
    assert all(day.night.missing is None for day in lost[1:])
    assert lost[1].rain_mm is None
    assert situation.today.night.missing is not None
    advice = advise(situation)
    assert "temperature_old" in advice.confidence.doubts
    assert advice.verdict != "unknown"  # the probe is back
