"""What every engine of the store does. An engine joins by a line in ``ENGINES``.

The tests of InfluxDB need a real one: ``tests/influx.py`` says how to name it.
"""

from __future__ import annotations

import cmath
import math
import random
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from itertools import count, pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from influx import a_bucket

from gateway.store.base import LATEST_MS, Bucket, Committed, Fault, Reading, Series, Store
from gateway.store.influxdb import InfluxStore
from gateway.store.sqlite import SqliteStore
from gateway.times import edges, from_rfc3339, parse_every

PARIS = ZoneInfo("Europe/Paris")
AIR = Series("potager-1", "air")
WIND = Series("potager-1", "wind")
NOON = 1_763_809_200_000
MINUTE = 60_000
DAY_MS = 86_400_000

# One store serves all examples of a property: each takes a series of its own.
PROPERTY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_numbers = count()

Open = Callable[[], Store]


@contextmanager
def _sqlite(folder: Path) -> Iterator[Open]:
    yield lambda: SqliteStore(folder / "store.sqlite", timezone="Europe/Paris")


@contextmanager
def _influxdb(_folder: Path) -> Iterator[Open]:
    with a_bucket() as settings:
        yield lambda: InfluxStore(settings)


ENGINES: dict[str, Callable[[Path], AbstractContextManager[Open]]] = {
    "sqlite": _sqlite,
    "influxdb": _influxdb,
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Callable[[Path], AbstractContextManager[Open]]:
    return ENGINES[request.param]


@pytest.fixture
def open_store(
    engine: Callable[[Path], AbstractContextManager[Open]], tmp_path: Path
) -> Iterator[Open]:
    """Opens the same store, as often as called; all are closed at the end."""
    opened: list[Store] = []
    with engine(tmp_path) as opening:

        def open_one() -> Store:
            opened.append(opening())
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()


@pytest.fixture
def store(open_store: Open) -> Store:
    return open_store()


def at(minutes: int, value: float = 1.0, series: Series = AIR, *, suspect: str = "") -> Reading:
    return Reading(series, NOON + minutes * MINUTE, value, suspect)


def everything(store: Store, series: Series = AIR) -> list[tuple[int, float, str]]:
    return [(p.at_ms, p.value, p.suspect) for p in store.points(series, 0, 2**60, 10**6)]


def a_new_series() -> Series:
    return Series("property", f"series-{next(_numbers)}")


# --- what a commit does -----------------------------------------------------------------------


def test_a_new_store_is_empty_and_has_an_id_of_16_hexadecimal_digits(store: Store) -> None:
    assert (store.count(), store.newest(), everything(store)) == (0, {}, [])
    assert len(store.id) == 16
    assert set(store.id) <= set("0123456789abcdef")


def test_what_was_committed_is_there_after_reopening_under_the_same_id(open_store: Open) -> None:
    first = open_store()
    first.commit([at(0, 21.5), at(5, -3.25, suspect="stuck")], [Fault(WIND, NOON, "checksum")])
    first.close()
    again = open_store()
    assert again.id == first.id
    assert everything(again) == [(NOON, 21.5, ""), (NOON + 5 * MINUTE, -3.25, "stuck")]
    assert again.faults(WIND, 0, 2**60, 10) == [Fault(WIND, NOON, "checksum")]
    assert again.count() == 2


def test_two_stores_have_different_ids(
    engine: Callable[[Path], AbstractContextManager[Open]], tmp_path: Path
) -> None:
    ids = set()
    for name in ("a", "b"):
        with engine(tmp_path / name) as opening:
            one = opening()
            ids.add(one.id)
            one.close()
    assert len(ids) == 2


def test_storing_twice_is_storing_once(store: Store) -> None:
    batch = [at(0, 1.5), at(5, 2.5)]
    assert store.commit(batch, []) == Committed(new=2)
    assert store.commit(batch, []) == Committed(same=2)
    assert store.count() == 2


def test_another_value_for_the_same_moment_replaces_the_first_and_is_counted(store: Store) -> None:
    store.commit([at(0, 1.0), at(5, 2.0)], [])
    done = store.commit([at(0, 1.0), at(5, 2.5), at(10, 3.0)], [])
    assert done == Committed(new=1, same=1, replaced=1)
    assert [p[1] for p in everything(store)] == [1.0, 2.5, 3.0]


def test_a_doubt_that_comes_or_goes_replaces_the_reading(store: Store) -> None:
    store.commit([at(0, 1.0, suspect="stuck")], [])
    assert store.commit([at(0, 1.0)], []) == Committed(replaced=1)
    assert everything(store) == [(NOON, 1.0, "")]


def test_another_doubt_about_the_same_value_replaces_the_reading(store: Store) -> None:
    store.commit([at(0, 1.0, suspect="stuck")], [])
    assert store.commit([at(0, 1.0, suspect="moved")], []) == Committed(replaced=1)
    assert everything(store) == [(NOON, 1.0, "moved")]


def test_a_node_that_makes_up_ever_new_doubts_does_not_fill_the_store(store: Store) -> None:
    store.commit([at(m, suspect=f"reason {m}") for m in range(1000)], [])
    doubts = {doubt for *_, doubt in everything(store)}
    assert "" not in doubts
    assert len(doubts) < 300


def test_the_last_one_of_the_same_moment_in_a_batch_wins(store: Store) -> None:
    assert store.commit([at(0, 1.0), at(0, 2.0)], []) == Committed(new=1, replaced=1)
    assert store.commit([at(0, 3.0), at(0, 2.0)], []) == Committed(replaced=2)
    assert everything(store) == [(NOON, 2.0, "")]


def test_channels_of_two_nodes_with_the_same_name_are_two(store: Store) -> None:
    other = Series("serre", "air")
    store.commit([at(0, 1.0), at(0, 2.0, other)], [])
    assert [everything(store), everything(store, other)] == [
        [(NOON, 1.0, "")],
        [(NOON, 2.0, "")],
    ]


def test_a_reading_removes_the_fault_of_its_moment_and_no_other(store: Store) -> None:
    others = [Fault(AIR, NOON + MINUTE, "timeout"), Fault(WIND, NOON, "timeout")]
    store.commit([], [Fault(AIR, NOON, "checksum"), *others])
    store.commit([at(0)], [])
    assert store.faults(AIR, 0, 2**60, 10) == [others[0]]
    assert store.faults(WIND, 0, 2**60, 10) == [others[1]]


def test_a_fault_never_removes_a_reading(store: Store) -> None:
    store.commit([at(0)], [])
    store.commit([], [Fault(AIR, NOON, "checksum")])
    store.commit([at(5)], [Fault(AIR, NOON + 5 * MINUTE, "checksum")])
    assert store.faults(AIR, 0, 2**60, 10) == []
    assert store.count() == 2


def test_a_fault_told_twice_is_kept_once_with_its_last_reason(store: Store) -> None:
    store.commit([], [Fault(AIR, NOON, "checksum"), Fault(AIR, NOON, "checksum")])
    store.commit([], [Fault(AIR, NOON, "no answer")])
    assert store.faults(AIR, 0, 2**60, 10) == [Fault(AIR, NOON, "no answer")]


def test_a_fault_whose_reason_is_not_quite_text_does_not_stop_the_batch(store: Store) -> None:
    store.commit([at(0)], [Fault(WIND, NOON, "bad \ud800")])
    assert store.count() == 1
    assert store.faults(WIND, 0, 2**60, 10) == [Fault(WIND, NOON, "bad ?")]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_value_that_is_no_number_is_refused_and_nothing_of_its_batch_kept(
    store: Store, value: float
) -> None:
    with pytest.raises(ValueError, match="finite"):
        store.commit([at(0), at(5, value)], [Fault(WIND, NOON, "x")])
    assert (store.count(), store.newest()) == (0, {})


def test_extreme_values_and_times_come_back_exactly(store: Store) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1e15 + 0.3, 253_402_300_799.0]
    batch = [at(i, v) for i, v in enumerate(values)]
    batch.append(Reading(AIR, LATEST_MS, 7.0))
    store.commit(batch, [])
    assert [(p[0], repr(p[1] + 0.0)) for p in everything(store)] == [
        (r.at_ms, repr(r.value + 0.0)) for r in batch
    ]


