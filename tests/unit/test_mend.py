"""A damaged database of the gateway: what can be read goes on, and what was lost is told."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from gardens import (
    PAGE,
    READINGS,
    SERIES,
    STEP_MS,
    at_ms,
    dump,
    fill,
    kill_pages,
    leaves_of,
    root_of,
    store_id,
)

from gateway import mend, salvage
from gateway.carebook import Carebook, Damage
from gateway.catalogue import Catalogue
from gateway.folder import DATABASES
from gateway.quarantine import Quarantine
from gateway.rescue import NAMELESS, PLAUSIBLE, Found
from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore
from sensor_node.errors import StorageError

NOW_MS = at_ms(READINGS)
ALL = READINGS * len(SERIES)
LEAVES = ALL // 100
"""A row of the store stands between each two of its pages."""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    fill(tmp_path)
    return tmp_path


def look(data: Path, *, fully: bool = False) -> list[Damage]:
    book = Carebook(data)
    mend.look_over(data, book, NOW_MS, "Europe/Paris", fully=fully)
    return Carebook(data).damages


def readings(data: Path) -> dict[Series, dict[int, float]]:
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as store:
        return {
            series: {p.at_ms: p.value for p in store.points(series, -(2**52), 2**52, 10**6)}
            for series in store.newest()
        }


def test_sound_databases_are_left_as_they_are(data: Path) -> None:
    held, old_id = dump(data), store_id(data)
    assert look(data) == []
    assert (dump(data), store_id(data)) == (held, old_id)
    assert Carebook(data).checked_ms == NOW_MS


def test_one_dead_page_costs_its_readings_alone_and_they_are_dated(data: Path) -> None:
    path = data / "store.sqlite"
    before, old_id, place = readings(data), store_id(data), leaves_of(path)[5]
    kill_pages(path, [place])
    (damage,) = look(data)
    after = readings(data)
    lost = {s: sorted(before[s].keys() - after[s].keys()) for s in before}
    ((series, times),) = [(s, t) for s, t in lost.items() if t]
    assert 50 < len(times) < 300
    assert all(after[s].items() <= before[s].items() for s in before)
    assert times == list(range(times[0], times[-1] + 1, STEP_MS))
    assert f"({len(times)})" in damage.fr
    report = (data / "store.sqlite.damaged-1.txt").read_text()
    assert f"{series} : entre" in report
    assert f"{series}: between" in report
    assert store_id(data) != old_id


def test_what_is_told_as_lost_holds_all_that_was_lost(data: Path) -> None:
    path = data / "store.sqlite"
    before = readings(data)
    kill_pages(path, random.Random(3).sample(leaves_of(path), 12))
    found, _ = salvage.salvage(path, DATABASES["store.sqlite"])
    after = readings(data)
    for series, values in before.items():
        gaps = found.gaps.get(series, [])
        for moment in values.keys() - after[series].keys():
            assert any(low <= moment < high for low, high in gaps), (series, moment)
    assert found.expected == ALL
    assert found.saved["readings"] == sum(map(len, after.values())) < ALL


def test_rollups_are_computed_anew_from_what_is_left(data: Path) -> None:
    path = data / "store.sqlite"
    kill_pages(path, [leaves_of(path)[5], root_of(path, "hourly"), root_of(path, "daily")])
    look(data)
    with closing(SqliteStore(path, timezone="Europe/Paris")) as store:
        for series in SERIES:
            points = store.points(series, 0, 2**52, 10**6)
            for every in (3_600_000, 86_400_000):
                edges = list(range(at_ms(0) // every * every, NOW_MS + every, every))
                buckets = store.buckets(series, edges, vector=False)
                assert sum(bucket.count for bucket in buckets) == len(points)


@pytest.mark.parametrize("table", ["readings", "series", "faults", "meta", "doubts"])
def test_the_first_page_of_a_table_costs_little_though_all_of_it_hangs_there(
    data: Path, table: str
) -> None:
    path = data / "store.sqlite"
    before = readings(data)
    kill_pages(path, [root_of(path, table)])
    (damage,) = look(data)
    after = readings(data)
    assert ALL - sum(map(len, after.values())) < LEAVES
    assert all(after[s].items() <= before[s].items() for s in after)
    assert damage.file == "store.sqlite"


def test_names_come_back_from_their_index(data: Path) -> None:
    path = data / "store.sqlite"
    before = readings(data)
    kill_pages(path, [root_of(path, "series")])
    look(data)
    assert readings(data) == before


def test_readings_whose_names_are_all_lost_are_kept_without_a_name(data: Path) -> None:
    path = data / "store.sqlite"
    kill_pages(path, [root_of(path, "series"), root_of(path, "sqlite_autoindex_series_1")])
    look(data)
    after = readings(data)
    assert {series.node for series in after} == {NAMELESS}
    assert sum(map(len, after.values())) == ALL


@pytest.mark.parametrize("is_kept", [True, False])
def test_a_store_without_its_first_page_is_whole_again(data: Path, is_kept: bool) -> None:
    path = data / "store.sqlite"
    before = readings(data)
    if is_kept:
        look(data)
    kill_pages(path, [0])
    (damage,) = look(data)
    assert readings(data) == before
    assert "Rien n'est perdu" in damage.fr


def test_a_store_that_grew_through_migrations_is_read_by_the_first_page_that_was_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.sqlite"
    old = (Path(__file__).parents[1] / "schemas/0.1.0/store.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(path)) as db:
        db.executescript(old)
        db.execute("INSERT INTO series VALUES (1, 'potager-1', 'air')")
        db.executemany(
            "INSERT INTO readings VALUES (1, ?, ?, 0)", [(at_ms(n), n / 7) for n in range(3000)]
        )
        db.execute("UPDATE meta SET value = 3000 WHERE key = 'readings'")
        db.commit()
    before = readings(tmp_path)
    look(tmp_path)
    kill_pages(path, [0])
    (damage,) = look(tmp_path)
    assert readings(tmp_path) == before
    assert "Nothing is lost" in damage.en


def test_what_stands_in_the_log_alone_is_read_too(data: Path, tmp_path: Path) -> None:
    path = data / "store.sqlite"
    dead = tmp_path / "dead"
    dead.mkdir()
    with closing(SqliteStore(path, timezone="Europe/Paris")) as store:
        store.commit([Reading(SERIES[0], at_ms(READINGS + 5), 42.0)], [])
        for file in data.glob("store.sqlite*"):
            shutil.copy(file, dead)
    (dead / "store.sqlite-shm").unlink()
    kill_pages(dead / "store.sqlite", [leaves_of(dead / "store.sqlite")[3]])
    look(dead)
    assert readings(dead)[SERIES[0]][at_ms(READINGS + 5)] == 42.0


@pytest.mark.parametrize("content", [b"", b"potatoes" * 9000, bytes(50 * PAGE)])
def test_a_file_of_something_else_is_set_aside_and_a_new_one_begun(
    data: Path, content: bytes
) -> None:
    path = data / "store.sqlite"
    path.write_bytes(content)
    damages = look(data)
    assert readings(data) == {}
    if content:
        (damage,) = damages
        assert "30" in damage.fr
        assert (data / damage.aside).read_bytes() == content


@pytest.mark.parametrize(("at", "byte"), [(18, 3), (19, 3), (47, 9), (60, 255), (100, 255)])
def test_one_byte_of_the_first_page_costs_nothing(data: Path, at: int, byte: int) -> None:
    """The file format, who may write, the schema, the kind of page."""
    path = data / "store.sqlite"
    before = readings(data)
    look(data)
    with path.open("r+b") as file:
        file.seek(at)
        file.write(bytes([byte]))
    assert len(look(data, fully=True)) == 1
    assert readings(data) == before


def test_a_damaged_file_is_kept_as_it_was_found(data: Path) -> None:
    path = data / "store.sqlite"
    kill_pages(path, [leaves_of(path)[5]])
    content = path.read_bytes()
    look(data)
    assert (data / "store.sqlite.damaged-1").read_bytes() == content


def test_a_second_damage_is_set_aside_beside_the_first(data: Path) -> None:
    path = data / "store.sqlite"
    for _ in range(2):
        kill_pages(path, [leaves_of(path)[5]])
        look(data)
    assert (data / "store.sqlite.damaged-2.txt").exists()
    assert [d.aside for d in Carebook(data).damages] == [
        "store.sqlite.damaged-1",
        "store.sqlite.damaged-2",
    ]


def test_the_catalogue_and_the_quarantine_are_mended_alike(data: Path) -> None:
    before = dump(data)
    for name, table in (
        ("garden.sqlite", "packs"),
        ("quarantine.sqlite", "sqlite_autoindex_items_1"),
    ):
        kill_pages(data / name, [root_of(data / name, table)])
    assert {damage.file for damage in look(data)} == {"garden.sqlite", "quarantine.sqlite"}
    after = dump(data)
    assert after["garden.channels"] == before["garden.channels"]
    assert after["quarantine.items"] == before["quarantine.items"]
    assert after["quarantine.meta"] == before["quarantine.meta"]
    with closing(Catalogue(data / "garden.sqlite")) as catalogue:
        assert len(catalogue.channels()) == len(SERIES)
    with closing(Quarantine(data / "quarantine.sqlite")) as quarantine:
        assert quarantine.count() == 20


def test_a_dead_page_of_refused_payloads_costs_its_own_alone(data: Path) -> None:
    path = data / "quarantine.sqlite"
    place = path.read_bytes().index(b"7" * 400) // PAGE * PAGE
    kill_pages(path, [place])
    look(data)
    with closing(Quarantine(path)) as quarantine:
        left = {item.payload for item in quarantine.list(100)}
    assert 10 < len(left) < 20
    assert b"7" * 500 not in left


def damage_at_random(data: Path, tmp_path: Path, attempts: int) -> None:
    """Whatever bytes there are, the gateway gets databases that work."""
    seed = int(os.environ.get("JARDIN_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JARDIN_SEED={seed}")
    rng = random.Random(seed)
    for attempt in range(attempts):
        folder = tmp_path / f"try-{attempt}"
        folder.mkdir()
        for name in DATABASES:
            shutil.copy(data / name, folder)
        look(folder)
        for name in DATABASES:
            with (folder / name).open("r+b") as file:
                size = (folder / name).stat().st_size
                for _ in range(rng.randrange(1, 12)):
                    file.seek(rng.randrange(size))
                    file.write(rng.randbytes(rng.choice((1, 3, 40, PAGE))))
        look(folder, fully=True)
        with closing(SqliteStore(folder / "store.sqlite", timezone="Europe/Paris")) as store:
            store.commit([Reading(SERIES[0], 1, 1.0)], [])
            assert store.points(SERIES[0], 1, 2, 1)[0].value == 1.0
        for name in DATABASES:
            with closing(sqlite3.connect(folder / name)) as db:
                assert db.execute("PRAGMA quick_check").fetchone() == ("ok",)


def test_no_damage_makes_a_salvage_fail(data: Path, tmp_path: Path) -> None:
    damage_at_random(data, tmp_path, 5)


@pytest.mark.prove
def test_no_damage_of_three_hundred_makes_a_salvage_fail(data: Path, tmp_path: Path) -> None:
    damage_at_random(data, tmp_path, 300)


def test_a_hole_whose_edges_are_no_times_is_told_all_the_same() -> None:
    edges = [(-(2**62), -(10**14)), (10**14, 2**62), (-(10**14), 10**14)]
    found = Found(gaps={SERIES[0]: edges})

    loss = mend.Loss(Path("store.sqlite"), Path("aside"), found, NOW_MS, "Europe/Paris")

    for language in ("fr", "en"):
        assert loss.sentence(language) in loss.report(language)
    assert {at for span in loss.spans[str(SERIES[0])] for at in span} == {PLAUSIBLE[0], NOW_MS}


@pytest.mark.parametrize("stage", ["before", "aside", "after"])
def test_a_kill_in_the_middle_of_a_salvage_leaves_the_old_or_the_new(
    data: Path, stage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data / "store.sqlite"
    place = leaves_of(path)[5]
    kill_pages(path, [place])

    def die(_path: Path) -> Path:
        if stage == "aside":
            path.rename(path.with_name("store.sqlite.damaged-1"))
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        if stage != "after":
            killed.setattr(salvage, "replace", die)
        else:
            killed.setattr(mend, "_tell", die)
        with contextlib.suppress(KeyboardInterrupt, TypeError):
            look(data)
    look(data)
    assert ALL - 300 < sum(map(len, readings(data).values())) < ALL


def test_a_salvage_without_room_leaves_the_damaged_file_in_its_place(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = data / "store.sqlite"
    kill_pages(path, [leaves_of(path)[5]])
    content = path.read_bytes()

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as small:
        small.setattr(salvage, "open_database", full)
        with pytest.raises(StorageError):
            look(data)
    assert path.read_bytes() == content
    assert len(look(data)) == 1


# --- when it is looked ---------------------------------------------------------------------------


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every database counts as too large to be looked through at each start."""
    monkeypatch.setattr(mend, "SMALL_BYTES", 0)


