"""What the garden shows: the store's readings with the catalogue's meaning.

Pages, interface and live topics ask here; the ingest, backups and exports ask the store itself.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace

from gateway.calibrations import Calibrations
from gateway.catalogue import Catalogue, ChannelInfo
from gateway.store.base import Bucket, Fault, Point, Series, Store
from sensor_node.wire import QUANTITIES


class Measured:
    """Readings as they leave; the same questions as ``Store`` answers, and channels beside.

    ``raw``: as measured instead.
    """

    at_once = 288
    """How many buckets a reader of long spans had best ask for at once: megabytes of them, once
    held, are never given back to the system."""

    def __init__(self, store: Store, catalogue: Catalogue, *, raw: bool = False) -> None:
        self._store = store
        self._catalogue = catalogue
        self._calibrations: Calibrations = catalogue.calibrations
        self._raw = raw

    def channels(self) -> dict[Series, ChannelInfo]:
        """All channels, in the order of their names, each with the meaning it leaves with."""
        return {s: self.meaning(info) for s, info in self._catalogue.channels().items()}

    def channel(self, series: Series) -> ChannelInfo | None:
        """The channel ``series``, or None if it was never heard of."""
        info = self._catalogue.channel(series)
        return self.meaning(info) if info else None

    def points(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Point]:
        """The oldest ``limit`` readings of the range that have a value, in order of time."""
        if self._raw:
            return self._store.points(series, from_ms, to_ms, limit)
        scale = self._calibrations.scale(series)
        measured = self._store.points(series, max(from_ms, scale.begins_ms), to_ms, limit)
        if scale.is_identity:
            return measured
        return [point for raw in measured if (point := scale.point(raw)) is not None]

    def faults(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Fault]:
        """The oldest ``limit`` faults of the range, in order of time."""
        return self._store.faults(series, from_ms, to_ms, limit)

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        """The buckets between ``edges``, as ``Store.buckets``, calibrated."""

        def measured(bounds: Sequence[int]) -> list[Bucket]:
            return self._store.buckets(series, bounds, vector=vector)

        if self._raw or vector:
            return measured(edges)
        return self._calibrations.scale(series).buckets(edges, measured)

    def version(self, series: Iterable[Series]) -> Hashable | None:
        """Something that is another one as soon as ``series`` would give, or mean, anything else;
        None where that cannot be said at once.
        """
        stored = self._store.version(series)
        return None if stored is None else (stored, self._catalogue.version())

    def meaning(self, info: ChannelInfo) -> ChannelInfo:
        """``info`` as its readings leave: a calibrated probe gives a share of water."""
        scale = self._calibrations.scale(info.series)
        if self._raw or scale.is_identity or scale.quantity is None:
            return info
        return replace(info, quantity=scale.quantity, unit=QUANTITIES[scale.quantity].unit)
