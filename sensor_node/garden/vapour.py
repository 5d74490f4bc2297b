"""Water vapour in the air, after FAO-56: pressures in kPa, temperatures in °C."""

import math


def saturation_kpa(air_c: float) -> float:
    """Give the vapour pressure of saturated air (FAO-56 Eq. 11); at the dew point, the real one."""
    return 0.6108 * math.exp(17.27 * air_c / (air_c + 237.3))


def saturation_slope_kpa(air_c: float) -> float:
    """Give how fast saturation rises with temperature, in kPa per °C (FAO-56 Eq. 13)."""
    return 4098.0 * saturation_kpa(air_c) / (air_c + 237.3) ** 2


def relative_humidity_pct(air_c: float, vapour_kpa: float) -> float:
    """Give the relative humidity in %, 0 to 100 (FAO-56 Eq. 10)."""
    return min(100.0, 100.0 * vapour_kpa / saturation_kpa(air_c))
