"""A recording: each line becomes readings or a problem with its number; nothing is skipped."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sensor_node.errors import ConfigError, UsageError
from sensor_node.recording import Problem, Recording, RecordingMap, Row, load_map
from sensor_node.settings import build

AIR = {"column": "temp", "channel": "air", "quantity": "air_temperature"}
SOIL = {
    "column": "wet",
    "channel": "soil",
    "quantity": "soil_moisture_raw",
    "conversion": "volts",
}


def recording(*channels: dict[str, Any], time: dict[str, Any] | None = None, **more: Any) -> Any:
    times = {"columns": ["time"], **(time or {})}
    return Recording(build(RecordingMap, {"time": times, "channels": list(channels), **more}))


def read(it: Recording, *lines: str) -> list[Row | Problem]:
    return list(it.read([line + "\n" for line in lines]))


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def times(found: list[Row | Problem]) -> list[str]:
    """UTC times of the rows as texts, problems by their reason's first words."""
    return [
        datetime.fromtimestamp(item.at_ms / 1000, UTC).strftime("%d %H:%M")
        if isinstance(item, Row)
        else item.reason.split(":")[0]
        for item in found
    ]


# --- rows and problems --------------------------------------------------------------------------


def test_a_line_gives_its_time_and_the_value_of_each_mapped_column() -> None:
    damp = {"column": "rh", "channel": "damp", "quantity": "relative_humidity"}

    found = read(
        recording(AIR, damp, SOIL),
        "time,other,temp,rh,wet",
        "2025-09-15T17:30:00.125,x,21.4,55.2,2.69",
    )

    assert found == [
        Row(2, ms("2025-09-15T17:30:00.125"), {"air": 21.4, "damp": 55.2}, {"soil": 2.69})
    ]


def test_line_numbers_are_those_an_editor_shows() -> None:
    found = read(recording(AIR), "time,temp", "2025-01-01,1", "", "2025-01-02,2")

    assert [(item.line, type(item).__name__) for item in found] == [
        (2, "Row"),
        (3, "Problem"),
        (4, "Row"),
    ]


def test_an_empty_line_is_a_problem_of_its_own() -> None:
    found = read(recording(AIR), "time,temp", ",", " , ")

    assert found == [Problem(2, "", "empty line"), Problem(3, "", "empty line")]


def test_a_stray_header_in_the_middle_is_reported_and_the_rows_after_it_are_read() -> None:
    found = read(recording(AIR), "time,temp", "2025-01-01,1", "time,temp", "2025-01-02,2")

    assert [item.line for item in found if isinstance(item, Row)] == [2, 4]
    assert isinstance(found[1], Problem)
    assert found[1].line == 3
    assert found[1].reason.startswith("time unreadable: ")


def test_text_in_the_last_row_is_reported() -> None:
    found = read(recording(AIR), "time,temp", "2025-01-01,1", "end of export,,")

    assert isinstance(found[-1], Problem)
    assert (found[-1].line, found[-1].column) == (3, "")


def test_a_cell_that_cannot_be_read_is_a_problem_and_the_others_of_its_line_are_kept() -> None:
    damp = {"column": "rh", "channel": "damp", "quantity": "relative_humidity"}

    found = read(recording(AIR, damp), "time,temp,rh", "2025-01-01,warm,55")

    assert found == [
        Problem(2, "temp", "not a number: 'warm'"),
        Row(2, ms("2025-01-01"), {"damp": 55.0}, {}),
    ]


def test_a_line_whose_cells_are_all_unreadable_is_no_row() -> None:
    found = read(recording(AIR), "time,temp", "2025-01-01,warm")

    assert found == [Problem(2, "temp", "not a number: 'warm'")]


def test_a_line_that_is_too_short_is_reported_with_the_column_it_lacks() -> None:
    damp = {"column": "rh", "channel": "damp", "quantity": "relative_humidity"}

    found = read(recording(AIR, damp), "time,temp,rh", "2025-01-01,20")

    assert found == [
        Problem(2, "rh", "the line is too short"),
        Row(2, ms("2025-01-01"), {"air": 20.0}, {}),
    ]


def test_a_line_too_short_for_its_time_is_reported() -> None:
    two = recording(AIR, time={"columns": ["temp", "time"]})

    assert isinstance(read(two, "temp,time", "20")[0], Problem)


def test_repeated_rows_are_all_given_for_the_replay_to_count() -> None:
    found = read(recording(AIR), "time,temp", *["2025-01-01,1"] * 3)

    assert [item.line for item in found if isinstance(item, Row)] == [2, 3, 4]


