"""History may be corrected in any order: every bucket equals a recomputation from the readings.

A machine inserts in order and late, replaces, deletes, calibrates and undoes, around both days of
the year on which the clocks change; after each step every length of bucket is asked, through the
store and through the calibrations. The model is a dictionary.
"""

from __future__ import annotations

import math
import tempfile
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.calibrations import Wanted
from gateway.catalogue import Catalogue
from gateway.measured import Measured
from gateway.scale import Line
from gateway.store.base import Bucket, Fault, Reading, Series
from gateway.store.sqlite import SqliteStore
from gateway.times import edges, from_rfc3339, parse_every

PARIS = ZoneInfo("Europe/Paris")
SOIL = Series("potager-1", "soil")
MINUTE = 60_000
DAY_MS = 86_400_000
LENGTHS = ("15m", "1h", "6h", "1d", "1w")
SEASONS = {
    "spring": from_rfc3339("2026-03-28T00:00:00Z"),
    "autumn": from_rfc3339("2026-10-24T00:00:00Z"),
}
moments = st.integers(0, 3 * DAY_MS // (5 * MINUTE) - 1).map(lambda n: n * 5 * MINUTE)
raw_values = st.integers(300, 900).map(lambda counts: counts / 1023)
waters = st.integers(1, 60).map(float)


class History(RuleBasedStateMachine):
    """One probe's readings for three days, and what people do to them."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="jardin-history-")
        folder = Path(self._folder.name)
        self.store = SqliteStore(folder / "store.sqlite", timezone="Europe/Paris")
        self.catalogue = Catalogue(folder / "garden.sqlite")
        about = {"channels": {"soil": {"quantity": "soil_moisture_raw"}}}
        self.catalogue.set_about("potager-1", about)
        self.measured = Measured(self.store, self.catalogue)
        self.values: dict[int, float] = {}
        self.made: list[tuple[int, int, Line, bool]] = []

    @initialize(season=st.sampled_from(sorted(SEASONS)))
    def begin(self, season: str) -> None:
        self.start = SEASONS[season]

    @rule(found=st.dictionaries(moments, raw_values, min_size=1, max_size=30))
    def measure(self, found: dict[int, float]) -> None:
        readings = [Reading(SOIL, self.start + at, value) for at, value in found.items()]
        before = self.values.keys()
        done = self.store.commit(readings, [Fault(SOIL, self.start - 1, "checksum")])
        assert done.new == len({r.at_ms for r in readings} - before)
        self.values |= {r.at_ms: r.value for r in readings}

    @rule(begin=moments, length=st.integers(1, DAY_MS))
    def delete(self, begin: int, length: int) -> None:
        from_ms, to_ms = self.start + begin, self.start + begin + length
        inside = [at for at in self.values if from_ms <= at < to_ms]
        assert self.store.delete(SOIL, from_ms, to_ms) == len(inside)
        for at in inside:
            del self.values[at]

    @rule(begin=st.none() | moments, wet=waters, dry_raw=st.integers(700, 900))
    def calibrate(self, begin: int | None, wet: float, dry_raw: int) -> None:
        from_ms = 0 if begin is None else self.start + begin
        wanted = Wanted(SOIL, (dry_raw / 1023, 0.0), (0.4, wet), from_ms)
        (one,) = self.catalogue.calibrations.make([wanted], "gardener", 0)
        self.made.append((one.id, from_ms, one.line, True))

    @rule(which=st.integers(0, 50))
    def undo(self, which: int) -> None:
        if self.made:
            place = which % len(self.made)
            number, from_ms, line, _ = self.made[place]
            self.catalogue.calibrations.undo(SOIL, number, 0)
            self.made[place] = (number, from_ms, line, False)

    @invariant()
    def every_bucket_equals_a_recomputation(self) -> None:
        if not hasattr(self, "start"):
            return
        calibrated = {at: v for at in self.values if (v := self._calibrated(at)) is not None}
        for length in LENGTHS:
            bounds = edges(self.start, self.start + 3 * DAY_MS, parse_every(length), PARIS)
            stored = self.store.buckets(SOIL, bounds, vector=False)
            _assert_same(stored, _recomputed(self.values, bounds))
            _assert_same(
                self.measured.buckets(SOIL, bounds, vector=False), _recomputed(calibrated, bounds)
            )

    @invariant()
    def every_reading_is_there_once(self) -> None:
        assert self.store.count() == len(self.values)
        points = self.store.points(SOIL, 0, 2**60, 10**6)
        assert [(p.at_ms, p.value) for p in points] == sorted(self.values.items())

    def teardown(self) -> None:
        self.store.close()
        self.catalogue.close()
        self._folder.cleanup()

    def _calibrated(self, at_ms: int) -> float | None:
        lines = [(from_ms, number, line) for number, from_ms, line, holds in self.made if holds]
        if not lines:
            return self.values[at_ms]
        before = [one for one in lines if one[0] <= at_ms]
        if not before:
            return None
        return max(before, key=lambda one: one[:2])[2].of(self.values[at_ms])


def _recomputed(values: dict[int, float], bounds: list[int]) -> list[Bucket]:
    found = []
    for start, end in pairwise(bounds):
        inside = [value for at, value in values.items() if start <= at < end]
        if inside:
            total = math.fsum(inside)
            mean = total / len(inside)
            found.append(Bucket(start, len(inside), mean, min(inside), max(inside), total))
    return found


def _assert_same(found: list[Bucket], expected: list[Bucket]) -> None:
    assert [(b.start_ms, b.count) for b in found] == [(b.start_ms, b.count) for b in expected]
    for one, other in zip(found, expected, strict=True):
        for name in ("mean", "least", "most", "total"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), abs=1e-3, rel=1e-9)


History.TestCase.settings = settings(max_examples=25, stateful_step_count=15, deadline=None)
TestHistory = History.TestCase
