"""The weather of a place near Dijon, made up but lawful: the same for every process, at any date.

Slow weather systems drive everything together: under a low it is cloudy, damp, windy and wet,
under a high clear, with warm afternoons in summer and frost in winter. The coefficients were
fitted by trial to what is usual around Dijon (740 mm of rain on 110 days, 2 °C in January, 21 °C
in July, 1200 kWh/m² of sun a year); they are no forecast and no record.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from sensor_node.garden.evapotranspiration import reference_mm_h
from sensor_node.garden.noise import Blend, SmoothNoise
from sensor_node.garden.rain import Rain
from sensor_node.garden.sun import (
    clear_sky_w_m2,
    sine_of_height,
    solar_hour,
    through_clouds,
    year_angle,
)
from sensor_node.garden.vapour import relative_humidity_pct, saturation_kpa

STEP_MS = 300_000
STEPS_PER_HOUR = 12
LUX_PER_W_M2 = 122.0
"""Daylight's luminous efficacy, the low end of the range that the gateway's advice assumes."""

_COLDEST = math.tau * 20 / 365
_YEAR_MEAN_C = 11.4
_YEAR_SWING_C = 9.3
_STATION_HPA = 1016.5 - 26.0
"""Mean sea-level pressure less the 26 hPa of some 220 m of altitude."""


@dataclass(frozen=True, slots=True)
class Sky:
    """The slow weather at a whole hour, between which the weather runs straight."""

    air_c: float
    dew_point_c: float
    cloud_cover: float
    wetness: float
    summer: float
    wind_m_s: float
    pressure_hpa: float


@dataclass(frozen=True, slots=True)
class Hour:
    """What one hour does to a bed: means, the air's thirst, and rain by five minutes.

    rain_mm: twelve amounts; et0_mm: reference evapotranspiration of the hour, in mm.
    """

    air_c: float
    vapour_kpa: float
    irradiance_w_m2: float
    clearness: float
    wind_m_s: float
    pressure_kpa: float
    et0_mm: float
    rain_mm: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WeatherNow:
    """The weather at one moment, in the open; rain is that of the five minutes before it."""

    air_temperature_c: float
    relative_humidity_pct: float
    irradiance_w_m2: float
    illuminance_lx: float
    rain_mm: float
    pressure_hpa: float
    wind_speed_m_s: float


class Weather:
    """The weather of one seed.

    Times are UTC: hours or 5-minute steps since 1970, or milliseconds where the name says so.
    """

    def __init__(self, seed: int) -> None:
        self._systems = Blend(seed, "weather systems", ((30, 0.5), (80, 0.75), (220, 0.4)))
        self._air_mass = Blend(seed, "air mass", ((60, 0.35), (170, 0.75), (700, 0.55)))
        self._clouds = Blend(seed, "clouds", ((5, 0.5), (16, 0.85)))
        self._dryness = SmoothNoise(seed, "dryness", 50)
        self._pressure = SmoothNoise(seed, "pressure", 130)
        self._wind = Blend(seed, "wind", ((4, 0.5), (30, 0.85)))
        self._flicker = SmoothNoise(seed, "broken clouds", 3)
        self._gusts = SmoothNoise(seed, "gusts", 2)
        self._rain = Rain(seed)
        self.sky = lru_cache(maxsize=48)(self._sky)
        self.hour = lru_cache(maxsize=48)(self._hour)

    def at(self, at_ms: int) -> WeatherNow:
        """Give the weather of the last whole 5-minute step at or before `at_ms`."""
        step = at_ms // STEP_MS
        hour, part = divmod(step, STEPS_PER_HOUR)
        x = part / STEPS_PER_HOUR
        a, b = self.sky(hour), self.sky(hour + 1)
        cover = a.cloud_cover + x * (b.cloud_cover - a.cloud_cover)
        flicker = self._flicker.at(step)
        cover = min(1.0, max(0.0, cover + 0.8 * cover * (1.0 - cover) * flicker))
        light = clear_sky_w_m2(sine_of_height(hour + x)) * through_clouds(cover)
        # A shelter follows the sun with little wobbles; they fade with the light.
        air = a.air_c + x * (b.air_c - a.air_c) - 0.0004 * light * flicker
        dew_point = a.dew_point_c + x * (b.dew_point_c - a.dew_point_c)
        wind = a.wind_m_s + x * (b.wind_m_s - a.wind_m_s)
        return WeatherNow(
            air_temperature_c=air,
            relative_humidity_pct=relative_humidity_pct(air, saturation_kpa(dew_point)),
            irradiance_w_m2=light,
            illuminance_lx=light * LUX_PER_W_M2,
            rain_mm=self.rain_mm(step - 1),
            pressure_hpa=a.pressure_hpa + x * (b.pressure_hpa - a.pressure_hpa),
            wind_speed_m_s=max(0.0, wind * (1.0 + 0.2 * self._gusts.at(step))),
        )

    def rain_mm(self, step: int) -> float:
        """Give the rain in mm that falls during the 5-minute step that begins at `step`."""
        hour, part = divmod(step, STEPS_PER_HOUR)
        return self.hour(hour).rain_mm[part]

    def _hour(self, hour: int) -> Hour:
        a, b = self.sky(hour), self.sky(hour + 1)
        air = 0.5 * (a.air_c + b.air_c)
        clearness = through_clouds(0.5 * (a.cloud_cover + b.cloud_cover))
        light = clear_sky_w_m2(sine_of_height(hour + 0.5)) * clearness
        vapour = saturation_kpa(0.5 * (a.dew_point_c + b.dew_point_c))
        wind = 0.5 * (a.wind_m_s + b.wind_m_s)
        pressure = 0.05 * (a.pressure_hpa + b.pressure_hpa)
        et0 = reference_mm_h(
            air_c=air,
            vapour_kpa=vapour,
            irradiance_w_m2=light,
            clearness=clearness,
            wind_m_s=wind,
            pressure_kpa=pressure,
        )
        rain = self._rain.of_hour(hour, a.wetness, b.wetness, a.summer)
        return Hour(air, vapour, light, clearness, wind, pressure, et0, rain)

    def _sky(self, hour: int) -> Sky:
        season = year_angle(hour)
        solar = solar_hour(hour, season)
        summer = 0.5 - 0.5 * math.cos(season - _COLDEST)
        storminess = self._systems.at(hour)
        wetness = self._rain.wetness(hour, storminess, summer, solar)
        soaking = _rise(wetness, self._rain.threshold(summer) - 0.9, 0.9)
        air, night = self._air(hour, solar, summer, storminess)
        air -= 1.5 * summer * soaking
        cloudiness = 0.7 * (storminess + self._clouds.at(hour)) + 0.7 - 0.9 * summer
        breeze = 1.0 + 0.35 * math.cos(math.tau * (solar - 14.5) / 24)
        pressure = 5.5 * self._pressure.at(hour) - 5.0 * storminess
        return Sky(
            air_c=air,
            dew_point_c=self._dew_point(
                hour, air, night, summer=summer, storminess=storminess, soaking=soaking
            ),
            cloud_cover=max(_share(2.0 * cloudiness), soaking),
            wetness=wetness,
            summer=summer,
            wind_m_s=1.65 * math.exp(0.45 * self._wind.at(hour) + 0.22 * storminess) * breeze,
            pressure_hpa=_STATION_HPA + (1.35 - 0.55 * summer) * pressure,
        )

    def _air(
        self, hour: int, solar: float, summer: float, storminess: float
    ) -> tuple[float, float]:
        """Give the air temperature and, nearly, the night's minimum around it, in °C."""
        clear = _share(summer - 0.7 - 1.1 * storminess)
        swing = 2.5 + clear * (8.5 + 8.5 * summer)
        mean = _YEAR_MEAN_C + _YEAR_SWING_C * (2.0 * summer - 1.0)
        mean += 3.3 * self._air_mass.at(hour)
        # A clear sky warms a summer and cools a winter.
        mean += (clear - 0.45) * (8.0 * summer - 4.5)
        return mean + swing * (_course_of_day(solar) - 0.44), mean - 0.40 * swing

    def _dew_point(
        self,
        hour: int,
        air: float,
        night: float,
        *,
        summer: float,
        storminess: float,
        soaking: float,
    ) -> float:
        """Give the dew point in °C: below the night's minimum, lifted by rain, under the air."""
        dryness = 0.4 + 2.6 * summer - 1.1 * storminess + self._dryness.at(hour)
        dew_point = night - max(-0.8, dryness)
        lifted = dew_point + 0.9 * soaking * max(0.0, air - 0.4 - dew_point)
        return min(air - 0.1, lifted)


def _course_of_day(solar: float) -> float:
    """Give where the temperature stands between the day's minimum (0) and maximum (1).

    Source: Campbell and Norman 1998, An Introduction to Environmental Biophysics, Eq. 2.2.
    """
    turn = math.tau * solar / 24
    return 0.44 - 0.46 * math.sin(turn + 0.9) + 0.11 * math.sin(2 * turn + 0.9)


def _share(x: float) -> float:
    """Turn any number into a share between 0 and 1."""
    return 1.0 / (1.0 + math.exp(-x))


def _rise(x: float, start: float, width: float) -> float:
    """Rise smoothly from 0 at `start` to 1 at `start + width`."""
    x = min(1.0, max(0.0, (x - start) / width))
    return x * x * (3.0 - 2.0 * x)
