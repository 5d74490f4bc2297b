"""Water vapour in the air, after FAO-56: pressures in kPa, temperatures in °C, humidity in %."""

import math


def pressure_kpa(altitude_m: float) -> float:
    """Give the mean air pressure at an altitude above the sea (FAO-56 Eq. 7)."""
    return 101.3 * math.pow((293.0 - 0.0065 * altitude_m) / 293.0, 5.26)


def psychrometric_kpa_c(pressure: float) -> float:
    """Give the psychrometric constant, kPa per °C, at a pressure in kPa (FAO-56 Eq. 8)."""
    return 0.665e-3 * pressure


def saturation_kpa(air_c: float) -> float:
    """Give the vapour pressure of saturated air (FAO-56 Eq. 11)."""
    return 0.6108 * math.exp(17.27 * air_c / (air_c + 237.3))


def mean_saturation_kpa(max_c: float, min_c: float) -> float:
    """Give a day's saturation: the mean of both ends, not of the mean (FAO-56 Eq. 12)."""
    return 0.5 * (saturation_kpa(max_c) + saturation_kpa(min_c))


def saturation_slope_kpa_c(air_c: float) -> float:
    """Give how fast saturation rises with temperature, kPa per °C (FAO-56 Eq. 13)."""
    return 4098.0 * saturation_kpa(air_c) / (air_c + 237.3) ** 2


def vapour_from_psychrometer_kpa(
    wet_c: float, dry_c: float, pressure: float, coefficient: float = 0.000662
) -> float:
    """Give the vapour pressure from a wet and a dry bulb (FAO-56 Eq. 15 and 16).

    pressure: kPa. coefficient: per °C; 0.000662 ventilated, 0.000800 in still air.
    """
    return saturation_kpa(wet_c) - coefficient * pressure * (dry_c - wet_c)


def vapour_from_extremes_kpa(
    max_c: float, min_c: float, humidity_max_pct: float, humidity_min_pct: float
) -> float:
    """Give a day's vapour pressure from its extremes (FAO-56 Eq. 17): damp when it is cold."""
    at_dawn = saturation_kpa(min_c) * humidity_max_pct
    at_noon = saturation_kpa(max_c) * humidity_min_pct
    return (at_dawn + at_noon) / 200.0


def vapour_from_mean_kpa(max_c: float, min_c: float, humidity_mean_pct: float) -> float:
    """Give a day's vapour pressure from its mean humidity (FAO-56 Eq. 19)."""
    return humidity_mean_pct / 100.0 * mean_saturation_kpa(max_c, min_c)


def dew_point_c(vapour: float) -> float:
    """Give the temperature at which air with this vapour pressure (kPa, above 0) is saturated.

    FAO-56 Eq. 11 turned round.
    """
    ratio = math.log(vapour / 0.6108)
    return 237.3 * ratio / (17.27 - ratio)


def dew_point_of_c(air_c: float, humidity_pct: float) -> float:
    """Give the dew point of air at a humidity above 0 up to 100 %."""
    return dew_point_c(saturation_kpa(air_c) * humidity_pct / 100.0)
