"""What a page remembers never outlives what it was worked out from."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from people import HERE, NOW_MS, People, people_of

from gateway.api.context import known_bed
from gateway.beds.journal import Told
from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.calibrations import Wanted
from gateway.pages.bedstory import period_of, story_of
from gateway.service import Gateway
from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore

HOUR_MS = 3_600_000
SOIL, AIR = Series("potager-1", "bac-1-soil"), Series("potager-1", "air")
BED, CARDS, CURVE = "/bacs/bac-1", "/mesures", "/courbes?voie=potager-1/bac-1-soil"


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """A bed with two days behind it."""
    with people_of(tmp_path) as found:
        gateway = found.gateway
        gateway.catalogue.see_channel(SOIL, "/", "soil_moisture_raw")
        gateway.catalogue.see_channel(AIR, "Cel", "air_temperature")
        calibrate(gateway, 45.0)
        gateway.catalogue.beds.put("bac-1", BedDetails(2.0, "Bac", "limon", "tomate"), NOW_MS)
        gateway.catalogue.watches.wish("bac-1", [Wish(SOIL, 0)], NOW_MS)
        say(gateway, *(Reading(SOIL, NOW_MS - n * HOUR_MS, 0.6) for n in range(48)))
        yield found


def say(gateway: Gateway, *readings: Reading) -> None:
    gateway.store.commit(readings, [])
    gateway.present.load(gateway.store.newest())


def calibrate(gateway: Gateway, wet_pct: float) -> None:
    wanted = Wanted(SOIL, (0.75, 0.0), (0.45, wet_pct), 0)
    gateway.catalogue.calibrations.make([wanted], "gardener", NOW_MS)


def water(gateway: Gateway) -> None:
    told = Told(NOW_MS - HOUR_MS, 20.0, 2.0, "logged", "gardener")
    gateway.catalogue.journal.tell("bac-1", told, NOW_MS)


def note(gateway: Gateway) -> None:
    gateway.catalogue.notes.tell("bac-1", "Rouille", "gardener", NOW_MS, NOW_MS)


def late(gateway: Gateway) -> None:
    say(gateway, Reading(SOIL, NOW_MS - 30 * HOUR_MS, 0.5))


def fresh(gateway: Gateway) -> None:
    say(gateway, Reading(SOIL, NOW_MS + 1, 0.5))


def taken_back(gateway: Gateway) -> None:
    gateway.store.delete(SOIL, 0, NOW_MS - 24 * HOUR_MS)


def by_another_program(gateway: Gateway) -> None:
    with closing(SqliteStore(store_of(gateway).path, timezone="Europe/Paris")) as other:
        other.commit([Reading(SOIL, NOW_MS - 30 * HOUR_MS, 0.5)], [])


def store_of(gateway: Gateway) -> SqliteStore:
    assert isinstance(gateway.store, SqliteStore)
    return gateway.store


def renamed(gateway: Gateway) -> None:
    with closing(sqlite3.connect(gateway.catalogue.path)) as other, other:
        other.execute("UPDATE beds SET details = replace(details, 'tomate', 'laitue')")


def told(people: People, path: str) -> str:
    """The page, without what is another one each time."""
    text = people.client(HERE, None, Accept="text/html").get(path).text
    return re.sub(r'"lastEventId": ?"[^"]*"|"now": ?\d+', "", text)


def calibrated_anew(gateway: Gateway) -> None:
    calibrate(gateway, 40.0)


ALL = (BED, CARDS, CURVE)
CHANGES = {
    late: ALL, fresh: ALL, taken_back: ALL, by_another_program: ALL, calibrated_anew: ALL,
    water: (BED,), note: (BED,), renamed: (BED,),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_a_page_is_another_one_after_a_change(
    people: People, change: Callable[[Gateway], None]
) -> None:
    before = {path: told(people, path) for path in CHANGES[change]}
    assert {path: told(people, path) for path in before} == before
    change(people.gateway)
    assert [path for path in before if told(people, path) == before[path]] == []


def test_the_age_of_a_value_goes_on_in_a_card_that_is_remembered(people: People) -> None:
    before = told(people, CARDS)
    people.clock.advance(120)
    after = told(people, CARDS)
    assert "il y a 2" not in before
    assert re.sub(r">[^<]*</time>", "", after) == re.sub(r">[^<]*</time>", "", before)
    assert after != before


def test_what_one_reads_in_french_another_reads_in_english(people: People) -> None:
    for path in (f"{BED}?", f"{CARDS}?", f"{CURVE}&"):
        french, english = (told(people, f"{path}lang={language}") for language in ("fr", "en"))
        assert "Jour" in french
        assert "Day" in english
        assert "Jour" not in english


def test_a_week_that_the_store_did_not_give_is_not_remembered(people: People) -> None:
    remembered, path = told(people, CARDS), store_of(people.gateway).path
    say(people.gateway, Reading(SOIL, NOW_MS + 1, 0.6))
    with closing(sqlite3.connect(path)) as db:
        db.execute("ALTER TABLE hourly RENAME TO mislaid")
        assert told(people, CARDS).count("<path") < remembered.count("<path")
        db.execute("ALTER TABLE mislaid RENAME TO hourly")
    assert told(people, CARDS).count("<path") == remembered.count("<path")


def test_a_bed_changed_while_its_story_was_read_is_not_told_as_it_was_before(
    people: People,
) -> None:
    gateway = people.gateway
    before = known_bed(gateway, "bac-1")
    gateway.catalogue.beds.put("bac-1", BedDetails(2.0, "Bac", "sable", "tomate"), NOW_MS)
    after = known_bed(gateway, "bac-1")
    period = period_of("semaine", before, NOW_MS, gateway.settings.timezone)

    late = story_of(gateway, before, period, "fr")  # read just before the change
    assert story_of(gateway, after, period, "fr").limits != late.limits
