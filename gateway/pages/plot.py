"""Two or three curves in one picture: one scale for each unit, drawn as the inside of an SVG.

The picture is ``WIDTH`` by ``HEIGHT`` and stretched to its place; a script may take it over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from gateway.pages.week import Aggregate
from gateway.store.base import Bucket

WIDTH: Final = 1000
HEIGHT: Final = 300


@dataclass(frozen=True, slots=True)
class Drawn:
    """One channel to draw: its buckets, the unit that gives its scale, the least span of that."""

    unit: str
    aggregate: Aggregate
    least_span: float
    found: Sequence[Bucket]


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of a unit's axis."""

    unit: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Paths:
    """The path data of one curve; empty where they have no use."""

    line: str = ""
    band: str = ""
    bars: str = ""
    dots: str = ""


def scales_of(drawn: Sequence[Drawn]) -> list[Scale]:
    """One scale for each unit, in the order of the curves; none for what has no readings."""
    units = dict.fromkeys(one.unit for one in drawn if one.found)
    return [_scale(unit, [one for one in drawn if one.unit == unit]) for unit in units]


def _scale(unit: str, drawn: Sequence[Drawn]) -> Scale:
    if any(one.aggregate == "vector" for one in drawn):
        return Scale(unit, 0.0, 360.0)
    low = min(_low(one) for one in drawn if one.found)
    high = max(_high(one) for one in drawn if one.found)
    missing = max(0.0, max(one.least_span for one in drawn) - (high - low))
    if all(one.aggregate == "sum" for one in drawn):
        return Scale(unit, 0.0, high + missing)
    bottom = low - missing / 2
    if bottom < 0 <= low:
        bottom = 0.0  # what is never below nothing is not drawn as if it could be
    return Scale(unit, bottom, max(high, bottom + high - low + missing))


def _low(one: Drawn) -> float:
    return 0.0 if one.aggregate == "sum" else min(bucket.least for bucket in one.found)


def _high(one: Drawn) -> float:
    is_sum = one.aggregate == "sum"
    return max(bucket.total if is_sum else bucket.most for bucket in one.found)


class Pen:
    """Draws between two moments; ``step_ms``: further apart than two of them is a gap."""

    def __init__(self, from_ms: int, to_ms: int, step_ms: int) -> None:
        self._from_ms = from_ms
        self._per_ms = WIDTH / (to_ms - from_ms)
        self._step_ms = step_ms

    def draw(self, one: Drawn, scale: Scale) -> Paths:
        """The paths of one curve."""
        if one.aggregate == "sum":
            return Paths(bars="".join(
                f"M{self._x(b)} {HEIGHT}V{_y(b.total, scale)}" for b in one.found if b.total > 0
            ))  # fmt: skip
        if one.aggregate == "vector":
            return Paths(dots="".join(f"M{self._x(b)} {_y(b.mean, scale)}h0" for b in one.found))
        runs = list(self._runs(one.found))
        return Paths(
            line="".join(self._line(run, scale) for run in runs),
            band="".join(self._band(run, scale) for run in runs),
        )

    def _x(self, bucket: Bucket) -> float:
        middle_ms = bucket.start_ms + self._step_ms / 2
        return round((middle_ms - self._from_ms) * self._per_ms, 1)

    def _line(self, run: Sequence[Bucket], scale: Scale) -> str:
        points = [f"{self._x(b)} {_y(b.mean, scale)}" for b in run]
        return f"M{points[0]}" + ("L" + " ".join(points[1:]) if points[1:] else "h0")

    def _band(self, run: Sequence[Bucket], scale: Scale) -> str:
        tops = [f"{self._x(b)} {_y(b.most, scale)}" for b in run]
        bottoms = [f"{self._x(b)} {_y(b.least, scale)}" for b in reversed(run)]
        return f"M{' '.join([*tops, *bottoms])}z"

    def _runs(self, found: Sequence[Bucket]) -> Iterator[list[Bucket]]:
        if not found:
            return
        run = [found[0]]
        for before, bucket in pairwise(found):
            # A day of a change of clock is an hour longer.
            if bucket.start_ms - before.start_ms > 1.6 * self._step_ms:
                yield run
                run = []
            run.append(bucket)
        yield run


def _y(value: float, scale: Scale) -> float:
    return round((scale.high - value) / (scale.high - scale.low) * HEIGHT, 1)
