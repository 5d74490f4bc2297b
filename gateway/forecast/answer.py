"""Open-Meteo's answer, believed in nothing: each key, unit, time and value is looked at.

An answer is taken as a whole or not at all. A value may be null, where a weather model has none.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

from gateway.forecast.outlook import Day, Hour, Outlook
from gateway.forecast.settings import AskedPlace
from gateway.times import DAY_MS, HOUR_MS

# What is asked for: the unit that it must come in, and what weather on Earth can be.
HOURLY: Final[Mapping[str, tuple[str, float, float]]] = {
    "temperature_2m": ("°C", -90.0, 60.0),
    "precipitation": ("mm", 0.0, 300.0),
    "relative_humidity_2m": ("%", 0.0, 100.0),
    "wind_speed_10m": ("m/s", 0.0, 120.0),
    "shortwave_radiation": ("W/m²", 0.0, 1500.0),
}
DAILY: Final[Mapping[str, tuple[str, float, float]]] = {
    "temperature_2m_min": ("°C", -90.0, 60.0),
    "temperature_2m_max": ("°C", -90.0, 60.0),
}
_MOST: Final = 24 * 120
_NEXT_MS: Final = 24 * HOUR_MS
_HALF_TURN_DEG: Final = 180.0
_NEAR_DEG: Final = 1.0
"""How far the middle of a cell of a weather model may be from the place that was asked about."""

Columns = dict[str, list[float | None]]


class BadAnswer(ValueError):
    """An answer that is none; says what is wrong with it in English, for the log."""


def outlook_of(content: bytes, place: AskedPlace, now_ms: int) -> Outlook:
    """The forecast in ``content``. Raises ``BadAnswer``."""
    answer = _object(_json(content), "the answer")
    if answer.get("utc_offset_seconds") != 0:
        _bad("its times are not universal time")
    _check_place(answer, place)
    hours_ms, hourly = _table(answer, "hourly", HOURLY, HOUR_MS)
    days_ms, daily = _table(answer, "daily", DAILY, DAY_MS)
    if not hours_ms[0] <= now_ms <= hours_ms[-1] - _NEXT_MS:
        _bad("it is not about today and tomorrow")
    rows = zip(hours_ms, *(hourly[name] for name in HOURLY), strict=True)
    days = zip(days_ms, *(daily[name] for name in DAILY), strict=True)
    return Outlook(
        now_ms,
        tuple(Hour(*row) for row in rows),
        tuple(
            Day(datetime.fromtimestamp(at_ms / 1000, UTC).date(), least, most)
            for at_ms, least, most in days
        ),
    )


def _json(content: bytes) -> Any:
    def refuse(word: str) -> NoReturn:
        _bad(f"{word} is no number")

    try:
        return json.loads(content, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        if isinstance(error, BadAnswer):
            raise
        raise BadAnswer("it is not JSON") from None


def _check_place(answer: Mapping[str, Any], place: AskedPlace) -> None:
    asked = {"latitude": place.latitude, "longitude": place.longitude}
    for name, degrees in asked.items():
        told = _number(answer.get(name), name)
        away = abs(told - degrees)
        # East and west of the date line are neighbours.
        if abs(told) > _HALF_TURN_DEG or min(away, 2 * _HALF_TURN_DEG - away) > _NEAR_DEG:
            _bad(f"it is about another {name}")


def _table(
    answer: Mapping[str, Any],
    name: str,
    columns: Mapping[str, tuple[str, float, float]],
    step_ms: int,
) -> tuple[list[int], Columns]:
    table = _object(answer.get(name), name)
    units = _object(answer.get(f"{name}_units"), f"{name}_units")
    if units.get("time") != "unixtime":
        _bad(f"{name}: its times are no seconds since 1970")
    times_ms = _times(_list(table.get("time"), f"{name}.time"), name, step_ms)
    found: Columns = {}
    for column, (unit, least, most) in columns.items():
        if units.get(column) != unit:
            _bad(f"{name}.{column} is not in {unit}")
        values = _list(table.get(column), f"{name}.{column}")
        if len(values) != len(times_ms):
            _bad(f"{name}.{column} has another length than its times")
        found[column] = [_value(one, f"{name}.{column}", least, most) for one in values]
    return times_ms, found


def _times(seconds: Sequence[Any], name: str, step_ms: int) -> list[int]:
    if not 1 <= len(seconds) <= _MOST:
        _bad(f"{name} has {len(seconds)} times")
    first = seconds[0]
    if isinstance(first, bool) or not isinstance(first, int) or not 0 < first < 2**40:
        _bad(f"{name}: a time is no whole number of seconds")
    times_ms = [first * 1000 + step_ms * index for index in range(len(seconds))]
    if [at_ms // 1000 for at_ms in times_ms] != list(seconds) or first * 1000 % step_ms:
        _bad(f"{name}: its times are not one after another")
    return times_ms


def _value(value: Any, name: str, least: float, most: float) -> float | None:
    if value is None:
        return None
    number = _number(value, name)
    if not least <= number <= most:
        _bad(f"{name} holds {number:g}, which no weather is")
    return number


def _number(value: Any, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _bad(f"{name} holds something that is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        _bad(f"{name} holds something that is no number")
    return number


def _object(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _bad(f"{name} is missing, or no object")
    return value


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, list):
        _bad(f"{name} is missing, or no list")
    return value


def _bad(what: str) -> NoReturn:
    raise BadAnswer(what)
