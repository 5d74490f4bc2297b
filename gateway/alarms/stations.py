"""The thermometers of each bed, asked for once a look: many beds ask many times."""

from __future__ import annotations

from gateway.beds.observed import Observer
from gateway.beds.records import BedRecord
from gateway.store.base import Series

Station = tuple[Series, Series | None]
"""A thermometer, and the hygrometer by it."""


class Stations:
    """Those of ``observer``, the same until ``forget``."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self._of: dict[str | None, list[Station]] = {}

    def of(self, record: BedRecord | None = None) -> list[Station]:
        """Those of the open air, or under the bed's own glass."""
        bed = None if record is None else record.bed
        if bed not in self._of:
            self._of[bed] = self.observer.thermometers(record)
        return self._of[bed]

    def forget(self) -> None:
        """A new look: what hangs where may have changed."""
        self._of.clear()
