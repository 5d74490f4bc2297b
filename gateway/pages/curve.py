"""A week's curve as the inside of an SVG: a line of hourly means in a band of what was between.

An hour without a reading is a gap. The box is ``HOUR`` wide for each hour of the week and
``HEIGHT`` high, in whole numbers and relative steps: half the bytes of absolute coordinates.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from gateway.pages.week import HOUR_MS, Aggregate, Span, Week
from gateway.store.base import Bucket

HOUR: Final = 6
HEIGHT: Final = 160


@dataclass(frozen=True, slots=True)
class Curve:
    """What is drawn, and the ends of its scale in the channel's unit.

    Path data are empty where they have no use; ``days`` are the places of the midnights.
    """

    low: float
    high: float
    width: int
    height: int
    line: str
    band: str
    bars: str
    dots: str
    days: Sequence[int]


def scale_of(week: Week, aggregate: Aggregate, least_span: float) -> tuple[float, float]:
    """The ends of the curve: those of the data, but never nearer than ``least_span``."""
    if aggregate == "vector":
        return 0.0, 360.0
    if aggregate == "sum":
        return 0.0, max([least_span, *(b.total for b in week.hours)])
    missing = max(0.0, least_span - (week.most - week.least)) / 2
    return week.least - missing, week.most + missing


def curve_of(week: Week, aggregate: Aggregate, least_span: float) -> Curve:
    """Draw a week that is not empty; ``least_span`` is over 0."""
    low, high = scale_of(week, aggregate, least_span)
    pen = _Pen(week.span, low, high)
    runs = list(runs_of(week.hours)) if aggregate == "mean" else []
    return Curve(
        low,
        high,
        width=HOUR * len(week.span.hours_ms),
        height=HEIGHT,
        line="".join(pen.line(run) for run in runs),
        band="".join(pen.band(run) for run in runs),
        bars=pen.bars(week.hours) if aggregate == "sum" else "",
        dots=pen.dots(week.hours) if aggregate == "vector" else "",
        days=[pen.left(start) for start in week.span.days_ms[1:-1]],
    )


def runs_of(hours: Sequence[Bucket]) -> Iterator[list[Bucket]]:
    """Hours that follow each other without a gap."""
    run: list[Bucket] = []
    for bucket in hours:
        if run and bucket.start_ms - run[-1].start_ms > HOUR_MS:
            yield run
            run = []
        run.append(bucket)
    if run:
        yield run


class _Pen:
    def __init__(self, span: Span, low: float, high: float) -> None:
        self._from_ms = span.from_ms
        self._high = high
        self._per_unit = HEIGHT / (high - low)

    def left(self, at_ms: int) -> int:
        return HOUR * ((at_ms - self._from_ms) // HOUR_MS)

    def _middle(self, bucket: Bucket) -> int:
        return self.left(bucket.start_ms) + HOUR // 2

    def _y(self, value: float) -> int:
        return round((self._high - value) * self._per_unit)

    def line(self, run: Sequence[Bucket]) -> str:
        heights = [self._y(b.mean) for b in run]
        # A run of one hour is a dot: a line of no length with round ends.
        return f"M{self._middle(run[0])} {heights[0]}{_steps(heights, HOUR) or 'h0'}"

    def band(self, run: Sequence[Bucket]) -> str:
        tops = [self._y(b.most) for b in run]
        bottoms = [self._y(b.least) for b in reversed(run)]
        turn = f"v{bottoms[0] - tops[-1]}"
        start = f"M{self._middle(run[0])} {tops[0]}"
        return f"{start}{_steps(tops, HOUR)}{turn}{_steps(bottoms, -HOUR)}z"

    def bars(self, hours: Sequence[Bucket]) -> str:
        return "".join(
            f"M{self._middle(b)} {HEIGHT}V{self._y(b.total)}" for b in hours if b.total > 0
        )

    def dots(self, hours: Sequence[Bucket]) -> str:
        return "".join(f"M{self._middle(b)} {self._y(b.mean)}h0" for b in hours)


def _steps(heights: Sequence[int], across: int) -> str:
    return "".join(f"l{across} {y2 - y1}" for y1, y2 in pairwise(heights))
