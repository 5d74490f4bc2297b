"""The thirst of the air: what a short, well-watered lawn would give off in an hour."""

import math

from sensor_node.garden.vapour import saturation_kpa, saturation_slope_kpa

_MJ_PER_HOUR_OF_A_WATT = 0.0036
_STEFAN_BOLTZMANN_MJ_H = 2.043e-10
_ALBEDO = 0.23


def reference_mm_h(
    *,
    air_c: float,
    vapour_kpa: float,
    irradiance_w_m2: float,
    clearness: float,
    wind_m_s: float,
    pressure_kpa: float,
) -> float:
    """Give the hourly reference evapotranspiration in mm, never negative.

    vapour_kpa: actual vapour pressure. clearness: irradiance over that of a clear sky, 0.25 to 1,
    also at night, when the clouds hold back the ground's heat. wind_m_s: at 2 m.
    Source: FAO-56 Eq. 53, net radiation by Eq. 38 to 40, soil heat by Eq. 45 and 46.
    """
    shortwave = (1.0 - _ALBEDO) * irradiance_w_m2 * _MJ_PER_HOUR_OF_A_WATT
    longwave = (
        _STEFAN_BOLTZMANN_MJ_H
        * math.pow(air_c + 273.16, 4)
        * (0.34 - 0.14 * math.sqrt(vapour_kpa))
        * (1.35 * clearness - 0.35)
    )
    net = shortwave - longwave
    into_soil = net * (0.1 if irradiance_w_m2 > 0.0 else 0.5)
    slope = saturation_slope_kpa(air_c)
    psychrometric = 0.665e-3 * pressure_kpa
    deficit = saturation_kpa(air_c) - vapour_kpa
    by_energy = 0.408 * slope * (net - into_soil)
    by_wind = psychrometric * 37.0 / (air_c + 273.0) * wind_m_s * deficit
    return max(0.0, (by_energy + by_wind) / (slope + psychrometric * (1.0 + 0.34 * wind_m_s)))
