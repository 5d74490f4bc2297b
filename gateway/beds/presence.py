"""When somebody comes to the garden: on some days of the week, and not while a school is closed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sensor_node.errors import ConfigError

_WORDS: Final = (
    ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
)
WEEKDAYS: Final = {word: number for words in _WORDS for number, word in enumerate(words)}
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_LOOKED_DAYS: Final = 366

Period = tuple[date, date]
"""Its first and its last day."""


def check_presence(words: Sequence[str]) -> None:
    """Raises ``ConfigError`` for a word that is no day."""
    for word in words:
        if word not in WEEKDAYS:
            raise ConfigError(
                "CONFIG_WRONG_VALUE",
                fr=f"Réglage « advice.presence » : « {word} » n'est pas un jour ; écrivez "
                f"{', '.join(_WORDS[0])}.",
                en=f"Setting 'advice.presence': '{word}' is no day; write {', '.join(_WORDS[1])}.",
            )


def closed_periods(texts: Sequence[str]) -> tuple[Period, ...]:
    """The periods of ``2026-12-19/2027-01-04``, both days included, or of one day alone.

    Raises ``ConfigError`` for what is no date, and for a period that ends before it begins.
    """
    return tuple(_period(text) for text in texts)


def next_presence(on: date, words: Sequence[str], closed: Sequence[Period] = ()) -> date | None:
    """The next day after ``on`` on which somebody comes.

    None where nobody said when, and where nobody comes within a year. Without ``words`` somebody
    comes each day on which it is not ``closed``.
    """
    tomorrow = on + timedelta(days=1)
    if not words and not _is_closed(tomorrow, closed):
        return None
    days = {WEEKDAYS[word] for word in words or _WORDS[0]}
    coming = (on + timedelta(days=n) for n in range(1, _LOOKED_DAYS))
    open_days = (day for day in coming if not _is_closed(day, closed))
    return next((day for day in open_days if day.weekday() in days), None)


def _is_closed(day: date, closed: Sequence[Period]) -> bool:
    return any(first <= day <= last for first, last in closed)


def _period(text: str) -> Period:
    begin, _, end = text.partition("/")
    try:
        first, last = (_date(one) for one in (begin, end if "/" in text else begin))
    except ValueError:
        raise ConfigError(
            "CONFIG_WRONG_VALUE",
            fr=f"Réglage « advice.closed » : « {text} » n'est ni un jour ni une période ; écrivez "
            "2026-12-19/2027-01-04, le premier et le dernier jour, ou 2026-05-01.",
            en=f"Setting 'advice.closed': '{text}' is neither a day nor a period; write "
            "2026-12-19/2027-01-04, the first and the last day, or 2026-05-01.",
        ) from None
    if last < first:
        raise ConfigError(
            "CONFIG_WRONG_VALUE",
            fr=f"Réglage « advice.closed » : « {text} » finit avant de commencer ; écrivez d'abord "
            "le premier jour, et regardez l'année du dernier.",
            en=f"Setting 'advice.closed': '{text}' ends before it begins; write the first day "
            "first, and look at the year of the last.",
        )
    return first, last


def _date(text: str) -> date:
    if not _DAY.fullmatch(text.strip()):
        raise ValueError(text)
    return date.fromisoformat(text.strip())
