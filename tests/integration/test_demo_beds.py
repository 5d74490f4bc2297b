"""The demo's beds on a simulated year: each has its advice, and it fits what was simulated."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gateway.beds.journal import Told
from gateway.demo import calibrate
from gateway.demo_beds import plant
from gateway.demo_past import live_past
from gateway.demo_year import HOUR_MS, YEAR_MS, write_year
from gateway.import_cli import import_into
from gateway.seasons.days import kept_days
from gateway.seasons.past import Past
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock
from sensor_node.garden import STEP_MS, SimulatedGarden, Watering
from sensor_node.garden.demo import BEDS, SEED

SUMMER = datetime.fromisoformat("2026-07-15T08:30:00+02:00")
DAY_MS = 24 * HOUR_MS
MORNINGS = 50
BED_NAMES = {"ail", "aromatiques", "fraises", "nu", "paillis", "tomates"}


@dataclass(frozen=True)
class Year:
    gateway: Gateway
    end_ms: int


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    """The demo garden in the middle of July, its year imported as the demo does."""
    folder = tmp_path_factory.mktemp("demo")
    end_ms = round(SUMMER.timestamp() * 1000)
    settings = GatewaySettings(data=folder / "gateway", latitude=47.3, longitude=5.0)
    gateway = Gateway.open(settings, FakeClock(end_ms))
    poured = write_year(folder / "year-before.csv", end_ms)
    import_into(gateway, folder / "year-before.csv", simulated=True)
    calibrate(gateway)
    plant(gateway, poured)
    yield Year(gateway, end_ms)
    gateway.close()


def test_each_bed_of_the_demo_has_an_advice(year: Year) -> None:
    beds = year.gateway.catalogue.beds.all()
    assert set(beds) == BED_NAMES
    for record in beds.values():
        given = year.gateway.advisor.advice(record)
        assert given is not None
        told = given.told("en")
        assert told["on"] == "2026-07-15"
        assert told["verdict"] not in ("unknown", "frost", "waterlogged"), record.bed
        assert told["confidence"] >= 25
        assert 1 <= len(told["reasons"]) <= 3
        assert "no_probe" not in {doubt["code"] for doubt in told["inputs"]["doubts"]}
        assert given.again("fr") == given.fr


def test_the_books_of_the_demo_follow_what_was_simulated(year: Year) -> None:
    """Within a quarter of the reservoir, though the probe knows two points and no rain is told."""
    end_ms = year.end_ms - year.end_ms % HOUR_MS
    garden = SimulatedGarden(SEED, BEDS, end_ms - YEAR_MS - STEP_MS)
    truth = garden.moment(end_ms)
    for plan in BEDS:
        record = year.gateway.catalogue.beds.get(plan.bed)
        assert record is not None
        given = year.gateway.advisor.advice(record)
        assert given is not None
        figures = given.told("en")["inputs"]
        missing = figures["missing_mm"] / figures["total_mm"]
        depletion = truth.beds[plan.bed].depletion_mm / plan.available_mm
        assert missing == pytest.approx(depletion, abs=0.25), plan.bed


def test_the_tomatoes_are_advised_by_the_air_under_their_glass(year: Year) -> None:
    record = year.gateway.catalogue.beds.get("tomates")
    assert record is not None
    year.gateway.advisor.advice(record)
    (given, *_) = year.gateway.catalogue.advice.all("tomates", date(2026, 7, 15))
    inputs = json.loads(given.inputs)
    assert inputs["bed"]["weather_inside"] is True
    assert all(day["et0"] is not None for day in inputs["days"][-8:-1])


def test_a_watering_that_was_not_noted_is_found_and_asked_about(year: Year) -> None:
    for record in year.gateway.catalogue.beds.all().values():
        year.gateway.advisor.advice(record)
    week_ms = year.end_ms - 10 * 24 * HOUR_MS
    entries = [
        entry
        for bed in sorted(BED_NAMES)
        for entry in year.gateway.catalogue.journal.of(bed, week_ms, year.end_ms)
    ]
    assert any(entry.source == "detected" and entry.asks_how_many for entry in entries)
    assert any(entry.source == "logged" and entry.matched for entry in entries)


def test_past_mornings_get_their_advice_and_those_that_had_one_keep_it(year: Year) -> None:
    """What an exercise counts by hand is there to compare with, in a demo of five minutes."""
    gateway = year.gateway
    assert live_past(gateway, days=2) == 2 * len(BED_NAMES)
    assert live_past(gateway, days=3) == len(BED_NAMES)
    assert live_past(gateway, days=3) == 0
    past = Past(gateway.settings, gateway.catalogue, gateway.observer)
    days = [gateway.advisor.today() - timedelta(days=ago) for ago in (3, 2, 1)]
    for record in gateway.catalogue.beds.all().values():
        for day in kept_days(past, record, days):
            assert day.missing_mm is not None, record.bed
            assert day.etc_mm is not None, record.bed
            assert day.verdict is not None


@pytest.mark.prove
def test_a_season_of_mornings_is_kept_and_each_gives_the_same_bytes_again(tmp_path: Path) -> None:
    """Fifty mornings, six beds; each fifth watering is not noted, and most of those are found."""
    end_ms = round(SUMMER.timestamp() * 1000)
    clock = FakeClock(end_ms)
    settings = GatewaySettings(data=tmp_path / "gateway", latitude=47.3, longitude=5.0)
    gateway = Gateway.open(settings, clock)
    poured = write_year(tmp_path / "year-before.csv", end_ms)
    import_into(gateway, tmp_path / "year-before.csv", simulated=True)
    calibrate(gateway)
    clock.set_wall(end_ms - MORNINGS * DAY_MS)
    plant(gateway, {})
    unnoted: list[tuple[str, int]] = []
    for morning in range(MORNINGS):
        clock.set_wall(end_ms - (MORNINGS - morning) * DAY_MS)
        unnoted += note(gateway, poured)
        gateway.advisor.look()
        for bed in BED_NAMES:
            given = gateway.catalogue.advice.last(bed, gateway.advisor.today())
            assert given is not None
            assert (given.again("fr"), given.again("en")) == (given.fr, given.en)
    found = [at_ms for bed, at_ms in unnoted if was_seen(gateway, bed, at_ms)]
    assert len(unnoted) >= 5
    assert len(found) >= 0.7 * len(unnoted)
    noted = [
        entry
        for bed in BED_NAMES
        for entry in gateway.catalogue.journal.of(bed, 0, clock.wall_ms() - DAY_MS)
        if entry.source == "logged"
    ]
    assert all(entry.matched for entry in noted)
    gateway.close()


def note(gateway: Gateway, poured: Mapping[str, Sequence[Watering]]) -> list[tuple[str, int]]:
    """Note what was poured since yesterday, but for each fifth; returns what was not noted."""
    now_ms, left = gateway.clock.wall_ms(), []
    for bed, waterings in poured.items():
        record = gateway.catalogue.beds.get(bed)
        assert record is not None
        for number, one in enumerate(waterings):
            if not now_ms - DAY_MS < one.at_ms <= now_ms:
                continue
            if number % 5 == 0:
                left.append((bed, one.at_ms))
                continue
            litres = one.mm * record.details.area_m2
            told = Told(one.at_ms, litres, litres / 10, "logged", "gardener")
            gateway.catalogue.journal.tell(bed, told, now_ms)
    return left


def was_seen(gateway: Gateway, bed: str, at_ms: int) -> bool:
    around = gateway.catalogue.journal.of(bed, at_ms - 4 * HOUR_MS, at_ms + 4 * HOUR_MS)
    return any(entry.source == "detected" for entry in around)
