"""What is on disk of a bed's past: the advice that was given, the journal, what was measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.beds.advisor import LATITUDE_DEG
from gateway.beds.given import Given
from gateway.beds.journal import Entry
from gateway.beds.observed import Observer
from gateway.beds.records import BedRecord
from gateway.beds.situations import Around, local, situation_of
from gateway.catalogue import Catalogue
from gateway.settings import GatewaySettings
from gateway.watering.evapotranspiration import Place
from gateway.watering.samples import at_local_hour_ms
from gateway.watering.situation import Situation


@dataclass(frozen=True, slots=True)
class Morning:
    """The advice of a day. ``as_given``: it was given then, not recomputed.

    ``later``: what stood in the evening, where that said something else.
    """

    given: Given
    as_given: bool
    later: Given | None = None


class Past:
    """A garden's past as it stands on disk. Raises ``StorageError`` where that does not answer."""

    def __init__(self, settings: GatewaySettings, catalogue: Catalogue, observer: Observer) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self._observer = observer

    def kept(self, record: BedRecord, on: date) -> Morning | None:
        """The first advice of the day from the set hour on; None where none was given.

        What was given before, in the middle of the night, counts where there is no other.
        """
        kept: Sequence[Given] = self.catalogue.advice.all(record.bed, on)
        if not kept:
            return None
        zone, hour = self.settings.timezone, self.settings.advice.hour
        in_time = [one for one in kept if local(one.made_ms, zone).hour >= hour]
        first, last = (in_time or kept[-1:])[0], kept[-1]
        return Morning(first, True, None if last.says_the_same(first) else last)

    def entries(self, record: BedRecord, from_ms: int, to_ms: int) -> list[Entry]:
        """The waterings of the bed in ``[from_ms, to_ms)``."""
        return self.catalogue.journal.of(record.bed, from_ms, to_ms)

    def hindsight(self, record: BedRecord, first: date, last: date) -> Situation:
        """The weather from ``first`` to ``last`` as it is known when all is over."""
        zone, latitude = self.settings.timezone, self.settings.latitude
        from_ms = at_local_hour_ms(first, 0, zone)
        end_ms = at_local_hour_ms(last + timedelta(days=2), 0, zone) - 1
        observed = self._observer.observe(record, from_ms, end_ms, probes=False)
        around = Around(zone, Place(LATITUDE_DEG if latitude is None else latitude))
        return situation_of(record, observed, around)
