"""Readings as files: what is written opens in a spreadsheet and can be read back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.formats import BadLine, Row, read_csv, write_csv, write_csv_fr, write_senml
from sensor_node import wire
from sensor_node.errors import UsageError

PARIS = ZoneInfo("Europe/Paris")
NOON = 1_763_809_200_000  # 2025-11-22T11:00:00Z
AIR = Row(NOON, "potager-1", "air", "air_temperature", "Cel", 21.5)

Write = Callable[[Iterable[Row]], Iterator[str]]


def write_french(rows: Iterable[Row]) -> Iterator[str]:
    return write_csv_fr(rows, PARIS)


WRITERS: dict[str, Write] = {"csv": write_csv, "csv-fr": write_french}


def read(text: str) -> list[tuple[int, Row | BadLine]]:
    return list(read_csv(io.StringIO(text, newline="")))


# --- csv --------------------------------------------------------------------------------------


def test_csv_has_comma_point_and_rfc_3339() -> None:
    rain = Row(NOON + 1, "serre", "rain", "rain", "mm", 0.0)
    assert "".join(write_csv([AIR, rain])) == (
        "time,node,channel,quantity,unit,value\r\n"
        "2025-11-22T11:00:00.000Z,potager-1,air,air_temperature,Cel,21.5\r\n"
        "2025-11-22T11:00:00.001Z,serre,rain,rain,mm,0.0\r\n"
    )


def test_csv_fr_opens_in_a_french_spreadsheet() -> None:
    assert "".join(write_csv_fr([AIR], PARIS)).encode() == (
        b"\xef\xbb\xbf"
        + (
            "heure locale;heure UTC;nœud;voie;grandeur;unité;valeur\r\n"
            "22/11/2025 12:00:00;2025-11-22T11:00:00.000Z;"
            "potager-1;air;air_temperature;Cel;21,5\r\n"
        ).encode()
    )


def test_the_repeated_hour_of_autumn_is_told_apart_by_utc() -> None:
    first = 1_792_888_200_000  # 2026-10-25T00:30:00Z, 02:30 in Paris for the first time
    rows = [AIR._replace(at_ms=first), AIR._replace(at_ms=first + 3_600_000)]
    lines = "".join(write_csv_fr(rows, PARIS)).splitlines()[1:]
    assert [line.split(";")[0] for line in lines] == ["25/10/2026 02:30:00"] * 2
    assert [
        row.at_ms for _, row in read("".join(write_csv_fr(rows, PARIS))) if isinstance(row, Row)
    ] == [
        first,
        first + 3_600_000,
    ]


def test_an_aggregate_has_a_column_of_its_own() -> None:
    mean = AIR._replace(aggregate="mean")
    assert "".join(write_csv([mean], aggregated=True)).splitlines() == [
        "time,node,channel,quantity,unit,value,aggregate",
        "2025-11-22T11:00:00.000Z,potager-1,air,air_temperature,Cel,21.5,mean",
    ]
    assert (
        "".join(write_csv_fr([mean], PARIS, aggregated=True)).splitlines()[1].endswith("21,5;mean")
    )


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_no_rows_are_a_header(write: Write) -> None:
    text = "".join(write([]))
    assert text.count("\r\n") == 1
    assert read(text) == []


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_text_that_a_spreadsheet_would_run_is_defused_and_comes_back(
    write: Write, start: str
) -> None:
    row = AIR._replace(unit=start + 'HYPERLINK("x";"y,z")')
    text = "".join(write([row]))
    assert not any(
        cell.startswith(start)
        for line in csv.reader(
            io.StringIO(text, newline=""), delimiter=";" if ";" in text[:30] else ","
        )
        for cell in line
    )
    assert [found for _, found in read(text)] == [row]


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
def test_a_negative_number_is_no_formula(write: Write) -> None:
    assert "".join(write([AIR._replace(value=-3.25)])).rstrip()[-5:].replace(",", ".") == "-3.25"


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ROWS = st.lists(
    st.builds(
        Row,
        st.integers(0, wire.MAX_TIME_MS // 2),
        TEXTS,
        TEXTS,
        TEXTS.map(lambda text: text or None),
        TEXTS.map(lambda text: text or None),
        st.floats(allow_nan=False, allow_infinity=False),
        st.just(""),
    ),
    max_size=5,
)


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@given(rows=ROWS)
def test_what_is_written_is_read_back_to_the_last_bit(write: Write, rows: list[Row]) -> None:
    assert [row for _, row in read("".join(write(rows)))] == rows


@pytest.mark.parametrize("write", [*WRITERS.values(), write_senml], ids=[*WRITERS, "senml"])
def test_a_year_is_written_chunk_by_chunk_as_it_is_read(write: Write) -> None:
    taken = 0

    def rows() -> Iterator[Row]:
        nonlocal taken
        for i in range(105_120):
            taken += 1
            yield AIR._replace(at_ms=NOON + i * 300_000)

    chunks = write(rows())
    next(chunks)
    assert len(next(chunks)) < 100_000
    assert taken < 2_000


# --- reading ----------------------------------------------------------------------------------


def test_a_file_saved_by_a_spreadsheet_with_columns_moved_is_read(tmp_path: Path) -> None:
    path = tmp_path / "saved.csv"
    path.write_text(
        '"value","time","node","channel","unit","quantity","my notes"\n'
        '21.5,"2025-11-22T12:00:00+01:00","potager-1","air","Cel","air_temperature","hot, dry"\n'
        "\n",
        encoding="utf-8-sig",
    )
    with path.open(encoding="utf-8", newline="") as lines:
        assert list(read_csv(lines)) == [(2, AIR)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("2025-11-22T11:00:00Z,n,c,rain,mm", "WRONG_COLUMNS"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,1,2", "WRONG_COLUMNS"),
        ("22/11/2025,n,c,rain,mm,1", "TIME_INVALID"),
        ('2025-11-22T11:00:00Z,n,c,rain,mm,"1,5"', "NOT_A_NUMBER"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,", "NOT_A_NUMBER"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,nan", "NOT_A_NUMBER"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,1_000", "NOT_A_NUMBER"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,0x10", "NOT_A_NUMBER"),
        ("2025-11-22T11:00:00Z,n,c,rain,mm,٣", "NOT_A_NUMBER"),
    ],
)
def test_a_bad_line_is_told_by_number_and_reason_and_the_others_are_read(
    line: str, code: str
) -> None:
    good = "2025-11-22T11:00:00Z,potager-1,air,air_temperature,Cel,21.5\n"
    found = read(f"time,node,channel,quantity,unit,value\n{good}{line}\n{good}")
    assert [number for number, _ in found] == [2, 3, 4]
    assert [row for _, row in found[::2]] == [AIR, AIR]
    bad = found[1][1]
    assert isinstance(bad, BadLine)
    assert bad.code == code
    assert bad.fr.endswith(".")
    assert bad.en.endswith(".")


def test_a_point_in_a_french_number_is_not_guessed_at() -> None:
    text = "".join(write_french([AIR])).replace("21,5", "1.234")
    ((_, bad),) = read(text)
    assert isinstance(bad, BadLine)
    assert bad.code == "NOT_A_NUMBER"


@pytest.mark.parametrize(
    "text", ["", "\n", "a,b,c\n1,2,3\n", "time,node,channel,value\n", "time;node;channel\n", "\0\1"]
)
def test_a_file_that_is_none_of_ours_is_refused_with_the_header_it_should_have(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(text)
    assert caught.value.code == "NOT_OUR_CSV"
    assert "time,node,channel,quantity,unit,value" in caught.value.fr


@pytest.mark.parametrize("write", [write_csv, lambda r, **k: write_csv_fr(r, PARIS, **k)])
def test_means_are_not_taken_for_readings(write: Callable[..., Iterator[str]]) -> None:
    with pytest.raises(UsageError) as caught:
        read("".join(write([AIR], aggregated=True)))
    assert caught.value.code == "AGGREGATED_FILE"


@pytest.mark.parametrize("content", [b"PK\x03\x04\xff\xfe\x00", b"time,n\xe9\n", b"\xff"])
def test_a_file_in_another_encoding_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with path.open(encoding="utf-8", newline="") as lines, pytest.raises(UsageError) as caught:
        list(read_csv(lines))
    assert caught.value.code == "NOT_TEXT"


def test_a_quote_that_never_closes_is_told_and_what_stood_before_is_read() -> None:
    rows = read_csv(io.StringIO("".join(write_csv([AIR])) + '"2025,'))
    assert next(rows) == (2, AIR)
    with pytest.raises(UsageError) as caught:
        next(rows)
    assert caught.value.code == "NOT_TEXT"


# --- senml ------------------------------------------------------------------------------------


def resolved(text: str) -> list[tuple[str, int, str | None, float]]:
    """Name, milliseconds, unit and value of each record, by the rules of RFC 8428."""
    name, base = "", 0.0
    found = []
    for record in json.loads(text):
        name, base = record.get("bn", name), record.get("bt", base)
        at_ms = round((base + record.get("t", 0)) * 1000)
        found.append((name + record.get("n", ""), at_ms, record.get("u"), record["v"]))
    return found


def test_senml_is_one_array_with_base_name_and_time_for_each_run() -> None:
    rows = [
        AIR,
        AIR._replace(at_ms=NOON + 300_001, value=22.0),
        AIR._replace(channel="say", unit=None),
    ]
    assert json.loads("".join(write_senml(rows))) == [
        {"bn": "potager-1/air", "bt": NOON / 1000, "u": "Cel", "v": 21.5},
        {"t": 300.001, "u": "Cel", "v": 22.0},
        {"bn": "potager-1/say", "bt": NOON / 1000, "v": 21.5},
    ]


def test_senml_of_nothing_is_an_empty_array() -> None:
    assert json.loads("".join(write_senml([]))) == []


def test_senml_says_which_aggregate_a_value_is() -> None:
    text = "".join(write_senml([AIR._replace(aggregate="max")]))
    assert resolved(text) == [("potager-1/air:max", NOON, "Cel", 21.5)]


@given(
    st.lists(
        st.builds(
            Row,
            st.integers(wire.MIN_TIME_MS, 2**42),
            st.just("serre"),
            st.sampled_from(["air", "rain"]),
            st.none(),
            st.sampled_from(["Cel", None]),
            st.floats(allow_nan=False, allow_infinity=False),
            st.just(""),
        ),
        max_size=8,
    )
)
def test_senml_resolves_to_the_same_rows(rows: list[Row]) -> None:
    assert resolved("".join(write_senml(rows))) == [
        (f"{r.node}/{r.channel}", r.at_ms, r.unit, r.value) for r in rows
    ]
