"""The rain that fell, by the best that tells of it, each millimetre once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from gateway.beds.fallen import Fallen, fallen
from gateway.beds.observed import Observed
from gateway.beds.rainbook import RainEntry, RainTold
from gateway.beds.rainfall import believed
from gateway.watering.samples import HOUR_MS, Sample, local_day

ZONE = "Europe/Paris"
DAY_MS = 24 * HOUR_MS


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


NOW_MS, TODAY = at("2026-07-15T08:30"), date(2026, 7, 15)
START_MS = at("2026-07-05T06:00")
OBSERVED = Observed(START_MS, NOW_MS)


def hours(*wet: tuple[str, float], until_ms: int = NOW_MS) -> tuple[Sample, ...]:
    """Each hour dry, but for those named."""
    rain = {at(text): mm for text, mm in wet}
    return tuple(
        Sample(at_ms, rain.get(at_ms, 0.0)) for at_ms in range(START_MS, until_ms, HOUR_MS)
    )


def total(on: str, mm: float, told: str = "2026-07-15T08:00") -> RainEntry:
    return RainEntry(1, RainTold(mm, "gardener", on=date.fromisoformat(on)), at(told))


def shower(text: str, mm: float) -> RainEntry:
    return RainEntry(1, RainTold(mm, "gardener", at_ms=at(text)), at(text))


def look(
    gauge: Sequence[Sample] | None = None,
    online: Sequence[Sample] = (),
    *told: RainEntry,
) -> Fallen:
    return fallen(replace(OBSERVED, rain_mm=gauge, online_mm=online, told_rain=told), ZONE)


def mm_of(found: Fallen, on: str) -> float:
    day = date.fromisoformat(on)
    return sum(one.value for one in found.mm if local_day(one.at_ms, ZONE) == day)


def by(found: Fallen, on: str) -> str:
    return found.by[date.fromisoformat(on)]


def test_without_anything_nothing_is_known() -> None:
    assert look() == Fallen()


def test_a_gauge_alone_tells_all() -> None:
    gauge = hours(("2026-07-13T15:00", 4.0))
    found = look(gauge)
    assert found.mm == gauge
    assert (found.source, by(found, "2026-07-13")) == ("gauge", "gauge")


def test_the_service_alone_tells_all_and_is_named() -> None:
    found = look(None, hours(("2026-07-13T15:00", 4.0)))
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (4.0, "online")
    assert found.source == "online"


def test_where_a_gauge_speaks_the_service_is_not_heard() -> None:
    found = look(hours(("2026-07-13T15:00", 4.0)), hours(("2026-07-13T16:00", 9.0)))
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (4.0, "gauge")
    assert found.source == "gauge"


def test_the_service_fills_the_hours_in_which_the_gauge_was_down() -> None:
    gauge = tuple(
        one
        for one in hours(("2026-07-13T08:00", 1.0))
        if not at("2026-07-13T12:00") <= one.at_ms < at("2026-07-14T12:00")
    )
    online = hours(("2026-07-13T08:00", 2.0), ("2026-07-13T20:00", 5.0), ("2026-07-13T12:00", 3.0))
    found = look(gauge, online)
    # The hour beside one of the gauge's is the gauge's: it may speak once an hour.
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (6.0, "online")


def test_a_typed_total_stands_in_the_place_of_gauge_and_service() -> None:
    gauge = hours(("2026-07-13T15:00", 0.0), ("2026-07-12T15:00", 7.0))
    online = hours(("2026-07-13T15:00", 8.0))
    found = look(gauge, online, total("2026-07-13", 12.0), total("2026-07-12", 0.0))
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (12.0, "typed")
    assert (mm_of(found, "2026-07-12"), by(found, "2026-07-12")) == (0.0, "typed")
    assert by(found, "2026-07-11") == "gauge"


def test_a_total_falls_in_the_hours_in_which_the_gauge_saw_rain() -> None:
    gauge = hours(("2026-07-13T09:00", 1.0), ("2026-07-13T22:00", 3.0))
    found = look(gauge, (), total("2026-07-13", 8.0))
    day = [one for one in found.mm if one.value > 0.0]
    assert day == [Sample(at("2026-07-13T09:00"), 2.0), Sample(at("2026-07-13T22:00"), 6.0)]


def test_rain_after_todays_total_was_told_is_added() -> None:
    gauge = hours(("2026-07-15T06:00", 1.0), ("2026-07-15T08:00", 2.5))
    found = look(gauge, (), total("2026-07-15", 4.0, told="2026-07-15T07:30"))
    assert mm_of(found, "2026-07-15") == 6.5


def test_a_total_of_today_is_not_in_the_time_to_come() -> None:
    found = look(None, (), total("2026-07-15", 4.0, told="2026-07-15T07:30"))
    assert found.mm == (Sample(at("2026-07-15T07:30"), 4.0),)


def test_a_shower_that_a_blocked_gauge_did_not_see_is_counted() -> None:
    found = look(hours(), (), shower("2026-07-13T16:00", 5.0))
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (5.0, "typed")


def test_a_shower_that_the_gauge_saw_too_is_counted_once() -> None:
    gauge = hours(("2026-07-13T15:00", 5.5), ("2026-07-13T23:00", 2.0))
    found = look(gauge, (), shower("2026-07-13T16:00", 5.0))
    assert (mm_of(found, "2026-07-13"), by(found, "2026-07-13")) == (7.5, "gauge")


def test_showers_of_one_day_add_up_also_at_one_moment() -> None:
    told = (shower("2026-07-13T16:00", 5.0), shower("2026-07-13T16:00", 2.0))
    found = look(None, (), *told, shower("2026-07-14T03:00", 1.0))
    assert mm_of(found, "2026-07-13") == 8.0


def test_a_days_total_holds_its_showers() -> None:
    found = look(None, (), shower("2026-07-13T16:00", 5.0), total("2026-07-13", 6.0))
    assert mm_of(found, "2026-07-13") == 6.0


@pytest.mark.parametrize(("days", "source"), [(0, "typed"), (7, "typed"), (8, "none")])
def test_who_has_typed_nothing_for_a_week_is_no_source(days: int, source: str) -> None:
    on = (TODAY - timedelta(days=days)).isoformat()
    assert look(None, (), total(on, 3.0)).source == source


def test_a_service_that_has_been_silent_for_a_day_is_no_source() -> None:
    online = hours(("2026-07-13T15:00", 4.0), until_ms=NOW_MS - DAY_MS - HOUR_MS)
    found = look(None, online)
    assert (mm_of(found, "2026-07-13"), found.source) == (4.0, "none")


# --- a blocked gauge ------------------------------------------------------------------------------


def test_a_gauge_that_missed_two_rains_by_the_service_is_no_longer_believed() -> None:
    online = hours(("2026-07-11T15:00", 6.0), ("2026-07-13T15:00", 9.0))
    doubted = believed(
        replace(OBSERVED, rain_mm=hours(), online_mm=online), frozenset(), TODAY, ZONE
    )
    found = fallen(doubted, ZONE)
    assert found.source == "online"
    assert mm_of(found, "2026-07-13") == 9.0


def test_a_gauge_that_missed_two_typed_rains_is_no_longer_believed() -> None:
    told = (total("2026-07-11", 6.0), total("2026-07-13", 9.0))
    doubted = believed(replace(OBSERVED, rain_mm=hours(), told_rain=told), frozenset(), TODAY, ZONE)
    assert not doubted.gauge_speaks
    assert fallen(doubted, ZONE).source == "typed"


def test_a_gauge_that_missed_one_is_believed_but_corrected() -> None:
    observed = replace(OBSERVED, rain_mm=hours(), told_rain=(total("2026-07-13", 9.0),))
    assert believed(observed, frozenset(), TODAY, ZONE) == observed
    found = fallen(observed, ZONE)
    assert (found.source, mm_of(found, "2026-07-13")) == ("gauge", 9.0)
