"""What the store holds about one bed: its probes, its air, its rain, its journal.

Only questions are asked here; what the answers mean is in ``situations``. Long spans are read in
buckets of an hour, which the store has at hand, and recent ones in buckets of five minutes: the
extremes of a day are the same, and a node that measures each ten seconds costs no more.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import merge
from itertools import chain
from typing import Final

from gateway.beds.journal import Entry
from gateway.beds.rainbook import RainEntry
from gateway.beds.records import BedRecord
from gateway.beds.watches import Watch
from gateway.calibrations import Calibration
from gateway.catalogue import Catalogue, ChannelInfo
from gateway.measured import Measured
from gateway.present import Present
from gateway.scale import Scale
from gateway.store.base import Bucket, Series
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.samples import Sample, Samples
from gateway.watering.weather import AirSamples

STEP_MS: Final = 300_000
FULL_SCALE: Final = 1023.0
PROBE_DAYS: Final = 23
"""Mornings of three weeks, and the two days before the first: what is older no longer leads."""
LUX_DAYS: Final = 5
"""Days of which it is told whether the light sensor was saturated: the last one is spoken of."""
WORKSHOP: Final = "atelier."
MOISTURES: Final = ("soil_moisture_raw", "soil_moisture")


@dataclass(frozen=True, slots=True)
class ProbeSamples:
    """One probe of the bed, as far as it watched it.

    percent: water by volume, recent, each five minutes. hourly: the same of the whole span.
    counts: recent, 0 to 1023, empty for a probe that gives percent by itself. air, water: its
    counts at no water and at its wet point, None for unknown. wet_pct: what its wet point means
    in percent, None where that is the soil's saturation. neighbours: the other inputs of its node.
    from_ms, to_ms: when it came to the bed and left it, None for still there.
    calibrated_ms: when somebody calibrated it last, 0 for never.
    """

    series: Series
    percent: Sequence[Sample]
    hourly: Sequence[Sample]
    counts: Sequence[Sample] = ()
    air: float | None = None
    water: float | None = None
    wet_pct: float | None = None
    neighbours: tuple[Sequence[Sample], ...] = ()
    from_ms: int = 0
    to_ms: int | None = None
    calibrated_ms: int = 0

    def is_there(self, at_ms: int) -> bool:
        """Whether it stood in the bed at a moment."""
        return self.from_ms <= at_ms and (self.to_ms is None or at_ms < self.to_ms)


@dataclass(frozen=True, slots=True)
class Observed:
    """What there is to know of a bed, in ``[from_ms, now_ms)``.

    inside: stations under the bed's own glass; outside: the others; the first that has a day tells.
    rain_mm: hours of the garden's gauge, None without one. online_mm: hours by the online service.
    told_rain: what somebody typed in. newest_ms: of the newest value that the bed or its air gave.
    others: the probes of the other beds, where no gauge speaks.
    """

    from_ms: int
    now_ms: int
    probes: tuple[ProbeSamples, ...] = ()
    inside: tuple[AirSamples, ...] = ()
    outside: tuple[AirSamples, ...] = ()
    rain_mm: Sequence[Sample] | None = None
    soil_c: Sequence[Sample] = ()
    entries: Sequence[Entry] = ()
    newest_ms: int | None = None
    others: tuple[ProbeSamples, ...] = ()
    online_mm: Sequence[Sample] = ()
    told_rain: Sequence[RainEntry] = ()

    @property
    def gauge_speaks(self) -> bool:
        """Whether the gauge has said anything in the last day."""
        return _speaks(self.rain_mm, self.now_ms)


class Observer:
    """Asks the store and the catalogue. Raises ``StorageError`` where they do not answer."""

    def __init__(
        self, catalogue: Catalogue, measured: Measured, as_measured: Measured, present: Present
    ) -> None:
        self._catalogue = catalogue
        self._measured = measured
        self._as_measured = as_measured
        self._present = present

    def observe(
        self, bed: BedRecord, from_ms: int, now_ms: int, *, probes: bool = True
    ) -> Observed:
        """All about ``bed`` from ``from_ms`` on; ``now_ms`` is excluded.

        ``probes``: False asks for the weather and the journal alone.
        """
        channels = self._garden_channels()
        watches = [one for one in self._catalogue.watches.of(bed.bed) if one.series in channels]
        span = _Span(from_ms - from_ms % HOUR_MS, now_ms)
        recent = _Span(max(span.from_ms, now_ms - PROBE_DAYS * DAY_MS), now_ms)
        own = {one.series for one in watches if one.to_ms is None}
        inside = bed.details.exposure == "greenhouse"
        open_air = self._open_air(channels, own)
        rain = self._rain(open_air, channels, span)
        hears_others = probes and not _speaks(rain, now_ms)
        return Observed(
            span.from_ms,
            now_ms,
            probes=self._probes(watches, channels, span, recent) if probes else (),
            inside=self._stations(channels, sorted(own), span) if inside else (),
            outside=self._stations(channels, open_air, span),
            rain_mm=rain,
            soil_c=self._soil_c(watches, channels, recent),
            entries=self._catalogue.journal.of(bed.bed, from_ms, now_ms),
            newest_ms=self._newest(own, channels),
            others=self._others(bed, channels, recent) if hears_others else (),
            # The hour that has begun is a forecast still.
            online_mm=self._catalogue.forecast.rain(span.from_ms, now_ms - HOUR_MS),
            told_rain=self._catalogue.rain.all(),
        )

    def tank_l(self, full_l: float | None) -> float | None:
        """Litres left in a tank that holds ``full_l``; None for no limit that is known."""
        fresh = {
            info.quantity: latest.value
            for series, info in self._garden_channels().items()
            if info.quantity in ("tank_level", "tank_empty")
            and (latest := self._present.get(series)) is not None
            and latest.quality in ("good", "suspect")
        }
        if fresh.get("tank_empty") == 1:
            return 0.0
        level = fresh.get("tank_level")
        if full_l is None or level is None:
            return None
        return round(full_l * min(100.0, max(0.0, level)) / 100.0, 1)

    # --- for the alerts, which look often -----------------------------------------------------

    def channels(self) -> dict[Series, ChannelInfo]:
        """All of the garden; those of a workshop are no part of it."""
        return self._garden_channels()

    def thermometers(self, bed: BedRecord | None = None) -> list[tuple[Series, Series | None]]:
        """Those of the open air, or under ``bed``'s own glass; each with the hygrometer by it."""
        channels = self._garden_channels()
        watching = self._catalogue.watches.now() if bed else []
        own = {one.series for one in watching if bed and one.bed == bed.bed}
        glass = bed is not None and bed.details.exposure == "greenhouse"
        chosen = sorted(own) if glass else self._open_air(channels, own)
        damp = _of(chosen, channels, "relative_humidity")
        return [
            (series, next((one for one in damp if one.node == series.node), None))
            for series in _of(chosen, channels, "air_temperature")
        ]

    def air(
        self, thermometer: Series, hygrometer: Series | None, from_ms: int, now_ms: int
    ) -> AirSamples:
        """The extremes of each hour of a station."""
        span = _Span(from_ms, now_ms)
        damp = () if hygrometer is None else self._extremes(hygrometer, span)
        return AirSamples(air_c=self._extremes(thermometer, span), humidity_pct=damp)

    def hours(self, series: Series, from_ms: int, now_ms: int) -> list[Bucket]:
        """A channel by the hour."""
        return list(self._buckets(series, _Span(from_ms, now_ms), HOUR_MS))

    def probes_of(self, bed: str, from_ms: int, now_ms: int) -> Observed:
        """The probes that watch ``bed`` now, and its soil's temperature: enough to judge them."""
        channels, span = self._garden_channels(), _Span(from_ms, now_ms)
        watches = [
            one
            for one in self._catalogue.watches.of(bed)
            if one.to_ms is None and one.series in channels
        ]
        return Observed(
            from_ms,
            now_ms,
            probes=self._probes(watches, channels, span, span),
            soil_c=self._soil_c(watches, channels, span),
        )

    # --- for the pages, which make no advice --------------------------------------------------

    def telling_of(self, bed: str) -> frozenset[Series]:
        """The channels that ``water_of`` and ``rained`` may read for ``bed``."""
        channels = self._garden_channels()
        watching = {one.series for one in self._catalogue.watches.of(bed)}
        return frozenset(watching.union(_of(channels, channels, "rain")))

    def water_of(self, bed: str, edges: Sequence[int]) -> tuple[ProbeSamples, ...]:
        """The probes that watch ``bed`` or did, by their means between ``edges`` and no more."""
        channels = self._garden_channels()
        found = []
        for watch in self._catalogue.watches.of(bed):
            info, (from_ms, to_ms) = channels.get(watch.series), watch.cut(edges[0], edges[-1])
            if info is None or info.quantity not in MOISTURES or from_ms >= to_ms:
                continue
            raw = info.quantity == "soil_moisture_raw"
            if raw and self._catalogue.calibrations.scale(watch.series).line_at(to_ms) is None:
                continue  # without a calibration it has no meaning
            inside = sorted({from_ms, *(one for one in edges if from_ms < one < to_ms), to_ms})
            means = self._measured.buckets(watch.series, inside, vector=False)
            hourly = tuple(Sample(one.start_ms, one.mean) for one in means)
            wet_pct = _wet_pct(self._calibration(watch.series)) if raw else None
            found.append(ProbeSamples(watch.series, (), hourly, wet_pct=_if_glass(wet_pct)))
        return tuple(found)

    def rained(self, bed: str, edges: Sequence[int]) -> Observed:
        """What tells of the rain on ``bed`` between ``edges``, and nothing else.

        Where these are days, the online service is asked for those on which no gauge spoke.
        """
        channels = self._garden_channels()
        own = {one.series for one in self._catalogue.watches.of(bed) if one.to_ms is None}
        gauge = self._first(self._open_air(channels, own), channels, "rain")
        found = [] if gauge is None else self._measured.buckets(gauge, edges, vector=False)
        online = self._catalogue.forecast.rain(edges[0], edges[-1] - HOUR_MS)
        if online and edges[1] - edges[0] > HOUR_MS:
            spoken = {one.start_ms for one in found}
            starts = [edges[bisect_right(edges, one.at_ms) - 1] for one in online]
            online = [one for one, at_ms in zip(online, starts, strict=True) if at_ms not in spoken]
        return Observed(
            edges[0],
            edges[-1],
            rain_mm=None if gauge is None else tuple(Sample(b.start_ms, b.total) for b in found),
            online_mm=online,
            told_rain=self._catalogue.rain.all(),
        )

    # --- which channels -----------------------------------------------------------------------

    def _garden_channels(self) -> dict[Series, ChannelInfo]:
        """All but those of a workshop, which is no part of the garden."""
        known = self._catalogue.channels()
        return {s: info for s, info in known.items() if not s.node.startswith(WORKSHOP)}

    def _open_air(self, channels: Iterable[Series], own: set[Series]) -> list[Series]:
        """What is under no glass: the bed's own first, then what watches other beds.

        A thermometer that hangs in the hall watches no bed, and is asked last.
        """
        beds, glass, watching = self._catalogue.beds.all(), set(), set()
        for one in self._catalogue.watches.now():
            if one.bed in beds and beds[one.bed].details.exposure == "greenhouse":
                glass.add(one.series)
            watching.add(one.series)
        return sorted(
            (series for series in channels if series not in glass),
            key=lambda series: (series not in own, series not in watching, series),
        )

    def _newest(self, own: set[Series], channels: dict[Series, ChannelInfo]) -> int | None:
        of_air = {s for s, info in channels.items() if info.quantity == "air_temperature"}
        latest = (self._present.get(series) for series in own | of_air)
        return max((one.at_ms for one in latest if one and one.value is not None), default=None)

    # --- the air ------------------------------------------------------------------------------

    def _stations(
        self, channels: dict[Series, ChannelInfo], chosen: Sequence[Series], span: _Span
    ) -> tuple[AirSamples, ...]:
        """One station for each thermometer, with its node's humidity or else another's."""
        thermometers = _of(chosen, channels, "air_temperature")
        if not thermometers:
            return ()
        lux = self._first(chosen, channels, "illuminance")
        wind = self._first(chosen, channels, "wind_speed")
        sun = self._first(chosen, channels, "irradiance")
        shared = AirSamples(
            lux=self._lux(lux, span) if lux else (),
            wind_m_s=self._means(wind, span) if wind else (),
            sun_w_m2=self._means(sun, span) if sun else (),
        )
        humid = _of(chosen, channels, "relative_humidity")
        extremes = cache(self._extremes)
        found = []
        for series in thermometers:
            damp = next((one for one in humid if one.node == series.node), next(iter(humid), None))
            humidity_pct = () if damp is None else extremes(damp, span)
            found.append(replace(shared, air_c=extremes(series, span), humidity_pct=humidity_pct))
        return tuple(found)

    def _first(
        self, chosen: Sequence[Series], channels: dict[Series, ChannelInfo], quantity: str
    ) -> Series | None:
        return next(iter(_of(chosen, channels, quantity)), None)

    def _extremes(self, series: Series, span: _Span) -> Sequence[Sample]:
        """Two samples an hour: the least and the most, which keep the extremes of each day."""
        half_ms = HOUR_MS // 2
        return Samples(
            end
            for at_ms, _, _, least, most, _ in self._buckets(series, span, HOUR_MS)
            for end in ((at_ms, least), (at_ms + half_ms, most))
        )

    def _lux(self, series: Series, span: _Span) -> Sequence[Sample]:
        """Each five minutes of the last days, to tell a saturated sensor, and hours before.

        The days are told apart where they begin: `from_ms` is the first one's midnight.
        """
        past_days = max(0, (span.to_ms - span.from_ms) // DAY_MS - LUX_DAYS)
        since_ms = span.from_ms + past_days * DAY_MS
        before = self._means(series, _Span(span.from_ms, since_ms))
        return Samples(chain(before, self._means(series, _Span(since_ms, span.to_ms), STEP_MS)))

    def _rain(
        self, chosen: Sequence[Series], channels: dict[Series, ChannelInfo], span: _Span
    ) -> Sequence[Sample] | None:
        gauge = self._first(chosen, channels, "rain")
        if gauge is None:
            return None
        return Samples((one.start_ms, one.total) for one in self._buckets(gauge, span, HOUR_MS))

    # --- the soil -----------------------------------------------------------------------------

    def _probes(
        self,
        watches: Sequence[Watch],
        channels: dict[Series, ChannelInfo],
        span: _Span,
        recent: _Span,
    ) -> tuple[ProbeSamples, ...]:
        counts_of = cache(self._counts)  # an input is the neighbour of each other one of its node
        found = [
            replace(
                self._probe(watch, channels, (span, recent), counts_of),
                from_ms=watch.from_ms,
                to_ms=watch.to_ms,
            )
            for watch in watches
            if channels[watch.series].quantity in MOISTURES
        ]
        return tuple(probe for probe in found if probe.hourly or probe.percent)

    def _probe(
        self,
        watch: Watch,
        channels: dict[Series, ChannelInfo],
        spans: tuple[_Span, _Span],
        counts_of: Callable[[Series, _Span], Sequence[Sample]],
    ) -> ProbeSamples:
        series = watch.series
        whole, latest = (span.of(watch) for span in spans)
        if channels[series].quantity != "soil_moisture_raw":
            return ProbeSamples(
                series, self._means(series, latest, STEP_MS), self._means(series, whole)
            )
        scale = self._catalogue.calibrations.scale(series)
        line = scale.line_at(latest.to_ms)
        if line is None:  # without a calibration it has no meaning
            return ProbeSamples(series, (), ())
        calibration = self._calibration(series)
        wet_pct = _wet_pct(calibration)
        others = [
            other
            for other in _of(sorted(channels), channels, "soil_moisture_raw")
            if other.node == series.node and other != series
        ]
        counts = counts_of(series, latest)
        return ProbeSamples(
            series,
            _in_percent(counts, scale),
            self._means(series, whole),
            counts=counts,
            air=FULL_SCALE * (0.0 - line.offset) / line.slope,
            water=FULL_SCALE * (wet_pct - line.offset) / line.slope,
            wet_pct=_if_glass(wet_pct),
            neighbours=tuple(counts_of(other, latest) for other in others),
            calibrated_ms=0 if calibration is None else calibration.made_ms,
        )

    def _others(
        self, bed: BedRecord, channels: dict[Series, ChannelInfo], recent: _Span
    ) -> tuple[ProbeSamples, ...]:
        watches = [
            one
            for one in self._catalogue.watches.now()
            if one.bed != bed.bed and one.series in channels
        ]
        return self._probes(watches, channels, recent, recent)

    def _calibration(self, series: Series) -> Calibration | None:
        """The calibration in force that was made last."""
        made = self._catalogue.calibrations.of(series)
        return next((one for one in made if one.undone_ms is None), None)

    def _soil_c(
        self, watches: Sequence[Watch], channels: dict[Series, ChannelInfo], recent: _Span
    ) -> Sequence[Sample]:
        found = [
            self._means(watch.series, recent.of(watch), STEP_MS)
            for watch in watches
            if channels[watch.series].quantity == "soil_temperature"
        ]
        return found[0] if len(found) == 1 else Samples(merge(*found))

    # --- reading ------------------------------------------------------------------------------

    def _means(self, series: Series, span: _Span, step_ms: int = HOUR_MS) -> Sequence[Sample]:
        return Samples((one.start_ms, one.mean) for one in self._buckets(series, span, step_ms))

    def _counts(self, series: Series, span: _Span) -> Sequence[Sample]:
        found = self._portions(self._as_measured, series, span, STEP_MS)
        return Samples((one.start_ms, FULL_SCALE * one.mean) for one in found)

    def _buckets(self, series: Series, span: _Span, step_ms: int) -> Iterator[Bucket]:
        return self._portions(self._measured, series, span, step_ms)

    @staticmethod
    def _portions(
        measured: Measured, series: Series, span: _Span, step_ms: int
    ) -> Iterator[Bucket]:
        """A season at once would be megabytes, which Python keeps from the system."""
        for edges in span.portions(step_ms, measured.at_once):
            yield from measured.buckets(series, edges, vector=False)


def _in_percent(counts: Sequence[Sample], scale: Scale) -> Sequence[Sample]:
    """What ``counts`` mean, each by the calibration that held then: they are read once."""
    lines = ((one, scale.line_at(one.at_ms)) for one in counts)
    return Samples((one.at_ms, line.of(one.value / FULL_SCALE)) for one, line in lines if line)


_GLASS_PCT: Final = 90.0


def _wet_pct(calibration: Calibration | None) -> float:
    """What the wet point of a calibration means."""
    points = () if calibration is None else (calibration.low, calibration.high)
    return max((value for _, value in points), default=100.0)


def _if_glass(wet_pct: float | None) -> float | None:
    """Points in air and in a glass of water say 0 and 100: a range, not a share of water."""
    return 100.0 if wet_pct is not None and wet_pct >= _GLASS_PCT else None


@dataclass(frozen=True, slots=True)
class _Span:
    from_ms: int
    to_ms: int

    def of(self, watch: Watch) -> _Span:
        """As far as ``watch`` lasted."""
        return _Span(*watch.cut(self.from_ms, self.to_ms))

    def portions(self, step_ms: int, count: int) -> Iterator[list[int]]:
        """The edges of whole buckets inside, and of the part of one at either end, those of
        ``count`` buckets at a time.
        """
        if self.to_ms <= self.from_ms:
            return
        first_ms = self.from_ms - self.from_ms % step_ms + step_ms
        inside = range(first_ms, self.to_ms, step_ms)
        edges = array("q", chain((self.from_ms,), inside, (self.to_ms,)))
        for place in range(0, len(edges) - 1, count):
            yield edges[place : place + count + 1].tolist()


def _speaks(rain_mm: Sequence[Sample] | None, now_ms: int) -> bool:
    return rain_mm is not None and len(rain_mm) > 0 and rain_mm[-1].at_ms >= now_ms - DAY_MS


def _of(
    chosen: Iterable[Series], channels: dict[Series, ChannelInfo], quantity: str
) -> list[Series]:
    return [s for s in chosen if s in channels and channels[s].quantity == quantity]
