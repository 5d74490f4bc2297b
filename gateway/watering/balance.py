"""The books of a bed: what is missing, day by day, led by the probe where there is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Final

from gateway.watering.beds import Bed
from gateway.watering.evapotranspiration import ReferenceEt
from gateway.watering.growth import Mixture
from gateway.watering.night import Night
from gateway.watering.reservoir import Reservoir
from gateway.watering.seedbed import TopSoil, kc_max
from gateway.watering.situation import GardenDay

_DRIZZLE_SHARE: Final = 0.2
_CARRIED_DAYS: Final = 3
_FULL_SHARE: Final = 0.1
_STANDARD_CLIMATE: Final = (2.0, 45.0)
_SEEDLING_M: Final = 0.1


@dataclass(frozen=True, slots=True)
class Page:
    """One day in the books; all water in mm.

    depletion_mm: what is missing in the morning, after the probe has been heard. balance_mm: before
    it was. etc_mm: what the crop asks for, ks times of it is used. gained_mm: rain that counts and
    net watering. watered: whether anybody did. after_mm: what is missing in the evening, and
    top_mm, in the top 5 cm. easy_mm: RAW of the day. et0: None where no temperature is known, nor
    any to carry on from.
    """

    on: date
    depletion_mm: float
    balance_mm: float
    kc: float
    et0: ReferenceEt | None
    etc_mm: float
    easy_mm: float
    ks: float
    rain_mm: float
    watering_mm: float
    watered: bool
    after_mm: float
    top_mm: float

    @property
    def used_mm(self) -> float:
        """What the crop took."""
        return self.ks * self.etc_mm

    @property
    def is_full(self) -> bool:
        """Whether it was watered up to a tenth of RAW or less."""
        return self.depletion_mm - self.rain_mm - self.watering_mm <= _FULL_SHARE * self.easy_mm


class Books:
    """The running balance of one bed."""

    def __init__(self, bed: Bed, start_mm: float | None = None) -> None:
        self.bed = bed
        self.reservoir = Reservoir.of(bed)
        self.top = TopSoil.of(bed.ground)
        self.pages: list[Page] = []
        self._start_mm = start_mm
        self._recent: list[float] = []
        self._growth = Mixture(bed)

    def run(self, days: Sequence[GardenDay]) -> "Books":
        """Write one page for each day."""
        for day in days:
            self.pages.append(self._page(day))
        return self

    def _page(self, day: GardenDay) -> Page:
        bed, reservoir = self.bed, self.reservoir
        et0 = self._et0(day)
        asked_mm = 0.0 if et0 is None else et0.mm * bed.demand
        kc = self._growth.coefficient(day, first=not self.pages)
        etc_mm = kc * asked_mm
        easy_mm = reservoir.easy_mm() if et0 is None else reservoir.easy_mm(etc_mm)
        balance_mm = self._carried_over(easy_mm)
        depletion_mm = self._led(balance_mm, day.night, known=et0 is not None)
        ks = reservoir.ease(depletion_mm, easy_mm)
        rain_mm = self._rain(day, 0.0 if et0 is None else et0.mm)
        watering_mm = sum(map(bed.net_mm, day.litres))
        gained_mm = rain_mm + watering_mm
        after_mm = reservoir.after(depletion_mm, gained_mm=gained_mm, lost_mm=ks * etc_mm)
        top_mm = self._top(day.on, asked_mm, gained_mm)
        watered = bool(day.litres) or day.seen
        return Page(
            day.on, depletion_mm, balance_mm, kc, et0, etc_mm, easy_mm, ks, rain_mm, watering_mm,
            watered, after_mm, top_mm,
        )  # fmt: skip

    def _et0(self, day: GardenDay) -> ReferenceEt | None:
        """Give the day's ET0, or the mean of the last three known ones, and say so."""
        if day.et0 is not None:
            self._recent = [*self._recent[1 - _CARRIED_DAYS :], day.et0.mm]
            return day.et0
        return ReferenceEt(fmean(self._recent), ("carried",)) if self._recent else None

    def _carried_over(self, easy_mm: float) -> float:
        if self.pages:
            return self.pages[-1].after_mm
        # Nothing is known: half of what is easily taken (judgement).
        start_mm = 0.5 * easy_mm if self._start_mm is None else self._start_mm
        return min(self.reservoir.taw_mm, max(0.0, start_mm))

    def _led(self, balance_mm: float, night: Night, *, known: bool) -> float:
        """Let the probe lead: Dr = Dr_balance + g (Dr_probe - Dr_balance).

        Where the balance knows nothing, on a first day or without any temperature, it leads alone.
        """
        if night.missing is None:
            return balance_mm
        blind = not known or (not self.pages and self._start_mm is None)
        gain = 1.0 if blind else night.gain
        return balance_mm + gain * (night.missing * self.reservoir.taw_mm - balance_mm)

    def _rain(self, day: GardenDay, et0_mm: float) -> float:
        """Give the rain that counts: what wets only leaves does not (under 0.2 ET0)."""
        rain_mm = day.rain_mm if day.rain_mm is not None and self.bed.rained_on else 0.0
        return rain_mm if rain_mm >= _DRIZZLE_SHARE * et0_mm else 0.0

    def _top(self, on: date, asked_mm: float, gained_mm: float) -> float:
        """Take the top 5 cm of a seedbed through the day; dry on the day of sowing."""
        sown = [one for one in self.bed.parts if one.is_sown_by(on)]
        if not sown:
            return self.top.tew_mm
        before_mm = self.pages[-1].top_mm if self.pages else self.top.tew_mm
        kcb = min(one.crop.kcb[0] for one in sown)
        most = kc_max(*_STANDARD_CLIMATE, _SEEDLING_M, kcb)
        day = self.top.day(before_mm, et0_mm=asked_mm, gained_mm=gained_mm, kcb=kcb, kc_max=most)
        return day.depletion_mm
