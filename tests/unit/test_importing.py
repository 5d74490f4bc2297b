"""Readings from a file, beside those that nodes send."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.catalogue import Catalogue, ChannelInfo
from gateway.formats import Row, write_csv, write_csv_fr
from gateway.importing import REFUSED_AT_MOST, ImportReport, import_csv
from gateway.store.base import Reading, Series
from gateway.store.sqlite import SqliteStore
from sensor_node.errors import StorageError, UsageError

AIR = Series("serre", "air")
NOON = 1_763_809_200_000
HEADER = "time,node,channel,quantity,unit,value\n"
GOOD = "2025-11-22T11:00:00Z,serre,air,air_temperature,Cel,21.5\n"


@dataclass(frozen=True)
class Garden:
    """A store and a catalogue on disk."""

    store: SqliteStore
    catalogue: Catalogue

    def take(
        self, text: str, *, simulated: bool = False, not_after_ms: int | None = None
    ) -> ImportReport:
        return import_csv(
            self.store,
            self.catalogue,
            io.StringIO(text, newline=""),
            simulated=simulated,
            label="a file",
            not_after_ms=not_after_ms,
        )

    def values(self, series: Series = AIR) -> list[float]:
        return [point.value for point in self.store.points(series, 0, 2**60, 10**6)]


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Garden]:
    garden = Garden(
        SqliteStore(tmp_path / "store.sqlite", busy_timeout_ms=10),
        Catalogue(tmp_path / "garden.sqlite"),
    )
    yield garden
    garden.store.close()
    garden.catalogue.close()


def some_rows(count: int) -> list[Row]:
    return [
        Row(NOON + i * 60_000, "serre", channel, quantity, unit, i / 8)
        for i in range(count)
        for channel, quantity, unit in (("air", "air_temperature", "Cel"), ("rain", "rain", "mm"))
    ]


def test_a_file_becomes_readings_channels_and_an_import(garden: Garden) -> None:
    report = garden.take("".join(write_csv(some_rows(10))), simulated=True)
    assert report == ImportReport(rows=20, new=20)
    assert garden.values() == [i / 8 for i in range(10)]
    assert garden.catalogue.channel(AIR) == ChannelInfo(
        AIR, "air_temperature", "Cel", None, None, simulated=True
    )
    (record,) = garden.catalogue.imports()
    assert (record.label, record.from_ms, record.to_ms, record.simulated, record.rows) == (
        "a file",
        NOON,
        NOON + 9 * 60_000 + 1,
        True,
        20,
    )


def test_what_was_measured_is_not_called_simulated(garden: Garden) -> None:
    garden.take(HEADER + GOOD)
    assert not garden.catalogue.channels()[AIR].simulated
    assert not garden.catalogue.imports()[0].simulated


@pytest.mark.parametrize("french", [False, True])
def test_importing_twice_changes_nothing(garden: Garden, french: bool) -> None:
    paris = ZoneInfo("Europe/Paris")
    text = "".join(write_csv_fr(some_rows(6), paris) if french else write_csv(some_rows(6)))
    garden.take(text)
    before = (garden.values(), garden.catalogue.channels(), garden.catalogue.imports())
    assert garden.take(text) == ImportReport(rows=12, same=12)
    assert (garden.values(), garden.catalogue.channels(), garden.catalogue.imports()) == before


def test_another_value_replaces_and_is_counted(garden: Garden) -> None:
    garden.store.commit([Reading(AIR, NOON, 3.0)], [])
    assert garden.take(HEADER + GOOD) == ImportReport(rows=1, replaced=1)
    assert garden.values() == [21.5]


def test_a_long_file_goes_in_by_commits_and_tells_its_progress(garden: Garden) -> None:
    told: list[int] = []
    report = import_csv(
        garden.store,
        garden.catalogue,
        "".join(write_csv(some_rows(6000))).splitlines(keepends=True),
        simulated=False,
        label="long",
        progress=told.append,
    )
    assert told == [5000, 10_000, 12_000]
    assert (report.new, garden.store.count()) == (12_000, 12_000)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2025-11-22T11:00:00Z,Serre,air,air_temperature,Cel,1", "ID_INVALID"),
        ("2025-11-22T11:00:00Z,serre,live,air_temperature,Cel,1", "ID_RESERVED"),
        ("2025-11-22T11:00:00Z,serre,b,air_temprature,Cel,1", "UNKNOWN_QUANTITY"),
        ("2025-11-22T11:00:00Z,serre,b,,,1", "UNKNOWN_QUANTITY"),
        ("2025-11-22T11:00:00Z,serre,b,,degF,1", "UNKNOWN_QUANTITY"),
        ("2025-11-22T11:00:00Z,serre,b,air_temperature,%,1", "UNIT_MISMATCH"),
        ("2025-11-22T11:00:00Z,serre,b,air_temperature,,1", "UNIT_MISMATCH"),
        ("2025-11-22T11:00:00Z,serre,b,air_temperature,Cel,1e999", "NOT_FINITE"),
        ("2025-11-22T11:00:00Z,serre,b,air_temperature,Cel,warm", "NOT_A_NUMBER"),
        ("1970-01-01T00:00:00Z,serre,b,air_temperature,Cel,1", "BAD_TIME"),
        ("2025-11-22T13:00:00Z,serre,b,air_temperature,Cel,1", "IN_FUTURE"),
        ("2025-11-22T11:00:00Z,serre,air,cpu_temperature,Cel,1", "OTHER_QUANTITY"),
        ("2025-11-22T11:00:00Z,serre,air,rain,mm,1", "OTHER_QUANTITY"),
    ],
)
def test_a_bad_line_is_refused_with_number_and_reason_and_the_others_are_taken(
    garden: Garden, line: str, code: str
) -> None:
    report = garden.take(f"{HEADER}{GOOD}{line}\n{GOOD}", not_after_ms=NOON + 600_000)
    assert (report.rows, report.new, report.same, report.refused_count) == (3, 1, 1, 1)
    (refused,) = report.refused
    assert (refused.line, refused.code) == (3, code)
    assert refused.fr.endswith((".", "?"))
    assert refused.en.endswith((".", "?"))
    assert list(garden.catalogue.channels()) == [AIR]


def test_a_quantity_nearly_right_is_told_the_right_one(garden: Garden) -> None:
    report = garden.take(f"{HEADER}2025-11-22T11:00:00Z,serre,b,air_temprature,Cel,1\n")
    assert "air_temperature" in report.refused[0].fr


def test_a_channel_keeps_its_quantity_against_a_file(garden: Garden) -> None:
    garden.catalogue.set_about("serre", {"channels": {"air": {"quantity": "soil_temperature"}}})
    report = garden.take(HEADER + GOOD)
    assert [line.code for line in report.refused] == ["OTHER_QUANTITY"]
    assert (garden.store.count(), garden.catalogue.imports()) == (0, [])


def test_a_channel_met_only_by_a_fault_learns_its_quantity_from_a_file(garden: Garden) -> None:
    garden.catalogue.see_channel(AIR, None)
    assert garden.take(HEADER + GOOD).new == 1
    assert garden.catalogue.channels()[AIR].quantity == "air_temperature"


def test_a_channel_whose_quantity_nobody_said_comes_back_as_it_was_written(garden: Garden) -> None:
    garden.take("".join(write_csv([Row(NOON, *AIR, None, "Cel", 1.0)])))
    assert garden.catalogue.channel(AIR) == ChannelInfo(AIR, None, "Cel", None, None, False)
    assert garden.take(HEADER + GOOD).replaced == 1
    assert garden.catalogue.channels()[AIR].quantity == "air_temperature"


def test_bare_numbers_have_no_unit(garden: Garden) -> None:
    assert garden.take("".join(write_csv([Row(NOON, *AIR, "number", None, 1.0)]))).new == 1


def test_refused_lines_beyond_a_hundred_are_only_counted(garden: Garden) -> None:
    report = garden.take(HEADER + "never,serre,air,air_temperature,Cel,1\n" * 250)
    assert (len(report.refused), report.refused_count, report.rows) == (REFUSED_AT_MOST, 250, 250)
    assert garden.catalogue.imports() == []


def test_a_file_that_is_none_of_ours_changes_nothing(garden: Garden) -> None:
    with pytest.raises(UsageError) as caught:
        garden.take("Date;Température\n1/1/2025;3\n")
    assert caught.value.code == "NOT_OUR_CSV"
    assert (garden.store.count(), garden.catalogue.imports()) == (0, [])


def test_a_locked_store_stops_the_import_and_starting_again_completes_it(garden: Garden) -> None:
    text = "".join(write_csv(some_rows(5)))
    other = sqlite3.connect(garden.store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError):
        garden.take(text, simulated=True)
    assert garden.catalogue.channels()[AIR].simulated  # marked before the first reading is there
    other.execute("ROLLBACK")
    other.close()
    assert garden.take(text, simulated=True).new == 10
    assert len(garden.catalogue.imports()) == 1
