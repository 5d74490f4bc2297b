"""The thirst of the air, ET0: what a short, well-watered lawn gives off (FAO-56 Penman-Monteith).

What a garden does not measure is replaced, and each replacement is named in the result. The error
of a seven-day sum against full data, 3,477 summer days at De Bilt: 4 % with temperature, humidity
and light, 9 % without light, 12 % with temperature alone. Hargreaves' formula (19 %, and 32 % when
the shelter reads 2 °C high) is never used.
"""

from dataclasses import dataclass
from typing import Literal

from gateway.watering import radiation, vapour, wind
from gateway.watering.radiation import Sun

Fallback = Literal[
    "solar_from_sunshine", "solar_from_temperature", "solar_saturated", "dew_point_is_minimum",
    "wind_assumed", "carried",
]  # fmt: skip
"""What was used for want of a measurement: radiation from the hours of sunshine (Eq. 35) or the
range of temperature (Eq. 50); a light sensor that was saturated; the minimum as dew point
(Eq. 48); 2 m/s of wind; or, without a temperature, the mean of the days before."""

NO_LIGHT: frozenset[Fallback] = frozenset(
    {"solar_from_sunshine", "solar_from_temperature", "solar_saturated"}
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the garden is: latitude in degrees (north positive), altitude in m (0), the sea near.

    coastal: whether a large water body lies next to it (kRs 0.19 instead of 0.16, Eq. 50).
    """

    latitude_deg: float
    altitude_m: float = 0.0
    coastal: bool = False


@dataclass(frozen=True, slots=True)
class DayWeather:
    """What was measured on one day; None where it was not.

    max_c, min_c: °C, in a ventilated white shelter at 2 m. humidity_*: %, 0 to 100; the pair is
    better than the mean. vapour_kpa: if known, it is taken instead of humidity. solar_mj: MJ/m².
    solar_saturated: whether the light sensor was. sunshine_h: hours. wind_m_s: at 2 m.
    """

    max_c: float
    min_c: float
    humidity_max_pct: float | None = None
    humidity_min_pct: float | None = None
    humidity_mean_pct: float | None = None
    vapour_kpa: float | None = None
    solar_mj: float | None = None
    solar_saturated: bool = False
    sunshine_h: float | None = None
    wind_m_s: float | None = None


@dataclass(frozen=True, slots=True)
class ReferenceEt:
    """ET0 in mm a day, 0 to 15 on this Earth, and what was replaced to get it."""

    mm: float
    fallbacks: tuple[Fallback, ...] = ()

    @property
    def light_measured(self) -> bool:
        """Whether the radiation was measured."""
        return not NO_LIGHT & set(self.fallbacks)

    @property
    def humidity_measured(self) -> bool:
        """Whether the humidity was measured."""
        return "dew_point_is_minimum" not in self.fallbacks


def reference_day(place: Place, day_of_year: int, day: DayWeather) -> ReferenceEt:
    """Give ET0 of a day, 1 to 366 (FAO-56 Eq. 6 with the fallbacks of its chapter 3)."""
    sun = Sun.of(place.latitude_deg, day_of_year)
    clear_mj = radiation.clear_sky_mj(sun.above_the_air_mj, place.altitude_m)
    solar_mj, light = _solar(place, sun, day)
    solar_mj = min(solar_mj, clear_mj)
    air_kpa, damp = _vapour(day)
    wind_m_s = wind.ASSUMED_M_S if day.wind_m_s is None else day.wind_m_s
    calm: tuple[Fallback, ...] = ("wind_assumed",) if day.wind_m_s is None else ()
    clear = radiation.clearness(solar_mj, clear_mj)
    lost_mj = radiation.net_longwave_mj(day.max_c, day.min_c, air_kpa, clear)
    mm = penman_monteith_day_mm(
        air_c=0.5 * (day.max_c + day.min_c),
        deficit_kpa=max(0.0, vapour.mean_saturation_kpa(day.max_c, day.min_c) - air_kpa),
        net_mj=radiation.net_shortwave_mj(solar_mj) - lost_mj,
        wind_m_s=wind_m_s,
        pressure_kpa=vapour.pressure_kpa(place.altitude_m),
    )
    return ReferenceEt(max(0.0, mm), light + damp + calm)


def _solar(place: Place, sun: Sun, day: DayWeather) -> tuple[float, tuple[Fallback, ...]]:
    above_mj = sun.above_the_air_mj
    if day.solar_mj is not None:
        return day.solar_mj, ("solar_saturated",) if day.solar_saturated else ()
    if day.sunshine_h is not None:
        by_hours = radiation.solar_from_sunshine_mj(above_mj, day.sunshine_h, sun.daylight_h)
        return by_hours, ("solar_from_sunshine",)
    krs = radiation.KRS_COAST if place.coastal else radiation.KRS_INLAND
    by_range = radiation.solar_from_temperature_mj(above_mj, day.max_c, day.min_c, krs)
    return by_range, ("solar_from_temperature",)


def _vapour(day: DayWeather) -> tuple[float, tuple[Fallback, ...]]:
    if day.vapour_kpa is not None:
        return day.vapour_kpa, ()
    high, low, mean = map(
        _damp, (day.humidity_max_pct, day.humidity_min_pct, day.humidity_mean_pct)
    )
    if high is not None and low is not None:
        return vapour.vapour_from_extremes_kpa(day.max_c, day.min_c, high, low), ()
    if mean is not None:
        return vapour.vapour_from_mean_kpa(day.max_c, day.min_c, mean), ()
    return vapour.saturation_kpa(day.min_c), ("dew_point_is_minimum",)


def _damp(humidity_pct: float | None) -> float | None:
    """Bring a humidity into 0 to 100 %: a sensor in fog, or a broken one, passes them."""
    return None if humidity_pct is None else min(100.0, max(0.0, humidity_pct))


def penman_monteith_day_mm(
    *,
    air_c: float,
    deficit_kpa: float,
    net_mj: float,
    wind_m_s: float,
    pressure_kpa: float,
    into_soil_mj: float = 0.0,
) -> float:
    """Give ET0 of a day in mm from what drives it (FAO-56 Eq. 6).

    net_mj, into_soil_mj: Rn and G in MJ/m² a day; G is 0 over a day (Eq. 42).
    """
    slope = vapour.saturation_slope_kpa_c(air_c)
    gamma = vapour.psychrometric_kpa_c(pressure_kpa)
    by_energy = 0.408 * slope * (net_mj - into_soil_mj)
    by_wind = gamma * 900.0 / (air_c + 273.0) * wind_m_s * deficit_kpa
    return (by_energy + by_wind) / (slope + gamma * (1.0 + 0.34 * wind_m_s))


def reference_hour_mm(
    *,
    air_c: float,
    humidity_pct: float,
    solar_mj: float,
    clear: float,
    wind_m_s: float,
    pressure_kpa: float,
) -> float:
    """Give ET0 of an hour in mm, negative on a dewy night (FAO-56 Eq. 53, not the ASCE's form).

    solar_mj: Rs in MJ/m² an hour. clear: Rs / Rso of the hour, 0.3 to 1; at night that of the late
    afternoon before. wind_m_s: at 2 m.
    """
    saturated = vapour.saturation_kpa(air_c)
    air_kpa = saturated * humidity_pct / 100.0
    lost_mj = radiation.net_longwave_hour_mj(air_c, air_kpa, clear)
    net_mj = radiation.net_shortwave_mj(solar_mj) - lost_mj
    # FAO-56 Eq. 45 and 46: the ground takes a tenth by day and gives half back by night.
    into_soil_mj = net_mj * (0.1 if solar_mj > 0.0 else 0.5)
    slope = vapour.saturation_slope_kpa_c(air_c)
    gamma = vapour.psychrometric_kpa_c(pressure_kpa)
    by_energy = 0.408 * slope * (net_mj - into_soil_mj)
    by_wind = gamma * 37.0 / (air_c + 273.0) * wind_m_s * (saturated - air_kpa)
    return (by_energy + by_wind) / (slope + gamma * (1.0 + 0.34 * wind_m_s))
