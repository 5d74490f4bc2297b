"""A backup, a restore and a salvage that are killed, or whose power is cut, at any moment.

Whatever the moment, what is found afterwards is whole: the data of before or those of after, and
each file in the folder of backups is a good one.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gardens import READINGS, SERIES, at_ms, dump, fill, kill_pages, leaves_of, store_id
from test_kills import Garden, garden
from test_power_cuts import Card, card

from gateway import archive, folder
from gateway.backup import make_backup
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore

__all__ = ["card", "garden"]

SCHEMA = Path(__file__).parents[1] / "schemas/0.1.0/store.sql"
CARING = Path(__file__).with_name("caring.py")
KILLS = 12
MANY_KILLS = 200
CUTS = 3
MANY_CUTS = 40


@pytest.fixture
def rng() -> random.Random:
    seed = int(os.environ.get("JARDIN_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JARDIN_SEED={seed}")
    return random.Random(seed)


def run(what: str, data: Path, other: Path, stop: Callable[[float], None] | None = None) -> float:
    """Run the program, ``stop`` it as that likes; returns how long it took, in seconds."""
    command = [sys.executable, str(CARING), what, str(data), str(other)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "begun\n"
        begun_s = time.monotonic()
        if stop is not None:
            stop(begun_s)
            program.kill()
        program.wait()
        return time.monotonic() - begun_s


def wait(seconds: float) -> None:
    """The moment of a kill is the point of these tests: there is nothing to wait for instead."""
    threading.Event().wait(seconds)


class Yesterday:
    """A garden, and the backup of it when it was smaller."""

    def __init__(self, where: Path) -> None:
        self.data = where / "data"
        self.backups = where / "backups"
        self.backups.mkdir()
        fill(self.data, 300)
        self.file = make_backup(GatewaySettings(data=self.data), self.backups, at_ms(300)).path
        self.old = dump(self.data)
        with closing(SqliteStore(self.data / "store.sqlite", timezone="Europe/Paris")) as store:
            for n in range(300, READINGS):
                if n % 100 == 0:
                    readings = [Reading(s, at_ms(n + m), 1.0) for m in range(100) for s in SERIES]
                    store.commit(readings, [])
        self.new = dump(self.data)
        self.kept = where / "kept"
        shutil.copytree(self.data, self.kept)

    def reset(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.copytree(self.kept, self.data)

    def is_one_or_the_other(self) -> str:
        """As whoever comes next finds it."""
        with folder.alone(self.data):
            found = dump(self.data)
        assert found in (self.old, self.new)
        return "old" if found == self.old else "new"


@pytest.fixture
def yesterday(tmp_path: Path) -> Yesterday:
    return Yesterday(tmp_path)


def kill_restores(yesterday: Yesterday, rng: random.Random, kills: int) -> None:
    first_id = store_id(yesterday.kept)
    took_s = run("restore", yesterday.data, yesterday.file)
    assert yesterday.is_one_or_the_other() == "old"
    found = set()
    for _ in range(kills):
        yesterday.reset()
        run("restore", yesterday.data, yesterday.file, lambda _: wait(rng.uniform(0, 1.1 * took_s)))
        which = yesterday.is_one_or_the_other()
        found.add(which)
        assert (store_id(yesterday.data) == first_id) is (which == "new")
    print(found)


def test_a_restore_killed_at_random_leaves_the_old_or_the_new(
    yesterday: Yesterday, rng: random.Random
) -> None:
    kill_restores(yesterday, rng, KILLS)


@pytest.mark.prove
def test_two_hundred_killed_restores_leave_the_old_or_the_new(
    yesterday: Yesterday, rng: random.Random
) -> None:
    kill_restores(yesterday, rng, MANY_KILLS)


def kill_backups(yesterday: Yesterday, rng: random.Random, kills: int) -> None:
    took_s = run("backup", yesterday.data, yesterday.backups)
    for _ in range(kills):
        run(
            "backup", yesterday.data, yesterday.backups,
            lambda _: wait(rng.uniform(0, 1.1 * took_s)),
        )  # fmt: skip
        assert dump(yesterday.data) == yesterday.new
        for path in yesterday.backups.glob("*.zip"):
            archive.check(path)
    run("backup", yesterday.data, yesterday.backups)
    names = [path.name for path in yesterday.backups.iterdir()]
    assert all(name.endswith(".zip") for name in names), names


def test_a_backup_killed_at_random_leaves_only_good_backups(
    yesterday: Yesterday, rng: random.Random
) -> None:
    kill_backups(yesterday, rng, KILLS)


@pytest.mark.prove
def test_two_hundred_killed_backups_leave_only_good_ones(
    yesterday: Yesterday, rng: random.Random
) -> None:
    kill_backups(yesterday, rng, MANY_KILLS)


def kill_salvages(yesterday: Yesterday, rng: random.Random, kills: int) -> None:
    store = yesterday.kept / "store.sqlite"
    kill_pages(store, leaves_of(store)[5:7])
    yesterday.reset()
    took_s = run("look", yesterday.data, yesterday.backups)
    goal = dump(yesterday.data)
    assert 0 < len(goal["store.readings"]) < len(yesterday.new["store.readings"])
    for _ in range(kills):
        yesterday.reset()
        run("look", yesterday.data, yesterday.backups, lambda _: wait(rng.uniform(0, took_s)))
        run("look", yesterday.data, yesterday.backups)
        assert dump(yesterday.data) == goal
        aside = list(yesterday.data.glob("store.sqlite.damaged-[0-9]"))
        assert [path.read_bytes() for path in aside] == [store.read_bytes()]


def test_a_salvage_killed_at_random_is_done_again(yesterday: Yesterday, rng: random.Random) -> None:
    kill_salvages(yesterday, rng, KILLS)


@pytest.mark.prove
def test_two_hundred_killed_salvages_are_done_again(
    yesterday: Yesterday, rng: random.Random
) -> None:
    kill_salvages(yesterday, rng, MANY_KILLS)


# --- power cuts ----------------------------------------------------------------------------------


def cut_during(card: Card, after_s: float, what: str, data: Path, other: Path) -> None:
    """Run the program, cut the card's power after ``after_s`` seconds, and plug it in again."""
    subprocess.run(["sync"], check=True)

    def cut(_begun_s: float) -> None:
        wait(after_s)
        card.cut_power()

    run(what, data, other, cut)
    card.mount_again()


