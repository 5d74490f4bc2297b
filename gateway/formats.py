"""Readings as files that people open: CSV, CSV for a French spreadsheet, SenML; and CSV back.

Pure: rows in, text out in chunks, so that a year streams without standing in memory; and lines
in, rows out. What is written here can be read here, to the last bit of a value.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, tzinfo
from functools import lru_cache
from itertools import groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple

from gateway.times import from_rfc3339, to_rfc3339
from sensor_node.errors import UsageError

COLUMNS: Final = ("time", "node", "channel", "quantity", "unit", "value")
COLUMNS_FR: Final = ("heure locale", "heure UTC", "nœud", "voie", "grandeur", "unité", "valeur")
AGGREGATE: Final = "aggregate"
AGGREGATE_FR: Final = "agrégat"
BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"
ROWS_PER_CHUNK: Final = 500

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'(?='*[=+\-@\t\r])")


class Row(NamedTuple):
    """One reading as a line of a file.

    ``at_ms``: UTC. ``quantity`` and ``unit`` None where nobody knows. ``aggregate``: what the
    value is of its bucket (``mean``, ``max``…), "" for a reading.
    """

    at_ms: int
    node: str
    channel: str
    quantity: str | None
    unit: str | None
    value: float
    aggregate: str = ""


class BadLine(NamedTuple):
    """Why a line is no row; ``fr`` and ``en`` are sentences."""

    code: str
    fr: str
    en: str


# --- writing ----------------------------------------------------------------------------------


def write_csv(rows: Iterable[Row], *, aggregated: bool = False) -> Iterator[str]:
    """``rows`` with comma and point, times in RFC 3339 UTC; the header always comes.

    ``aggregated``: a last column says which aggregate each value is.
    """
    yield ",".join((*COLUMNS, AGGREGATE) if aggregated else COLUMNS) + "\r\n"
    for chunk in _chunks(rows):
        yield "".join(
            f"{to_rfc3339(row.at_ms)},{_cells(row[1:5], ',')},{row.value!r}"
            f"{',' + row.aggregate if aggregated else ''}\r\n"
            for row in chunk
        )


def write_csv_fr(rows: Iterable[Row], tz: tzinfo, *, aggregated: bool = False) -> Iterator[str]:
    """``rows`` as LibreOffice and Excel in French open them: semicolon and decimal comma, the
    time in ``tz`` to the second and exactly in UTC, a byte order mark.
    """
    header = (*COLUMNS_FR, AGGREGATE_FR) if aggregated else COLUMNS_FR
    yield BOM + ";".join(header) + "\r\n"
    for chunk in _chunks(rows):
        yield "".join(
            f"{_local(row.at_ms, tz)};{to_rfc3339(row.at_ms)};{_cells(row[1:5], ';')};"
            f"{repr(row.value).replace('.', ',')}"
            f"{';' + row.aggregate if aggregated else ''}\r\n"
            for row in chunk
        )


def write_senml(rows: Iterable[Row]) -> Iterator[str]:
    """``rows`` as one SenML JSON array (RFC 8428); each run of a channel has its base name and
    time. The name of an aggregate ends in it: ``potager-1/air:mean``.
    """
    separator = "["
    for name, run in groupby(rows, _senml_name):
        base_ms: int | None = None
        for chunk in _chunks(run):
            records = []
            for row in chunk:
                records.append(_senml_record(row, name, base_ms))
                base_ms = row.at_ms if base_ms is None else base_ms
            yield separator + ",\n".join(records)
            separator = ",\n"
    yield "[]\n" if separator == "[" else "]\n"


def _senml_name(row: Row) -> str:
    return f"{row.node}/{row.channel}{':' + row.aggregate if row.aggregate else ''}"


def _senml_record(row: Row, name: str, base_ms: int | None) -> str:
    unit = "" if row.unit is None else f'"u":{json.dumps(row.unit)},'
    if base_ms is None:
        seconds = f"{row.at_ms // 1000}.{row.at_ms % 1000:03d}"
        return f'{{"bn":{json.dumps(name)},"bt":{seconds},{unit}"v":{row.value!r}}}'
    return f'{{"t":{(row.at_ms - base_ms) / 1000!r},{unit}"v":{row.value!r}}}'


def _chunks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while chunk := list(islice(remaining, ROWS_PER_CHUNK)):
        yield chunk


@lru_cache(maxsize=1000)
def _cells(texts: tuple[str | None, ...], separator: str) -> str:
    return separator.join(cell(text or "", separator) for text in texts)


def cell(text: str, separator: str) -> str:
    """``text`` so that no spreadsheet takes it for a formula or for two cells."""
    if _FORMULA.match(text):
        text = "'" + text
    if any(c in text for c in (separator, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _local(at_ms: int, tz: tzinfo) -> str:
    return datetime.fromtimestamp(at_ms // 1000, tz).strftime("%d/%m/%Y %H:%M:%S")


# --- reading ----------------------------------------------------------------------------------


def read_csv(lines: Iterable[str]) -> Iterator[tuple[int, Row | BadLine]]:
    """The rows of what ``write_csv`` or ``write_csv_fr`` wrote, with their line numbers.

    Columns may stand in any order; the local time is not read, for UTC says it all. Raises
    ``UsageError`` for a file that is none of ours: ``NOT_OUR_CSV``, ``AGGREGATED_FILE``,
    ``NOT_TEXT``.
    """
    try:
        remaining = iter(lines)
        header = next(remaining, "").removeprefix(BOM)
        layout = _Layout(header)
        table = csv.reader(remaining, delimiter=layout.separator, strict=True)
        for cells in table:
            if cells:
                yield table.line_num + 1, layout.row(cells)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(
            "NOT_TEXT",
            fr=f"Ce fichier n'est pas un CSV lisible ({error}) : enregistrez-le en CSV, codé en "
            "UTF-8.",
            en=f"This file is no readable CSV ({error}): save it as CSV, encoded in UTF-8.",
        ) from error


class _Layout:
    """Where a file has its columns, and how it writes a number."""

    def __init__(self, header: str) -> None:
        self.separator = ";" if ";" in header else ","
        self._french = self.separator == ";"
        names = [name.strip().strip('"') for name in header.strip().split(self.separator)]
        if AGGREGATE in names or AGGREGATE_FR in names:
            raise UsageError(
                "AGGREGATED_FILE",
                fr="Ce fichier contient des moyennes ou d'autres agrégats, pas des mesures : "
                "téléchargez-le sans « every ».",
                en="This file holds means or other aggregates, not readings: download it without "
                "'every'.",
            )
        wanted: Sequence[str] = COLUMNS_FR[1:] if self._french else COLUMNS
        if any(names.count(name) != 1 for name in wanted):
            raise _not_ours(header)
        self._width = len(names)
        time, node, channel, quantity, unit, value = map(names.index, wanted)
        self._time_and_value = itemgetter(time, value)
        self._meaning = itemgetter(node, channel, quantity, unit)
        self._meanings: dict[tuple[str, ...], tuple[str, str, str | None, str | None]] = {}
        self._last_time = ("", 0)

    def row(self, cells: Sequence[str]) -> Row | BadLine:
        """The row that ``cells`` are, or why they are none."""
        if len(cells) != self._width:
            return BadLine(
                "WRONG_COLUMNS",
                f"{len(cells)} colonnes au lieu de {self._width}.",
                f"{len(cells)} columns instead of {self._width}.",
            )
        time, number = self._time_and_value(cells)
        try:
            at_ms = self._time(time)
        except UsageError as error:
            return BadLine(error.code, error.fr, error.en)
        value = self._number(number)
        if value is None:
            example = "21,5" if self._french else "21.5"
            return BadLine(
                "NOT_A_NUMBER",
                f"« {number[:40]} » n'est pas un nombre comme {example}.",
                f"'{number[:40]}' is no number like {example}.",
            )
        texts = self._meaning(cells)
        meaning = self._meanings.get(texts)
        if meaning is None:  # few in a file of a million lines
            node, channel, quantity, unit = map(_plain, texts)
            meaning = self._meanings[texts] = (node, channel, quantity or None, unit or None)
        return Row(at_ms, *meaning, value)

    def _time(self, text: str) -> int:
        if text != self._last_time[0]:  # channels sampled together follow each other
            self._last_time = (text, from_rfc3339(text))
        return self._last_time[1]

    def _number(self, text: str) -> float | None:
        if self._french:
            text = "" if "." in text else text.replace(",", ".")
        return float(text) if _NUMBER.fullmatch(text) else None


def _plain(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _not_ours(header: str) -> UsageError:
    return UsageError(
        "NOT_OUR_CSV",
        fr=f"La première ligne devrait être « {','.join(COLUMNS)} » (ou celle du format csv-fr) ; "
        f"ce fichier commence par « {header.strip()[:80]} ». Pour un enregistrement d'un autre "
        "appareil, utilisez « jardin-node replay ».",
        en=f"The first line should be '{','.join(COLUMNS)}' (or that of the format csv-fr); this "
        f"file begins with '{header.strip()[:80]}'. For a recording of another device use "
        "'jardin-node replay'.",
    )
