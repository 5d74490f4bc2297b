"""Numbers that people type, in their bounds."""

from __future__ import annotations

from typing import Final

from sensor_node.errors import UsageError

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100
"""Of which a report can be asked for."""


def within(number: float, least: int, most: int) -> float:
    """``number``, where it is from ``least`` to ``most``. Raises ``UsageError``."""
    if least <= number <= most:  # false for what is no number
        return number
    raise UsageError(
        "NUMBER_OUT_OF_BOUNDS",
        fr=f"Écrivez un nombre de {least} à {most}.",
        en=f"Write a number from {least} to {most}.",
    )


def check_range(flag: str, value: float, least: float, most: float) -> None:
    """Raises ``UsageError`` where ``value`` of ``flag`` is not from ``least`` to ``most``."""
    if least <= value <= most:  # NaN is nowhere
        return
    raise UsageError(
        "FLAG_OUT_OF_RANGE",
        fr=f"{flag} : {value:g} n'est pas possible ; donnez un nombre de {least:.15g} à "
        f"{most:.15g}.",
        en=f"{flag}: {value:g} is not possible; give a number from {least:.15g} to {most:.15g}.",
    )
