"""All that an advice rests on, and nothing else: the bed, its days, the forecast, the rules."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from gateway.watering.beds import Bed
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.night import Drift, Night

RainSource = Literal["gauge", "typed", "online", "none"]
FORECAST_LASTS_H: Final = 12.0
"""An older forecast is stale, and counts as none (judgement)."""
_A_DAY_H: Final = 24.0


@dataclass(frozen=True, slots=True)
class GardenDay:
    """One day of a bed; the day of the books runs from 6 h to 6 h, local time.

    night: the probes at its beginning. et0: of the calendar day, None without 18 h of valid
    temperature. rain_mm: None where nothing tells it; rain_by: who does, None in advice of before
    there was a choice. max_c, min_c: °C, None for unknown.
    litres: of each watering that somebody or a valve told. seen: whether a probe saw a watering
    that nobody told of.
    """

    on: date
    night: Night = Night()
    et0: ReferenceEt | None = None
    rain_mm: float | None = None
    max_c: float | None = None
    min_c: float | None = None
    litres: tuple[float, ...] = ()
    seen: bool = False
    rain_by: RainSource | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """A forecast, with its age in hours when the advice was asked for.

    min_c, max_c: of the next 24 h. rain_mm: of the next 24 to 36 h. None where it says nothing.
    """

    age_h: float
    min_c: float | None = None
    max_c: float | None = None
    rain_mm: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is believed: under 12 h old."""
        return self.age_h < FORECAST_LASTS_H

    @property
    def age_s(self) -> int:
        """Its age as a reason tells it."""
        return round(self.age_h * 3600)


@dataclass(frozen=True, slots=True)
class Restriction:
    """A drought restriction: no watering from one local hour to another; 0 to 24 for never.

    from_hour may be after to_hour (20 to 8: by night). until: its last day, None for unknown.
    """

    from_hour: int = 0
    to_hour: int = 24
    until: date | None = None

    def forbids(self, on: date, hour: int) -> bool:
        """Tell whether watering is forbidden on a day at an hour, 0 to 23."""
        if self.until is not None and on > self.until:
            return False
        if self.from_hour <= self.to_hour:
            return self.from_hour <= hour < self.to_hour
        return hour >= self.from_hour or hour < self.to_hour

    @property
    def allowed_hour(self) -> int | None:
        """The hour from which it is allowed again, None when it is not for the whole day."""
        return None if (self.from_hour, self.to_hour) == (0, 24) else self.to_hour % 24

    def allowed_from(self, on: date, hour: int) -> tuple[date | None, int]:
        """Give the day and hour from which it is allowed; the day is None for unknown."""
        if self.allowed_hour is None:
            return (None if self.until is None else self.until + timedelta(days=1)), 0
        return (on if self.allowed_hour > hour else on + timedelta(days=1)), self.allowed_hour


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known of a bed when somebody asks: water today?

    on, hour: the day and the local hour, 0 to 23. days: in order, without gaps, the last one is
    `on` itself (its ET0 is not known yet; rain and litres are those since 6 h).
    start_mm: the depletion at the beginning of the first day, None for unknown.
    soil_c: °C now. evening_min_c: the night's minimum, extrapolated from the evening.
    next_presence: in a school, the next day after `on` when somebody comes.
    tank_l: litres left, None for no limit.
    waited: whether yesterday's advice was to wait for rain.
    unseen: waterings that were told and that the probe did not see.
    temperature_age_h: of the newest valid temperature; None: the days tell. A kit that is on in the
    afternoon has a fresh temperature and no whole day.
    data_age_s: age of the newest reading, None for none at all.
    drifts: the probes that ask for a calibration.
    """

    bed: Bed
    on: date
    hour: int
    days: tuple[GardenDay, ...]
    start_mm: float | None = None
    rain_source: RainSource = "gauge"
    forecast: Forecast | None = None
    soil_c: float | None = None
    evening_min_c: float | None = None
    restriction: Restriction | None = None
    next_presence: date | None = None
    tank_l: float | None = None
    waited: bool = False
    unseen: int = 0
    temperature_age_h: float | None = None
    data_age_s: int | None = None
    drifts: tuple[Drift, ...] = ()

    def __post_init__(self) -> None:
        first = self.on - timedelta(days=len(self.days) - 1)
        expected = [first + timedelta(days=count) for count in range(len(self.days))]
        if not self.days or [day.on for day in self.days] != expected:
            raise ValueError(f"the days of {self.bed.key} must be without gaps, up to {self.on}")

    @property
    def today(self) -> GardenDay:
        """The day that has begun."""
        return self.days[-1]

    @property
    def temperature_is_old(self) -> bool:
        """Whether the newest valid temperature is older than a day."""
        if self.temperature_age_h is not None:
            return self.temperature_age_h > _A_DAY_H
        return len(self.days) < 2 or self.days[-2].et0 is None

    @property
    def foreseen(self) -> Forecast | None:
        """The forecast while it holds."""
        return self.forecast if self.forecast is not None and self.forecast.holds else None

    @property
    def expected_max_c(self) -> float | None:
        """The day's maximum: the forecast's while it holds, else that of yesterday."""
        if self.foreseen is not None and self.foreseen.max_c is not None:
            return self.foreseen.max_c
        return self.days[-2].max_c if len(self.days) > 1 else None

    @property
    def expected_min_c(self) -> float | None:
        """The coming night's minimum: the forecast's while it holds, else the evening's."""
        if self.foreseen is not None and self.foreseen.min_c is not None:
            return self.foreseen.min_c
        return self.evening_min_c

    @property
    def expected_rain_mm(self) -> float:
        """Rain that a forecast that holds expects on this bed."""
        if self.foreseen is None or not self.bed.rained_on:
            return 0.0
        return self.foreseen.rain_mm or 0.0
