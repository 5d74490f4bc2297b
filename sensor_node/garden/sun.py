"""The sun over the garden: where it stands and what it gives through a clear sky."""

import math

LATITUDE_DEG = 47.3
LONGITUDE_DEG = 5.04
"""Near Dijon, rounded as the contract rounds a garden's place."""

_SIN_LATITUDE = math.sin(math.radians(LATITUDE_DEG))
_COS_LATITUDE = math.cos(math.radians(LATITUDE_DEG))
_HOURS_TO_2000 = 262_968
_TROPICAL_YEAR_H = 365.2422 * 24


def year_angle(hour: float) -> float:
    """Give the season as an angle in radians, 0 at the start of January, never jumping.

    hour: hours since 1970 UTC. Stands for 2 pi J / 365 of FAO-56; counting in tropical years
    spares the leap day and the step at New Year.
    """
    return math.tau * ((hour - _HOURS_TO_2000) / _TROPICAL_YEAR_H % 1.0)


def solar_hour(hour: float, season: float) -> float:
    """Give the true solar time in hours (12 when the sun is highest), not wrapped at 24.

    hour: hours since 1970 UTC; season: `year_angle`. Source: FAO-56 Eq. 31 to 33.
    """
    b = season - math.tau * 81 / 364
    correction = 0.1645 * math.sin(2 * b) - 0.1255 * math.cos(b) - 0.025 * math.sin(b)
    return hour % 24 + LONGITUDE_DEG / 15 + correction


def sine_of_height(hour: float) -> float:
    """Give the sine of the sun's height above the horizon, negative at night.

    hour: hours since 1970 UTC. Source: declination FAO-56 Eq. 24, hour angle Eq. 31.
    """
    season = year_angle(hour)
    declination = 0.409 * math.sin(season - 1.39)
    angle = math.pi / 12 * (solar_hour(hour, season) - 12)
    return _SIN_LATITUDE * math.sin(declination) + _COS_LATITUDE * math.cos(declination) * math.cos(
        angle
    )


def clear_sky_w_m2(sine: float) -> float:
    """Give the irradiance on flat ground under a clear sky in W/m2, 0 to 880.

    sine: sine of the sun's height. Source: Kasten and Czeplak 1980, Solar Energy 24,
    177 to 189.
    """
    return max(0.0, 910.0 * sine - 30.0)


def through_clouds(cover: float) -> float:
    """Give the share of clear-sky irradiance that passes a cloud cover of 0 to 1: 1 to 0.25.

    Source: Kasten and Czeplak 1980.
    """
    return 1.0 - 0.75 * math.pow(cover, 3.4)
