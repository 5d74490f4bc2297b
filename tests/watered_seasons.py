"""A season of a bed whose truth the advice does not know, and routines that need no advice."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from gateway.watering.advice import advise
from gateway.watering.balance import Books
from gateway.watering.beds import Bed
from gateway.watering.crops import CROPS, Crop
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.learning import (
    LEARNED_ERROR,
    SOIL_ERROR,
    Capacity,
    as_found,
    capacity_of,
    lessons,
)
from gateway.watering.night import Night, ProbeMorning, together
from gateway.watering.reservoir import Reservoir, depth_of
from gateway.watering.scale import Knowledge, from_taught
from gateway.watering.situation import Forecast, GardenDay, Situation
from gateway.watering.soils import SOILS, Soil
from gateway.watering.stages import coefficient

AREA_M2 = 2.0
PLANTED = {
    "tomate": (5, 15),
    "laitue": (5, 1),
    "carotte": (4, 15),
    "haricot-vert": (5, 20),
    "courgette": (5, 20),
}
GROUNDS = ("sable", "limon", "argile")


@dataclass(frozen=True)
class Weather:
    """A day of the climate: °C and mm."""

    on: date
    min_c: float
    max_c: float
    rain_mm: float
    et0_mm: float


def climate(path: Path) -> dict[date, Weather]:
    """The days of `brussels_climate.txt`."""
    days = {}
    for line in path.read_text(encoding="ascii").splitlines()[1:]:
        day, month, year, *values = line.split()
        on = date(int(year), int(month), int(day))
        days[on] = Weather(on, *map(float, values))
    return days


def made_up_climate(seed: int, year: int) -> dict[date, Weather]:
    """A year that needs no recording, with the means and spreads of Brussels' summers.

    July: 3.3 mm of ET0 a day, give or take 1.3 and alike from day to day; 5 mm on 45 % of days.
    """
    chance = random.Random(seed)
    days, mood = {}, 0.0
    for number in range(365):
        on = date(year, 1, 1) + timedelta(days=number)
        summer = max(0.0, 1.0 - abs(number - 185) / 150.0)
        mood = 0.6 * mood + chance.gauss(0.0, 0.8)
        et0 = max(0.3, 0.5 + 2.9 * summer + (0.3 + summer) * mood)
        rain = round(chance.expovariate(1 / 5.0), 1) if chance.random() < 0.45 else 0.0
        mean = 4.0 + 14.0 * summer
        days[on] = Weather(on, mean - 4.0, mean + 5.0, rain, et0)
    return days


@dataclass
class Truth:
    """The bed as it is: its own soil and thirst."""

    crop: Crop
    soil: Soil
    kc_factor: float
    planted_on: date
    depletion_mm: float = 0.0
    stressed: int = 0
    days: int = 0
    given_mm: float = 0.0
    reservoir: Reservoir = field(init=False)

    def __post_init__(self) -> None:
        self.reservoir = Reservoir.of(Bed("vrai", AREA_M2, self.soil, self.crop))

    def live(self, weather: Weather, net_mm: float) -> None:
        """One day: watered in the morning, then what the crop took, and whether it suffered."""
        self.depletion_mm = max(0.0, self.depletion_mm - net_mm)
        age = (weather.on - self.planted_on).days
        etc = self.kc_factor * coefficient(self.crop, age) * weather.et0_mm
        easy = self.reservoir.easy_mm(etc)
        ks = self.reservoir.ease(self.depletion_mm, easy)
        self.days += 1
        self.stressed += ks < 1.0
        rain = weather.rain_mm if weather.rain_mm >= 0.2 * weather.et0_mm else 0.0
        self.depletion_mm = self.reservoir.after(
            self.depletion_mm, gained_mm=rain, lost_mm=ks * etc
        )


@dataclass
class Outcome:
    """What a season came to: days, those with stress, and water given in mm."""

    days: int = 0
    stressed: int = 0
    given_mm: float = 0.0

    def add(self, other: Outcome) -> None:
        """Take another season into the sum."""
        self.days += other.days
        self.stressed += other.stressed
        self.given_mm += other.given_mm

    @property
    def at_ease(self) -> float:
        """The share of days without stress."""
        return 1.0 - self.stressed / self.days


@dataclass(frozen=True)
class Errors:
    """How wrong the gardener's beliefs are; the probe's noise is a share of water by volume."""

    capacity: float = 0.0
    kc: float = 0.0
    probe_noise: float = 0.02
    unlogged: float = 0.2
    first_season: bool = False


def season(weather: Sequence[Weather], crop: Crop, soil: Soil) -> Iterator[tuple[Weather, int]]:
    """The days from planting to the end of the crop."""
    assert crop.stages_days is not None
    yield from zip(weather, range(sum(crop.stages_days)), strict=False)


def by_routine(
    days: Sequence[Weather],
    crop: Crop,
    soil: Soil,
    kc: float,
    routine: Callable[[int, Truth], float],
) -> Outcome:
    """A season watered by a routine, which says how much is given on each day, in mm."""
    truth = Truth(crop, soil, kc, days[0].on)
    given = 0.0
    for number, weather in enumerate(days):
        mm = routine(number, truth)
        given += mm
        truth.live(weather, mm * 0.9)
    return Outcome(truth.days, truth.stressed, given)


ROUTINES: dict[str, Callable[[int, Truth], float]] = {
    "10 mm every second day": lambda number, _: 10.0 if number % 2 == 0 else 0.0,
    "20 mm twice a week": lambda number, _: 20.0 if number % 7 in (0, 3) else 0.0,
    "refill every fourth day": lambda number, truth: (
        truth.depletion_mm / 0.9 if number % 4 == 0 else 0.0
    ),
}


def believed(soil: Soil, factor: float) -> Soil:
    """The soil as the gardener believes it to be."""
    return replace(soil, field_capacity=soil.field_capacity * factor)


@dataclass
class Probe:
    """A probe in % of water by volume that learns its field capacity in the bed.

    In its first season it starts with its air and water points; in a later one it remembers five
    soakings. Its noise is one draw a day: what a night's median leaves is drift, not chance from
    sample to sample.
    """

    truth: Truth
    guess: Soil
    noise: float
    chance: random.Random
    mornings: dict[date, float] = field(default_factory=dict)
    prior: Capacity = field(init=False)

    def __post_init__(self) -> None:
        self.prior = Capacity(self.guess.field_capacity, SOIL_ERROR)

    def remembers(self) -> None:
        """Take what five soakings of last year taught, as noisy as any reading."""
        capacity, noise = self.truth.soil.field_capacity, self.noise
        share = median(capacity + self.chance.gauss(0.0, noise) for _ in range(5))
        self.prior = Capacity(share, LEARNED_ERROR)

    def measures(self, on: date) -> None:
        """The morning's reading of the bed as it is."""
        truth = self.truth
        water = truth.soil.field_capacity - truth.depletion_mm / (1000.0 * truth.crop.rooting_m)
        self.mornings[on] = water + self.chance.gauss(0.0, self.noise)

    def learns(self, bed: Bed, days: Sequence[GardenDay]) -> Capacity:
        """What the mornings of this season have taught so far."""
        books = Books(bed, 0.0).run(days)
        taught = lessons(bed, days, books.pages, self.mornings)
        return capacity_of(taught, depth_of(bed), self.prior)

    def nights(self, found: Soil, capacity: Capacity) -> list[Night]:
        """What it says of each morning, by what it knows today."""
        known: Knowledge = "learned" if capacity.is_learned else "two_points"
        scale = from_taught(capacity.share, found.available, 100.0, known)
        return [
            together([ProbeMorning(scale.missing(100.0 * water), known_by=known)])
            for water in self.mornings.values()
        ]


