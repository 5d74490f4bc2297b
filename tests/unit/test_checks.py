"""The health of the gateway: each number, its state, and what to do."""

from __future__ import annotations

import shutil
from collections import namedtuple
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gardens import NOON_MS, settings_of

from gateway import checks, space
from gateway.backup import make_backup
from gateway.carebook import Carebook, Damage
from gateway.checks import Check
from gateway.quarantine import Refused
from gateway.service import Gateway
from gateway.space import Room
from gateway.store.base import Committed, Reading, Series
from gateway.upkeep import Upkeep
from gateway.vitals import Vitals
from sensor_node.clock import FakeClock
from sensor_node.errors import StorageError

DAY_S = 86_400
GB = 10**9
Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON_MS)


@pytest.fixture
def gateway(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """On a disk of its own size, whatever machine this is."""
    give_disk(monkeypatch, 20 * GB, 32 * GB)
    (tmp_path / "stick").mkdir()
    with closing(
        Gateway.open(settings_of(tmp_path / "data", tmp_path / "stick"), clock)
    ) as gateway:
        gateway.ingest_alive = gateway.broker_up = True
        yield gateway


def give_disk(monkeypatch: pytest.MonkeyPatch, free: int, total: int) -> None:
    monkeypatch.setattr(space.shutil, "disk_usage", lambda _: Usage(total, total - free, free))


def look(gateway: Gateway, name: str) -> Check:
    (found,) = [check for check in checks.checks(gateway) if check.name == name]
    return found


def backed_up(gateway: Gateway, *, same_disk: bool = False) -> None:
    made = make_backup(gateway.settings, gateway.settings.backup.folder, NOON_MS)  # type: ignore[arg-type]
    book = gateway.carebook
    book.backed_up(made, gateway.clock.wall_ms())
    if not same_disk:
        book._note(backup={**book._notes["backup"], "same_disk": False})


def test_a_garden_in_order_is_good_throughout(gateway: Gateway) -> None:
    backed_up(gateway)
    found = checks.checks(gateway)
    ill = [(c.name, c.state, c.code) for c in found if c.state != "good"]
    assert ill == [("messages", "unknown", "NOTIFY_OFF")]  # nobody has given an address
    assert checks.worst(found) == "good"
    assert list(checks.for_the_page(gateway)) == []


def test_what_is_ill_says_what_to_do_in_both_languages(gateway: Gateway) -> None:
    gateway.ingest_alive = gateway.broker_up = False
    gateway.commit_error = StorageError("DISK_FULL", fr="plein", en="full")
    gateway.vitals.pending = 4000
    gateway.clock.keeper = None  # type: ignore[attr-defined]
    gateway.quarantine.add([Refused("p", "t", None, "X", "", "", b"", NOON_MS)])
    ill = [check for check in checks.checks(gateway) if check.state != "good"]
    assert {c.name: c.code for c in ill} == {
        "ingest": "INGEST_STOPPED",
        "broker": "BROKER_LOST",
        "commit": "DISK_FULL",
        "queue": "QUEUE_LONG",
        "backup": "BACKUP_OLD",
        "quarantine": "READINGS_REFUSED",
        "clock": "CLOCK_UNTRUSTED",
        "messages": "NOTIFY_OFF",
    }
    for check in ill:
        assert check.text("fr") != check.text("en")
    assert checks.worst(ill) == "bad"


@pytest.mark.parametrize(
    ("room", "is_low"),
    [
        (Room(20 * GB, 32 * GB, 1, None), False),
        (Room(499_000_000, 2 * GB, 1, None), True),
        (Room(3 * GB, 32 * GB, 1, None), True),
        (Room(90 * GB, 1000 * GB, 1, None), False),
        (Room(20 * GB, 32 * GB, 1, GB / 2), False),
        (Room(20 * GB, 32 * GB, 1, GB), True),
        (Room(20 * GB, 32 * GB, 1, -GB), False),
    ],
)
def test_a_disk_is_low_by_its_room_its_share_or_its_days(room: Room, is_low: bool) -> None:
    assert room.is_low is is_low


def test_an_almost_full_disk_is_told_on_the_page_long_before_it_is_full(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    backed_up(gateway)
    give_disk(monkeypatch, 400_000_000, 32 * GB)
    (check,) = checks.for_the_page(gateway)
    assert (check.code, check.state) == ("DISK_ALMOST_FULL", "warning")
    assert "400 Mo" in check.fr
    assert "400 MB" in check.en


def test_days_left_are_counted_from_the_growth_of_days(
    gateway: Gateway, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = Upkeep(gateway)
    turns.turn()
    assert look(gateway, "databases").values["growth_bytes_a_day"] is None
    before = space.database_bytes(gateway.settings.data)
    series = Series("potager-1", "air")
    clock.advance(2 * DAY_S)
    gateway.store.commit([Reading(series, n, 0.1) for n in range(40_000)], [])
    grown = space.database_bytes(gateway.settings.data) - before
    assert look(gateway, "databases").values["growth_bytes_a_day"] == pytest.approx(grown / 2, 1)
    give_disk(monkeypatch, round(grown / 2 * 10), 32 * GB)
    assert look(gateway, "disk").values["days_left"] == 10


def test_one_size_a_day_is_kept(tmp_path: Path) -> None:
    book = Carebook(tmp_path)
    for hour in range(24 * 100):
        book.sized(NOON_MS + hour * 3_600_000, 1000 + hour)
    assert len(book._notes["sizes"]) == 60
    assert book.growth_a_day(NOON_MS + 2400 * 3_600_000, 1000 + 2400) == 24


def test_a_backup_on_the_disk_of_the_data_is_a_warning(gateway: Gateway) -> None:
    backed_up(gateway, same_disk=True)
    check = look(gateway, "backup")
    assert (check.state, check.code) == ("warning", "BACKUP_SAME_DISK")
    assert "USB" in check.fr


def test_an_old_backup_is_a_warning(gateway: Gateway, clock: FakeClock) -> None:
    backed_up(gateway)
    clock.advance(1.4 * DAY_S)
    assert look(gateway, "backup").state == "good"
    clock.advance(0.2 * DAY_S)
    assert look(gateway, "backup").code == "BACKUP_OLD"


def test_without_backups_the_health_says_so_and_the_page_does_not_nag(
    tmp_path: Path, clock: FakeClock
) -> None:
    with closing(Gateway.open(settings_of(tmp_path), clock)) as gateway:
        assert look(gateway, "backup").code == "BACKUP_OFF"
        assert "backup" not in {check.name for check in checks.for_the_page(gateway)}


def test_the_upkeep_backs_up_when_it_is_due_and_tells_a_failure(
    gateway: Gateway, clock: FakeClock
) -> None:
    stick = gateway.settings.backup.folder
    assert stick is not None
    upkeep = Upkeep(gateway)
    upkeep.turn()
    assert len(list(stick.iterdir())) == 1
    upkeep.turn()
    assert len(list(stick.iterdir())) == 1
    shutil.rmtree(stick)
    clock.advance(DAY_S)
    upkeep.turn()
    check = look(gateway, "backup")
    assert (check.state, check.code) == ("bad", "BACKUP_FOLDER_ABSENT")
    stick.mkdir()
    clock.advance(3600)
    upkeep.turn()
    assert look(gateway, "backup").code == "BACKUP_SAME_DISK"


def test_a_stop_gives_up_a_backup_that_is_being_made(gateway: Gateway) -> None:
    stick = gateway.settings.backup.folder
    assert stick is not None
    upkeep = Upkeep(gateway)
    upkeep._stopping.set()
    upkeep.turn()
    assert list(stick.iterdir()) == []
    assert gateway.carebook.backup_failure is None
    Upkeep(gateway).turn()
    assert len(list(stick.iterdir())) == 1


def test_damage_found_at_work_stops_the_gateway(gateway: Gateway) -> None:
    told: list[StorageError] = []
    gateway.commit_error = StorageError("DATABASE_DAMAGED", fr="abîmée", en="damaged")
    Upkeep(gateway, told.append).turn()
    assert told == [gateway.commit_error]


def test_a_salvage_is_told_for_a_week(gateway: Gateway, clock: FakeClock) -> None:
    gateway.carebook.damaged(Damage(NOON_MS, "store.sqlite", "x", "Perdu : …", "Lost: …"))
    assert look(gateway, "databases").text("fr") == "Perdu : …"
    assert "DATABASE_SALVAGED" in {check.code for check in checks.for_the_page(gateway)}
    clock.advance(7 * DAY_S)
    assert look(gateway, "databases").state == "good"


def test_a_salvage_before_the_time_was_known_is_told_for_a_week_from_then(
    gateway: Gateway, clock: FakeClock
) -> None:
    gateway.carebook.damaged(Damage(0, "store.sqlite", "x", "Perdu : …", "Lost: …"))
    assert look(gateway, "databases").code == "DATABASE_SALVAGED"
    Upkeep(gateway).turn()
    clock.advance(7 * DAY_S - 1)
    assert look(gateway, "databases").code == "DATABASE_SALVAGED"
    clock.advance(1)
    assert look(gateway, "databases").state == "good"


def test_silent_nodes_are_named(gateway: Gateway, clock: FakeClock) -> None:
    gateway.catalogue.record_packs({("serre", "b"): [1]}, {"serre": NOON_MS}, {})
    assert look(gateway, "nodes").state == "good"
    clock.advance(901)
    assert "serre" in look(gateway, "nodes").fr


def test_rates_are_those_of_the_last_five_minutes(clock: FakeClock) -> None:
    vitals = Vitals(clock)
    assert vitals.a_minute() == (0, 0)
    for _ in range(10):
        vitals.committed(2, 0, Committed(new=6), 0.01)
        clock.advance(60)
    assert vitals.a_minute() == (2, 6)
    clock.advance(301)
    assert vitals.a_minute() == (0, 0)
    assert (vitals.packs, vitals.new, vitals.commits) == (20, 60, 10)


def test_a_book_that_cannot_be_read_begins_anew(tmp_path: Path) -> None:
    for content in (b"", b"[1]", b"\xff", b'{"checked_ms": 5'):
        (tmp_path / "care.json").write_bytes(content)
        assert Carebook(tmp_path).last_backup is None
        assert Carebook(tmp_path).damages == []
