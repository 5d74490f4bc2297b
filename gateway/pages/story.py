"""What a curve says, in a sentence: between what, on average, and where it is going."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from gateway.pages import words
from gateway.pages.numbers import Format
from gateway.pages.wording import NOTHING, Row, Wording
from gateway.store.base import Bucket
from gateway.times import DAY_MS, HOUR_MS

STEADY_SHARE: Final = 0.2
"""A change under this share of all that was seen, or of the quantity's own span, is none."""
LEAST_POINTS: Final = 4


class Story:
    """Tells what ``wording``'s channel did in some buckets."""

    def __init__(self, wording: Wording, write: Format) -> None:
        self._wording = wording
        self._write = write
        self._tell = wording.texts.gettext

    def sentence(self, found: Sequence[Bucket]) -> str:
        """All of ``found`` in a sentence or two."""
        tell, wording = self._tell, self._wording
        if not found:
            return tell("Rien de mesuré dans cette période.")
        if wording.yes_or_no:
            share = _mean(found)
            pct = self._write.number(100 * share, 0)
            return tell("Oui pendant %(pct)s %% du temps.") % {"pct": pct}
        if wording.aggregate == "vector":
            wind = tell(words.wind_of(_direction(found)))
            return tell("En moyenne : %(wind)s.") % {"wind": wind}
        if wording.aggregate == "sum":
            total = wording.measure(sum(one.total for one in found))
            return tell("%(total)s en tout.") % {"total": total}
        low = wording.number(min(one.least for one in found))
        high = wording.measure(max(one.most for one in found))
        told = tell("Entre %(low)s et %(high)s ; en moyenne %(mean)s.") % {
            "low": low,
            "high": high,
            "mean": wording.measure(_mean(found)),
        }
        return f"{told} {self._trend(found)}".strip()

    def _trend(self, found: Sequence[Bucket]) -> str:
        if len(found) < LEAST_POINTS:
            return ""
        change = trend_of(found)
        seen = max(one.most for one in found) - min(one.least for one in found)
        tell = self._tell
        if abs(change) < STEADY_SHARE * max(seen, self._wording.look.span):
            return tell("Sans tendance nette.")
        by = {"change": self._wording.measure(abs(change))}
        if change > 0:
            return tell("En hausse d’environ %(change)s.") % by
        return tell("En baisse d’environ %(change)s.") % by

    def rows(self, edges: Sequence[int], found: Sequence[Bucket]) -> list[Row]:
        """The table: one row for each step between ``edges`` that has begun."""
        by_start = {one.start_ms: one for one in found}
        step_ms = edges[1] - edges[0] if len(edges) > 1 else DAY_MS
        return [Row(self._when(at, step_ms), self._numbers(by_start.get(at))) for at in edges[:-1]]

    def _numbers(self, one: Bucket | None) -> list[str]:
        wording = self._wording
        if one is None:
            return [NOTHING] * len(wording.columns())
        if wording.aggregate == "sum":
            return [wording.number(one.total)]
        if wording.aggregate == "vector":
            return [wording.number(one.mean)]
        return [wording.number(n) for n in (one.least, one.mean, one.most)]

    def _when(self, at_ms: int, step_ms: int) -> str:
        if step_ms <= HOUR_MS:
            return self._write.weekday_clock(at_ms)
        return self._write.month(at_ms) if step_ms > 7 * DAY_MS else self._write.day(at_ms)


def trend_of(found: Sequence[Bucket]) -> float:
    """How far the straight line that fits best goes up, from the first bucket to the last."""
    times = [one.start_ms for one in found]
    middle_t, middle_v = sum(times) / len(times), sum(one.mean for one in found) / len(found)
    spread = sum((t - middle_t) ** 2 for t in times)
    if not spread:
        return 0.0
    together = sum((one.start_ms - middle_t) * (one.mean - middle_v) for one in found)
    return together / spread * (times[-1] - times[0])


def _direction(found: Sequence[Bucket]) -> float:
    """The mean direction, as vectors."""
    east = sum(one.count * math.sin(math.radians(one.mean)) for one in found)
    north = sum(one.count * math.cos(math.radians(one.mean)) for one in found)
    return math.degrees(math.atan2(east, north)) % 360


def _mean(found: Sequence[Bucket]) -> float:
    return sum(one.mean * one.count for one in found) / sum(one.count for one in found)
