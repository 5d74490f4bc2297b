"""The week behind a curve: local days, hours without a reading, a change of clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.pages.curve import HEIGHT, HOUR, curve_of
from gateway.pages.week import HOUR_MS, Week, week_of, week_until
from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore

PARIS = ZoneInfo("Europe/Paris")
AIR = Series("serre", "air")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.sqlite")
    yield opened
    opened.close()


def week(store: SqliteStore, now: str, readings: dict[str, float], kind: str = "mean") -> Week:
    store.commit([Reading(AIR, ms(at), value) for at, value in readings.items()], [])
    span = week_until(ms(now), PARIS)
    return week_of(store, AIR, span, kind)  # type: ignore[arg-type]


def test_the_week_is_seven_local_days_that_end_with_today() -> None:
    span = week_until(ms("2025-11-22T00:10+01:00"), PARIS)
    assert span.from_ms == ms("2025-11-16T00:00+01:00")
    assert span.to_ms == ms("2025-11-23T00:00+01:00")
    assert len(span.hours_ms) == 7 * 24


def test_a_week_with_a_change_of_clock_has_its_own_number_of_hours() -> None:
    assert len(week_until(ms("2025-10-27T12:00+01:00"), PARIS).hours_ms) == 169
    assert len(week_until(ms("2025-03-31T12:00+02:00"), PARIS).hours_ms) == 167


def test_a_day_weighs_each_reading_and_not_each_hour(store: SqliteStore) -> None:
    readings = {
        "2025-11-22T08:00+01:00": 10.0,
        "2025-11-22T08:10+01:00": 10.0,
        "2025-11-22T08:20+01:00": 10.0,
        "2025-11-22T09:00+01:00": 20.0,
    }
    today = week(store, "2025-11-22T12:00+01:00", readings).days[-1].bucket
    assert today is not None
    assert (today.count, today.mean, today.least, today.most) == (4, 12.5, 10.0, 20.0)


def test_a_day_without_a_reading_is_empty_and_not_zero(store: SqliteStore) -> None:
    found = week(store, "2025-11-22T12:00+01:00", {"2025-11-22T08:00+01:00": 10.0})
    assert [day.bucket is None for day in found.days] == [True] * 6 + [False]


def test_a_day_of_wind_is_the_mean_of_its_directions(store: SqliteStore) -> None:
    readings = {"2025-11-22T08:00+01:00": 350.0, "2025-11-22T09:00+01:00": 10.0}
    today = week(store, "2025-11-22T12:00+01:00", readings, "vector").days[-1].bucket
    assert today is not None
    assert min(today.mean, 360 - today.mean) == pytest.approx(0, abs=1e-6)


def test_an_hour_without_a_reading_is_a_gap_in_the_curve(store: SqliteStore) -> None:
    readings = {
        "2025-11-22T06:00+01:00": 10.0,
        "2025-11-22T07:00+01:00": 20.0,
        "2025-11-22T09:00+01:00": 15.0,
    }
    curve = curve_of(week(store, "2025-11-22T12:00+01:00", readings), "mean", 4)
    first = HOUR * (6 * 24 + 6) + HOUR // 2
    assert curve.line == (f"M{first} {HEIGHT}l{HOUR} -{HEIGHT}M{first + 3 * HOUR} {HEIGHT // 2}h0")


def test_a_flat_week_is_drawn_in_the_middle_of_a_scale_of_its_own(store: SqliteStore) -> None:
    found = week(store, "2025-11-22T12:00+01:00", {"2025-11-22T06:00+01:00": 10.0})
    curve = curve_of(found, "mean", 4)
    assert (curve.low, curve.high) == (8.0, 12.0)
    assert curve.line.endswith(f" {HEIGHT // 2}h0")


def test_rain_is_drawn_as_what_fell_in_each_hour(store: SqliteStore) -> None:
    readings = {
        "2025-11-22T06:00+01:00": 0.4,
        "2025-11-22T06:30+01:00": 0.6,
        "2025-11-22T07:00+01:00": 0.0,
    }
    found = week(store, "2025-11-22T12:00+01:00", readings, "sum")
    curve = curve_of(found, "sum", 2)
    assert curve.bars == f"M{HOUR * 150 + HOUR // 2} {HEIGHT}V{HEIGHT // 2}"
    assert found.total == pytest.approx(1.0)
    assert found.hours[0].start_ms % HOUR_MS == 0
