"""Past mornings lived again: by the very advisor that gives today's advice, on a clock that walks.

An advice that was given is told as it was given. On the other days the advisor is asked as it
would have been then, with the readings up to that hour, in a copy of the catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from gateway.beds import hearing
from gateway.beds.advisor import Advisor
from gateway.beds.observed import PROBE_DAYS
from gateway.beds.records import BedRecord
from gateway.forecast.forecasts import Forecasts
from gateway.present import Present
from gateway.seasons.past import Morning, Past
from gateway.seasons.remembered import Attentive, Remembered
from gateway.seasons.scratch import Scratch
from gateway.service import Gateway
from gateway.store.base import Reading, Series
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.samples import at_local_hour_ms
from sensor_node.clock import FakeClock

LOOKED_BACK_MS: Final = 30 * DAY_MS
"""How far back the newest value before a morning is looked for."""
_CONFIRMED_MS: Final = 3 * HOUR_MS
"""A rise is one once its water has stayed two hours and a half."""
_HOUR_POINTS: Final = 4000
_PRESENT: Final = frozenset({"air_temperature", "tank_level", "tank_empty"})


class Rehearsal(Past):
    """The mornings of a stored garden. Raises ``StorageError`` where the store does not answer."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self._store = gateway.store
        self._clock = FakeClock()
        catalogue = Scratch(gateway.catalogue.path, folder, self._clock)
        self._measured = Remembered(gateway.store, catalogue)
        as_measured = Remembered(gateway.store, catalogue, raw=True)
        self._present = Present(self._clock, catalogue.interval_s, catalogue.calibrations.scale)
        observer = Attentive(catalogue, self._measured, as_measured, self._present)
        super().__init__(gateway.settings, catalogue, observer)
        self._scratch = catalogue
        # What was forecast on a morning that gave no advice, nobody knows any more.
        unasked = Forecasts(self.settings.forecast, None, catalogue.forecast, self._clock)
        self._advisor = Advisor(
            self.settings,
            catalogue,
            observer,
            self._clock,
            lambda _kind, _data: None,
            forecasts=unasked,
        )

    def close(self) -> None:
        """Let go of the copy."""
        self.catalogue.close()

    def prepare(self, record: BedRecord, days: Sequence[date]) -> None:
        """Forget what the bed's probes were found to have seen on days that are lived again.

        What a day saw is found by its own morning or by the next one.
        """
        again = {on for on in days if self.kept(record, on) is None}
        spans = [
            (self._hour_ms(on - timedelta(days=1)) - _CONFIRMED_MS, self._hour_ms(on))
            for on in sorted(again)
            if on + timedelta(days=1) in again
        ]
        self._scratch.unsee(record.bed, spans)

    def morning(self, record: BedRecord, on: date) -> Morning:
        """The advice of ``record`` on a day; ask for days in their order."""
        kept = self.kept(record, on)
        if kept is not None:
            return kept
        now_ms = self._hour_ms(on)
        self._clock.set_wall(now_ms)
        self._present.load(self._newest(record, now_ms))
        return Morning(self._advisor.advice_of_today(record), False)

    def look_back(self, record: BedRecord, last: date) -> None:
        """See also what the last day brought: its own next morning is not lived any more."""
        first = last - timedelta(days=PROBE_DAYS)
        from_ms = at_local_hour_ms(first, 0, self.settings.timezone)
        end_ms = self._hour_ms(last + timedelta(days=1)) + _CONFIRMED_MS
        observed = self._observer.observe(record, from_ms, end_ms)
        seen = hearing.rises_seen(observed, record.as_bed())
        self.catalogue.journal.see(record.bed, seen, end_ms)

    def _hour_ms(self, on: date) -> int:
        return at_local_hour_ms(on, self.settings.advice.hour, self.settings.timezone)

    def _newest(self, record: BedRecord, now_ms: int) -> dict[Series, Reading]:
        """What was the present then, of the channels that an advice asks for it."""
        own = {watch.series for watch in self.catalogue.watches.of(record.bed)}
        found = {}
        for series, info in self.catalogue.channels().items():
            if series in own or info.quantity in _PRESENT:
                newest = self._newest_of(series, now_ms)
                if newest is not None:
                    found[series] = newest
        return found

    def _newest_of(self, series: Series, now_ms: int) -> Reading | None:
        before_ms = now_ms + 1
        while True:
            hour_ms = self._measured.last_hour_ms(series, now_ms - LOOKED_BACK_MS, before_ms)
            if hour_ms is None:
                return None
            end_ms = min(hour_ms + HOUR_MS, now_ms + 1)
            points = self._store.points(series, hour_ms, end_ms, _HOUR_POINTS)
            if points:
                return Reading(series, points[-1].at_ms, points[-1].value, points[-1].suspect)
            before_ms = hour_ms


@contextmanager
def rehearsal_of(gateway: Gateway) -> Iterator[Rehearsal]:
    """The mornings of ``gateway``'s garden; what they needed is gone in the end."""
    with TemporaryDirectory(prefix="jardin-", ignore_cleanup_errors=True) as folder:
        rehearsal = Rehearsal(gateway, Path(folder))
        try:
            yield rehearsal
        finally:
            rehearsal.close()