def damage_that_only_a_full_look_finds(data: Path) -> None:
    path = data / "store.sqlite"
    kill_pages(path, [leaves_of(path)[5]])


@pytest.mark.usefixtures("large")
def test_after_a_clean_end_a_large_store_is_not_looked_through(data: Path) -> None:
    Carebook(data).checked(NOW_MS)
    mend.begin(data)
    mend.end(data)
    damage_that_only_a_full_look_finds(data)
    assert look(data) == []


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(
    "before",
    [
        mend.begin,
        lambda data: Carebook(data).checked(NOW_MS - mend.CHECK_EVERY_MS),
        lambda data: (data / "care.json").unlink(),
        lambda data: kill_pages(data / "store.sqlite", [0]),
    ],
    ids=["an end that was not clean", "a week ago", "never", "its first page is dead"],
)
def test_otherwise_it_is(data: Path, before: Callable[[Path], object]) -> None:
    Carebook(data).checked(NOW_MS)
    damage_that_only_a_full_look_finds(data)
    before(data)
    assert len(look(data)) == 1


@pytest.mark.usefixtures("large")
def test_what_is_asked_to_be_looked_through_is(data: Path) -> None:
    Carebook(data).checked(NOW_MS)
    damage_that_only_a_full_look_finds(data)
    assert len(look(data, fully=True)) == 1
