"""Times as people write them, and the garden's days, which are not all of 24 hours."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.times import Every, edges, from_rfc3339, parse_every, to_rfc3339
from sensor_node.errors import GardenError
from sensor_node.wire import MAX_TIME_MS

PARIS = ZoneInfo("Europe/Paris")
HOUR_MS = 3_600_000


def cut(start: str, end: str, every: str, zone: str = "Europe/Paris") -> list[str]:
    """Edges in UTC, to the minute."""
    found = edges(from_rfc3339(start), from_rfc3339(end), parse_every(every), ZoneInfo(zone))
    return [to_rfc3339(edge)[:16] for edge in found]


def hours(start: str, end: str, every: str, zone: str = "Europe/Paris") -> list[float]:
    """Lengths of the buckets, in hours."""
    found = edges(from_rfc3339(start), from_rfc3339(end), parse_every(every), ZoneInfo(zone))
    return [(b - a) / HOUR_MS for a, b in pairwise(found)]


# --- RFC 3339 ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("2026-05-01T06:00:00Z", "2026-05-01T06:00:00.000Z"),
        ("2026-05-01t06:00:00.5z", "2026-05-01T06:00:00.500Z"),
        ("2026-05-01 08:00:00+02:00", "2026-05-01T06:00:00.000Z"),
        ("2026-05-01T00:30:00.123456789-05:30", "2026-05-01T06:00:00.123Z"),
        ("2026-05-01T06:00:00-00:00", "2026-05-01T06:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"),
    ],
)
def test_a_time_at_any_offset_is_a_moment(text: str, same: str | None) -> None:
    at_ms = from_rfc3339(text)
    if same is not None:
        assert to_rfc3339(at_ms) == same


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-05-01",
        "2026-05-01T06:00:00",
        "2026-05-01T06:00Z",
        "2026-05-01T06:00:00+0200",
        "2026-05-01T06:00:00 02:00",
        "2026-13-01T06:00:00Z",
        "2026-02-30T06:00:00Z",
        "2026-05-01T24:00:00Z",
        "2026-05-01T06:60:00Z",
        "2026-05-01T06:00:60Z",
        "2026-05-01T06:00:00+24:00",
        "2026-05-01T06:00:00,5Z",
        "٢٠٢٦-05-01T06:00:00Z",
        "2026-05-01T06:00:00Z\n",
        "1763785800",
    ],
)
def test_what_is_no_time_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="TIME_INVALID") as caught:
        from_rfc3339(text)
    assert isinstance(caught.value, GardenError)
    assert "2026-05-01T06:00:00Z" in caught.value.fr


@given(st.integers(0, MAX_TIME_MS))
def test_every_moment_comes_back_from_its_text(at_ms: int) -> None:
    text = to_rfc3339(at_ms)
    assert from_rfc3339(text) == at_ms
    assert text == datetime.fromtimestamp(at_ms // 1000, UTC).strftime("%4Y-%m-%dT%H:%M:%S") + (
        f".{at_ms % 1000:03d}Z"
    )


# --- every ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["10s", "1m", "5m", "20m", "60m", "1h", "2h", "12h", "24h", "1d", "7d", "2w", "3mo"]
)
def test_a_length_that_fits_the_day_or_the_calendar_is_understood(text: str) -> None:
    assert str(parse_every(text)) == text


def test_minutes_and_months_are_told_apart() -> None:
    assert (parse_every("1m"), parse_every("1mo")) == (Every(1, "m"), Every(1, "mo"))


@pytest.mark.parametrize(
    "text", ["", "m", "0m", "7m", "90m", "5h", "25h", "1y", "1 h", "-1h", "1H", "1.5h", "99999d"]
)
def test_any_other_length_is_refused_with_examples(text: str) -> None:
    with pytest.raises(ValueError, match="EVERY_INVALID") as caught:
        parse_every(text)
    assert isinstance(caught.value, GardenError)
    assert "1mo" in caught.value.en


# --- edges ------------------------------------------------------------------------------------


def test_buckets_are_whole_and_cover_the_period() -> None:
    assert cut("2026-05-01T06:07:00Z", "2026-05-01T06:21:00Z", "5m") == [
        "2026-05-01T06:05",
        "2026-05-01T06:10",
        "2026-05-01T06:15",
        "2026-05-01T06:20",
        "2026-05-01T06:25",
    ]
    assert cut("2026-05-01T06:05:00Z", "2026-05-01T06:10:00Z", "5m") == [
        "2026-05-01T06:05",
        "2026-05-01T06:10",
    ]


def test_an_empty_period_has_no_buckets() -> None:
    assert edges(5, 5, Every(1, "h"), PARIS) == []
    assert edges(5, 4, Every(1, "d"), PARIS) == []


def test_days_begin_at_local_midnight() -> None:
    assert cut("2026-01-10T12:00:00Z", "2026-01-11T12:00:00Z", "1d") == [
        "2026-01-09T23:00",
        "2026-01-10T23:00",
        "2026-01-11T23:00",
    ]


SPRING = ("2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z")
AUTUMN = ("2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z")


def test_the_day_that_summer_time_begins_has_23_hours() -> None:
    assert hours(*SPRING, "1d") == [24, 23, 24]
    assert cut(*SPRING, "1d") == [
        "2026-03-27T23:00",
        "2026-03-28T23:00",
        "2026-03-29T22:00",
        "2026-03-30T22:00",
    ]


def test_the_day_that_summer_time_ends_has_25_hours() -> None:
    assert hours(*AUTUMN, "1d") == [24, 25, 24]


def test_hours_stay_hours_when_the_clock_changes() -> None:
    assert set(hours(*SPRING, "1h")) == set(hours(*AUTUMN, "1h")) == {1}
    assert set(hours(*SPRING, "15m")) == set(hours(*AUTUMN, "15m")) == {0.25}


def test_quarters_of_a_day_follow_the_clock_on_the_wall() -> None:
    assert hours("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "6h") == [5, 6, 6, 6]
    assert hours("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "6h") == [7, 6, 6, 6]
    assert hours("2026-03-28T23:00:00Z", "2026-03-29T04:00:00Z", "2h") == [2, 1, 2]


def test_a_wall_hour_that_is_skipped_makes_no_empty_bucket() -> None:
    # Troll station, Antarctica, goes from 01:00 to 03:00.
    assert hours("2026-03-29T00:00:00Z", "2026-03-29T04:00:00Z", "2h", "Antarctica/Troll") == [2, 2]


def test_a_midnight_that_is_skipped_begins_its_day_later() -> None:
    # Beirut goes from 00:00 to 01:00.
    found = cut("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z", "1d", "Asia/Beirut")
    assert found == ["2026-03-27T22:00", "2026-03-28T22:00", "2026-03-29T21:00"]


def test_hours_are_local_where_the_zone_is_half_an_hour_off() -> None:
    assert cut("2026-05-01T06:00:00Z", "2026-05-01T06:30:00Z", "1h", "Asia/Kolkata") == [
        "2026-05-01T05:30",
        "2026-05-01T06:30",
    ]


def test_weeks_begin_on_monday() -> None:
    assert cut("2026-03-25T12:00:00Z", "2026-04-01T12:00:00Z", "1w") == [
        "2026-03-22T23:00",
        "2026-03-29T22:00",
        "2026-04-05T22:00",
    ]


def test_months_are_those_of_the_calendar() -> None:
    assert cut("2026-02-10T00:00:00Z", "2026-04-02T00:00:00Z", "1mo") == [
        "2026-01-31T23:00",
        "2026-02-28T23:00",
        "2026-03-31T22:00",
        "2026-04-30T22:00",
    ]


def test_several_days_weeks_or_months_begin_at_the_same_ones_whatever_is_asked() -> None:
    for every in ("3d", "2w", "3mo"):
        whole = cut("2026-01-01T12:00:00Z", "2026-12-31T12:00:00Z", every)
        part = cut("2026-05-05T12:00:00Z", "2026-09-09T12:00:00Z", every)
        assert set(part) <= set(whole)
    assert cut("2026-05-05T12:00:00Z", "2026-05-06T12:00:00Z", "3mo") == [
        "2026-03-31T22:00",
        "2026-06-30T22:00",
    ]


@given(
    start=st.integers(0, 2**41),
    length=st.integers(1, 90 * 24 * HOUR_MS),
    every=st.sampled_from(["15m", "1h", "2h", "12h", "1d", "5d", "1w", "1mo", "9999mo"]),
    zone=st.sampled_from(["Europe/Paris", "UTC", "Australia/Lord_Howe", "America/Havana"]),
)
def test_edges_ascend_and_frame_the_period_tightly(
    start: int, length: int, every: str, zone: str
) -> None:
    found = edges(start, start + length, parse_every(every), ZoneInfo(zone))
    assert all(a < b for a, b in pairwise(found))
    assert found[0] <= start < found[1]
    assert found[-2] < start + length <= found[-1]


def test_too_many_buckets_at_once_are_refused() -> None:
    with pytest.raises(GardenError) as caught:
        edges(0, 10 * 365 * 24 * HOUR_MS, parse_every("1m"), PARIS)
    assert caught.value.code == "TOO_MANY_BUCKETS"


@pytest.mark.parametrize("period", [(-1, 5), (0, MAX_TIME_MS + 1)])
def test_a_period_outside_the_calendar_is_refused(period: tuple[int, int]) -> None:
    with pytest.raises(GardenError) as caught:
        edges(*period, Every(1, "d"), PARIS)
    assert caught.value.code == "TIME_OUT_OF_RANGE"
