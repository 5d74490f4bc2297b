"""What is SQLite's own about the store: locks, disks, size and speed of its ways."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.store import aggregate
from gateway.store.base import Committed, Fault, Reading, Series
from gateway.store.sqlite import SqliteStore
from sensor_node.errors import StorageError

AIR = Series("potager-1", "air")
NOON = 1_763_809_200_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path, busy_timeout_ms=10)
    yield store
    store.close()


@pytest.fixture
def other_program(store: SqliteStore) -> Iterator[sqlite3.Connection]:
    """Another connection to the store's file, as a person's SQLite browser has one."""
    connection = sqlite3.connect(store.path, isolation_level=None, timeout=0)
    yield connection
    connection.close()


def a_batch(first: int = 0, count: int = 3) -> list[Reading]:
    return [Reading(AIR, NOON + i, float(i)) for i in range(first, first + count)]


def test_a_locked_database_refuses_the_commit_and_the_same_commit_succeeds_later(
    store: SqliteStore, other_program: sqlite3.Connection
) -> None:
    other_program.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError) as caught:
        store.commit(a_batch(), [Fault(AIR, NOON + 9, "x")])
    assert caught.value.code == "DATABASE_LOCKED"
    assert (store.count(), store.newest()) == (0, {})
    other_program.execute("ROLLBACK")
    assert store.commit(a_batch(), [Fault(AIR, NOON + 9, "x")]) == Committed(new=3)
    assert [p.value for p in store.points(AIR, 0, 2**60, 9)] == [0.0, 1.0, 2.0]


def test_a_full_disk_refuses_the_commit_and_keeps_all_that_was_recorded(
    store: SqliteStore, other_program: sqlite3.Connection
) -> None:
    store.commit(a_batch(), [])
    (pages,) = store._writer.execute("PRAGMA page_count").fetchone()
    store._writer.execute(f"PRAGMA max_page_count = {pages}")
    many = [Reading(Series("other", "air"), NOON + i, 1.0) for i in range(5000)]
    with pytest.raises(StorageError) as caught:
        store.commit(many, [])
    assert caught.value.code == "DISK_FULL"
    assert store.count() == 3
    assert list(store.newest()) == [AIR]
    store._writer.execute("PRAGMA max_page_count = 1000000")
    assert store.commit(many, []) == Committed(new=5000)


def test_a_page_reads_while_another_program_holds_the_database(
    store: SqliteStore, other_program: sqlite3.Connection
) -> None:
    store.commit(a_batch(), [])
    other_program.execute("BEGIN IMMEDIATE")
    other_program.execute("DELETE FROM readings")
    assert len(store.points(AIR, 0, 2**60, 9)) == 3
    assert store.buckets(AIR, [NOON, NOON + 10], vector=False)[0].count == 3


def test_a_commit_does_not_wait_for_a_page_that_reads(
    store: SqliteStore, other_program: sqlite3.Connection
) -> None:
    store.commit(a_batch(), [])
    other_program.execute("BEGIN")
    assert other_program.execute("SELECT count(*) FROM readings").fetchone() == (3,)
    assert store.commit(a_batch(3), []) == Committed(new=3)
    assert other_program.execute("SELECT count(*) FROM readings").fetchone() == (3,)


def test_a_second_program_may_add_series_and_readings_meanwhile(
    store: SqliteStore, path: Path
) -> None:
    rain = Series("serre", "rain")
    importer = SqliteStore(path)
    importer.commit([Reading(rain, NOON, 1.0)], [])
    store.commit([Reading(rain, NOON, 1.0), *a_batch()], [])
    importer.commit(a_batch(3), [])
    assert (store.count(), importer.id) == (7, store.id)
    importer.close()


def test_what_readers_ask_is_on_connections_that_cannot_write(store: SqliteStore) -> None:
    with (
        pytest.raises(StorageError),
        store._reading() as db,
    ):
        db.execute("DELETE FROM readings")
    assert store.count() == 0


def test_a_reading_costs_at_most_30_bytes_with_its_rollups_however_channels_are_interleaved(
    store: SqliteStore, path: Path
) -> None:
    channels = [Series(f"node-{n}", f"channel-{c}") for n in range(5) for c in range(5)]
    for first in range(0, 2000, 20):
        store.commit(
            [
                Reading(s, NOON + m * 300_000, m / 8)
                for m in range(first, first + 20)
                for s in channels
            ],
            [],
        )
    store.close()
    assert path.stat().st_size / 50_000 <= 30


def test_a_closed_store_says_so_in_words(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    for ask in (store.newest, lambda: store.commit(a_batch(), [])):
        with pytest.raises(StorageError) as caught:
            ask()
        assert caught.value.code == "STORAGE_FAILED"


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        SqliteStore(tmp_path / "file" / "store.sqlite")
    assert caught.value.code == "FOLDER_NOT_WRITABLE"


def test_a_sqlite_built_without_mathematics_is_given_its_own() -> None:
    class Bare(sqlite3.Connection):
        def execute(self, sql: str, *args: object) -> sqlite3.Cursor:
            if sql.startswith("SELECT sin(0)"):
                raise sqlite3.OperationalError("no such function: sin")
            return super().execute(sql, *args)  # type: ignore[arg-type]

    connection = sqlite3.connect(":memory:", factory=Bare)
    aggregate.add_math(connection)
    (sine, cosine) = connection.execute("SELECT sin(radians(90)), cos(radians(180))").fetchone()
    connection.close()
    assert (sine, cosine) == (pytest.approx(1.0), pytest.approx(-1.0))


def rolled_up(store: SqliteStore) -> list[list[tuple[float, ...]]]:
    """All hours and all days; sums of eighths are exact, in whatever order."""
    with closing(sqlite3.connect(store.path)) as db:
        asked = ("SELECT * FROM hourly", "SELECT * FROM daily")
        return [db.execute(question).fetchall() for question in asked]


def by_day(store: SqliteStore) -> list[tuple[int, int]]:
    with store._reading() as db:
        return db.execute("SELECT start_ms, count FROM daily ORDER BY start_ms").fetchall()


def test_another_time_zone_lays_the_days_anew(path: Path) -> None:
    midnight = NOON - 11 * 3_600_000  # of UTC, one in the morning in Paris
    for timezone, days in {
        "Europe/Paris": [(midnight - 3_600_000, 2), (midnight + 23 * 3_600_000, 1)],
        "UTC": [(midnight, 3)],
        "Asia/Kathmandu": [(midnight - 20_700_000, 2), (midnight + 86_400_000 - 20_700_000, 1)],
    }.items():
        store = SqliteStore(path, timezone=timezone)
        store.commit([Reading(AIR, midnight + h * 3_600_000, 1.0) for h in (0, 12, 23)], [])
        assert by_day(store) == days
        edges = [start for start, _ in days] + [days[-1][0] + 86_400_000]
        assert [b.count for b in store.buckets(AIR, edges, vector=False)] == [n for _, n in days]
        store.close()


def test_an_hour_in_which_midnight_falls_belongs_to_two_days(path: Path) -> None:
    store = SqliteStore(path, timezone="Asia/Kathmandu")  # its midnight is at 18:15 UTC
    midnight = NOON + 7 * 3_600_000 + 15 * 60_000
    store.commit([Reading(AIR, midnight - 1, 1.0), Reading(AIR, midnight, 2.0)], [])
    assert by_day(store) == [(midnight - 86_400_000, 1), (midnight, 1)]
    store.delete(AIR, midnight, midnight + 1)
    assert by_day(store) == [(midnight - 86_400_000, 1)]
    store.close()


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Paris", "Asia/Kathmandu"])
def test_readings_that_come_one_by_one_are_in_the_same_hours_and_days_as_all_at_once(
    tmp_path: Path, timezone: str
) -> None:
    readings = [Reading(AIR, NOON + n * 1_020_000, (n * 7 % 31) / 8) for n in range(300)]
    late_first = readings[::2] + readings[1::2][::-1]
    one_by_one = SqliteStore(tmp_path / "one.sqlite", timezone=timezone)
    for reading in late_first:
        one_by_one.commit([reading], [])
    at_once = SqliteStore(tmp_path / "all.sqlite", timezone=timezone)
    at_once.commit(readings, [])
    recomputed = SqliteStore(tmp_path / "again.sqlite", timezone=timezone)
    for value in (9.0, None):  # each replaced: its hour and day are computed anew
        recomputed.commit([r if value is None else r._replace(value=value) for r in readings], [])
    assert rolled_up(one_by_one) == rolled_up(at_once) == rolled_up(recomputed)
    for store in (one_by_one, at_once, recomputed):
        store.close()


OLDER = """
    PRAGMA journal_mode = WAL;
    CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
    INSERT INTO meta VALUES ('readings', 3), ('store', '0123456789abcdef');
    CREATE TABLE series (
        id INTEGER PRIMARY KEY, node TEXT NOT NULL, channel TEXT NOT NULL, UNIQUE (node, channel)
    );
    INSERT INTO series VALUES (1, 'potager-1', 'air');
    CREATE TABLE readings (
        series INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL NOT NULL,
        suspect INTEGER NOT NULL, PRIMARY KEY (series, at_ms)
    ) WITHOUT ROWID;
    INSERT INTO readings VALUES
        (1, 1763809200000, 1.0, 0), (1, 1763809500000, 2.0, 1), (1, 1763812800000, 3.0, 0);
    CREATE TABLE faults (
        series INTEGER NOT NULL, at_ms INTEGER NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (series, at_ms)
    ) WITHOUT ROWID;
    PRAGMA user_version = 1;
"""


def test_a_store_of_version_0_1_0_keeps_its_readings_and_gets_doubts_and_rollups(
    path: Path,
) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(OLDER)
    for _ in range(2):
        store = SqliteStore(path, timezone="Europe/Paris")
        assert store.id == "0123456789abcdef"
        found = store.points(AIR, 0, 2**60, 9)
        assert [(p.value, p.suspect) for p in found] == [(1, ""), (2, "estimated time"), (3, "")]
        hours = [NOON, NOON + 3_600_000, NOON + 7_200_000]
        assert [b.count for b in store.buckets(AIR, hours, vector=False)] == [2, 1]
        assert [count for _, count in by_day(store)] == [3]
        store.close()
