"""Opening a database: migrations happen once and wholly, and a failure is said in words."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sensor_node import database
from sensor_node.database import Database, open_database, storage_error, transaction
from sensor_node.errors import StorageError

BEDS = "CREATE TABLE beds (name TEXT); INSERT INTO beds VALUES ('nord');"
CROPS = "ALTER TABLE beds ADD COLUMN crop TEXT; UPDATE beds SET crop = 'tomate';"
CROPS_BROKEN_HALFWAY = "ALTER TABLE beds ADD COLUMN crop TEXT; UPDATE orchard SET crop = 'tomate';"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "garden.sqlite"


@contextmanager
def opened(path: Path, *migrations: str) -> Iterator[sqlite3.Connection]:
    with closing(open_database(path, migrations)) as connection:
        yield connection


def version(connection: sqlite3.Connection) -> int:
    (number,) = connection.execute("PRAGMA user_version").fetchone()
    return int(number)


def refusal(path: Path, *migrations: str) -> StorageError:
    with pytest.raises(StorageError) as caught:
        open_database(path, migrations)
    return caught.value


def test_the_folder_and_the_file_are_created_where_they_are_absent(path: Path) -> None:
    with opened(path, BEDS) as connection:
        assert connection.execute("SELECT name FROM beds").fetchall() == [("nord",)]


def test_what_is_committed_is_synchronised_to_the_disk(path: Path) -> None:
    with opened(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_each_migration_is_applied_once(path: Path) -> None:
    for _ in range(3):
        with opened(path, BEDS) as connection:
            assert version(connection) == 1
            assert connection.execute("SELECT count(*) FROM beds").fetchone() == (1,)


def test_a_newer_software_applies_only_the_migrations_that_are_missing(path: Path) -> None:
    with opened(path, BEDS):
        pass
    with opened(path, BEDS, CROPS) as connection:
        assert version(connection) == 2
        assert connection.execute("SELECT * FROM beds").fetchall() == [("nord", "tomate")]


def test_a_migration_that_stops_halfway_leaves_the_file_as_it_was(path: Path) -> None:
    with opened(path, BEDS):
        pass

    assert refusal(path, BEDS, CROPS_BROKEN_HALFWAY).code == "STORAGE_FAILED"

    with opened(path, BEDS) as connection:
        assert version(connection) == 1
        assert connection.execute("SELECT * FROM beds").fetchall() == [("nord",)]


def test_the_migrations_before_the_one_that_stops_are_kept_and_the_next_start_goes_on(
    path: Path,
) -> None:
    refusal(path, BEDS, CROPS_BROKEN_HALFWAY)

    with opened(path, BEDS, CROPS) as connection:
        assert version(connection) == 2
        assert connection.execute("SELECT * FROM beds").fetchall() == [("nord", "tomate")]


def test_a_process_killed_before_the_commit_of_a_migration_leaves_the_file_as_it_was(
    path: Path,
) -> None:
    with opened(path, BEDS):
        pass
    killed = sqlite3.connect(path, isolation_level=None)
    killed.executescript(f"BEGIN IMMEDIATE; {CROPS} PRAGMA user_version = 2;")
    killed.close()  # what the kernel does for a killed process

    with opened(path, BEDS) as connection:
        assert version(connection) == 1
        assert connection.execute("SELECT * FROM beds").fetchall() == [("nord",)]


def test_a_file_of_a_newer_software_is_refused_and_not_touched(path: Path) -> None:
    with opened(path, BEDS, CROPS):
        pass

    error = refusal(path, BEDS)

    assert error.code == "SCHEMA_TOO_NEW"
    assert "update the software" in error.en
    with opened(path, BEDS, CROPS) as connection:
        assert version(connection) == 2


def test_a_file_that_is_no_database_is_said_so(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"potatoes" * 1000)

    error = refusal(path, BEDS)

    assert error.code == "DATABASE_DAMAGED"
    assert "not a database" in error.en


def test_a_folder_that_cannot_be_made_is_said_with_what_to_change(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    error = refusal(tmp_path / "file" / "data" / "garden.sqlite", BEDS)

    assert error.code == "FOLDER_NOT_WRITABLE"
    assert "« data »" in error.fr
    assert str(tmp_path / "file" / "data") in error.en


def test_a_folder_in_place_of_the_file_is_said_as_not_writable(path: Path) -> None:
    path.mkdir(parents=True)

    assert refusal(path, BEDS).code == "FOLDER_NOT_WRITABLE"


def test_a_database_that_may_only_be_read_is_said_as_not_writable(path: Path) -> None:
    with opened(path, BEDS):
        pass
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO beds VALUES ('sud')")
        assert storage_error(caught.value, path).code == "FOLDER_NOT_WRITABLE"


def test_a_database_held_by_another_program_is_said_so(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    with opened(path) as holder, transaction(holder):
        error = refusal(path, BEDS)

    assert error.code == "DATABASE_LOCKED"
    assert "close it" in error.en


def test_a_full_disk_is_said_with_what_to_do_and_what_was_there_stays(path: Path) -> None:
    with opened(path, BEDS) as connection:
        connection.execute("PRAGMA max_page_count = 4")
        with pytest.raises(sqlite3.OperationalError) as caught, transaction(connection):
            connection.execute("INSERT INTO beds VALUES (?)", ("x" * 100_000,))

        error = storage_error(caught.value, path)
        assert error.code == "DISK_FULL"
        assert "make room" in error.en
        assert connection.execute("SELECT name FROM beds").fetchall() == [("nord",)]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "DISK_FULL"),
        (errno.EDQUOT, "DISK_FULL"),
        (errno.EACCES, "FOLDER_NOT_WRITABLE"),
        (errno.EROFS, "FOLDER_NOT_WRITABLE"),
        (errno.EIO, "STORAGE_FAILED"),
    ],
)
def test_what_the_system_says_of_a_folder_becomes_a_sentence(number: int, code: str) -> None:
    assert storage_error(OSError(number, "x"), Path("data/x.sqlite")).code == code


def test_a_transaction_that_fails_leaves_nothing_behind(path: Path) -> None:
    with opened(path, BEDS) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany("INSERT INTO beds (rowid) VALUES (?)", [(7,), (1,)])

        assert not connection.in_transaction
        assert connection.execute("SELECT name FROM beds").fetchall() == [("nord",)]


def test_the_version_changes_with_a_row_and_not_with_a_write_that_changed_none(path: Path) -> None:
    with closing(Database(path, [BEDS])) as beds:
        before = beds.version()
        with beds.writing() as db:
            db.execute("DELETE FROM beds WHERE name = 'sud'")
        assert beds.version() == before

        seen = {before}
        for change in (
            "INSERT INTO beds VALUES ('sud')",
            "UPDATE beds SET name = 'est' WHERE name = 'sud'",
            "DELETE FROM beds",
        ):
            with beds.writing() as db:
                db.execute(change)
            assert beds.version() not in seen, change
            seen.add(beds.version())


def test_the_version_changes_with_what_another_program_writes(path: Path) -> None:
    with closing(Database(path, [BEDS])) as beds, opened(path, BEDS) as other:
        before = beds.version()
        other.execute("DELETE FROM beds")
        assert beds.version() != before
