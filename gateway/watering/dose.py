"""How much: millimetres, litres and cans, and in how many passes."""

import math
from dataclasses import dataclass
from typing import Final

from gateway.watering.beds import Bed

LEAST_MM: Final = 4.0
SEEDBED_MM: Final = (3.0, 5.0)
_LEFT_SHARE: Final = 0.1
"""What is left dry for the next rain, as a share of the reservoir."""
_MOST_CANS: Final = 6.0


@dataclass(frozen=True, slots=True)
class Dose:
    """A dose. mm: given, not what reaches the roots. cans: up to the next half. limited: whether
    the tank holds less than the bed asks for.
    """

    mm: float
    litres: float
    cans: float
    passes: int = 1
    limited: bool = False


def dose_for(bed: Bed, depletion_mm: float, taw_mm: float, tank_l: float | None) -> Dose:
    """Give the dose that fills all but a tenth, at most what the soil swallows at once."""
    wanted_mm = max(0.0, depletion_mm - _LEFT_SHARE * taw_mm) / bed.efficiency
    return _poured(bed, min(wanted_mm, bed.ground.most_mm), tank_l)


def seedbed_dose(bed: Bed, top_missing_mm: float, tank_l: float | None) -> Dose:
    """Give the dose of a seedbed: what its top lacks, within 3 to 5 mm."""
    low, high = SEEDBED_MM
    return _poured(bed, min(high, max(low, top_missing_mm)), tank_l)


def _poured(bed: Bed, mm: float, tank_l: float | None) -> Dose:
    mm = _tenths_down(mm)
    litres = mm * bed.area_m2
    limited = tank_l is not None and litres > tank_l
    if limited and tank_l is not None:
        litres = max(0.0, tank_l)
        mm = _tenths_down(litres / bed.area_m2)
    cans = math.ceil(round(2.0 * litres / bed.can_l, 6)) / 2.0
    passes = 2 if cans > _MOST_CANS else 1
    return Dose(mm, round(litres, 1), cans, passes, limited)


def _tenths_down(mm: float) -> float:
    """Round down: rounding never gives more than the bed asks for."""
    return math.floor(10.0 * mm + 1e-6) / 10.0