# --- asking ---------------------------------------------------------------------------------


def test_a_range_includes_its_start_excludes_its_end_and_gives_the_oldest_first(
    store: Store,
) -> None:
    store.commit([at(m, float(m)) for m in (3, 0, 2, 1, 4)], [])
    found = store.points(AIR, NOON + MINUTE, NOON + 4 * MINUTE, 2)
    assert [p.value for p in found] == [1.0, 2.0]
    assert [p.value for p in store.points(AIR, NOON + MINUTE, NOON + 4 * MINUTE, 9)] == [1, 2, 3]


def test_faults_are_asked_for_in_the_same_way(store: Store) -> None:
    store.commit([], [Fault(AIR, NOON + m * MINUTE, str(m)) for m in (2, 0, 3, 1)])
    assert [f.reason for f in store.faults(AIR, NOON, NOON + 3 * MINUTE, 2)] == ["0", "1"]


def test_a_series_that_nobody_knows_has_nothing(store: Store) -> None:
    store.commit([at(0)], [])
    unknown = Series("nowhere", "air")
    assert store.points(unknown, 0, 2**60, 10) == []
    assert store.faults(unknown, 0, 2**60, 10) == []
    assert store.buckets(unknown, [0, 2**60], vector=False) == []


def test_newest_is_the_later_of_reading_and_fault_for_every_series(store: Store) -> None:
    rain = Series("serre", "rain")
    store.commit(
        [at(5, 5.0), at(0), at(0, 2.0, WIND, suspect="stuck")],
        [Fault(AIR, NOON, "early"), Fault(WIND, NOON + MINUTE, "late"), Fault(rain, NOON, "only")],
    )
    assert store.newest() == {
        AIR: at(5, 5.0),
        WIND: Fault(WIND, NOON + MINUTE, "late"),
        rain: Fault(rain, NOON, "only"),
    }


