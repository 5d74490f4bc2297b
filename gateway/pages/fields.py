"""What people type into the fields of a form, read. ``ValueError`` for what is none of it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

MOST_NAME: Final = 80
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")


def name_of(text: str) -> str:
    """A name that is neither empty nor too long."""
    if not 1 <= len(text) <= MOST_NAME:
        raise ValueError(text)
    return text


def one_of(known: Mapping[Any, object], *, empty: bool = False) -> Callable[[str], str | None]:
    """Reads a key of ``known``; ``empty``: or nothing, as None."""

    def read(text: str) -> str | None:
        if not text and empty:
            return None
        if text not in known:
            raise ValueError(text)
        return text

    return read


def number(least: float, most: float) -> Callable[[str], float]:
    """Reads a number between two ends, with a comma or a point."""

    def read(text: str) -> float:
        value = float(text.replace(",", "."))
        if not (math.isfinite(value) and least <= value <= most):
            raise ValueError(text)
        return value

    return read


def depth(text: str) -> float | None:
    """Centimetres, as metres; nothing is None."""
    return round(number(1, 300)(text) / 100, 4) if text else None


def share(text: str) -> float | None:
    """Percent, as a part of one; nothing is None."""
    return number(1, 99)(text) / 100 if text else None


def day(text: str) -> date | None:
    """As a browser sends it, or as people write it where it has no calendar."""
    if not text:
        return None
    written = _DAY.fullmatch(text)
    found = date(*map(int, reversed(written.groups()))) if written else date.fromisoformat(text)
    if not date(1970, 1, 1) <= found <= date(2200, 1, 1):
        raise ValueError(text)
    return found
