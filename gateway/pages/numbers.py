"""Numbers, dates and times as the reader writes them.

What a page says again and again, of its days and of round numbers, is written once and remembered:
Babel takes twenty microseconds for each, and a page has a thousand.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import (
    format_date,
    format_datetime,
    format_interval,
    format_skeleton,
    format_time,
)
from babel.numbers import NumberPattern, parse_pattern

MINUS = "−"


class Format:
    """How one reader writes: ``language``, and the garden's time zone."""

    def __init__(self, language: str, timezone: str) -> None:
        self.language = language
        self.zone = ZoneInfo(timezone)
        self._locale = Locale.parse(language)

    @property
    def direction(self) -> str:
        """``ltr`` or ``rtl``."""
        return self._locale.text_direction

    def number(self, value: float, decimals: int, *, exact: bool = True) -> str:
        """``value`` with ``decimals``, or with at most so many where it is not ``exact``."""
        return _number(self.language, round(value, decimals) + 0.0, decimals, exact)

    def local(self, at_ms: int) -> datetime:
        """The moment on the garden's own clock."""
        return _local(self.zone, at_ms)

    def day(self, at_ms: int) -> str:
        """``jeudi 1 mai``."""
        return _day(self.language, self.local(at_ms).date())

    def plain_date(self, on: date) -> str:
        """``15 mai 2026``."""
        return format_date(on, "d MMMM y", locale=self._locale)

    def month_alone(self, at_ms: int) -> str:
        """``mai``."""
        return format_date(self.local(at_ms), "LLL", locale=self._locale)

    def weekday(self, at_ms: int) -> str:
        """``jeu.``."""
        return format_date(self.local(at_ms), "EEE", locale=self._locale)

    def date(self, at_ms: int) -> str:
        """``1 mai 2026``."""
        return format_date(self.local(at_ms), "long", locale=self._locale)

    def moment(self, at_ms: int) -> str:
        """``1 mai 2026, 08:12``."""
        return f"{self.date(at_ms)}, {self.clock(at_ms)}"

    def dates(self, first_ms: int, last_ms: int) -> str:
        """``1–7 mai 2026``."""
        first, last = self.local(first_ms), self.local(last_ms)
        return format_interval(first, last, "yMMMMd", locale=self._locale)

    def month(self, at_ms: int) -> str:
        """``mai 2026``."""
        return format_date(self.local(at_ms), "LLLL y", locale=self._locale)

    def short_day(self, at_ms: int) -> str:
        """``1 mai``."""
        return _short_day(self.language, self.local(at_ms).date())

    def short_month(self, at_ms: int) -> str:
        """``mai``."""
        return format_date(self.local(at_ms), "LLL", locale=self._locale)

    def clock(self, at_ms: int) -> str:
        """``08:12``."""
        local = self.local(at_ms)
        return _clock(self.language, local.hour, local.minute)

    def weekday_clock(self, at_ms: int) -> str:
        """``jeu. 08:12``."""
        return f"{self.weekday(at_ms)} {self.clock(at_ms)}"

    def full(self, at_ms: int) -> str:
        """Date and time with the year."""
        return _full(self.language, self.zone, at_ms)


def rfc3339(at_ms: int) -> str:
    """The moment in UTC, for programs and for ``<time datetime>``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _local(zone: ZoneInfo, at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone)


@lru_cache(maxsize=4096)
def _number(language: str, no_minus_zero: float, decimals: int, exact: bool) -> str:
    text = _pattern(decimals, exact).apply(no_minus_zero, Locale.parse(language))
    return str(text).replace("-", MINUS)


@lru_cache(maxsize=1024)  # a year of days in two languages
def _day(language: str, on: date) -> str:
    return format_date(on, "EEEE d MMMM", locale=language)


@lru_cache(maxsize=1024)
def _short_day(language: str, on: date) -> str:
    return format_skeleton("MMMd", datetime.combine(on, time()), locale=language)


@lru_cache(maxsize=1440)
def _clock(language: str, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), "short", locale=language)


@lru_cache(maxsize=256)  # of one moment, the channels of a node
def _full(language: str, zone: ZoneInfo, at_ms: int) -> str:
    # By the moment: of the hour that autumn has twice, Python takes both local times for the same.
    return format_datetime(_local(zone, at_ms), "long", locale=language)


@cache
def _pattern(decimals: int, exact: bool) -> NumberPattern:
    digits = ("0" if exact else "#") * decimals
    return parse_pattern(f"#,##0.{digits}" if decimals else "#,##0")
