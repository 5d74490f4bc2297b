"""The figures of a year: sums of what was typed, few people not told apart, no room for a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.beds.given import Given
from gateway.beds.journal import Told
from gateway.beds.records import BedDetails
from gateway.catalogue import Catalogue
from gateway.cli import main
from gateway.watering.waterings import Source
from gateway.workshop.tally import Count
from gateway.yearly.columns import COLUMNS, shown
from gateway.yearly.year import csv_of, year_of
from sensor_node.errors import UsageError

HOUR_MS = 3_600_000


def moment(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "garden.sqlite")) as opened:
        yield opened


def hold(catalogue: Catalogue, name: str, begun: str, hours: float, **people: int) -> None:
    begun_ms = moment(begun)
    ended_ms = begun_ms + round(hours * HOUR_MS)
    catalogue.tally.put(Count(name, begun_ms, ended_ms, 6, 100, 3))
    catalogue.attendance.put(name, {key.replace("_", "-"): n for key, n in people.items()})


def test_a_year_is_the_sum_of_its_workshops_by_the_garden_s_own_days(catalogue: Catalogue) -> None:
    hold(catalogue, "a", "2026-02-03T13:00", 2, participants=12, girls=7, boys=5)
    hold(catalogue, "b", "2026-07-06T08:00", 52, participants=35, girls=2)  # three days
    hold(catalogue, "c", "2026-12-31T23:30", 1, participants=100)  # in Paris it is 2027
    year = year_of(catalogue, 2026, "Europe/Paris")
    assert (year.workshops, year.sessions, year.groups, year.hours) == (2, 4, 12, 54.0)
    assert (year.people["participants"], year.people["girls"], year.people["boys"]) == (47, 9, 5)
    assert year_of(catalogue, 2027, "Europe/Paris").people["participants"] == 100


def advise(catalogue: Catalogue, on: date, verdict: str) -> None:
    told = json.dumps({"verdict": verdict})
    catalogue.advice.keep(Given("bac-1", on, moment(f"{on}T04:00"), "{}", told, told))


def water(catalogue: Catalogue, at: str, litres: float | None, source: Source = "logged") -> None:
    catalogue.journal.tell("bac-1", Told(moment(at), litres, None, source, "gardener"), 0)


def test_advice_is_followed_where_the_bed_was_watered_that_day(catalogue: Catalogue) -> None:
    catalogue.beds.put("bac-1", BedDetails(2.0), 0)
    advise(catalogue, date(2026, 7, 1), "yes")
    advise(catalogue, date(2026, 7, 2), "yes")
    advise(catalogue, date(2026, 7, 3), "no")
    advise(catalogue, date(2026, 7, 4), "seedbed")
    water(catalogue, "2026-06-30T22:30", 20)  # the first of July in Paris
    water(catalogue, "2026-07-03T09:00", 10)
    water(catalogue, "2026-07-04T09:00", None)
    water(catalogue, "2025-07-04T09:00", 500)
    year = year_of(catalogue, 2026, "Europe/Paris")
    assert (year.advised, year.followed, year.litres, year.sites) == (3, 2, 30.0, 1)


@pytest.mark.parametrize(("count", "text"), [(0, "0"), (1, "<5"), (4, "<5"), (5, "5"), (35, "35")])
def test_few_people_are_not_told_apart(count: int, text: str) -> None:
    assert shown(count) == text


def test_what_leaves_the_garden_has_no_small_number_of_people(catalogue: Catalogue) -> None:
    hold(catalogue, "a", "2026-02-03T13:00", 2, participants=12, families=3)
    table = csv_of(year_of(catalogue, 2026, "UTC"), "fr")
    assert '"familles";<5\r\n' in table
    assert '"participants";12\r\n' in table
    assert table.startswith("\ufeff")


@pytest.mark.parametrize("counts", [{"kevin": 1}, {"girls": -1}, {"girls": 10_001}])
def test_nothing_but_a_number_in_a_known_column_is_kept(
    catalogue: Catalogue, counts: dict[str, int]
) -> None:
    with pytest.raises(UsageError, match="COUNT_WRONG"):
        catalogue.attendance.put("a", counts)
    assert catalogue.attendance.of("a") == {}


def test_what_is_typed_again_replaces_what_was(catalogue: Catalogue) -> None:
    for number in (12, 13):
        catalogue.attendance.put("a", {"participants": number})
    assert catalogue.attendance.of("a") == {"participants": 13}


def test_the_command_writes_the_year_as_a_table(
    tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    hold(catalogue, "a", "2026-02-03T13:00", 2, participants=12)
    config, table = tmp_path / "gateway.toml", tmp_path / "bilan.csv"
    config.write_text(f'data = "{tmp_path}"\nlanguage = "fr"\n')
    assert main(["report", "--year", "2026", "--csv", str(table), "--config", str(config)]) == 0
    assert "participants" in capsys.readouterr().out
    assert len(table.read_text(encoding="utf-8-sig").splitlines()) == 9 + len(COLUMNS)


@pytest.mark.parametrize("year", ["0", "1999", "99999", "-1"])
def test_a_year_that_is_none_is_told_how_to_write_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], year: str
) -> None:
    config = tmp_path / "gateway.toml"
    config.write_text(f'data = "{tmp_path}"\n')

    assert main(["report", f"--year={year}", "--config", str(config)]) == UsageError.exit_code
    assert "2026" in capsys.readouterr().err


def test_a_table_that_cannot_be_written_there_is_told_with_its_flag(
    tmp_path: Path, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    config, table = tmp_path / "gateway.toml", tmp_path / "absent/bilan.csv"
    config.write_text(f'data = "{tmp_path}"\n')

    command = ["report", "--year", "2026", "--csv", str(table), "--config", str(config)]
    assert main(command) == UsageError.exit_code
    said = capsys.readouterr().err
    assert str(table) in said
    assert "--csv" in said
