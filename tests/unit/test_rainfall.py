"""A blocked gauge is given away by the probes of the beds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.beds.journal import Entry
from gateway.beds.observed import Observed
from gateway.beds.rainfall import believed, rose_together
from gateway.watering.samples import Sample
from gateway.watering.waterings import Source

ZONE = "Europe/Paris"
HOUR_MS = 3_600_000
BEDS = ("a", "b", "c", "d")


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)


NOW_MS, TODAY = at("2026-07-15T08:30"), date(2026, 7, 15)
START_MS = NOW_MS - 10 * 24 * HOUR_MS
DRY = tuple(Sample(at_ms, 0.0) for at_ms in range(START_MS, NOW_MS, HOUR_MS))


def seen(text: str, source: Source = "detected") -> Entry:
    return Entry(1, "a", at(text), None, None, source, None, matched=False)


def rained(*texts: str, beds: int = 4) -> dict[str, list[Entry]]:
    return {bed: [seen(text) for text in texts] if n < beds else [] for n, bed in enumerate(BEDS)}


def test_most_probes_that_rise_at_once_tell_of_rain() -> None:
    both = rose_together(rained("2026-07-10T15:00", "2026-07-13T03:00"), ZONE)
    assert both == {date(2026, 7, 10), date(2026, 7, 12)}  # before six it is the day before's


@pytest.mark.parametrize(
    "journals",
    [
        rained("2026-07-10T15:00", beds=2),
        {"a": [seen("2026-07-10T15:00")], "b": [seen("2026-07-10T15:00")]},
        {bed: [seen(f"2026-07-10T{8 + 3 * n:02d}:00")] for n, bed in enumerate(BEDS)},
        {bed: [seen("2026-07-10T15:00", "logged")] for bed in BEDS},
    ],
    ids=["half of them", "two beds", "one after another", "somebody watered"],
)
def test_what_else_makes_probes_rise_is_no_rain(journals: dict[str, list[Entry]]) -> None:
    assert rose_together(journals, ZONE) == frozenset()


def test_a_gauge_that_missed_two_rains_is_no_longer_believed() -> None:
    observed = Observed(START_MS, NOW_MS, rain_mm=DRY)
    missed = rose_together(rained("2026-07-11T15:00", "2026-07-13T15:00"), ZONE)
    left = believed(observed, missed, TODAY, ZONE)
    assert not left.gauge_speaks
    assert left.rain_mm
    assert left.rain_mm[-1].at_ms < at("2026-07-09T06:00")


def test_a_gauge_that_missed_one_shower_or_has_rained_since_is_believed() -> None:
    observed = Observed(START_MS, NOW_MS, rain_mm=DRY)
    once = rose_together(rained("2026-07-11T15:00"), ZONE)
    assert believed(observed, once, TODAY, ZONE) == observed
    since = tuple(
        one._replace(value=3.0) if one.at_ms == at("2026-07-14T15:30") else one for one in DRY
    )
    mended = replace(observed, rain_mm=since)
    twice = rose_together(rained("2026-07-11T15:00", "2026-07-13T15:00"), ZONE)
    assert believed(mended, twice, TODAY, ZONE) == mended


def test_without_a_gauge_there_is_none_to_doubt() -> None:
    observed = Observed(START_MS, NOW_MS)
    assert believed(observed, frozenset({TODAY}), TODAY, ZONE) == observed
