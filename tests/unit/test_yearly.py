"""The figures of a year: sums of what was typed, few people not told apart, no room for a name."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from gateway.beds.given import Given
from gateway.beds.journal import Told
from gateway.beds.records import BedDetails
from gateway.catalogue import Catalogue
from gateway.cli import main
from gateway.settings import GatewaySettings, ReportSettings
from gateway.watering.waterings import Source
from gateway.workshop.tally import Count
from gateway.yearly.columns import COLUMNS, WHOLES, shown, told
from gateway.yearly.year import csv_of, year_of
from sensor_node import settings as settings_file
from sensor_node.errors import ConfigError, UsageError

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


CHOSEN = ReportSettings(["families", "girls"]).chosen


def test_the_report_has_the_columns_that_were_chosen_in_their_order(catalogue: Catalogue) -> None:
    hold(catalogue, "a", "2026-02-03T13:00", 2, participants=12, girls=7, families=9)
    lines = csv_of(year_of(catalogue, 2026, "UTC", CHOSEN), "fr").splitlines()
    assert lines[9:] == ['"familles";9', '"filles et femmes";7']
    assert len(csv_of(year_of(catalogue, 2026, "UTC"), "fr").splitlines()) == 9 + len(COLUMNS)


def test_what_stands_in_a_column_that_is_no_longer_chosen_is_kept_and_not_shown(
    catalogue: Catalogue,
) -> None:
    catalogue.attendance.put("a", {"participants": 12, "girls": 7})
    assert catalogue.attendance.of("a", CHOSEN) == {"girls": 7}
    catalogue.attendance.put("a", {"families": 9}, CHOSEN)
    assert catalogue.attendance.of("a") == {"participants": 12, "families": 9}
    with pytest.raises(UsageError, match="families, girls"):
        catalogue.attendance.put("a", {"participants": 13}, CHOSEN)


def test_a_column_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(ConfigError, match="kevin") as refused:
        settings_file.build(GatewaySettings, {"data": "d", "report": {"columns": ["kevin"]}})
    assert refused.value.code == "CONFIG_WRONG_VALUE"
    for text in (refused.value.text("fr"), refused.value.text("en")):
        assert all(name in text for name in COLUMNS)


def test_without_a_choice_all_columns_are_counted_and_an_empty_choice_is_none() -> None:
    assert ReportSettings().chosen == COLUMNS
    assert ReportSettings([]).chosen == {}


@pytest.mark.parametrize(
    ("people", "texts"),
    [
        ({"girls": 8, "boys": 4}, ["≥5", "<5"]),  # 12 - 8
        ({"girls": 20, "boys": 1, "not-said": 1}, ["≥5", "<5", "<5"]),  # 22 - 20: one and one
        ({"girls": 20, "boys": 4, "not-said": 4}, ["≥5", "<5", "<5"]),
        ({"girls": 20, "boys": 1, "not-said": 3}, ["≥5", "<5", "<5"]),
        ({"girls": 9, "boys": 30, "not-said": 2}, ["≥5", "30", "<5"]),
        ({"girls": 5, "boys": 9, "not-said": 1}, ["5", "≥5", "<5"]),  # ≥5 of 6 would be 5
        ({"girls": 8, "boys": 5}, ["8", "5"]),
        ({"girls": 12, "boys": 0}, ["12", "0"]),
        ({"girls": 3}, ["<5"]),
        ({"girls": 5, "boys": 1}, ["–", "–"]),  # 6 is five and one
        ({"girls": 4, "boys": 4}, ["–", "–"]),
    ],
)
def test_a_total_does_not_give_a_small_number_away(
    people: dict[str, int], texts: list[str]
) -> None:
    total = sum(people.values())
    assert list(told({"participants": total} | people).values()) == [shown(total), *texts]


MAY_BE: Final = {"<5": range(1, 5), "≥5": range(5, 31), "–": range(1, 31)}


def test_no_sum_of_what_is_told_makes_a_small_number_known() -> None:
    """All ways in which 5 to 30 people are three parts, and what a reader can reckon."""
    told_of = {
        (sum(parts), *list(told(dict(zip(WHOLES[1], parts, strict=True))).values()))
        for parts in product(range(31), repeat=3)
        if 5 <= sum(parts) <= 30
    }
    for total, *texts in told_of:
        ranges = [MAY_BE[text] if text in MAY_BE else [int(text)] for text in texts]
        ways = [way for way in product(*ranges[:2]) if total - sum(way) in ranges[2]]
        full = [(*way, total - sum(way)) for way in ways]
        for place, text in enumerate(texts):
            assert text != "<5" or len({way[place] for way in full}) > 1, (total, texts)


def test_only_parts_of_the_known_columns_make_a_whole() -> None:
    parts = [name for whole in WHOLES for name in whole]
    assert set(parts) <= set(COLUMNS)
    assert len(parts) == len(set(parts))
