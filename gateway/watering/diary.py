"""A bed's days, put together from what was measured and what was told."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from gateway.watering.evapotranspiration import Place, reference_day
from gateway.watering.night import Night
from gateway.watering.samples import Sample, local_day, tidy
from gateway.watering.situation import GardenDay
from gateway.watering.waterings import Watering
from gateway.watering.weather import AirSamples, day_weather

_SILENT = Night()


@dataclass(frozen=True, slots=True)
class Diary:
    """What is known of a bed and its air.

    zone: the garden's time zone, as Europe/Paris. rain_mm: a gauge's samples, each the rain since
    the one before, None without a gauge. waterings: by `waterings.reconcile`. nights: its probes by
    morning, by `night.together`.
    """

    place: Place
    zone: str
    air: AirSamples
    rain_mm: Sequence[Sample] | None = None
    waterings: Sequence[Watering] = ()
    nights: Mapping[date, Night] = field(default_factory=dict)

    def days(self, first: date, today: date, now_ms: int) -> tuple[GardenDay, ...]:
        """Give the days from the first up to today, whose weather is not over yet."""
        rain = self._rain(now_ms)
        litres: dict[date, list[float]] = defaultdict(list)
        seen = set()
        for one in self.waterings:
            on = local_day(one.at_ms, self.zone)
            if one.litres is not None:
                litres[on].append(one.litres)
            elif one.source == "detected":
                seen.add(on)
        return tuple(
            self._day(on, on < today, rain.get(on), tuple(litres[on]), on in seen)
            for on in (first + timedelta(days=n) for n in range((today - first).days + 1))
        )

    def _day(
        self, on: date, is_over: bool, rain_mm: float | None, litres: tuple[float, ...], seen: bool
    ) -> GardenDay:
        weather = day_weather(self.air, self.place, on, self.zone) if is_over else None
        et0 = None
        if weather is not None:
            et0 = reference_day(self.place, on.timetuple().tm_yday, weather)
        return GardenDay(
            on=on,
            night=self.nights.get(on, _SILENT),
            et0=et0,
            rain_mm=rain_mm,
            max_c=None if weather is None else weather.max_c,
            min_c=None if weather is None else weather.min_c,
            litres=litres,
            seen=seen,
        )

    def _rain(self, now_ms: int) -> dict[date, float]:
        """Sum the gauge by days of the books; a day without any sample is not a dry one."""
        sums: dict[date, float] = defaultdict(float)
        for sample in tidy(self.rain_mm or (), now_ms):
            sums[local_day(sample.at_ms, self.zone)] += sample.value
        return dict(sums)
