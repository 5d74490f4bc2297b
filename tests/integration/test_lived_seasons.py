"""A stored season lived again: the same answers as each morning gave, gaps as gaps, two beds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from door import Door, problem
from lived_garden import ZONE, Simulated, brought_in, lived, mornings
from plots import DAY_MS, MORNING_MS, make_bed, probe_says, summer, warm_days

from gateway.beds.given import Given
from gateway.cli import main
from gateway.seasons.days import SeasonDay, season_days
from gateway.seasons.rehearsal import rehearsal_of
from gateway.seasons.season import Season, summary_of, total
from gateway.service import Gateway
from gateway.watering.samples import at_local_hour_ms

BEFORE, DAYS = 8, 8
BED_NAMES = ("nu", "paillis", "tomates", "fraises")


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(BEFORE + DAYS)


@pytest.fixture(scope="module")
def garden(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One that was advised each morning."""
    gateway = lived(tmp_path_factory.mktemp("lived"), simulated, mornings(DAYS))
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def imported(simulated: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The same garden without any advice: all of it came in later."""
    gateway = brought_in(tmp_path_factory.mktemp("imported"), simulated)
    yield gateway
    gateway.close()


@pytest.fixture(scope="module")
def lived_again(imported: Gateway) -> dict[str, Season]:
    """All four beds side by side."""
    return seasons(imported, *BED_NAMES)


def seasons(gateway: Gateway, *beds: str, count: int = DAYS) -> dict[str, Season]:
    known = gateway.catalogue.beds.all()
    records = [known[bed] for bed in beds]
    with rehearsal_of(gateway) as rehearsal:
        found = season_days(rehearsal, records, mornings(count))
    return {one.bed: Season(one, tuple(found[one.bed])) for one in records}


def test_what_is_recomputed_is_what_each_morning_would_have_said_to_the_last_byte(
    garden: Gateway, imported: Gateway
) -> None:
    known = imported.catalogue.beds.all()
    compared = 0
    with rehearsal_of(imported) as rehearsal:
        for on in mornings(DAYS):
            for bed in BED_NAMES:
                morning = rehearsal.morning(known[bed], on)
                (given,) = garden.catalogue.advice.all(bed, on)
                assert not morning.as_given
                assert _bytes(morning.given) == _bytes(given), (bed, on)
                compared += 1
    assert compared == DAYS * len(BED_NAMES)


def _bytes(given: Given) -> tuple[str, str, str, int]:
    return given.fr, given.en, given.inputs, given.made_ms


def test_a_bed_alone_is_told_the_same_as_beside_the_others(
    imported: Gateway, lived_again: dict[str, Season]
) -> None:
    alone = seasons(imported, "paillis")["paillis"]
    assert _without_ids(alone) == _without_ids(lived_again["paillis"])


def _without_ids(season: Season) -> list[SeasonDay]:
    return [
        replace(day, waterings=tuple(replace(one, id=0) for one in day.waterings))
        for day in season.days
    ]


def test_an_advice_that_was_given_is_shown_as_it_was_given(garden: Gateway) -> None:
    season = seasons(garden, "nu", count=DAYS + 3)["nu"]
    assert [day.as_given for day in season.days] == [False] * 3 + [True] * DAYS
    for day in season.days[3:]:
        told = garden.catalogue.advice.all("nu", day.on)[0].told("en")
        assert (day.verdict, day.advised_l, day.confidence) == (
            told["verdict"], told["litres"], told["confidence"],
        )  # fmt: skip
        assert day.missing_mm == told["inputs"]["missing_mm"]


def test_a_season_changes_nothing_in_the_garden(imported: Gateway) -> None:
    before = list(imported.catalogue.carried.lines())
    season = seasons(imported, "nu")["nu"]
    assert summary_of(season.days).found > 0
    assert list(imported.catalogue.carried.lines()) == before


def test_waterings_that_were_told_and_seen_are_matched_and_forgotten_ones_are_found(
    lived_again: dict[str, Season],
) -> None:
    found = [summary_of(one.days) for one in lived_again.values()]
    assert sum(one.matched for one in found) >= 3
    assert sum(one.without_amount for one in found) >= 1
    for one in found:
        assert one.matched <= min(one.logged, one.found)


def test_days_without_readings_are_gaps_and_nothing_is_made_up_for_them(
    simulated: Simulated, tmp_path: Path
) -> None:
    gateway = brought_in(tmp_path, simulated)
    days = mornings(DAYS)
    silent = (days[2], days[6])
    from_ms, to_ms = (at_local_hour_ms(on, 0, ZONE) for on in silent)
    for series in gateway.catalogue.channels():
        gateway.store.delete(series, from_ms, to_ms)
    season = seasons(gateway, "nu")["nu"]
    gateway.close()
    # A morning has its gap where the whole day before it was silent.
    assert [day.on for day in season.days if day.gap] == days[3:6]
    for day in season.days:
        assert (day.verdict is None) == day.gap
        if day.gap:
            assert (day.missing_mm, day.advised_l, day.confidence, day.ks) == (None,) * 4
        if silent[0] <= day.on < silent[1]:
            assert (day.etc_mm, day.rain_mm) == (None, None)


def test_the_mulched_bed_is_told_beside_the_bare_one_and_asks_for_less(
    lived_again: dict[str, Season],
) -> None:
    bare, mulched = (total(day.etc_mm for day in lived_again[b].days) for b in ("nu", "paillis"))
    assert bare is not None
    assert mulched is not None
    assert mulched < bare


# --- in the terminal ------------------------------------------------------------------------------


@pytest.fixture
def config(imported: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings of the garden that came in later, and a reader of French."""
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    file = tmp_path / "gateway.toml"
    data = imported.settings.data
    file.write_text(f'data = "{data}"\nclock = "system"\nlatitude = 47.3\n', encoding="utf-8")
    return file


def test_the_terminal_tells_two_beds_week_by_week_and_writes_both_files(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet, drawing = tmp_path / "saison.csv", tmp_path / "saison.svg"
    first, last = mornings(DAYS)[0], mornings(DAYS)[-1]
    done = main(
        [
            "advise", "--history", "--config", str(config), "--bed", "nu", "--bed", "paillis",
            "--from", first.isoformat(), "--to", last.isoformat(), "--by", "week",
            "--output", str(sheet), "--plot", str(drawing),
        ]
    )  # fmt: skip
    said = capsys.readouterr().out
    assert done == 0
    assert "semaine du" in said
    assert "Nu  Paillis" in said
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("date;bac;nom;")
    assert len(lines) == 1 + 2 * DAYS
    assert lines[1].startswith(f"{first:%d/%m/%Y};nu;Nu;oui;recalculé;")
    assert "Nu et Paillis : conseil et eau" in drawing.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--bed", "paille"], "il y a : paillis"),
        (["--from", "2026-07-14", "--to", "2026-07-01"], "au moins un jour"),
        (["--from", "juin"], "écrivez-le comme 2026-05-01"),
    ],
)
def test_what_is_wrong_is_said_in_french(
    config: Path, capsys: pytest.CaptureFixture[str], more: list[str], words: str
) -> None:
    assert main(["advise", "--history", "--config", str(config), *more]) == 2
    assert words in capsys.readouterr().err