def test_a_cell_that_means_nothing_is_neither_a_value_nor_a_problem() -> None:
    found = read(recording(AIR), "time,temp", "2025-01-01,", "2025-01-02,NaN", "2025-01-03, nan ")

    assert [(item.values, item.volts) for item in found if isinstance(item, Row)] == [({}, {})] * 3


def test_what_means_nothing_can_be_set_for_the_file_and_for_one_column() -> None:
    damp = {"column": "rh", "channel": "damp", "quantity": "relative_humidity", "no_value": ["0"]}

    found = read(
        recording(AIR, damp, no_value=["-999"]),
        "time,temp,rh",
        "2025-01-01,-999,0",
        "2025-01-02,0,5",
    )

    assert [item.values for item in found if isinstance(item, Row)] == [
        {},
        {"air": 0.0, "damp": 5.0},
    ]


def test_an_empty_cell_means_nothing_whatever_else_does() -> None:
    found = read(recording(AIR, no_value=["-999"]), "time,temp", "2025-01-01, ")

    assert found == [Row(2, ms("2025-01-01"), {}, {})]


def test_a_conversion_and_a_decimal_comma_are_taken_from_the_map() -> None:
    fahrenheit = AIR | {"conversion": "degF"}

    found = read(
        recording(fahrenheit, separator=";", decimal=","), "time;temp", "2025-01-01;70,7 °F"
    )

    assert found == [Row(2, ms("2025-01-01"), {"air": 21.5}, {})]


def test_a_number_too_great_for_a_double_is_a_problem() -> None:
    assert read(recording(SOIL), "time,wet", "2025-01-01,1e999") == [
        Problem(2, "wet", "not a finite number: '1e999'")
    ]


def test_a_quoted_cell_may_hold_the_separator() -> None:
    found = read(recording(AIR), 'time,"temp"', '"2025-01-01","20"')

    assert found == [Row(2, ms("2025-01-01"), {"air": 20.0}, {})]


def test_a_line_that_csv_cannot_split_is_a_problem_and_the_next_ones_are_read() -> None:
    endless = '2025-01-01,"' + "x" * 200_000 + '"'

    found = read(recording(AIR), "time,temp", endless, "2025-01-02,2")

    assert found == [
        Problem(2, "", "field larger than field limit (131072)"),
        Row(3, ms("2025-01-02"), {"air": 2.0}, {}),
    ]


# --- header -------------------------------------------------------------------------------------


def test_a_byte_order_mark_before_the_header_is_no_part_of_it() -> None:
    assert read(recording(AIR), "\ufefftime, temp ", "2025-01-01,20") == [
        Row(2, ms("2025-01-01"), {"air": 20.0}, {})
    ]


def test_a_missing_column_is_said_with_those_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        read(recording(AIR), "time,temperature,rh")

    assert caught.value.code == "COLUMN_ABSENT"
    assert "'temp'. Its columns: time, temperature, rh" in caught.value.en
    assert "« temp »" in caught.value.fr


def test_a_file_without_a_header_names_its_columns_by_number_and_loses_no_line() -> None:
    numbered = recording(AIR | {"column": "2"}, time={"columns": ["1"]}, header=False)

    assert read(numbered, "2025-01-01,20", "2025-01-02,21") == [
        Row(1, ms("2025-01-01"), {"air": 20.0}, {}),
        Row(2, ms("2025-01-02"), {"air": 21.0}, {}),
    ]


@pytest.mark.parametrize("column", ["temp", "0", "-1", "1.5"])
def test_without_a_header_a_column_is_a_number_from_one(column: str) -> None:
    numbered = recording(AIR | {"column": column}, time={"columns": ["1"]}, header=False)

    with pytest.raises(ConfigError, match="number of a column"):
        read(numbered, "2025-01-01,20")


def test_an_empty_file_has_no_rows() -> None:
    assert read(recording(AIR)) == []


# --- time ---------------------------------------------------------------------------------------


def test_date_and_time_may_stand_in_two_columns_in_a_format_of_their_own() -> None:
    french = recording(
        AIR, time={"columns": ["date", "hour"], "format": "%d/%m/%Y %H:%M", "zone": "Europe/Paris"}
    )

    found = read(french, "date,hour,temp", "15/09/2025,17:30,20", "28/02/2025,06:00,3")

    assert times(found) == ["15 15:30", "28 05:00"]


def test_a_time_with_its_own_offset_needs_no_zone() -> None:
    there = recording(AIR, time={"columns": ["time"], "zone": "Europe/Paris"})

    found = read(there, "time,temp", "2025-07-01T12:00:00Z,1", "2025-07-01T12:00:00+05:00,1")

    assert times(found) == ["01 12:00", "01 07:00"]


PARIS = {"columns": ["time"], "zone": "Europe/Paris"}


