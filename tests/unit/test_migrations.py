"""Databases of every released version, brought to the present one: once, twice, and killed."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway.folder import DATABASES
from gateway.store.base import Series
from gateway.store.sqlite import SqliteStore
from sensor_node.database import open_database

SCHEMAS = Path(__file__).parents[1] / "schemas"
RELEASED = sorted(SCHEMAS.glob("*/*.sql"))
MIGRATE = """
import os, signal, sqlite3, sys
from pathlib import Path
from gateway.folder import DATABASES
from sensor_node.database import open_database

path, left = Path(sys.argv[1]), int(sys.argv[2])

def step():
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

connect = sqlite3.connect

def watched(*arguments, **named):
    connection = connect(*arguments, **named)
    connection.set_progress_handler(step, 20)
    return connection

sqlite3.connect = watched
open_database(path, DATABASES[path.name]).close()
print(left)
"""
ROWS = {
    "store": """
        INSERT INTO meta VALUES ('store', 'aaaabbbbccccdddd');
        INSERT INTO series VALUES (1, 'potager-1', 'air'), (2, 'potager-1', 'sol');
        WITH RECURSIVE n(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM n WHERE n < 1999)
            INSERT INTO readings SELECT 1, 1763809200000 + n * 300000, n / 7.0, n % 50 = 0 FROM n;
        INSERT INTO readings VALUES (2, 1763809200000, 0.4, 0);
        INSERT INTO faults VALUES (2, 1763809500000, 'checksum');
        UPDATE meta SET value = 2001 WHERE key = 'readings';
    """,
    "garden": """
        INSERT INTO nodes VALUES ('potager-1', 'online', 1763809200000, '{}', 'ntp');
        INSERT INTO channels VALUES ('potager-1', 'air', 'air_temperature', 'Cel', 'DHT22', '4', 0);
        INSERT INTO packs VALUES ('potager-1', '7c1e9a52d01b44f3', 1, 500);
        INSERT INTO imports VALUES (3, 'year.csv', 1, 2, 1, 40);
    """,
    "quarantine": """
        INSERT INTO items (digest, weight, topic, code, text_fr, text_en, payload, received_ms)
            VALUES (x'00', 300, 't', 'NOT_JSON', 'non', 'no', x'01', 1763809200000);
        UPDATE meta SET value = 300 WHERE key = 'bytes';
    """,
}
KILLS = 60


@pytest.fixture(params=RELEASED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database as a released version left it, with something in each table."""
    schema: Path = request.param
    path = tmp_path / f"{schema.stem}.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(schema.read_text(encoding="utf-8"))
        db.executescript(ROWS[schema.stem])
    return path


def held(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        (version,) = db.execute("PRAGMA user_version").fetchone()
        rows = {
            name: db.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608
            for (name,) in tables
        }
    return {**rows, "version": [(version,)]}


def migrate(path: Path) -> None:
    open_database(path, DATABASES[path.name]).close()


def test_there_is_a_schema_of_each_database_of_the_first_release() -> None:
    assert {path.stem for path in SCHEMAS.joinpath("0.1.0").iterdir()} == {
        Path(name).stem for name in DATABASES
    }


def test_everything_of_before_is_still_there(old: Path) -> None:
    before = held(old)
    migrate(old)
    after = held(old)
    assert after["version"] == [(len(DATABASES[old.name]),)]
    for table in before.keys() - {"version"}:
        columns = len(before[table][0]) if before[table] else 0
        assert [row[:columns] for row in after[table]] == before[table], table


def test_a_second_time_changes_nothing(old: Path) -> None:
    migrate(old)
    once = held(old)
    migrate(old)
    assert held(old) == once


def test_what_was_measured_before_can_be_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript((SCHEMAS / "0.1.0/store.sql").read_text(encoding="utf-8"))
        db.executescript(ROWS["store"])
    with closing(SqliteStore(path, timezone="Europe/Paris")) as store:
        assert store.id == "aaaabbbbccccdddd"
        assert store.count() == 2001
        points = store.points(Series("potager-1", "air"), 0, 2**52, 10**5)
        assert [p.suspect for p in points[:2]] == ["estimated time", ""]
        edges = [p.at_ms for p in points[::100]] + [points[-1].at_ms + 1]
        buckets = store.buckets(Series("potager-1", "air"), edges, vector=False)
        assert sum(bucket.count for bucket in buckets) == 2000


def _migrate_until_killed(path: Path, steps: int) -> int | None:
    """None if it was killed, else how many steps were left when it was done."""
    command = [sys.executable, "-c", MIGRATE, str(path), str(steps)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == -9:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_a_migration_that_is_killed_anywhere_leaves_the_old_or_the_new(
    old: Path, tmp_path: Path
) -> None:
    """Killed at steps of SQLite's machine that are spread over the whole migration."""
    before = old.read_bytes()
    finished = tmp_path / "finished" / old.name
    finished.parent.mkdir()
    finished.write_bytes(before)
    many = 10**9
    left = _migrate_until_killed(finished, many)
    assert left is not None
    steps, goal = many - left, held(finished)
    killed = 0
    for at in sorted({1 + steps * n // 12 for n in range(12)}):
        for end in ("", "-wal", "-shm"):
            Path(f"{old}{end}").unlink(missing_ok=True)
        old.write_bytes(before)
        killed += _migrate_until_killed(old, at) is None
        found = held(old)
        assert 1 <= found["version"][0][0] <= len(DATABASES[old.name])
        migrate(old)
        assert held(old) == goal, at
    assert killed