def test_a_late_reading_does_not_become_the_newest(store: Store) -> None:
    store.commit([at(5)], [])
    store.commit([at(0, 9.0)], [])
    assert store.newest() == {AIR: at(5)}


# --- buckets ----------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [MINUTE, 100 * MINUTE])
def test_buckets_tell_count_mean_least_most_and_total_and_leave_out_empty_ones(
    store: Store, step: int
) -> None:
    start = NOON
    values = [(0, 4.0), (step - 1, 1.0), (step, 7.0), (3 * step, 2.0), (4 * step, 100.0)]
    store.commit([Reading(AIR, start + offset, value) for offset, value in values], [])
    found = store.buckets(AIR, [start + i * step for i in range(5)], vector=False)
    assert found == [
        Bucket(start, 2, 2.5, 1.0, 4.0, 5.0),
        Bucket(start + step, 1, 7.0, 7.0, 7.0, 7.0),
        Bucket(start + 3 * step, 1, 2.0, 2.0, 2.0, 2.0),
    ]


@pytest.mark.parametrize("step", [MINUTE, 100 * MINUTE])
def test_directions_average_as_vectors(store: Store, step: int) -> None:
    store.commit([Reading(WIND, NOON, 350.0), Reading(WIND, NOON + 1, 20.0)], [])
    (found,) = store.buckets(WIND, [NOON, NOON + step], vector=True)
    assert found.mean == pytest.approx(5.0)
    assert (found.count, found.least, found.most) == (2, 20.0, 350.0)


@pytest.mark.parametrize("step", [MINUTE, 100 * MINUTE])
def test_directions_that_cancel_out_have_no_mean_and_none_is_invented(
    store: Store, step: int
) -> None:
    store.commit([Reading(WIND, NOON, 90.0), Reading(WIND, NOON + 1, 270.0)], [])
    assert store.buckets(WIND, [NOON, NOON + step], vector=True) == []


