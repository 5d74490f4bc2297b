"""The closed list of what is counted of a workshop's people: nothing here can hold a name.

Which of its columns a garden counts is its coordinator's choice (setting ``report.columns``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sensor_node.errors import ConfigError

Columns = Mapping[str, tuple[str, str]]
"""The names in French and in English, by the name that programs write."""

COLUMNS: Final[Columns] = {
    "participants": ("participants", "participants"),
    "age-0-5": ("0 à 5 ans", "aged 0 to 5"),
    "age-6-10": ("6 à 10 ans", "aged 6 to 10"),
    "age-11-14": ("11 à 14 ans", "aged 11 to 14"),
    "age-15-17": ("15 à 17 ans", "aged 15 to 17"),
    "age-18-25": ("18 à 25 ans", "aged 18 to 25"),
    "age-26-59": ("26 à 59 ans", "aged 26 to 59"),
    "age-60": ("60 ans et plus", "aged 60 and over"),
    "girls": ("filles et femmes", "girls and women"),
    "boys": ("garçons et hommes", "boys and men"),
    "not-said": ("genre non dit", "gender not said"),
    "nursery": ("maternelle", "nursery school"),
    "primary": ("école élémentaire", "primary school"),
    "lower-secondary": ("collège", "lower secondary school"),
    "upper-secondary": ("lycée", "upper secondary school"),
    "no-school": ("hors école", "not at school"),
    "from-town": ("de la commune", "from the town"),
    "from-elsewhere": ("d'une autre commune", "from another town"),
    "families": ("familles", "families"),
    "priority-district": ("d'un quartier prioritaire", "from a priority district"),
}
WHOLES: Final = (
    ("age-0-5", "age-6-10", "age-11-14", "age-15-17", "age-18-25", "age-26-59", "age-60"),
    ("girls", "boys", "not-said"),
    ("nursery", "primary", "lower-secondary", "upper-secondary", "no-school"),
    ("from-town", "from-elsewhere"),
)
"""Columns whose sum is all the people: a total and all parts but one tell the last."""
MOST: Final = 10_000
FEW: Final = 5
"""Fewer people than this could be recognised: they are not told apart."""
UNTOLD: Final = "–"


def shown(count: int) -> str:
    """``count`` as it leaves the garden: ``<5`` for one to four."""
    return f"<{FEW}" if 0 < count < FEW else str(count)


def told(counts: Mapping[str, int]) -> dict[str, str]:
    """All ``counts`` as they leave the garden, in their order.

    Beside a small part of a whole a large one becomes ``≥5``, or the total would give the small
    one away; where that is not enough, no part of that whole is told.
    """
    texts = {name: shown(count) for name, count in counts.items()}
    for whole in WHOLES:
        texts |= _veiled({name: counts[name] for name in whole if counts.get(name)})
    return texts


def _veiled(parts: Mapping[str, int]) -> dict[str, str]:
    """What is told otherwise of the ``parts`` of a whole."""
    few = [count for count in parts.values() if count < FEW]
    if not few:
        return {}
    # The first, not the least or the largest: a choice by size would tell of the size. And beside
    # people who are one each, "≥5" of five would tell all.
    large = [name for name, count in parts.items() if count > FEW]
    if sum(few) > len(few):
        large += [name for name, count in parts.items() if count == FEW]
    if large:
        return {large[0]: f"≥{FEW}"}
    is_given_away = sum(few) in (len(few), len(few) * (FEW - 1))
    if is_given_away and sum(parts.values()) >= FEW:
        return dict.fromkeys(parts, UNTOLD)
    return {}


def chosen(names: Sequence[str]) -> Columns:
    """The columns of these ``names``, in their order. Raises ``ConfigError``."""
    for name in names:
        if name not in COLUMNS:
            raise ConfigError(
                "CONFIG_WRONG_VALUE",
                fr=f"Réglage « report.columns » : il n'y a pas de colonne « {name[:40]} » ; "
                f"choisissez parmi {', '.join(COLUMNS)}.",
                en=f"Setting 'report.columns': there is no column '{name[:40]}'; choose from "
                f"{', '.join(COLUMNS)}.",
            )
    return {name: COLUMNS[name] for name in names}
