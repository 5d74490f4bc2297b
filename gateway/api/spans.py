"""The span of time that a request asks for: ``from``, ``to`` and ``every``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.api.problems import Problem
from gateway.times import DAY_MS, LATEST_MS, from_rfc3339

SHOWN_DAYS: Final = 30
_LOST_PLUS: Final = re.compile(r"(?<=\d) (?=\d\d:\d\d$)")
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def span_of(from_: str | None, to: str | None, now_ms: int, timezone: str) -> tuple[int, int]:
    """``[from, to)`` in milliseconds; the day before ``to`` and now where they are absent.

    Raises ``Problem`` where one is no time or the span is empty.
    """
    to_ms = now_ms if to is None else moment("to", to, timezone)
    from_ms = to_ms - DAY_MS if from_ is None else moment("from", from_, timezone)
    if from_ms < to_ms:
        return from_ms, to_ms
    raise Problem(
        422,
        "EMPTY_SPAN",
        fr="« from » doit être avant « to » (sans « to » : avant maintenant).",
        en="'from' must be before 'to' (without 'to': before now).",
    )


def month_of(from_: str | None, to: str | None, now_ms: int, timezone: str) -> tuple[int, int]:
    """The same of what people write down: 30 days where neither is given."""
    if from_ is None and to is None:
        return now_ms - SHOWN_DAYS * DAY_MS, now_ms
    return span_of(from_, to, now_ms, timezone)


def moment(name: str, text: str, timezone: str) -> int:
    """The moment ``text``: RFC 3339, or a date, which is its midnight in ``timezone``.

    Raises ``Problem`` that names the parameter ``name``.
    """
    try:
        if _DATE.fullmatch(text):
            midnight = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
            return round(midnight.timestamp() * 1000)
        # In an address a + is read as a space unless it is written as %2B.
        return from_rfc3339(_LOST_PLUS.sub("+", text) if "T" in text else text)
    except (ValueError, OverflowError):
        raise Problem(
            422,
            "WRONG_TIME",
            fr=f"« {name} » : « {text[:40]} » n'est pas une date comme 2026-05-01 ni un moment "
            "comme 2026-05-01T06:00:00Z (avec Z ou un décalage).",
            en=f"'{name}': '{text[:40]}' is neither a date like 2026-05-01 nor a moment like "
            "2026-05-01T06:00:00Z (with Z or an offset).",
            more={"parameter": name},
        ) from None


def moment_of_ours(name: str, text: str, timezone: str) -> int:
    """The same, of what is to be written down: no earlier than 1970, no later than any calendar.

    Raises ``Problem`` too.
    """
    at_ms = moment(name, text, timezone)
    if 0 <= at_ms <= LATEST_MS:
        return at_ms
    raise Problem(
        422,
        "TIME_OUT_OF_RANGE",
        fr=f"« {name} » : ce moment est hors du calendrier ; choisissez-en un après 1970.",
        en=f"'{name}': this moment is outside the calendar; choose one after 1970.",
    )
