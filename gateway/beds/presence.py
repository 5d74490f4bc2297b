"""The days of the week on which somebody comes to the garden: a school is closed on the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sensor_node.errors import ConfigError

_WORDS: Final = (
    ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
)
WEEKDAYS: Final = {word: number for words in _WORDS for number, word in enumerate(words)}


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


def next_presence(on: date, words: Sequence[str]) -> date | None:
    """The next day after ``on`` on which somebody comes; None where nobody said when."""
    days = {WEEKDAYS[word] for word in words}
    coming = (on + timedelta(days=n) for n in range(1, 8))
    return next((day for day in coming if day.weekday() in days), None)
