"""One bed's soil: a bucket that rain and cans fill, and sun, roots and gravity empty."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import repeat

from sensor_node.garden.crop import Crop, Thirst

_STEP_H = 1 / 12
_DRAINED_PER_STEP = 1.0 - math.exp(-_STEP_H / 12.0)
"""Half of a day empties what is above field capacity to a third; two days to a fiftieth."""
_KC_MAX = 1.15
"""Most that a wet surface and a crop give off together, over ET0 (FAO-56 Eq. 72, mild wind)."""
_MULCH_SPARES = 0.5
"""Evaporation that a full organic mulch spares: 5 % for each 10 % covered (FAO-56 ch. 11)."""
_DAMPING_BARE_H = 16.0
_DAMPING_MULCHED_H = 34.0
_DEEP_DAMPING_H = 160.0
_YEAR_MEAN_C = 11.8


@dataclass(frozen=True, slots=True)
class Ground:
    """A kind of soil, as volumetric water contents (0 to 1) and its evaporating skin.

    tew_mm, rew_mm: total and readily evaporable water of the top 0.1 m (FAO-56 Table 19).
    """

    field_capacity: float
    wilting_point: float
    saturation: float
    tew_mm: float
    rew_mm: float


LOAM = Ground(field_capacity=0.25, wilting_point=0.12, saturation=0.45, tew_mm=19, rew_mm=9)
SANDY_LOAM = Ground(field_capacity=0.23, wilting_point=0.11, saturation=0.43, tew_mm=17, rew_mm=8)


@dataclass(frozen=True, slots=True)
class BedPlan:
    """What a bed is, apart from how wet it is now.

    depth_m: soil that the roots use, 0.1 to 1.5. area_m2: above 0. under_glass: no rain falls on
    it. soaked_on: month and day of a yearly soaking to the brim, before planting; beds under
    glass need it to wash out the salts that tap water leaves. winter: what grows there once `crop`
    is over. hand_watered: whether anybody waters it at all.
    """

    bed: str
    crop: Crop
    ground: Ground
    depth_m: float
    area_m2: float
    mulched: bool = False
    under_glass: bool = False
    soaked_on: tuple[int, int] | None = None
    winter: Crop | None = None
    hand_watered: bool = True

    def crop_on(self, day: date) -> Crop:
        """Give what grows on a day, or what grew last where nothing does."""
        if self.winter is None or self.crop.day_of_season(day) is not None:
            return self.crop
        return self.winter if self.winter.day_of_season(day) is not None else self.crop

    @property
    def available_mm(self) -> float:
        """Total available water, TAW (FAO-56 Eq. 82)."""
        return 1000 * (self.ground.field_capacity - self.ground.wilting_point) * self.depth_m

    @property
    def readily_available_mm(self) -> float:
        """Water that the crop takes without suffering, RAW (FAO-56 Eq. 83)."""
        return self.crop.p * self.available_mm


@dataclass(slots=True)
class Ledger:
    """Every millimetre that came and went since the bed's history began, and what is stored."""

    storage_at_start_mm: float
    storage_mm: float
    rain_mm: float = 0.0
    watering_mm: float = 0.0
    evaporation_mm: float = 0.0
    transpiration_mm: float = 0.0
    drainage_mm: float = 0.0
    runoff_mm: float = 0.0

    @property
    def in_mm(self) -> float:
        """All water received."""
        return self.rain_mm + self.watering_mm

    @property
    def out_mm(self) -> float:
        """All water lost."""
        return self.evaporation_mm + self.transpiration_mm + self.drainage_mm + self.runoff_mm

    @property
    def gap_mm(self) -> float:
        """What the books cannot explain; 0 but for rounding."""
        return self.storage_at_start_mm + self.in_mm - self.out_mm - self.storage_mm


