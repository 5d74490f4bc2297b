"""What is SQLite's own about the store: locks, disks, size and speed of its ways."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
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


def test_a_reading_costs_at_most_27_bytes_however_channels_are_interleaved(
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
    assert path.stat().st_size / 50_000 < 27


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