def october(*hours: str) -> list[str]:
    return times(
        read(recording(AIR, time=PARIS), "time,temp", *[f"2025-10-26 {hour},1" for hour in hours])
    )


def test_in_the_hour_that_comes_twice_time_goes_forward() -> None:
    assert october("01:30", "02:00", "02:30", "02:00", "02:30", "03:00") == [
        "25 23:30",
        "26 00:00",
        "26 00:30",
        "26 01:00",
        "26 01:30",
        "26 02:00",
    ]


def test_a_repeated_row_does_not_begin_the_second_pass() -> None:
    assert october("02:30", "02:30", "02:45", "02:00") == [
        "26 00:30",
        "26 00:30",
        "26 00:45",
        "26 01:00",
    ]


def test_a_recording_that_begins_in_that_hour_begins_in_its_first_pass() -> None:
    assert october("02:15") == ["26 00:15"]


def test_a_recording_read_a_second_time_has_the_same_times() -> None:
    it = recording(AIR, time=PARIS)
    lines = ["time,temp", "2025-10-26 02:10,1", "2025-10-26 02:50,1", "2025-10-26 02:10,1"]

    assert (
        times(read(it, *lines)) == times(read(it, *lines)) == ["26 00:10", "26 00:50", "26 01:10"]
    )


def test_an_hour_that_does_not_exist_in_march_is_refused() -> None:
    found = read(
        recording(AIR, time=PARIS),
        "time,temp",
        "2025-03-30 01:59,1",
        "2025-03-30 02:00,1",
        "2025-03-30 02:59,1",
        "2025-03-30 03:00,1",
    )

    assert times(found) == ["30 00:59", "time unreadable", "time unreadable", "30 01:00"]
    assert isinstance(found[1], Problem)
    assert "does not exist in Europe/Paris (summer time)" in found[1].reason


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("0001-01-01 00:00", "Europe/Paris"),
        ("1899-12-30 00:00", "Europe/Paris"),
        ("1970-01-01 00:00", "UTC"),
        ("9999-12-31 23:59:59.9996", "UTC"),
        ("9999-12-31 23:00", "America/New_York"),
    ],
)
def test_a_time_that_no_pack_can_have_is_a_problem(time: str, zone: str) -> None:
    (found,) = read(
        recording(AIR, time={"columns": ["time"], "zone": zone}), "time,temp", f"{time},1"
    )

    assert isinstance(found, Problem)
    assert found.reason.startswith("time unreadable: ")


def test_an_impossible_time_does_not_decide_which_pass_of_october_it_is() -> None:
    assert october("02:10", "02:61", "02:20") == ["26 00:10", "time unreadable", "26 00:20"]


# --- the map ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channels", "more", "said"),
    [
        ([], {}, "no channel"),
        ([AIR, AIR | {"column": "other"}], {}, "two columns for one channel"),
        ([AIR | {"conversion": "volts"}], {}, "'volts' is for soil_moisture_raw"),
        ([AIR], {"time": {"zone": "Europe/Pari"}}, "unknown time zone 'Europe/Pari'"),
        ([AIR], {"time": {"zone": "../etc/passwd"}}, "unknown time zone"),
        ([AIR | {"channel": "Air"}], {}, "'Air' cannot be a name"),
        ([AIR | {"quantity": "temperature"}], {}, "must be one of: soil_moisture_raw"),
        ([AIR | {"conversion": "celsius"}], {}, "must be one of: none, volts"),
        ([AIR | {"colum": "x"}], {}, "Did you mean 'column'?"),
        ([AIR], {"decimal": ";"}, "must be one of: ., ,"),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_what_is_wrong(
    channels: list[dict[str, Any]], more: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        recording(*channels, **more)

    assert said in caught.value.en


@pytest.mark.parametrize("separator", ["", ",,", "ab", "\n"])
def test_a_separator_is_one_character(separator: str) -> None:
    with pytest.raises(ConfigError, match="separator"):
        recording(AIR, separator=separator)


def test_a_channel_that_is_no_table_is_refused() -> None:
    with pytest.raises(ConfigError):
        recording(*["air"])  # type: ignore[arg-type]


def test_a_map_is_read_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text(
        """
        decimal = ","
        [time]
        columns = ["DATE", "TIME"]
        zone = "Europe/Paris"
        [[channels]]
        column = "WET_VOLTAGE_V"
        channel = "soil"
        quantity = "soil_moisture_raw"
        conversion = "volts"
        """,
        encoding="utf-8",
    )

    it = Recording(load_map(path))

    assert it.volt_channels == ["soil"]
    assert times(read(it, "DATE,TIME,WET_VOLTAGE_V", '2025-09-15,17:30,"2,69"')) == ["15 15:30"]
