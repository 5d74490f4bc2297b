"""Root works in folders of the gateway's: what somebody lays there leads it nowhere else."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gateway import folder
from gateway.durable import belong, write_whole
from gateway.kit.safekeeping import PLACE, FilesKept
from sensor_node.errors import StorageError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the card of a Raspberry Pi")

SOMEBODY = 65534


@pytest.fixture
def others(tmp_path: Path) -> Path:
    """A file that is none of the garden's."""
    path = tmp_path / "shadow"
    path.write_text("root's")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    made = tmp_path / "data"
    made.mkdir()
    return made


@pytest.mark.parametrize("private", [False, True])
def test_what_is_written_follows_no_link_of_its_name_or_of_the_part(
    data: Path, others: Path, private: bool
) -> None:
    for name in ("told", "told.part"):
        (data / name).symlink_to(others)

    write_whole(data / "told", b"new", private=private)

    assert others.read_text() == "root's"
    assert (data / "told").read_bytes() == b"new"
    assert not (data / "told").is_symlink()
    assert [path.name for path in data.iterdir()] == ["told"]


def test_what_a_kill_has_left_is_written_anew(data: Path) -> None:
    (data / "told.part").write_bytes(b"half, and much longer than what is whole")

    write_whole(data / "told", b"new")

    assert (data / "told").read_bytes() == b"new"


def test_roots_gift_is_the_link_and_not_what_it_leads_to(data: Path, others: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root")
    os.chown(data, SOMEBODY, SOMEBODY)
    (data / "store.sqlite-wal").symlink_to(others)
    (data / "plain").touch()

    belong(data / "store.sqlite-wal")
    belong(data / "plain")

    assert others.stat().st_uid == 0
    assert (data / "plain").stat().st_uid == SOMEBODY


def test_a_lock_is_no_link(data: Path, tmp_path: Path) -> None:
    (data / "in-use.lock").symlink_to(tmp_path / "new")

    with pytest.raises(StorageError), folder.shared(data):
        pass
    assert not (tmp_path / "new").exists()


def test_a_link_to_a_database_elsewhere_is_not_copied(data: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "others.sqlite", data / "own.sqlite"):
        with closing(sqlite3.connect(path)) as db:
            db.execute("CREATE TABLE secrets (word)")
    (data / "link.sqlite").symlink_to(tmp_path / "others.sqlite")

    FilesKept(data).keep()

    assert [path.name for path in (data / f"{PLACE}-files").iterdir()] == ["own.sqlite"]


def test_what_was_kept_comes_back_to_no_link_that_was_laid_meanwhile(
    data: Path, tmp_path: Path
) -> None:
    for path, schema in ((tmp_path / "others.sqlite", 9), (data / "own.sqlite", 1)):
        with closing(sqlite3.connect(path)) as db:
            db.execute(f"PRAGMA user_version = {schema}")
    kept = FilesKept(data)
    kept.keep()
    (data / "own.sqlite").unlink()
    (data / "own.sqlite").symlink_to(tmp_path / "others.sqlite")

    assert kept.put_back() == []
    with closing(sqlite3.connect(tmp_path / "others.sqlite")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (9,)
    assert (data / "own.sqlite").is_symlink()
