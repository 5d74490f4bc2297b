"""Which channels watch which bed, and from when to when."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.beds.records import BedDetails
from gateway.beds.watches import Watches, Wish
from gateway.catalogue import MIGRATIONS, Catalogue
from gateway.store.base import Series
from sensor_node.database import Database

PROBE, AIR = Series("potager", "bac-1-soil"), Series("meteo", "air")
ABOUT = {
    "channels": {
        "bac-1-soil": {"quantity": "soil_moisture_raw"},
        "air": {"quantity": "air_temperature"},
    }
}


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue(tmp_path / "garden.sqlite")
    for node in ("potager", "meteo"):
        catalogue.set_about(node, ABOUT)
    yield catalogue
    catalogue.close()


@pytest.fixture
def watches(catalogue: Catalogue) -> Watches:
    return catalogue.watches


def periods(watches: Watches, bed: str) -> list[tuple[str, int, int | None]]:
    return [(str(one.series), one.from_ms, one.to_ms) for one in watches.of(bed)]


def test_the_first_watch_of_a_channel_holds_for_all_of_its_history(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE)], 1000)
    assert periods(watches, "a") == [("potager/bac-1-soil", 0, None)]


def test_a_wish_that_changes_nothing_changes_nothing(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE)], 1000)
    watches.wish("a", [Wish(PROBE)], 2000)
    watches.wish("a", [Wish(PROBE, 0)], 3000)
    assert periods(watches, "a") == [("potager/bac-1-soil", 0, None)]


def test_a_channel_that_is_no_longer_wished_ends_now(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE), Wish(AIR)], 1000)
    watches.wish("a", [Wish(AIR)], 2000)
    assert periods(watches, "a") == [("potager/bac-1-soil", 0, 2000), ("meteo/air", 0, None)]


def test_a_probe_that_moves_there_and_back_has_three_periods(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE)], 1000)
    watches.wish("b", [Wish(PROBE)], 2000)
    watches.wish("a", [Wish(PROBE)], 3000)
    name = "potager/bac-1-soil"
    assert periods(watches, "a") == [(name, 0, 2000), (name, 3000, None)]
    assert periods(watches, "b") == [(name, 2000, 3000)]


def test_a_probe_that_moved_yesterday_is_told_today(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE)], 1000)
    watches.wish("b", [Wish(PROBE, 500)], 2000)
    assert periods(watches, "a") == [("potager/bac-1-soil", 0, 500)]
    assert periods(watches, "b") == [("potager/bac-1-soil", 500, None)]


def test_a_move_told_for_before_a_bed_had_the_probe_means_that_it_never_had(
    watches: Watches,
) -> None:
    watches.wish("a", [Wish(PROBE, 1000)], 1000)
    watches.wish("b", [Wish(PROBE, 500)], 2000)
    assert periods(watches, "a") == []


def test_when_a_watch_began_can_be_corrected(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE)], 1000)
    watches.wish("a", [Wish(PROBE, 700)], 2000)
    assert periods(watches, "a") == [("potager/bac-1-soil", 700, None)]


def test_what_is_not_in_the_soil_may_serve_several_beds(watches: Watches) -> None:
    watches.wish("a", [Wish(AIR)], 1000)
    watches.wish("b", [Wish(AIR)], 2000)
    assert [(one.bed, one.to_ms) for one in watches.now()] == [("a", None), ("b", None)]


def test_a_watch_cuts_a_span_to_its_own(watches: Watches) -> None:
    watches.wish("a", [Wish(PROBE, 500)], 500)
    watches.wish("b", [Wish(PROBE)], 2000)
    (there,), (here,) = watches.of("a"), watches.of("b")
    assert there.cut(0, 9000) == (500, 2000)
    assert here.cut(0, 9000) == (2000, 9000)
    assert there.cut(0, 1000) == (500, 1000)


def test_a_garden_of_before_the_beds_takes_them_in(tmp_path: Path) -> None:
    Database(tmp_path / "old.sqlite", MIGRATIONS[:2]).close()
    catalogue = Catalogue(tmp_path / "old.sqlite")
    catalogue.beds.put("a", BedDetails(area_m2=1.0), 1000)
    assert list(catalogue.beds.all()) == ["a"]
    catalogue.close()
