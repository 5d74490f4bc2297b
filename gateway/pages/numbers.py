"""Numbers, dates and times as the reader writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
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
        no_minus_zero = round(value, decimals) + 0.0
        text = _pattern(decimals, exact).apply(no_minus_zero, self._locale)
        return str(text).replace("-", MINUS)

    def local(self, at_ms: int) -> datetime:
        """The moment on the garden's own clock."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(self.zone)

    def day(self, at_ms: int) -> str:
        """``jeudi 1 mai``."""
        return format_date(self.local(at_ms), "EEEE d MMMM", locale=self._locale)

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
        return format_skeleton("MMMd", self.local(at_ms), locale=self._locale)

    def short_month(self, at_ms: int) -> str:
        """``mai``."""
        return format_date(self.local(at_ms), "LLL", locale=self._locale)

    def clock(self, at_ms: int) -> str:
        """``08:12``."""
        return format_time(self.local(at_ms).time(), "short", locale=self._locale)

    def weekday_clock(self, at_ms: int) -> str:
        """``jeu. 08:12``."""
        return f"{self.weekday(at_ms)} {self.clock(at_ms)}"

    def full(self, at_ms: int) -> str:
        """Date and time with the year."""
        return format_datetime(self.local(at_ms), "long", locale=self._locale)


def rfc3339(at_ms: int) -> str:
    """The moment in UTC, for programs and for ``<time datetime>``."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@cache
def _pattern(decimals: int, exact: bool) -> NumberPattern:
    digits = ("0" if exact else "#") * decimals
    return parse_pattern(f"#,##0.{digits}" if decimals else "#,##0")
