"""Wind at the height that the formulas ask for."""

import math

ASSUMED_M_S = 2.0
"""The mean over 2000 stations of the world (FAO-56, chapter 3), where nothing is measured."""


def at_2_m(speed_m_s: float, height_m: float) -> float:
    """Give the wind at 2 m from that at a height of 0.1 m or more (FAO-56 Eq. 47)."""
    return speed_m_s * 4.87 / math.log(67.8 * height_m - 5.42)