@pytest.mark.parametrize("bounds", [[], [NOON]])
def test_no_bounds_no_buckets(store: Store, bounds: list[int]) -> None:
    store.commit([at(0)], [])
    assert store.buckets(AIR, bounds, vector=False) == []


def test_buckets_may_reach_from_before_time_to_after_it(store: Store) -> None:
    store.commit([at(0, 2.0), Reading(AIR, LATEST_MS, 4.0)], [])
    found = store.buckets(AIR, [0, NOON, LATEST_MS, 2**60, 2**61], vector=False)
    assert [(b.start_ms, b.total) for b in found] == [(NOON, 2.0), (LATEST_MS, 4.0)]
    assert store.buckets(AIR, [2**60, 2**61], vector=False) == []


DST_DAYS = {
    "spring": from_rfc3339("2026-03-28T12:00:00Z"),
    "autumn": from_rfc3339("2026-10-24T12:00:00Z"),
}


@pytest.mark.parametrize("season", DST_DAYS)
@pytest.mark.parametrize("vector", [False, True])
@given(
    tenths=st.dictionaries(st.integers(0, 2 * DAY_MS - 1), st.integers(0, 3599), max_size=60),
    every=st.sampled_from(["15m", "1h", "6h", "1d", "1w"]),
)
@PROPERTY
def test_buckets_equal_a_recomputation_across_the_change_of_hour(
    store: Store, season: str, vector: bool, tenths: dict[int, int], every: str
) -> None:
    series, start = a_new_series(), DST_DAYS[season]
    values = {start + offset: tenth / 10 for offset, tenth in tenths.items()}
    store.commit([Reading(series, t, v) for t, v in values.items()], [])
    bounds = edges(start, start + 2 * DAY_MS, parse_every(every), PARIS)
    found = store.buckets(series, bounds, vector=vector)
    expected = list(recomputed(values, bounds, vector=vector))
    assert [(b.start_ms, b.count, b.least, b.most) for b in found] == [
        (b.start_ms, b.count, b.least, b.most) for b in expected
    ]
    for one, other in zip(found, expected, strict=True):
        assert one.total == pytest.approx(other.total)
        assert turn_between(one.mean, other.mean) < 1e-4


def recomputed(
    values: dict[int, float], bounds: Sequence[int], *, vector: bool
) -> Iterator[Bucket]:
    for start_ms, end_ms in pairwise(bounds):
        inside = [v for t, v in values.items() if start_ms <= t < end_ms]
        arrow = sum(cmath.rect(1, math.radians(v)) for v in inside)
        if inside and not (vector and abs(arrow) < 1e-9 * len(inside)):
            mean = math.degrees(cmath.phase(arrow)) if vector else sum(inside) / len(inside)
            yield Bucket(start_ms, len(inside), mean, min(inside), max(inside), sum(inside))


def turn_between(one: float, other: float) -> float:
    """Degrees between two directions; of plain means simply their difference, modulo a turn."""
    return abs((one - other + 180) % 360 - 180)


