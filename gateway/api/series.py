"""One channel's readings as rows, fetched piece by piece so that an answer of any length is small
in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.catalogue import ChannelInfo
from gateway.formats import Row
from gateway.measured import Measured
from gateway.store.base import Bucket, Fault, Point
from sensor_node.wire import QUANTITIES

PIECE: Final = 1000
"""Readings of one fetch."""
BUCKETS_PIECE: Final = 5000
"""Buckets of one fetch: enough that the store goes through the readings once."""

AGGREGATES: Final[Mapping[str, Callable[[Bucket], float]]] = {
    "mean": lambda bucket: bucket.mean,
    "min": lambda bucket: bucket.least,
    "max": lambda bucket: bucket.most,
    "sum": lambda bucket: bucket.total,
    "count": lambda bucket: bucket.count,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to tell of one channel in ``[from_ms, to_ms)``.

    ``aggregates``: names among ``AGGREGATES``, empty for each reading; ``edges`` then too.
    """

    info: ChannelInfo
    from_ms: int
    to_ms: int
    aggregates: tuple[str, ...] = ()
    edges: Sequence[int] = ()


def default_aggregate(quantity: str | None) -> str:
    """``sum`` for what adds up (rain, water), ``mean`` for everything else."""
    known = QUANTITIES.get(quantity or "")
    return "sum" if known and known.aggregate == "sum" else "mean"


def how_many(store: Measured, wanted: Wanted) -> int:
    """How many rows ``wanted`` has, at the most."""
    if wanted.aggregates:
        return max(0, len(wanted.edges) - 1)
    span = (wanted.from_ms, wanted.to_ms)
    return sum(b.count for b in store.buckets(wanted.info.series, span, vector=False))


def points(store: Measured, wanted: Wanted) -> Iterator[list[Point]]:
    """Each reading, oldest first, in pieces."""
    from_ms = wanted.from_ms
    while piece := store.points(wanted.info.series, from_ms, wanted.to_ms, PIECE):
        yield piece
        from_ms = piece[-1].at_ms + 1


def faults(store: Measured, wanted: Wanted) -> Iterator[list[Fault]]:
    """Each fault, oldest first, in pieces."""
    from_ms = wanted.from_ms
    while piece := store.faults(wanted.info.series, from_ms, wanted.to_ms, PIECE):
        yield piece
        from_ms = piece[-1].at_ms + 1


def buckets(store: Measured, wanted: Wanted) -> Iterator[list[Bucket]]:
    """The buckets between the edges that hold readings, oldest first, in pieces."""
    quantity = QUANTITIES.get(wanted.info.quantity or "")
    vector = quantity is not None and quantity.aggregate == "vector"
    for first in range(0, len(wanted.edges) - 1, BUCKETS_PIECE):
        edges = wanted.edges[first : first + BUCKETS_PIECE + 1]
        yield store.buckets(wanted.info.series, edges, vector=vector)


def file_rows(store: Measured, wanted: Wanted) -> Iterator[Row]:
    """``wanted`` as lines of a file; with several aggregates one line for each."""
    info = wanted.info
    meaning = (*info.series, info.quantity, info.unit)
    if not wanted.aggregates:
        for piece in points(store, wanted):
            for point in piece:
                yield Row(point.at_ms, *meaning, point.value)
        return
    for some in buckets(store, wanted):
        for bucket in some:
            for name in wanted.aggregates:
                yield Row(bucket.start_ms, *meaning, AGGREGATES[name](bucket), name)
