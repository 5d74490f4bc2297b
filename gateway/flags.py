"""What a flag of a command may be, told in words where it is not."""

from __future__ import annotations

from sensor_node.errors import UsageError


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
