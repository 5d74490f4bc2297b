"""How a season is said: numbers, days and verdicts in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from gateway.watering.crops import Crop
from gateway.watering.soils import SOILS

WORDS: Final = {
    "unknown": ("pas de verdict", "no verdict"),
    "frost": ("gel : ne pas arroser", "frost: do not water"),
    "waterlogged": ("trop d'eau : ne pas arroser", "too wet: do not water"),
    "seedbed": ("semis", "seedbed"),
    "no": ("non", "no"),
    "soon": ("bientôt", "soon"),
    "wait_for_rain": ("attendre la pluie", "wait for the rain"),
    "yes": ("oui", "yes"),
    "forbidden": ("interdit", "forbidden"),
}
SHORT: Final = WORDS | {
    "unknown": ("pas de verdict", "no verdict"),
    "frost": ("gel", "frost"),
    "waterlogged": ("trop d'eau", "too wet"),
    "wait_for_rain": ("pluie attendue", "rain expected"),
}
NOTHING: Final = "–"
_WEEK = (
    ("lun", "mar", "mer", "jeu", "ven", "sam", "dim"),
    ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
)
_MONTHS = (
    ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.",
     "déc."),
    ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)  # fmt: skip


def number(value: float | None, language: str, digits: int = 1) -> str:
    """``value`` with so many decimals; a dash for unknown."""
    if value is None:
        return NOTHING
    text = f"{value:.{digits}f}"
    if float(text) == 0.0:
        text = text.lstrip("-")
    return decimal(text, language)


def decimal(text: str, language: str) -> str:
    """A number written with a point, with the reader's sign."""
    return text.replace(".", ",") if language == "fr" else text


def day(on: date, language: str) -> str:
    """A day as a reader writes it."""
    if language == "fr":
        return f"{_WEEK[0][on.weekday()]} {on:%d/%m/%Y}"
    return f"{_WEEK[1][on.weekday()]} {on.isoformat()}"


def month(on: date, language: str) -> str:
    """The short name of a month."""
    return _MONTHS[language != "fr"][on.month - 1]


def verdict(code: str | None, language: str) -> str:
    """A verdict in a word or two; a dash for none."""
    return NOTHING if code is None else SHORT[code][language != "fr"]


def plural(count: int, one: str, many: str, language: str) -> str:
    """``3 jours``; French says one thing of 0 and 1."""
    single = count < 2 if language == "fr" else count == 1
    return f"{count} {one if single else many}"


def kind(soil: str | None, crops: Sequence[Crop], language: str) -> str:
    """What a bed is made of: its crop and its soil."""
    place = language != "fr"
    parts = []
    if crops:
        parts.append(" + ".join((one.fr, one.en)[place] for one in crops))
    else:
        parts.append(("sans culture", "no crop")[place])
    if soil == "terreau":
        parts.append((SOILS[soil].fr, SOILS[soil].en)[place])
    elif soil in SOILS:
        parts.append((f"sol {SOILS[soil].fr}", f"{SOILS[soil].en} soil")[place])
    return ", ".join(parts)
