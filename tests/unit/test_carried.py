"""Beds, journal and advice go with the garden's file, and are taken in once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.beds.journal import Told
from gateway.beds.own_crops import CropTold, crop_of
from gateway.beds.rainbook import RainTold
from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.bringing import bring_garden
from gateway.exporting import export_garden
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading, Series
from gateway.watering.record import plain
from sensor_node.clock import FakeClock

MORNING_MS = 1_784_091_600_000  # 2026-07-15T05:00:00Z
SOIL = Series("potager", "bac-1-soil")
TODAY = date(2026, 7, 15)
OCA = crop_of(CropTold("oca", "oca du Pérou", "oca", 1.05, 0.3, 0.35, 5.0))


@pytest.fixture
def gardens(tmp_path: Path) -> Iterator[list[Gateway]]:
    opened = [
        Gateway.open(GatewaySettings(data=tmp_path / name), FakeClock(MORNING_MS))
        for name in ("old", "new")
    ]
    yield opened
    for gateway in opened:
        gateway.close()


def lived(gateway: Gateway) -> None:
    """Two beds, one of them gone; a probe that moved; cans told and undone; an advice."""
    catalogue = gateway.catalogue
    catalogue.set_about("potager", {"channels": {"bac-1-soil": {"quantity": "soil_moisture_raw"}}})
    gateway.store.commit([Reading(SOIL, MORNING_MS - 1000, 0.5)], [])
    catalogue.crops.put(OCA, 1000)
    planted = date(2026, 5, 15)
    details = BedDetails(area_m2=2.0, name="Été", crop="oca", planted_on=planted)
    for bed in ("bac-1", "bac-2"):
        catalogue.beds.put(bed, details, 1000)
        catalogue.watches.wish(bed, [Wish(SOIL)], 2000)
    catalogue.beds.remove("bac-1", 3000)
    for litres in (10.0, None, 20.0):
        told = Told(4000, litres, None, "logged", "gardener")
        entry = catalogue.journal.tell("bac-2", told, 4000)
    catalogue.journal.undo(entry, 5000)
    for rain in (RainTold(12.5, "gardener", on=TODAY), RainTold(3.0, "family", at_ms=4000)):
        assert catalogue.rain.tell(rain, 4000)
    assert catalogue.notes.tell("bac-2", "Des limaces", "gardener", 4000, 4000)
    gateway.advisor.look()


def test_a_garden_that_moves_takes_its_beds_along(gardens: list[Gateway], tmp_path: Path) -> None:
    old, new = gardens
    lived(old)
    file = tmp_path / "garden.jsonl.gz"
    export_garden(old, file)
    for _ in range(2):
        bring_garden(new, file)
    there, here = old.catalogue, new.catalogue
    assert here.beds.all(removed=True) == there.beds.all(removed=True)
    assert here.crops.all() == there.crops.all() == {"oca": OCA}
    for bed in ("bac-1", "bac-2"):
        assert here.watches.of(bed) == there.watches.of(bed)
        assert here.journal.of(bed, 0, MORNING_MS) == there.journal.of(bed, 0, MORNING_MS)
        assert here.advice.all(bed, TODAY) == there.advice.all(bed, TODAY)
    assert here.rain.all() == there.rain.all()
    assert len(here.rain.all()) == 2
    assert len(here.journal.of("bac-2", 0, MORNING_MS)) == 2
    assert here.advice.last("bac-2", TODAY) is not None
    assert list(here.carried.lines()) == list(there.carried.lines())


@pytest.mark.parametrize(
    "line",
    [
        {"bed": "gateway", "details": {"area_m2": 1}, "made_ms": 1, "removed_ms": None},
        {"bed": "a", "details": {"crop": "tomate"}, "made_ms": 1, "removed_ms": None},
        {"watering": "a", "at_ms": 1},
        {"rain": 5.0, "day": "2026-07-15"},
        {
            "rain": 5.0,
            "day": None,
            "at_ms": None,
            "by": "a",
            "told_ms": 1,
            "made_ms": 1,
            "undone_ms": None,
        },
        {
            "rain": 5.0,
            "day": "today",
            "at_ms": None,
            "by": "a",
            "told_ms": 1,
            "made_ms": 1,
            "undone_ms": None,
        },
        {
            "rain": -5.0,
            "day": "2026-07-15",
            "at_ms": None,
            "by": "gardener",
            "told_ms": 1,
            "made_ms": 1,
            "undone_ms": None,
        },
        {"advice": 5, "day": "2026-07-15"},
        {"note": "bac-1", "at_ms": 1, "text": "a\u202eb", "by": "gardener", "made_ms": 1},
        {"note": "bac-1", "at_ms": 1, "text": "a" * 281, "by": "gardener", "made_ms": 1},
        {"crop": "oca", "details": plain(OCA)},
        {"crop": "ulluco", "details": plain(OCA), "made_ms": 1},
        {"crop": "oca", "details": plain(OCA) | {"p": 7.0}, "made_ms": 1},
        {"crop": "oca", "details": plain(OCA) | {"height_m": -1.0}, "made_ms": 1},
        {"crop": "oca", "details": plain(OCA) | {"rooting_m": float("nan")}, "made_ms": 1},
        {"crop": "oca", "details": plain(OCA) | {"kc": [1.0]}, "made_ms": 1},
    ],
)
def test_a_line_that_is_none_is_refused(gardens: list[Gateway], line: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        gardens[0].catalogue.carried.take(line)
    assert list(gardens[0].catalogue.carried.lines()) == []