def by_advice(
    days: Sequence[Weather], crop: Crop, soil: Soil, chance: random.Random, errors: Errors
) -> Outcome:
    """A season watered as advised each morning, by somebody who forgets to note a can in five.

    The believed soil and thirst are wrong and the probe is noisy. The forecast says what will
    fall, half as much or half as much again.
    """
    kc_factor = 1.0 + chance.uniform(-errors.kc, errors.kc)
    truth = Truth(crop, soil, kc_factor, days[0].on)
    guess = believed(soil, 1.0 + chance.uniform(-errors.capacity, errors.capacity))
    bed = Bed("bac", AREA_M2, guess, crop, planted_on=days[0].on)
    probe = Probe(truth, guess, errors.probe_noise, chance)
    if not errors.first_season:
        probe.remembers()
    known: list[GardenDay] = []
    waited, given = False, 0.0
    for weather in days:
        probe.measures(weather.on)
        lived = [*known, GardenDay(weather.on)]
        capacity = probe.learns(bed, lived)
        found = as_found(guess, capacity.share)
        heard = probe.nights(found, capacity)
        coming = Forecast(
            2.0, weather.min_c, weather.max_c, weather.rain_mm * chance.uniform(0.5, 1.5)
        )
        situation = Situation(
            replace(bed, soil=found), weather.on, 8,
            tuple(replace(day, night=night) for day, night in zip(lived, heard, strict=True)),
            start_mm=0.0, forecast=coming, waited=waited, data_age_s=300,
        )  # fmt: skip
        advice = advise(situation)
        waited = advice.verdict == "wait_for_rain"
        litres = advice.litres or 0.0
        given += litres / AREA_M2
        told = litres > 0.0 and chance.random() >= errors.unlogged
        known.append(
            GardenDay(
                weather.on,
                et0=ReferenceEt(weather.et0_mm),
                rain_mm=weather.rain_mm,
                litres=(litres,) if told else (),
                seen=litres > 0.0 and not told,
            )
        )
        truth.live(weather, bed.net_mm(litres))
    return Outcome(truth.days, truth.stressed, given)


def seasons(
    years: Sequence[int], weather: dict[date, Weather]
) -> Iterator[tuple[list[Weather], Crop, Soil, int]]:
    """Each crop on each ground in each year."""
    for year in years:
        for name, (month, day) in PLANTED.items():
            crop = CROPS[name]
            assert crop.stages_days is not None
            start = date(year, month, day)
            days = [weather[start + timedelta(days=n)] for n in range(sum(crop.stages_days))]
            for ground in GROUNDS:
                yield days, crop, SOILS[ground], year