def cut_restores(card: Card, rng: random.Random, cuts: int) -> None:
    (card.folder / "garden").mkdir()
    garden = Yesterday(card.folder / "garden")
    took_s = run("restore", garden.data, garden.file)
    for _ in range(cuts):
        garden.reset()
        cut_during(card, rng.uniform(0, 1.2 * took_s), "restore", garden.data, garden.file)
        garden.is_one_or_the_other()


def test_a_restore_whose_power_is_cut_leaves_the_old_or_the_new(
    card: Card, rng: random.Random
) -> None:
    cut_restores(card, rng, CUTS)


@pytest.mark.prove
def test_forty_power_cuts_in_a_restore_leave_the_old_or_the_new(
    card: Card, rng: random.Random
) -> None:
    cut_restores(card, rng, MANY_CUTS)


def cut_backups(card: Card, rng: random.Random, cuts: int) -> None:
    (card.folder / "garden").mkdir()
    garden = Yesterday(card.folder / "garden")
    took_s = run("backup", garden.data, garden.backups)
    for _ in range(cuts):
        cut_during(card, rng.uniform(0, 1.2 * took_s), "backup", garden.data, garden.backups)
        assert dump(garden.data) == garden.new
        assert garden.file.exists()
        for path in garden.backups.glob("*.zip"):
            archive.check(path)
            path.unlink() if path != garden.file else None


def test_a_backup_whose_power_is_cut_leaves_only_good_backups(
    card: Card, rng: random.Random
) -> None:
    cut_backups(card, rng, CUTS)


@pytest.mark.prove
def test_forty_power_cuts_in_a_backup_leave_only_good_backups(
    card: Card, rng: random.Random
) -> None:
    cut_backups(card, rng, MANY_CUTS)


