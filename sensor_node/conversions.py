"""From what a recording's column holds to the unit of its quantity."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

VOLTS = "volts"
"""No formula: the voltage is put on the converter's input and read back by the probe's driver."""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S*)\s*")


@dataclass(frozen=True, slots=True)
class Conversion:
    """A formula, and the unit signs that may stand in the cell behind the number."""

    formula: Callable[[float], float]
    signs: tuple[str, ...] = ()


CONVERSIONS: Mapping[str, Conversion] = {
    "none": Conversion(
        lambda v: v, ("%", "°C", "C", "lx", "hPa", "mm", "m/s", "V", "W/m2", "W/m²", "%RH")
    ),
    VOLTS: Conversion(lambda v: v, ("V",)),
    "degF": Conversion(lambda v: round((v - 32) * 5 / 9, 6), ("°F", "F")),
    "kelvin": Conversion(lambda v: round(v - 273.15, 6), ("K",)),
    "fraction": Conversion(lambda v: round(v * 100, 6)),
    "percent": Conversion(lambda v: round(v / 100, 8), ("%",)),
    "adc10": Conversion(lambda v: round(v / 1023, 6)),
    "adc12": Conversion(lambda v: round(v / 4095, 6)),
    "kPa": Conversion(lambda v: round(v * 10, 6), ("kPa",)),
    "Pa": Conversion(lambda v: round(v / 100, 6), ("Pa",)),
    "inHg": Conversion(lambda v: round(v * 33.8639, 6), ("inHg", "in")),
    "km/h": Conversion(lambda v: round(v / 3.6, 6), ("km/h",)),
    "mph": Conversion(lambda v: round(v * 0.44704, 6), ("mph",)),
    "inch": Conversion(lambda v: round(v * 25.4, 6), ("in",)),
    "millivolt": Conversion(lambda v: round(v / 1000, 6), ("mV",)),
}
"""By name: ``none``, degrees (``degF``, ``kelvin``), ``fraction`` to %, ``percent`` to a fraction,
counts of a 10 or 12 bit converter to a fraction, pressures, speeds, ``inch`` of rain to mm."""


def parse_number(cell: str, conversion: Conversion, decimal: str = ".") -> float:
    """The number in ``cell``, converted. Raises ``ValueError`` whose text is the reason."""
    if decimal != "." and "." in cell:
        # With a decimal comma, 1.234 may be a thousand: a guess would be a wrong number.
        raise ValueError(f"a point where the decimal sign is '{decimal}': '{cell.strip()[:40]}'")
    found = _NUMBER.fullmatch(cell.replace(decimal, "."))
    if found is None:
        raise ValueError(f"not a number: '{cell.strip()[:40]}'")
    number, sign = found.groups()
    if sign and sign not in conversion.signs:
        raise ValueError(f"unexpected unit '{sign[:20]}' in '{cell.strip()[:40]}'")
    value = conversion.formula(float(number))
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: '{cell.strip()[:40]}'")
    return value
