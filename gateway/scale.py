"""Raw in, calibrated out: a channel's calibrations laid over its readings as they leave.

What was measured stays as it was measured, in readings and in rollups alike. A calibration is a
straight line through two points and holds from its moment until the next one begins. Means commute
with a line; with a negative slope, which every capacitive probe has, least and most change places;
a bucket in which the calibration changes is put together from its parts. Values are not clamped: a
water content over 100 % is shown, and doubted.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.store.base import Bucket, Point

CALIBRATED: Final[Mapping[str, str]] = {"soil_moisture_raw": "soil_moisture"}
"""What a raw quantity becomes by its calibration; any other stays what it is."""
DECIMALS: Final = 6
OUT_OF_RANGE: Final = "out of range"
"""The doubt about a share of water below nothing or above everything."""


@dataclass(frozen=True, slots=True)
class Line:
    """``value = slope * raw + offset``."""

    slope: float
    offset: float

    def of(self, raw: float) -> float:
        """The calibrated value of ``raw``, without the dust of the arithmetic."""
        return round(self.slope * raw + self.offset, DECIMALS)

    def of_bucket(self, raw: Bucket, start_ms: int) -> Bucket:
        """The bucket, or the part of one that begins at ``start_ms``, that the calibrated readings
        of ``raw`` would have made.
        """
        _, count, mean, least, most, total = raw
        ends = (least, most) if self.slope > 0 else (most, least)
        total = round(self.slope * total + self.offset * count, DECIMALS)
        return Bucket(start_ms, count, self.of(mean), self.of(ends[0]), self.of(ends[1]), total)


IDENTITY: Final = Line(1.0, 0.0)


def line_through(low: tuple[float, float], high: tuple[float, float]) -> Line:
    """The line through two points of (raw, value); ``ValueError`` where there is none to speak of.

    Equal raw values have none, and equal values would make one number of everything.
    """
    (raw_low, value_low), (raw_high, value_high) = low, high
    if raw_low == raw_high or value_low == value_high:
        raise ValueError("two points that are different in both numbers are needed")
    slope = (value_high - value_low) / (raw_high - raw_low)
    return Line(slope, value_low - slope * raw_low)


@dataclass(frozen=True, slots=True)
class Piece:
    """``line`` holds from ``from_ms`` on; None: what was measured then has no meaning yet."""

    from_ms: int
    line: Line | None


class Scale:
    """A channel of ``quantity`` and its calibrations: ``lines``, each with when it begins.

    Before its first calibration a raw quantity has no value at all, any other that as measured.
    """

    def __init__(self, quantity: str | None, lines: Sequence[tuple[int, Line]] = ()) -> None:
        is_raw = quantity in CALIBRATED
        self.is_identity = not lines
        self.quantity = CALIBRATED[quantity or ""] if is_raw and lines else quantity
        before = Piece(-(2**63), None if is_raw else IDENTITY)
        self._pieces = [before, *(Piece(from_ms, line) for from_ms, line in lines)]
        self._starts = [piece.from_ms for piece in self._pieces]
        self._is_share = self.quantity == "soil_moisture"

    @property
    def begins_ms(self) -> int:
        """The first moment whose readings have a value."""
        return self._starts[0] if self._pieces[0].line else self._starts[1]

    def line_at(self, at_ms: int) -> Line | None:
        """What holds at ``at_ms``."""
        return self._pieces[bisect_right(self._starts, at_ms) - 1].line

    def point(self, raw: Point) -> Point | None:
        """``raw`` as it leaves, or None where no calibration held."""
        if self.is_identity:
            return raw
        line = self.line_at(raw.at_ms)
        if line is None:
            return None
        value = line.of(raw.value)
        return raw._replace(value=value, suspect=raw.suspect or self._doubt(value))

    def buckets(
        self, edges: Sequence[int], measured: Callable[[Sequence[int]], Sequence[Bucket]]
    ) -> list[Bucket]:
        """The calibrated buckets between ``edges``; ``measured`` gives raw ones for any edges."""
        if self.is_identity or len(edges) < 2:
            return list(measured(edges))
        changes = [start for start in self._starts[1:] if edges[0] < start < edges[-1]]
        if not changes:
            line = self.line_at(edges[0])
            return [line.of_bucket(raw, raw.start_ms) for raw in measured(edges)] if line else []
        found: list[Bucket] = []
        for raw in measured(sorted({*edges, *changes})):
            line = self.line_at(raw.start_ms)
            if line is None:
                continue
            start_ms = edges[bisect_right(edges, raw.start_ms) - 1]
            part = line.of_bucket(raw, start_ms)
            if found and found[-1].start_ms == start_ms:
                found[-1] = _together(found[-1], part)
            else:
                found.append(part)
        return found

    def _doubt(self, value: float) -> str:
        return OUT_OF_RANGE if self._is_share and not 0 <= value <= 100 else ""


def _together(one: Bucket, other: Bucket) -> Bucket:
    count, total = one.count + other.count, one.total + other.total
    least, most = min(one.least, other.least), max(one.most, other.most)
    return Bucket(one.start_ms, count, round(total / count, DECIMALS), least, most, total)
