"""What people leave is kept for a school year and a month; what the garden measured, for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from traces import AIR, DAY_MS, GARDENS_OWN, PLANT, SANDBOX, found_in, leave, needles

from gateway.retention import WORDS, Retention, kept_since_ms
from gateway.service import Gateway
from gateway.settings import GatewaySettings, PrivacySettings
from gateway.upkeep import Upkeep
from sensor_node.clock import FakeClock

PARIS = ZoneInfo("Europe/Paris")


def ms(year: int, month: int, day: int, hour: int = 12) -> int:
    return round(datetime(year, month, day, hour, tzinfo=PARIS).timestamp() * 1000)


LAST_YEAR, THIS_YEAR, OCTOBER = ms(2025, 5, 3), ms(2025, 9, 20), ms(2025, 10, 1)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(OCTOBER)


@pytest.fixture
def gateway(tmp_path: Path, clock: FakeClock) -> Iterator[Gateway]:
    with closing(Gateway.open(GatewaySettings(data=tmp_path), clock)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("now", "since"),
    [
        ((2025, 9, 30, 23), (2024, 9, 1, 0)),
        ((2025, 10, 1, 0), (2025, 9, 1, 0)),
        ((2026, 1, 1, 0), (2025, 9, 1, 0)),
        ((2026, 8, 31, 12), (2025, 9, 1, 0)),
        ((2026, 9, 15, 12), (2025, 9, 1, 0)),
    ],
)
def test_a_school_year_goes_a_month_after_its_end(
    now: tuple[int, int, int, int], since: tuple[int, int, int, int]
) -> None:
    assert kept_since_ms(ms(*now), "Europe/Paris") == ms(*since)


def test_a_preview_counts_each_kind_and_changes_nothing(gateway: Gateway) -> None:
    leave(gateway, LAST_YEAR)
    old = Retention(gateway).preview()
    assert old.counts == dict.fromkeys(WORDS, 1) | {"waterings": 2}
    assert Retention(gateway).preview() == old


def test_of_this_school_year_nothing_goes(gateway: Gateway) -> None:
    leave(gateway, THIS_YEAR)
    assert not Retention(gateway).preview()


def test_what_is_too_old_is_in_no_file_any_more_while_the_garden_runs(
    gateway: Gateway, tmp_path: Path
) -> None:
    token = leave(gateway, LAST_YEAR)
    assert {needle for _, needle in found_in([tmp_path], needles(token))} > {needles(token)[0]}

    Retention(gateway).apply(Retention(gateway).preview())

    assert found_in([tmp_path], needles(token)) == []
    assert found_in([tmp_path], [PLANT.encode()]) == [
        ("store.sqlite", PLANT.encode())  # the name of the empty channel: a plant, of nobody
    ]
    assert not Retention(gateway).preview()


def test_what_the_garden_measured_and_was_given_stays(gateway: Gateway, tmp_path: Path) -> None:
    leave(gateway, LAST_YEAR)
    Retention(gateway).apply(Retention(gateway).preview())

    assert [p.value for p in gateway.store.points(AIR, 0, OCTOBER, 9)] == [GARDENS_OWN]
    assert found_in([tmp_path], [struct.pack(">d", GARDENS_OWN)])
    (watering,) = gateway.catalogue.journal.of("bac-1", 0, OCTOBER)
    assert (watering.litres, watering.by) == (10.0, "group")


def test_the_gardeners_own_notes_are_the_gardens_story(gateway: Gateway) -> None:
    gateway.catalogue.notes.tell("bac-1", "semis", "gardener", LAST_YEAR, LAST_YEAR)
    leave(gateway, LAST_YEAR)
    Retention(gateway).apply(Retention(gateway).preview())
    assert [note.text for note in gateway.catalogue.notes.of("bac-1", 0, OCTOBER)] == ["semis"]


def test_a_trace_of_today_outlives_those_of_last_year(gateway: Gateway) -> None:
    leave(gateway, LAST_YEAR)
    gateway.catalogue.keyring.audit.note("keeper", "TOKEN_MADE", "new", THIS_YEAR)
    Retention(gateway).apply(Retention(gateway).preview())
    assert [c.about for c in gateway.catalogue.keyring.audit.newest(9)] == ["new"]
    assert gateway.store.points(SANDBOX, 0, OCTOBER, 9) == []


def test_a_running_garden_forgets_by_itself_once_a_year(gateway: Gateway, clock: FakeClock) -> None:
    clock.set_wall(OCTOBER - DAY_MS)
    upkeep = Upkeep(gateway)
    upkeep.turn()
    leave(gateway, LAST_YEAR)
    upkeep.turn()
    assert gateway.quarantine.count() == 1

    clock.set_wall(OCTOBER)
    upkeep.turn()

    assert gateway.quarantine.count() == 0


def test_a_garden_without_the_time_forgets_nothing(gateway: Gateway, clock: FakeClock) -> None:
    leave(gateway, LAST_YEAR)
    clock.keeper = None
    Upkeep(gateway).turn()
    assert gateway.quarantine.count() == 1


def test_a_garden_that_is_told_not_to_forget_does_not(tmp_path: Path, clock: FakeClock) -> None:
    settings = GatewaySettings(data=tmp_path, privacy=PrivacySettings(forget=False))
    with closing(Gateway.open(settings, clock)) as gateway:
        leave(gateway, LAST_YEAR)
        Upkeep(gateway).turn()
        assert gateway.quarantine.count() == 1
