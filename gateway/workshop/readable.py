"""What programs may read: the garden's readings, and by their names those of the groups.

Pages, advice and alerts ask ``Measured``, which knows nothing of groups.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.catalogue import Catalogue, ChannelInfo
from gateway.measured import Measured
from gateway.store.base import Bucket, Fault, Point, Series, Store
from gateway.workshop.sandbox import Sandbox
from gateway.workshop.workshops import Workshops


class Readable(Measured):
    """As ``Measured``; a series of ``atelier.<plant>`` is asked of its workshop."""

    def __init__(
        self, store: Store, catalogue: Catalogue, workshops: Workshops, *, raw: bool = False
    ) -> None:
        super().__init__(store, catalogue, raw=raw)
        self._workshops = workshops

    def channel(self, series: Series) -> ChannelInfo | None:
        sandbox = self._sandbox(series)
        return sandbox.channel(series) if sandbox else super().channel(series)

    def points(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Point]:
        sandbox = self._sandbox(series)
        if sandbox is None:
            return super().points(series, from_ms, to_ms, limit)
        return sandbox.store.points(series, from_ms, to_ms, limit)

    def faults(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Fault]:
        sandbox = self._sandbox(series)
        return [] if sandbox else super().faults(series, from_ms, to_ms, limit)

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        sandbox = self._sandbox(series)
        if sandbox is None:
            return super().buckets(series, edges, vector=vector)
        return sandbox.store.buckets(series, edges, vector=vector)

    def _sandbox(self, series: Series) -> Sandbox | None:
        workshop = self._workshops.of_node(series.node)
        return None if workshop is None else workshop.sandbox