@pytest.mark.parametrize("every", ["15m", "1h", "6h", "1d", "1w", "1mo"])
def test_buckets_of_every_length_of_a_year_equal_a_recomputation(store: Store, every: str) -> None:
    start, end = from_rfc3339("2026-01-01T00:00:00Z"), from_rfc3339("2027-01-01T00:00:00Z")
    values = {at_ms: (at_ms // MINUTE % 977) / 8 for at_ms in range(start, end, 97 * MINUTE)}
    store.commit([Reading(AIR, t, v) for t, v in values.items()], [])
    bounds = edges(start, end, parse_every(every), PARIS)
    expected = list(recomputed_fast(values, bounds))
    assert [(b.start_ms, b.count, b.least, b.most) for b in expected] == [
        (b.start_ms, b.count, b.least, b.most) for b in store.buckets(AIR, bounds, vector=False)
    ]


def recomputed_fast(values: dict[int, float], bounds: Sequence[int]) -> Iterator[Bucket]:
    """``recomputed`` for values in the order of time."""
    times = list(values)
    for start_ms, end_ms in pairwise(bounds):
        inside = [
            values[t] for t in times[bisect_left(times, start_ms) : bisect_left(times, end_ms)]
        ]
        if inside:
            total = math.fsum(inside)
            yield Bucket(
                start_ms, len(inside), total / len(inside), min(inside), max(inside), total
            )


@pytest.mark.parametrize("ends", [(0, 0), (1, -1), (7 * MINUTE, 3 * MINUTE), (-1, 1)])
def test_one_long_bucket_may_begin_and_end_anywhere(store: Store, ends: tuple[int, int]) -> None:
    values = {NOON + n * 5 * MINUTE: float(n % 17) for n in range(600)}
    store.commit([Reading(AIR, t, v) for t, v in values.items()], [])
    bounds = [NOON + ends[0], NOON + 2 * DAY_MS + ends[1]]
    (found,) = store.buckets(AIR, bounds, vector=False)
    (expected,) = recomputed(values, bounds, vector=False)
    assert (found.count, found.least, found.most) == (
        expected.count,
        expected.least,
        expected.most,
    )
    assert found.mean == pytest.approx(expected.mean)


# --- taking back --------------------------------------------------------------------------------


def test_what_is_deleted_is_gone_from_readings_faults_buckets_and_count(store: Store) -> None:
    store.commit([at(m, float(m)) for m in range(0, 300, 5)], [Fault(AIR, NOON + 1, "checksum")])
    assert store.delete(AIR, NOON, NOON + 61 * MINUTE) == 13
    assert everything(store)[0][0] == NOON + 65 * MINUTE
    assert store.faults(AIR, 0, 2**60, 9) == []
    assert store.count() == 47
    hours = [NOON + n * 60 * MINUTE for n in range(6)]
    assert [b.count for b in store.buckets(AIR, hours, vector=False)] == [11, 12, 12, 12]


def test_deleting_nothing_and_what_was_never_there_changes_nothing(store: Store) -> None:
    store.commit([at(0)], [])
    assert store.delete(AIR, NOON + 1, NOON + 2) == 0
    assert store.delete(AIR, NOON + 5, NOON) == 0
    assert store.delete(Series("nowhere", "air"), 0, 2**60) == 0
    assert everything(store) == [(NOON, 1.0, "")]


def test_what_was_deleted_may_be_measured_again(store: Store) -> None:
    store.commit([at(0, 1.0)], [])
    store.delete(AIR, 0, 2**60)
    assert store.commit([at(0, 2.0)], []) == Committed(new=1)
    assert everything(store) == [(NOON, 2.0, "")]


# --- any order, any repetition ----------------------------------------------------------------

DOUBTS = st.sampled_from(["", "stuck", "moved"])
READINGS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from([0.0, 1.5, -2.0]), DOUBTS), max_size=12
)
FAULTS = st.lists(
    st.tuples(st.integers(0, 8), st.sampled_from(["checksum", "timeout"])), max_size=5
)


