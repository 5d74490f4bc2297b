"""The air under glass: warmer by the sun, damper by the plants, still, and without rain."""

from dataclasses import dataclass
from functools import lru_cache

from sensor_node.garden.evapotranspiration import reference_mm_h
from sensor_node.garden.rain import DRY
from sensor_node.garden.vapour import relative_humidity_pct, saturation_kpa
from sensor_node.garden.weather import STEP_MS, STEPS_PER_HOUR, Hour, Weather

_LIGHT_THROUGH_GLASS = 0.7
_WARMTH_OF_SUN_C = 0.016
_WARMTH_OF_NIGHT_C = 1.0
_VENTS_OPEN_AT_C = 24.0
_VAPOUR_OF_PLANTS_KPA = 0.0008
_DRAUGHT_M_S = 0.5
"""Small unheated greenhouse, vents opened by a wax piston: figures of judgement."""


@dataclass(frozen=True, slots=True)
class AirUnderGlass:
    """The air in the greenhouse at one moment."""

    air_temperature_c: float
    relative_humidity_pct: float


class Greenhouse:
    """The unheated greenhouse of one garden; it lags an hour or so behind the sun."""

    def __init__(self, weather: Weather) -> None:
        self._weather = weather
        self.hour = lru_cache(maxsize=4)(self._hour)

    def at(self, at_ms: int) -> AirUnderGlass:
        """Give the air of the last whole 5-minute step at or before `at_ms`."""
        hour, part = divmod(at_ms // STEP_MS, STEPS_PER_HOUR)
        x = part / STEPS_PER_HOUR
        before, after = self._weather.hour(hour - 1), self._weather.hour(hour)
        start, end = self._weather.sky(hour), self._weather.sky(hour + 1)
        light = before.irradiance_w_m2 + x * (after.irradiance_w_m2 - before.irradiance_w_m2)
        air = _warmed(start.air_c + x * (end.air_c - start.air_c), light)
        vapour = before.vapour_kpa + x * (after.vapour_kpa - before.vapour_kpa)
        vapour += _VAPOUR_OF_PLANTS_KPA * light
        return AirUnderGlass(air, min(98.0, relative_humidity_pct(air, vapour)))

    def _hour(self, hour: int) -> Hour:
        """Give an hour as a bed under glass has it: filtered light, still air, no rain."""
        outside = self._weather.hour(hour)
        air = _warmed(outside.air_c, outside.irradiance_w_m2)
        vapour = outside.vapour_kpa + _VAPOUR_OF_PLANTS_KPA * outside.irradiance_w_m2
        vapour = min(vapour, 0.98 * saturation_kpa(air))
        light = _LIGHT_THROUGH_GLASS * outside.irradiance_w_m2
        et0 = reference_mm_h(
            air_c=air,
            vapour_kpa=vapour,
            irradiance_w_m2=light,
            clearness=outside.clearness,
            wind_m_s=_DRAUGHT_M_S,
            pressure_kpa=outside.pressure_kpa,
        )
        return Hour(
            air_c=air,
            vapour_kpa=vapour,
            irradiance_w_m2=light,
            clearness=outside.clearness,
            wind_m_s=_DRAUGHT_M_S,
            pressure_kpa=outside.pressure_kpa,
            et0_mm=et0,
            rain_mm=DRY,
        )


def _warmed(outside_c: float, light_w_m2: float) -> float:
    """Give the air temperature under glass; above the vents' setting two thirds escape."""
    air = outside_c + _WARMTH_OF_NIGHT_C + _WARMTH_OF_SUN_C * light_w_m2
    closed = max(outside_c, _VENTS_OPEN_AT_C)
    return air if air < closed else closed + (air - closed) / 3
