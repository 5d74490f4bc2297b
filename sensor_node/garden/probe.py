"""A capacitive soil probe on a 10-bit converter at 3.3 V: more water, fewer counts."""

from enum import StrEnum

from sensor_node.garden.noise import key_of, normal

FULL_SCALE = 1023
IN_AIR = 0.815
IN_DRY_POT = 0.75
IN_WET_POT = 0.444
WET_POT_PCT = 45.0
"""Fractions of full scale as recorded by PlantWatch (MIT; air 834, dry pot 767, wet 454 counts of
1023). The wet pot is taken to be saturated loam, 45 %; the record does not say."""

_FRACTION_PER_PCT = (IN_WET_POT - IN_DRY_POT) / WET_POT_PCT
_DRIFT_PER_C = 0.0003
_DRIFT_FREE_AT_C = 15.0
_NOISE_COUNTS = 1.2


class Place(StrEnum):
    """Where the probe is."""

    IN_SOIL = "in-soil"
    IN_AIR = "in-air"


class SoilProbe:
    """One probe with its own noise, which is the same whenever the same moment is asked."""

    def __init__(self, seed: int, name: str) -> None:
        self._key = key_of(seed, f"probe/{name}")

    def counts(
        self,
        water_content_pct: float,
        soil_temperature_c: float,
        at_ms: int,
        place: Place = Place.IN_SOIL,
    ) -> int:
        """Give what the converter counts, 0 to 1023.

        water_content_pct: volumetric, 0 to 100. soil_temperature_c: shifts the result by about a
        third of a count per °C. at_ms: milliseconds since 1970; each has its noise of 1.2 counts.
        """
        fraction = ideal_fraction(water_content_pct) if place is Place.IN_SOIL else IN_AIR
        fraction += _DRIFT_PER_C * (soil_temperature_c - _DRIFT_FREE_AT_C)
        counts = FULL_SCALE * fraction + _NOISE_COUNTS * normal(self._key, at_ms)
        return min(FULL_SCALE, max(0, round(counts)))

    def fraction(
        self,
        water_content_pct: float,
        soil_temperature_c: float,
        at_ms: int,
        place: Place = Place.IN_SOIL,
    ) -> float:
        """Give the same as a fraction of full scale, 0 to 1."""
        return self.counts(water_content_pct, soil_temperature_c, at_ms, place) / FULL_SCALE


def ideal_fraction(water_content_pct: float) -> float:
    """Give the fraction of full scale without noise and drift; straight, as calibrations are."""
    return IN_DRY_POT + _FRACTION_PER_PCT * water_content_pct


def water_content_pct(fraction: float) -> float:
    """Give the volumetric water content in % that `ideal_fraction` turns into `fraction`."""
    return (fraction - IN_DRY_POT) / _FRACTION_PER_PCT
