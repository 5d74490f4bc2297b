"""Growing degree days: warmth counted as a plant counts it."""

from typing import Final

CAP_C: Final = 30.0
"""Above it a crop grows no faster (judgement)."""


def degree_days(max_c: float, min_c: float, base_c: float, cap_c: float = CAP_C) -> float:
    """Give the degree days of one day, °C days, never negative.

    The averaging method: both ends are brought into base to cap, then their mean counts.
    """
    high = min(cap_c, max(base_c, max_c))
    low = min(cap_c, max(base_c, min_c))
    return 0.5 * (high + low) - base_c