# --- over HTTP ------------------------------------------------------------------------------------


def test_a_program_is_given_the_advice_that_was_given_and_what_happened(door: Door) -> None:
    summer(door)
    warm_days(door, 4)
    probe_says(door, lambda at_ms: 16.0 + 0.6 * (MORNING_MS - at_ms) / DAY_MS, 4)
    make_bed(door)
    advised = door.json("/beds/bac-1/advice")
    door.clock.advance(3600)
    door.client.post("/api/v1/beds/bac-1/waterings", json={"cans": 8})
    told = door.json("/beds/bac-1/history", **{"from": "2026-07-13"})
    assert told["bed"] == "bac-1"
    before, yesterday, today = told["days"]
    assert (before["on"], today["on"]) == ("2026-07-13", "2026-07-15")
    assert (before["verdict"], yesterday["missing_mm"]) == (None, None)
    assert before["etc_mm"] is None  # of no advice, no coefficient
    assert (today["verdict"], today["advised_l"]) == ("yes", advised["litres"])
    assert today["later"] == "no"
    assert (today["given_l"], today["logged"], today["found"]) == (80.0, 1, 0)
    assert len(door.json("/beds/bac-1/history")["days"]) == 30
    sheet = door.get("/beds/bac-1/history", format="csv-fr", **{"from": "2026-07-13"})
    assert sheet.headers["content-type"].startswith("text/csv")
    assert len(sheet.content.decode("utf-8-sig").splitlines()) == 4


def test_a_history_has_an_end_and_no_day_to_come(door: Door) -> None:
    summer(door)
    make_bed(door)
    too_long = door.get("/beds/bac-1/history", **{"from": "2024-01-01", "to": "2026-07-01"})
    assert problem(too_long, 422, "TOO_MANY_DAYS")["limit"] == 366
    days = door.json("/beds/bac-1/history", **{"from": "2026-07-15", "to": "2026-08-15"})["days"]
    assert [day["on"] for day in days] == ["2026-07-15"]
    later = door.json("/beds/bac-1/history", **{"from": "2026-09-01", "to": "2026-09-03"})
    assert later["days"] == []
    problem(door.get("/beds/bac-11/history"), 404, "UNKNOWN_BED")