def cut_salvages(card: Card, rng: random.Random, cuts: int) -> None:
    (card.folder / "garden").mkdir()
    garden = Yesterday(card.folder / "garden")
    store = garden.kept / "store.sqlite"
    kill_pages(store, leaves_of(store)[5:7])
    garden.reset()
    took_s = run("look", garden.data, garden.backups)
    goal = dump(garden.data)
    for _ in range(cuts):
        garden.reset()
        cut_during(card, rng.uniform(0, 1.1 * took_s), "look", garden.data, garden.backups)
        run("look", garden.data, garden.backups)
        assert dump(garden.data) == goal


def test_a_salvage_whose_power_is_cut_is_done_again(card: Card, rng: random.Random) -> None:
    cut_salvages(card, rng, CUTS)


@pytest.mark.prove
def test_forty_power_cuts_in_a_salvage_are_done_again(card: Card, rng: random.Random) -> None:
    cut_salvages(card, rng, MANY_CUTS)


def an_old_store(path: Path, readings: int) -> None:
    """A store of version 0.1.0, which knew neither doubts nor rollups."""
    path.parent.mkdir(parents=True)
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.executescript(SCHEMA.read_text(encoding="utf-8"))
        db.execute("INSERT INTO meta VALUES ('store', 'aaaabbbbccccdddd')")
        db.execute("INSERT INTO series VALUES (1, 'potager-1', 'air')")
        rows = [(1, at_ms(n), n / 7, 0) for n in range(readings)]
        db.executemany("INSERT INTO readings VALUES (?, ?, ?, ?)", rows)
        db.execute("UPDATE meta SET value = ? WHERE key = 'readings'", (readings,))
        db.commit()


def cut_migrations(card: Card, rng: random.Random, cuts: int, readings: int = 20_000) -> None:
    path, kept = card.folder / "garden/store.sqlite", card.folder / "kept/store.sqlite"
    an_old_store(kept, readings)
    shutil.copytree(kept.parent, path.parent)
    took_s = run("migrate", path.parent, kept.parent)
    air, hour_ms = Series("potager-1", "air"), 3_600_000
    edges = list(range(at_ms(0) // hour_ms * hour_ms, at_ms(readings) + hour_ms, hour_ms))
    for _ in range(cuts):
        shutil.rmtree(path.parent)
        shutil.copytree(kept.parent, path.parent)
        cut_during(card, rng.uniform(0, 1.1 * took_s), "migrate", path.parent, kept.parent)
        with closing(SqliteStore(path, timezone="Europe/Paris")) as store:
            assert (store.id, store.count()) == ("aaaabbbbccccdddd", readings)
            points = store.points(air, 0, 2**60, readings + 1)
            assert [p.value for p in points] == [n / 7 for n in range(readings)]
            hours = store.buckets(air, edges, vector=False)
            assert sum(hour.count for hour in hours) == readings


def test_a_migration_whose_power_is_cut_is_done_again_and_loses_nothing(
    card: Card, rng: random.Random
) -> None:
    cut_migrations(card, rng, CUTS)


@pytest.mark.prove
def test_forty_power_cuts_in_a_migration_lose_nothing(card: Card, rng: random.Random) -> None:
    cut_migrations(card, rng, MANY_CUTS)


# --- while readings come in ----------------------------------------------------------------------


def test_backups_killed_while_readings_come_in_cost_no_reading(
    garden: Garden, rng: random.Random
) -> None:
    """The gateway, the broker and the node go on; each good backup holds what there was then."""
    backups = garden.folder / "backups"
    backups.mkdir()
    garden.start_gateway()
    garden.start_node()
    garden.grows(30)
    data = garden.folder / "gateway"
    counts = []
    for number in range(6):
        garden.grows(10)
        stop = (lambda _: wait(rng.uniform(0, 0.5))) if number % 2 else None
        run("backup", data, backups, stop)
        counts.append(garden.stored_count())
    for path in backups.glob("*.zip"):
        assert archive.check(path).readings <= counts[-1]
    garden.deliver_the_rest()
    assert garden.in_store() == garden.in_outbox()


@pytest.fixture(autouse=True)
def _no_leftovers(tmp_path: Path) -> Iterator[None]:
    yield
    assert not list(tmp_path.glob("**/*.part/*.zip.part"))
