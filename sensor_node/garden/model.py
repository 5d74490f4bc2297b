"""The simulated garden: weather, greenhouse and beds that move together through time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sensor_node.garden.gardener import Gardener
from sensor_node.garden.greenhouse import AirUnderGlass, Greenhouse
from sensor_node.garden.rain import DRY
from sensor_node.garden.soil import Bed, BedPlan, Ledger
from sensor_node.garden.weather import STEP_MS, STEPS_PER_HOUR, Hour, Weather, WeatherNow

_STEPS_PER_DAY = 24 * STEPS_PER_HOUR
_UNIX_DAY_ONE = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class BedNow:
    """A bed at one moment; watering in mm is that of the moment's `step_ms`."""

    water_content_pct: float
    soil_temperature_c: float
    depletion_mm: float
    watered_mm: float


@dataclass(frozen=True, slots=True)
class Moment:
    """The garden at one moment.

    at_ms: milliseconds since 1970 UTC, a multiple of five minutes. step_ms: rain_mm and the beds'
    watered_mm are the sums over this time before it; everything else is as it stands at at_ms.
    """

    at_ms: int
    step_ms: int
    weather: WeatherNow
    rain_mm: float
    under_glass: AirUnderGlass
    beds: Mapping[str, BedNow]


@dataclass(frozen=True, slots=True)
class Watering:
    """What the gardener poured on a bed, in mm, during the five minutes from at_ms on."""

    at_ms: int
    mm: float


class SimulatedGarden:
    """A garden that depends on seed, beds and time alone, not on when a process was started.

    The soil remembers, so its history begins on a 1 February, soils full, one to two years before
    `start_ms`: a winter's rain (and, under glass, the yearly soaking) makes a bed forget how it
    began. Two gardens that began on different days agree from their starts on.
    That history is lived at the first moment asked for and takes about a second.
    """

    def __init__(self, seed: int, beds: Iterable[BedPlan], start_ms: int) -> None:
        self.start_ms = start_ms
        self.weather = Weather(seed)
        self._greenhouse = Greenhouse(self.weather)
        self._step = history_start_ms(start_ms) // STEP_MS
        self._plots = {plan.bed: _Plot(seed, plan) for plan in beds}
        self._begin_day()

    def ledger(self, bed: str) -> Ledger:
        """Give a bed's books since its history began; raises KeyError for an unknown bed."""
        return self._plots[bed].bed.ledger

    def waterings(self, bed: str) -> tuple[Watering, ...]:
        """Give all that the gardener poured on a bed so far; raises KeyError as `ledger` does."""
        return tuple(self._plots[bed].waterings)

    def moment(self, at_ms: int) -> Moment:
        """Give the garden at the last whole five minutes at or before `at_ms`.

        Time only moves forward: raises ValueError for a moment before `start_ms` or before the
        last one given; a new SimulatedGarden can go back.
        """
        self._advance(at_ms)
        return self._describe(STEP_MS)

    def run(self, from_ms: int, to_ms: int, step_ms: int = STEP_MS) -> Iterator[Moment]:
        """Give the moments from `from_ms` (included) to `to_ms` (excluded).

        step_ms: a multiple of five minutes, default five minutes. Raises ValueError for another
        step, and as `moment` does.
        """
        if step_ms <= 0 or step_ms % STEP_MS:
            raise ValueError(f"step_ms is a multiple of {STEP_MS} (five minutes), not {step_ms}")
        for at_ms in range(from_ms, to_ms, step_ms):
            self._advance(at_ms)
            yield self._describe(step_ms)

    def _advance(self, to_ms: int) -> None:
        to_step = to_ms // STEP_MS
        if to_ms < self.start_ms or to_step < self._step:
            raise ValueError(
                f"the garden starts at {self.start_ms} ms and stands at {self._step * STEP_MS} ms: "
                f"it cannot go back to {to_ms} ms; make a new SimulatedGarden to see the past"
            )
        if not self._plots:
            # Weather has no memory: a node without beds need not wait for a year of soil.
            self._step = to_step
        while self._step < to_step:
            if self._step % _STEPS_PER_DAY == 0:
                self._begin_day()
            end = min(to_step, (self._step // STEPS_PER_HOUR + 1) * STEPS_PER_HOUR)
            self._live(end)
            self._step = end

    def _begin_day(self) -> None:
        self._day = date.fromordinal(self._step // _STEPS_PER_DAY + _UNIX_DAY_ONE)
        self._evening_step = Gardener.evening_step(self._day)
        for plot in self._plots.values():
            plot.bed.grow(plot.plan.crop_on(self._day).thirst(self._day))

    def _live(self, end: int) -> None:
        """Let all beds live until the step `end`, within one hour."""
        first = self._step % STEPS_PER_HOUR
        steps = end - self._step
        hour = self._step // STEPS_PER_HOUR
        outside = self.weather.hour(hour)
        for plot in self._plots.values():
            poured = plot.water(self._day, self._step) if self._step == self._evening_step else 0.0
            here = self._greenhouse.hour(hour) if plot.plan.under_glass else outside
            plot.bed.live(
                steps,
                et0_mm=here.et0_mm / STEPS_PER_HOUR,
                air_c=here.air_c,
                irradiance_w_m2=here.irradiance_w_m2,
                rain_mm=_rain_between(here, first, first + steps),
                watering_mm=poured,
            )

    def _describe(self, step_ms: int) -> Moment:
        at_ms = self._step * STEP_MS
        weather = self.weather.at(at_ms)
        rain_mm = weather.rain_mm
        for step in range(self._step - step_ms // STEP_MS, self._step - 1):
            rain_mm += self.weather.rain_mm(step)
        return Moment(
            at_ms=at_ms,
            step_ms=step_ms,
            weather=weather,
            rain_mm=rain_mm,
            under_glass=self._greenhouse.at(at_ms),
            beds={name: plot.now(at_ms - step_ms) for name, plot in self._plots.items()},
        )


class _Plot:
    """A bed together with the hand that waters it."""

    __slots__ = ("_gardener", "bed", "plan", "waterings")

    def __init__(self, seed: int, plan: BedPlan) -> None:
        self.plan = plan
        self.bed = Bed(plan)
        self.waterings: list[Watering] = []
        self._gardener = Gardener(seed, plan)

    def water(self, day: date, step: int) -> float:
        poured = self._gardener.pours_mm(day, self.bed)
        if poured:
            self.waterings.append(Watering(step * STEP_MS, poured))
        return poured

    def now(self, since_ms: int) -> BedNow:
        watered_mm = 0.0
        for watering in reversed(self.waterings):
            if watering.at_ms < since_ms:
                break
            watered_mm += watering.mm
        return BedNow(
            self.bed.water_content_pct,
            self.bed.soil_temperature_c,
            self.bed.depletion_mm,
            watered_mm,
        )


def history_start_ms(start_ms: int) -> int:
    """Give when the soil's history begins for a garden that starts at `start_ms`.

    The last 1 February but one: late winter, when soils are full, is the honest time to begin.
    """
    start = datetime.fromtimestamp(start_ms / 1000, UTC)
    year = start.year if start.month >= 2 else start.year - 1
    return int(datetime(year - 1, 2, 1, tzinfo=UTC).timestamp()) * 1000


def _rain_between(hour: Hour, first: int, end: int) -> tuple[float, ...] | None:
    return None if hour.rain_mm is DRY else hour.rain_mm[first:end]
