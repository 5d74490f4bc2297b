"""The span of the curves: whole local days, any other span, and what was typed wrongly."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pytest

from gateway.pages.period import NO_DATE, ORDER, TOO_LONG, Period, period_of
from gateway.times import DAY_MS, HOUR_MS

PARIS = ZoneInfo("Europe/Paris")


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).astimezone(UTC).timestamp() * 1000)


NOW_MS = ms("2025-11-22T12:00:00+01:00")


def span(**query: str) -> tuple[int, int]:
    period = period_of(query, NOW_MS, PARIS)
    return period.from_ms, period.to_ms


def test_without_a_wish_it_is_the_week_that_ends_today() -> None:
    assert span() == (ms("2025-11-16T00:00+01:00"), ms("2025-11-23T00:00+01:00"))
    assert period_of({"duree": "siècle"}, NOW_MS, PARIS).name == "semaine"


def test_a_day_of_a_change_of_clock_has_its_own_length() -> None:
    first, last = span(duree="jour", jusque="2025-10-26")
    assert last - first == 25 * HOUR_MS
    first, last = span(duree="jour", jusque="2025-03-30")
    assert last - first == 23 * HOUR_MS


def test_a_last_day_is_meant_with_all_its_hours() -> None:
    assert span(de="2025-11-01", jusque="2025-11-02") == (
        ms("2025-11-01T00:00+01:00"),
        ms("2025-11-03T00:00+01:00"),
    )


def test_two_fingers_choose_moments() -> None:
    assert span(de="2025-11-01T10:30:00Z", jusque="2025-11-01T12:00:00.500Z") == (
        ms("2025-11-01T10:30+00:00"),
        ms("2025-11-01T12:00+00:00") + 500,
    )


@pytest.mark.parametrize(
    ("query", "field", "what"),
    [
        ({"de": "hier"}, "de", NO_DATE),
        ({"jusque": "2025-02-30"}, "jusque", NO_DATE),
        ({"de": "2025-11-05", "jusque": "2025-11-01"}, "jusque", ORDER),
        ({"de": "1980-01-01"}, "jusque", TOO_LONG),
    ],
)
def test_what_is_wrong_is_kept_and_said_by_its_field(
    query: dict[str, str], field: str, what: str
) -> None:
    period = period_of(query, NOW_MS, PARIS)
    assert period.wrong == {field: what}
    assert period.typed == query
    assert (period.from_ms, period.to_ms) == span()


@pytest.mark.parametrize("name", ["jour", "semaine", "mois", "an"])
def test_one_step_back_and_one_forth_is_where_it_began(name: str) -> None:
    here = period_of({"duree": name, "jusque": "2025-10-28"}, NOW_MS, PARIS)
    back = period_of(dict(parse_qsl(here.moved(PARIS, -1))), NOW_MS, PARIS)
    assert back.to_ms == here.from_ms
    again = period_of(dict(parse_qsl(back.moved(PARIS, 1))), NOW_MS, PARIS)
    assert (again.from_ms, again.to_ms) == (here.from_ms, here.to_ms)


@pytest.mark.parametrize("days", [0.1, 1, 7, 30, 365, 3000])
def test_a_span_of_any_length_has_some_hundred_points_and_a_table_to_read(days: float) -> None:
    period = Period(NOW_MS - round(days * DAY_MS), NOW_MS, "")
    assert 90 <= len(period.chart_edges(PARIS)) <= 600
    assert 2 <= len(period.table_edges(PARIS)) <= 110
    assert len(period.marks) in (6, 7)