@given(batches=st.lists(st.tuples(READINGS, FAULTS), max_size=6))
@PROPERTY
def test_commits_in_any_order_with_any_repetition_equal_a_dictionary(
    store: Store, batches: list[tuple[list[tuple[int, float, str]], list[tuple[int, str]]]]
) -> None:
    series = a_new_series()
    readings: dict[int, tuple[float, str]] = {}
    faults: dict[int, str] = {}
    before = store.count()
    for some_readings, some_faults in batches:
        expected = {"new": 0, "same": 0, "replaced": 0}
        for minute, *content in some_readings:
            known = readings.get(minute)
            word = "new" if known is None else "same" if known == tuple(content) else "replaced"
            expected[word] += 1
            readings[minute] = (float(content[0]), str(content[1]))
        faults |= dict(some_faults)
        faults = {minute: why for minute, why in faults.items() if minute not in readings}
        done = store.commit(
            [at(m, v, series, suspect=s) for m, v, s in some_readings],
            [Fault(series, NOON + m * MINUTE, why) for m, why in some_faults],
        )
        assert done == Committed(**expected)
    assert everything(store, series) == [
        (NOON + m * MINUTE, *readings[m]) for m in sorted(readings)
    ]
    assert store.faults(series, 0, 2**60, 99) == [
        Fault(series, NOON + m * MINUTE, faults[m]) for m in sorted(faults)
    ]
    assert store.count() - before == len(readings)
    last = max([*readings, *faults], default=None)
    newest = store.newest().get(series)
    assert (newest.at_ms if newest else None) == (None if last is None else NOON + last * MINUTE)


# --- from several threads ---------------------------------------------------------------------


def test_threads_that_commit_and_ask_at_the_same_time_lose_nothing(store: Store) -> None:
    def write(number: int) -> None:
        series = Series(f"node-{number}", "air")
        for first in range(0, 200, 20):
            store.commit([at(m, float(m), series) for m in range(first, first + 20)], [])
            counts.append(len(store.points(series, 0, 2**60, 999)))
            store.newest()

    counts: list[int] = []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert store.count() == 800
    assert sorted(counts) == sorted([*range(20, 201, 20)] * 4)


# --- a million ----------------------------------------------------------------------------------

YEARS = from_rfc3339("2024-01-01T00:00:00Z"), from_rfc3339("2025-12-31T23:00:00Z")
CHANNELS = [Series(f"node-{n % 2}", f"channel-{n}") for n in range(5)]


def test_a_million_readings_late_and_out_of_order_are_all_there(store: Store) -> None:
    times = range(*YEARS, 5 * MINUTE)[:200_000]
    batches = [
        [Reading(series, t, float(t // MINUTE % 977)) for t in times[first : first + 5000]]
        for series in CHANNELS
        for first in range(0, len(times), 5000)
    ]
    random.Random(1).shuffle(batches)
    for batch in batches:
        random.Random(2).shuffle(batch)
        assert store.commit(batch, []) == Committed(new=5000)
    assert store.commit(batches[7], []) == Committed(same=5000)
    assert store.count() == 1_000_000
    assert store.newest().keys() == set(CHANNELS)
    assert {one.at_ms for one in store.newest().values()} == {times[-1]}
    values = {t: float(t // MINUTE % 977) for t in times}
    for every in ("15m", "1h", "1d", "1mo"):
        bounds = edges(*YEARS, parse_every(every), PARIS)
        found = store.buckets(CHANNELS[3], bounds, vector=False)
        assert found == list(recomputed_fast(values, bounds))
    assert [p.at_ms for p in store.points(CHANNELS[1], times[70_000], times[99_999], 10**6)] == [
        *times[70_000:99_999]
    ]


def test_a_version_is_another_one_after_each_change_of_its_series(open_store: Open) -> None:
    store, other = open_store(), open_store()
    changes = (
        lambda: store.commit([Reading(AIR, NOON, 1.0)], []),
        lambda: store.commit([Reading(AIR, NOON, 2.0)], []),
        lambda: store.commit([], [Fault(AIR, NOON + 1, "in air")]),
        lambda: store.delete(AIR, NOON, NOON + 1),
        lambda: other.commit([Reading(WIND, NOON, 1.0)], []),
    )
    seen = [store.version([AIR, WIND])]
    for change in changes:
        change()
        seen.append(store.version([AIR, WIND]))
    told = [one for one in seen if one is not None]
    assert len(set(told)) == len(told)


def test_a_version_of_the_file_stays_while_only_others_are_written(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "store.sqlite")) as store:
        store.commit([Reading(AIR, NOON, 1.0)], [])
        before = store.version([AIR])
        store.commit([Reading(WIND, NOON, 1.0)], [])
        assert before is not None
        assert store.version([AIR]) == before
