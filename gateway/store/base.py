"""The store's interface: readings as measured, by (channel, time).

Times are milliseconds since 1970 UTC; ranges include ``from_ms`` and exclude ``to_ms``. Every
method may be called from any thread and raises ``StorageError`` when the engine does not answer.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

LATEST_MS: Final = 9_223_372_036_853
"""The last moment that every engine can keep, in the year 2262: InfluxDB counts nanoseconds."""


class Series(NamedTuple):
    """The full name of a channel."""

    node: str
    channel: str

    def __str__(self) -> str:
        return f"{self.node}/{self.channel}"


class Reading(NamedTuple):
    """One value as measured. ``suspect``: why it is doubted (``stuck``), empty where it is not."""

    series: Series
    at_ms: int
    value: float
    suspect: str = ""


class Fault(NamedTuple):
    """A moment at which a sensor gave no value, and why."""

    series: Series
    at_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class Committed:
    """What a commit did: readings that were new, already there, or replaced another value."""

    new: int = 0
    same: int = 0
    replaced: int = 0


class Point(NamedTuple):
    """One stored reading of a known series."""

    at_ms: int
    value: float
    suspect: str


class Bucket(NamedTuple):
    """What was measured in ``[start_ms, next start)``; ``mean`` is a vector mean for directions."""

    start_ms: int
    # A tuple counts its items by this name; nobody asks a bucket for that.
    count: int  # type: ignore[assignment]
    mean: float
    least: float
    most: float
    total: float


class Store(Protocol):
    """The engine's face. ``id`` is new whenever the store is created, restored or salvaged."""

    @property
    def id(self) -> str:
        """Sixteen hexadecimal digits."""

    def commit(self, readings: Sequence[Reading], faults: Sequence[Fault]) -> Committed:
        """Write all or nothing, on disk when this returns. A reading or fault already there is
        not written twice; another value for the same (series, time) replaces the first; a
        reading removes a fault of the same (series, time) and a fault never removes a reading.
        Within ``readings`` the last one of the same (series, time) wins.
        """

    def newest(self) -> dict[Series, Reading | Fault]:
        """For every series its newest reading or fault, whichever is later."""

    def points(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Point]:
        """The oldest ``limit`` readings of the range, in order of time."""

    def faults(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Fault]:
        """The oldest ``limit`` faults of the range, in order of time."""

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        """Readings of ``[edges[i], edges[i+1])`` for each i, empty ones left out.

        ``edges`` ascend; ``vector`` averages directions in degrees as vectors.
        """

    def delete(self, series: Series, from_ms: int, to_ms: int) -> int:
        """Take back the readings and faults of the range; returns how many readings that were."""

    def count(self) -> int:
        """How many readings there are."""

    def version(self, series: Iterable[Series]) -> Hashable | None:
        """Something that is another one as soon as anything of ``series`` has been written or
        taken back, by whatever program; None where that cannot be said at once.
        """

    def close(self) -> None:
        """Let go of the engine; what was committed stays."""


def knock(store: Store) -> None:
    """Raises ``StorageError`` where ``store`` does not answer; the cheapest question there is."""
    store.points(_NOBODY, 0, 1, 1)


_NOBODY: Final = Series("-", "-")
