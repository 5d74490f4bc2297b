"""The sun's radiation on a lawn, after FAO-56: a day's in MJ/m², an hour's in MJ/m² an hour."""

import math
from dataclasses import dataclass

_SOLAR_CONSTANT_MJ_MIN = 0.0820
_STEFAN_BOLTZMANN_MJ_DAY = 4.903e-9
_STEFAN_BOLTZMANN_MJ_HOUR = 2.043e-10
_ALBEDO = 0.23
_KELVIN = 273.16
_DARKEST_SKY = 0.3
"""Least share of clear-sky radiation in the longwave term (ASCE-EWRI 2005, Eq. 18)."""

KRS_INLAND = 0.16
KRS_COAST = 0.19
"""Adjustment of Eq. 50, per square root of °C."""


@dataclass(frozen=True, slots=True)
class Sun:
    """The sun of one day at one latitude, in radians (FAO-56 Eq. 22 to 25).

    latitude: north is positive. distance: inverse relative distance of the Earth, 0.97 to 1.03.
    declination: -0.41 to 0.41. sunset: hour angle of sunset, 0 to pi.
    """

    latitude: float
    distance: float
    declination: float
    sunset: float

    @classmethod
    def of(cls, latitude_deg: float, day_of_year: int) -> "Sun":
        """Give the sun of a day, 1 to 366, at -90 to 90 degrees."""
        latitude = math.radians(latitude_deg)
        season = math.tau * day_of_year / 365.0
        declination = 0.409 * math.sin(season - 1.39)
        # Beyond the polar circles the sun never sets, or never rises.
        cosine = min(1.0, max(-1.0, -math.tan(latitude) * math.tan(declination)))
        distance = 1.0 + 0.033 * math.cos(season)
        return cls(latitude, distance, declination, math.acos(cosine))

    @property
    def daylight_h(self) -> float:
        """Hours from sunrise to sunset (FAO-56 Eq. 34)."""
        return 24.0 / math.pi * self.sunset

    @property
    def above_the_air_mj(self) -> float:
        """The day's extraterrestrial radiation Ra, MJ/m² (FAO-56 Eq. 21)."""
        by_height = self.sunset * math.sin(self.latitude) * math.sin(self.declination)
        by_turn = math.cos(self.latitude) * math.cos(self.declination) * math.sin(self.sunset)
        return 1440.0 / math.pi * _SOLAR_CONSTANT_MJ_MIN * self.distance * (by_height + by_turn)

    def above_the_air_between_mj(self, begin: float, end: float) -> float:
        """Give Ra between two hour angles, MJ/m² (FAO-56 Eq. 28); 0 when the sun is down."""
        begin = min(self.sunset, max(-self.sunset, begin))
        end = min(self.sunset, max(-self.sunset, end))
        by_height = (end - begin) * math.sin(self.latitude) * math.sin(self.declination)
        turned = math.sin(end) - math.sin(begin)
        by_turn = math.cos(self.latitude) * math.cos(self.declination) * turned
        return 720.0 / math.pi * _SOLAR_CONSTANT_MJ_MIN * self.distance * (by_height + by_turn)


def hour_angle(
    day_of_year: int, clock_h: float, zone_deg_w: float, longitude_deg_w: float
) -> float:
    """Give the sun's hour angle in radians, 0 at solar noon (FAO-56 Eq. 31 to 33).

    clock_h: standard time, 0 to 24, of the middle of the period. zone_deg_w: the zone's meridian,
    degrees WEST of Greenwich (15 for UTC-1, 345 for UTC+1). longitude_deg_w: the place, west too.
    """
    b = math.tau * (day_of_year - 81) / 364.0
    correction = 0.1645 * math.sin(2 * b) - 0.1255 * math.cos(b) - 0.025 * math.sin(b)
    # East of Greenwich both are near 360, or only one is: the short way round.
    behind_deg = (zone_deg_w - longitude_deg_w + 180.0) % 360.0 - 180.0
    return math.pi / 12.0 * (clock_h + behind_deg / 15.0 + correction - 12.0)


def clear_sky_mj(above_the_air_mj: float, altitude_m: float) -> float:
    """Give Rso, what a clear sky lets through (FAO-56 Eq. 37)."""
    return (0.75 + 2e-5 * altitude_m) * above_the_air_mj


def solar_from_sunshine_mj(above_the_air_mj: float, sunshine_h: float, daylight_h: float) -> float:
    """Give Rs from the hours of sunshine (FAO-56 Eq. 35, Angström, 0.25 and 0.50)."""
    share = sunshine_h / daylight_h if daylight_h > 0.0 else 0.0
    return (0.25 + 0.50 * min(1.0, share)) * above_the_air_mj


def solar_from_temperature_mj(
    above_the_air_mj: float, max_c: float, min_c: float, krs: float = KRS_INLAND
) -> float:
    """Give Rs from the day's range of temperature (FAO-56 Eq. 50, Hargreaves' radiation)."""
    return krs * math.sqrt(max(0.0, max_c - min_c)) * above_the_air_mj


def net_shortwave_mj(solar_mj: float) -> float:
    """Give Rns, what grass does not throw back (FAO-56 Eq. 38, albedo 0.23)."""
    return (1.0 - _ALBEDO) * solar_mj


def clearness(solar_mj: float, clear_mj: float) -> float:
    """Give Rs / Rso within 0.3 to 1; 1 where there is no sun to judge by."""
    return min(1.0, max(_DARKEST_SKY, solar_mj / clear_mj)) if clear_mj > 0.0 else 1.0


def net_longwave_mj(max_c: float, min_c: float, vapour_kpa: float, clear: float) -> float:
    """Give Rnl of a day, what the ground radiates away (FAO-56 Eq. 39). clear: `clearness`."""
    warmth = 0.5 * (math.pow(max_c + _KELVIN, 4) + math.pow(min_c + _KELVIN, 4))
    return _STEFAN_BOLTZMANN_MJ_DAY * warmth * _held_back(vapour_kpa, clear)


def net_longwave_hour_mj(air_c: float, vapour_kpa: float, clear: float) -> float:
    """Give Rnl of an hour (FAO-56 Eq. 39 with the hour's constant)."""
    warmth = math.pow(air_c + _KELVIN, 4)
    return _STEFAN_BOLTZMANN_MJ_HOUR * warmth * _held_back(vapour_kpa, clear)


def _held_back(vapour_kpa: float, clear: float) -> float:
    return (0.34 - 0.14 * math.sqrt(vapour_kpa)) * (1.35 * clear - 0.35)
