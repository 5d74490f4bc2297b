"""What the store said yesterday is not asked again today: a season of mornings reads each bucket
once.

A morning looks back weeks, and the next morning looks back at the same weeks but for one day.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from gateway.beds.observed import Observer, _Span
from gateway.measured import Measured
from gateway.store.base import Bucket, Series
from gateway.times import HOUR_MS
from gateway.watering.samples import Sample

_START: Final = attrgetter("start_ms")


@dataclass(slots=True)
class _Held:
    """The buckets of one series in ``[from_ms, to_ms)``, empty ones left out."""

    from_ms: int
    to_ms: int
    buckets: list[Bucket]


class Remembered(Measured):
    """Gives what ``Measured`` gives, of a store into which nothing comes meanwhile.

    Buckets shorter than an hour are forgotten once a question begins after them: mornings ask
    forward in time.
    """

    at_once = sys.maxsize
    _held: dict[tuple[Series, int], _Held] | None = None

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        """The buckets between ``edges``; those at either end may be parts, and are asked for."""
        if vector or len(edges) < 4:
            return super().buckets(series, edges, vector=vector)
        inner = edges[1:-1]
        step_ms = inner[1] - inner[0]
        if self._held is None:
            self._held = {}
        held = self._held.setdefault((series, step_ms), _Held(inner[0], inner[0], []))
        if not held.from_ms <= inner[0] <= held.to_ms:
            held.from_ms = held.to_ms = inner[0]
            held.buckets = []
        self._extend(series, held, inner[-1], step_ms)
        if step_ms < HOUR_MS:
            del held.buckets[: _place(held.buckets, inner[0])]
            held.from_ms = inner[0]
        whole = held.buckets[_place(held.buckets, inner[0]) : _place(held.buckets, inner[-1])]
        first = super().buckets(series, edges[:2], vector=False)
        last = super().buckets(series, edges[-2:], vector=False)
        return [*first, *whole, *last]

    def last_hour_ms(self, series: Series, from_ms: int, before_ms: int) -> int | None:
        """The start of the last hour in ``[from_ms, before_ms)`` with a reading, or None."""
        start_ms, end_ms = (at_ms - at_ms % HOUR_MS for at_ms in (from_ms, before_ms - 1))
        hours = list(range(start_ms, end_ms + HOUR_MS + 1, HOUR_MS))
        found = self.buckets(series, hours, vector=False)
        return found[-1].start_ms if found else None

    def _extend(self, series: Series, held: _Held, to_ms: int, step_ms: int) -> None:
        if to_ms <= held.to_ms:
            return
        edges = range(held.to_ms, to_ms + 1, step_ms)
        held.buckets += super().buckets(series, edges, vector=False)
        held.to_ms = to_ms


class Attentive(Observer):
    """Asks what ``Observer`` asks, once a morning: beds look at each other's probes."""

    _told: dict[tuple[Series, _Span, int], Sequence[Sample]] | None = None
    _until_ms = 0

    def _means(self, series: Series, span: _Span, step_ms: int = HOUR_MS) -> Sequence[Sample]:
        told, key = self._this_morning(span), (series, span, step_ms)
        if key not in told:
            told[key] = super()._means(series, span, step_ms)
        return told[key]

    def _counts(self, series: Series, span: _Span) -> Sequence[Sample]:
        told, key = self._this_morning(span), (series, span, 0)
        if key not in told:
            told[key] = super()._counts(series, span)
        return told[key]

    def _this_morning(self, span: _Span) -> dict[tuple[Series, _Span, int], Sequence[Sample]]:
        if self._told is None or span.to_ms > self._until_ms:
            self._told, self._until_ms = {}, span.to_ms
        return self._told


def _place(buckets: Sequence[Bucket], at_ms: int) -> int:
    return bisect_left(buckets, at_ms, key=_START)
