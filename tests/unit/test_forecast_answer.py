"""Open-Meteo's answer: taken as a whole, or not at all."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openmeteo import LATITUDE, LONGITUDE, answer

from gateway.forecast.answer import BadAnswer, outlook_of
from gateway.forecast.outlook import Hour
from gateway.forecast.settings import AskedPlace
from gateway.times import DAY_MS, HOUR_MS

NOW_MS = 1_784_093_400_000  # 2026-07-15T05:30:00Z
PLACE = AskedPlace(LATITUDE, LONGITUDE)
GOOD = answer(NOW_MS, rain=lambda hours: 0.5 if hours > 0 else 0.0)


def read(told: Any, now_ms: int = NOW_MS) -> object:
    return outlook_of(json.dumps(told).encode(), PLACE, now_ms)


def test_a_good_answer_is_hours_and_days() -> None:
    outlook = outlook_of(json.dumps(GOOD).encode(), PLACE, NOW_MS)
    assert outlook.fetched_ms == NOW_MS
    assert len(outlook.hours) == 240
    assert len(outlook.days) == 10
    next_hour = outlook.hours[78]
    assert next_hour == Hour(NOW_MS + HOUR_MS // 2, 16.0, 0.5, 70.0, 2.4, 120.0)
    assert (outlook.days[3].on.isoformat(), outlook.days[3].min_c) == ("2026-07-15", 9.1)


def test_a_value_that_a_model_does_not_have_is_unknown() -> None:
    told = copy.deepcopy(GOOD)
    told["hourly"]["precipitation"][100] = None
    outlook = outlook_of(json.dumps(told).encode(), PLACE, NOW_MS)
    assert outlook.hours[100].rain_mm is None
    assert outlook.hours[100].temperature_c == 16.0


def without(*path: str) -> Callable[[Any], None]:
    def damage(told: Any) -> None:
        for name in path[:-1]:
            told = told[name]
        del told[path[-1]]

    return damage


def with_(value: Any, *path: str | int) -> Callable[[Any], None]:
    def damage(told: Any) -> None:
        for name in path[:-1]:
            told = told[name]
        told[path[-1]] = value

    return damage


def swapped(told: Any) -> None:
    times = told["hourly"]["time"]
    times[5], times[6] = times[6], times[5]


def shifted(told: Any) -> None:
    told["hourly"]["time"] = [at_s + 60 for at_s in told["hourly"]["time"]]


DAMAGES: dict[str, Callable[[Any], None]] = {
    "no hours": without("hourly"),
    "no days": without("daily"),
    "no units": without("hourly_units"),
    "no times": without("hourly", "time"),
    "no rain": without("hourly", "precipitation"),
    "no place": without("latitude"),
    "no time zone": without("utc_offset_seconds"),
    "hours that are a list": with_([], "hourly"),
    "times that are none": with_(None, "hourly", "time"),
    "no hour at all": with_([], "hourly", "time"),
    "a column that is a word": with_("wet", "hourly", "precipitation"),
    "a short column": with_([1.0], "hourly", "temperature_2m"),
    "a value that is a word": with_("0.5", "hourly", "precipitation", 9),
    "a value that is true": with_(True, "hourly", "precipitation", 9),
    "a value that is a list": with_([1], "hourly", "precipitation", 9),
    "a value with 400 digits": with_(10**400, "hourly", "temperature_2m", 9),
    "degrees Fahrenheit": with_("°F", "hourly_units", "temperature_2m"),
    "inches": with_("inch", "hourly_units", "precipitation"),
    "kilometres an hour": with_("km/h", "hourly_units", "wind_speed_10m"),
    "times as texts": with_("iso8601", "hourly_units", "time"),
    "local times": with_(7200, "utc_offset_seconds"),
    "99 degrees": with_(99.0, "hourly", "temperature_2m", 9),
    "rain below nothing": with_(-1.0, "hourly", "precipitation", 9),
    "a metre of rain": with_(1000.0, "hourly", "precipitation", 9),
    "humidity over 100": with_(140, "hourly", "relative_humidity_2m", 9),
    "a day of 99 degrees": with_(99.0, "daily", "temperature_2m_min", 1),
    "times out of order": swapped,
    "times off the hour": shifted,
    "a time twice": with_(GOOD["hourly"]["time"][5], "hourly", "time", 6),
    "a time that is a text": with_("2026-07-12T00:00", "hourly", "time", 0),
    "a time long past all calendars": with_(2**60, "hourly", "time", 0),
    "another place": with_(-33.9, "latitude"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_an_answer_with_anything_wrong_is_none(damage: Callable[[Any], None]) -> None:
    told = copy.deepcopy(GOOD)
    damage(told)
    with pytest.raises(BadAnswer):
        read(told)


@pytest.mark.parametrize("away_ms", [-5 * DAY_MS, 6 * DAY_MS + 12 * HOUR_MS, 400 * DAY_MS])
def test_an_answer_that_is_not_about_the_next_day_is_none(away_ms: int) -> None:
    with pytest.raises(BadAnswer, match="today and tomorrow"):
        read(GOOD, NOW_MS + away_ms)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"fine"',
        b"{",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        json.dumps(GOOD).replace("16.0", "NaN").encode(),
        json.dumps(GOOD).replace("16.0", "1e999").encode(),
        json.dumps(GOOD).replace("16.0", "Infinity").encode(),
    ],
    ids=lambda content: str(content[:12]),
)
def test_what_is_no_such_json_is_none(content: bytes) -> None:
    with pytest.raises(BadAnswer):
        outlook_of(content, PLACE, NOW_MS)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(), some, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from([*GOOD]),
)
def test_whatever_stands_in_a_place_nothing_else_is_raised(value: Any, name: str) -> None:
    told = {**GOOD, name: value}
    try:
        read(told)
    except BadAnswer:
        return
    assert name in {"generationtime_ms", "timezone", "timezone_abbreviation", "elevation"} or (
        value == GOOD[name] or (name in ("latitude", "longitude") and abs(value - GOOD[name]) < 2)
    )


def test_the_date_line_divides_no_place() -> None:
    told = answer(NOW_MS, place=(-16.5, 179.99))
    told["longitude"] = -179.9
    place = AskedPlace(-16.5, 179.99)
    assert outlook_of(json.dumps(told).encode(), place, NOW_MS).hours
