"""Numbers, dates and times as the reader writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
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

    def weekday(self, at_ms: int) -> str:
        """``jeu.``."""
        return format_date(self.local(at_ms), "EEE", locale=self._locale)

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
