"""The present: the newest value of every channel, and how far it can be believed.

A backlog fills history and never moves the present: only a reading at or after the newest time
of its channel counts here. Pages, API, live topics and alerts all ask this one place.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from gateway.scale import Scale
from gateway.store.base import Fault, Point, Reading, Series
from sensor_node.clock import Clock

Quality = Literal["good", "stale", "suspect", "fault"]
STALE_AFTER_INTERVALS = 3
NOT_CALIBRATED = "not calibrated then"
"""Why a reading from before its channel's first calibration has no value."""


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest thing known of a channel; ``value`` is None when that is a ``fault``, and a
    value that is doubted has its ``doubt``.
    """

    series: Series
    at_ms: int
    value: float | None
    quality: Quality
    fault: str | None
    doubt: str | None
    age_s: float


class Present:
    """The newest reading or fault of each series.

    ``interval_s_of`` gives the sampling interval of a node: after three of them a value is stale.
    ``scale_of`` gives a channel's calibrations, by which values leave.
    """

    def __init__(
        self,
        clock: Clock,
        interval_s_of: Callable[[str], float],
        scale_of: Callable[[Series], Scale] = lambda _series: Scale(None),
    ) -> None:
        self._clock = clock
        self._interval_s_of = interval_s_of
        self._scale_of = scale_of
        self._newest: dict[Series, Reading | Fault] = {}
        self._lock = threading.Lock()

    def load(self, newest: Mapping[Series, Reading | Fault]) -> None:
        """Start from what the store has."""
        with self._lock:
            self._newest = dict(newest)

    def offer(self, item: Reading | Fault) -> bool:
        """Take ``item`` if it is the newest of its series; whether it was."""
        fresh, _ = self.offer_all([item])
        return bool(fresh)

    def offer_all(
        self, items: Iterable[Reading | Fault]
    ) -> tuple[dict[Series, None], list[Reading | Fault]]:
        """Take what is the newest of its series: the series that moved, in the order of the
        items, and the items that came late.
        """
        fresh: dict[Series, None] = {}
        late: list[Reading | Fault] = []
        with self._lock:
            for item in items:
                known = self._newest.get(item.series)
                if known is not None and (
                    known.at_ms > item.at_ms
                    or (known.at_ms == item.at_ms and isinstance(item, Fault))
                ):
                    late.append(item)
                else:
                    self._newest[item.series] = item
                    fresh[item.series] = None
        return fresh, late

    def get(self, series: Series) -> Latest | None:
        """The present of one channel, or None if nothing was ever heard of it."""
        with self._lock:
            item = self._newest.get(series)
        return None if item is None else self._judge(item)

    def all(self) -> dict[Series, Latest]:
        """The present of every channel."""
        with self._lock:
            items = list(self._newest.values())
        return {item.series: self._judge(item) for item in items}

    def _judge(self, item: Reading | Fault) -> Latest:
        age_s = max(0.0, (self._clock.wall_ms() - item.at_ms) / 1000)
        stale = age_s > STALE_AFTER_INTERVALS * self._interval_s_of(item.series.node)
        if isinstance(item, Fault):
            quality: Quality = "stale" if stale else "fault"
            return Latest(item.series, item.at_ms, None, quality, item.reason, None, age_s)
        raw = Point(item.at_ms, item.value, item.suspect)
        point = self._scale_of(item.series).point(raw)
        if point is None:
            quality = "stale" if stale else "fault"
            return Latest(item.series, item.at_ms, None, quality, NOT_CALIBRATED, None, age_s)
        quality = "stale" if stale else "suspect" if point.suspect else "good"
        doubt = point.suspect or None
        return Latest(item.series, item.at_ms, point.value, quality, None, doubt, age_s)