class Bed:
    """A bed that lives through time in steps of five minutes, beginning at field capacity."""

    def __init__(self, plan: BedPlan, soil_temperature_c: float = _YEAR_MEAN_C) -> None:
        self.plan = plan
        millimetres = 1000 * plan.depth_m
        self._field_capacity_mm = plan.ground.field_capacity * millimetres
        self._saturation_mm = plan.ground.saturation * millimetres
        wilting_mm = plan.ground.wilting_point * millimetres
        self._wilting_mm = wilting_mm
        self._floor_mm = 0.5 * wilting_mm
        self._stress_span_mm = plan.available_mm - plan.readily_available_mm
        self._skin_depletion_mm = 0.0
        self._thirst = Thirst(0.0, 0.0)
        self._open_share = 1.0
        self._warming = _STEP_H / (_DAMPING_MULCHED_H if plan.mulched else _DAMPING_BARE_H)
        self.soil_temperature_c = soil_temperature_c
        self.ledger = Ledger(self._field_capacity_mm, self._field_capacity_mm)

    @property
    def water_content_pct(self) -> float:
        """Volumetric water content, in % of the soil's volume."""
        return self.ledger.storage_mm / (10 * self.plan.depth_m)

    @property
    def depletion_mm(self) -> float:
        """Water missing below field capacity in mm, 0 when wetter (FAO-56 Dr)."""
        return max(0.0, self._field_capacity_mm - self.ledger.storage_mm)

    @property
    def to_the_brim_mm(self) -> float:
        """Water in mm that saturates the bed."""
        return self._saturation_mm - self.ledger.storage_mm

    def grow(self, thirst: Thirst) -> None:
        """Let the crop of a new day take over; it stays until the next call."""
        self._thirst = thirst
        self._open_share = max(0.05, 1.0 - thirst.cover)

    def live(
        self,
        steps: int,
        *,
        et0_mm: float,
        air_c: float,
        irradiance_w_m2: float,
        rain_mm: tuple[float, ...] | None = None,
        watering_mm: float = 0.0,
    ) -> None:
        """Live through some 5-minute steps of steady weather.

        et0_mm: reference evapotranspiration of one step. rain_mm: one amount a step, or None
        when dry; ignored under glass. watering_mm: poured at the first step.
        """
        self._warm(steps, air_c, irradiance_w_m2)
        dry = rain_mm is None or self.plan.under_glass
        at_rest = not et0_mm and self.ledger.storage_mm <= self._field_capacity_mm
        if dry and at_rest and not watering_mm:
            return
        falling = repeat(0.0, steps) if dry or rain_mm is None else rain_mm
        self._exchange(falling, watering_mm, et0_mm)

    def _exchange(self, falling: Iterable[float], watering_mm: float, et0_mm: float) -> None:
        """Move the water of some steps and write the books.

        One plain loop without calls, because a year has 105,120 steps and a demo does not wait.
        """
        capacity, saturation = self._field_capacity_mm, self._saturation_mm
        floor, wilting, stress_span = self._floor_mm, self._wilting_mm, self._stress_span_mm
        tew = self.plan.ground.tew_mm
        skin_span = tew - self.plan.ground.rew_mm
        open_share = self._open_share
        wet_skin_mm, open_skin_mm, kcb_mm = self._demands(et0_mm)
        ledger = self.ledger
        water, skin = ledger.storage_mm, self._skin_depletion_mm
        rained = watered = evaporated = transpired = drained = ran_off = 0.0
        for fallen in falling:
            if fallen or watering_mm:
                rained += fallen
                watered += watering_mm
                water += fallen + watering_mm
                skin = max(0.0, skin - fallen - watering_mm)
                watering_mm = 0.0
                if water > saturation:
                    ran_off += water - saturation
                    water = saturation
            if water > capacity:
                seeping = (water - capacity) * _DRAINED_PER_STEP
                drained += seeping
                water -= seeping
            # FAO-56 Eq. 74: once the easy water has gone, the skin dries ever more slowly.
            kr = (tew - skin) / skin_span
            wet = wet_skin_mm * kr if kr < 1.0 else wet_skin_mm
            evaporation = min(wet, open_skin_mm, water - floor)
            # FAO-56 Eq. 84: roots that find less than the readily available water take less.
            ks = (water - wilting) / stress_span
            transpiration = kcb_mm if ks >= 1.0 else kcb_mm * ks if ks > 0.0 else 0.0
            water -= evaporation + transpiration
            skin = min(tew, skin + evaporation / open_share)
            evaporated += evaporation
            transpired += transpiration
        self._skin_depletion_mm = skin
        ledger.storage_mm = water
        ledger.rain_mm += rained
        ledger.watering_mm += watered
        ledger.evaporation_mm += evaporated
        ledger.transpiration_mm += transpired
        ledger.drainage_mm += drained
        ledger.runoff_mm += ran_off

    def _demands(self, et0_mm: float) -> tuple[float, float, float]:
        """Give the most that a step takes by a wet skin, by the open skin and by the leaves, mm.

        FAO-56 Eq. 71: energy limits a wet surface, the share of open ground a shaded one.
        """
        mulch = 1.0 - _MULCH_SPARES if self.plan.mulched else 1.0
        wet_skin_mm = mulch * max(0.0, _KC_MAX - self._thirst.kcb) * et0_mm
        return wet_skin_mm, mulch * self._open_share * _KC_MAX * et0_mm, self._thirst.kcb * et0_mm

    def _warm(self, steps: int, air_c: float, irradiance_w_m2: float) -> None:
        """Let the soil at a probe's depth follow the air, late and damped, held by the subsoil."""
        sun_c = irradiance_w_m2 * (0.003 if self.plan.mulched else 0.008)
        sun_c *= 1.0 - 0.6 * self._thirst.cover
        warmth = self.soil_temperature_c
        for _ in range(steps):
            warmth += self._warming * (air_c + sun_c - warmth)
            warmth += _STEP_H / _DEEP_DAMPING_H * (_YEAR_MEAN_C - warmth)
        self.soil_temperature_c = warmth
