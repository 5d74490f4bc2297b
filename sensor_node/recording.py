"""A recording: a CSV file of somebody's measurements, read row by row through a map.

The map says which columns hold the time, in which zone, and which column is which channel. Every
row becomes a ``Row`` of readings or a ``Problem`` with its line number and reason: nothing is
skipped in silence.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sensor_node import wire
from sensor_node.conversions import CONVERSIONS, VOLTS, Conversion, parse_number
from sensor_node.errors import ConfigError, UsageError
from sensor_node.settings import build, read_toml, section, setting

ISO = "iso"


SHOWN_PROBLEMS = 1000


@dataclass(frozen=True)
class TimeMap:
    """Where a row's time stands and how it is written."""

    columns: list[str] = setting(
        fr="colonnes de la date et de l'heure", en="columns of date and time"
    )
    format: str = setting(
        ISO,
        fr="« iso » ou un format strptime comme %d/%m/%Y %H:%M",
        en="'iso' or a strptime format such as %d/%m/%Y %H:%M",
    )
    zone: str = setting("UTC", fr="fuseau de l'enregistrement", en="time zone of the recording")


@dataclass(frozen=True)
class ChannelMap:
    """One column that becomes one channel."""

    column: str = setting(
        fr="nom de la colonne, ou son numéro dans un fichier sans titres",
        en="name of the column, or its number in a file without a header",
    )
    channel: str = setting(fr="voie", en="channel")
    quantity: str = setting(fr="grandeur", en="quantity", choices=tuple(wire.QUANTITIES))
    conversion: str = setting("none", fr="conversion", en="conversion", choices=tuple(CONVERSIONS))
    no_value: list[str] | None = setting(
        None, fr="cellules qui veulent dire « rien »", en="cells that mean 'nothing'"
    )


@dataclass(frozen=True)
class RecordingMap:
    """How to read a recording."""

    time: TimeMap = section(TimeMap)
    header: bool = setting(True, fr="la première ligne a les titres", en="line 1 has the titles")
    separator: str = setting(",", fr="séparateur", en="separator")
    decimal: str = setting(".", fr="signe décimal", en="decimal sign", choices=(".", ","))
    no_value: list[str] = field(default_factory=lambda: ["", "NaN", "nan"])
    channels: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Row:
    """What one line says: ``values`` by channel in the units of their quantities; ``volts`` for
    those that go through the probe's driver. Both are empty where the line has 'no value' only.
    """

    line: int
    at_ms: int
    values: Mapping[str, float]
    volts: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell or line that could not be read. ``column`` is empty for a whole line."""

    line: int
    column: str
    reason: str


@dataclass(slots=True)
class Account:
    """What became of the lines of a recording.

    ``invalid``: nothing of them could be read; ``empty``: only cells that mean 'no value';
    ``repeated``: they say again what another has said. ``problems``: kept up to a thousand.
    """

    rows: int = 0
    invalid: int = 0
    empty: int = 0
    repeated: int = 0
    cells_unreadable: int = 0
    problems: list[Problem] = field(default_factory=list)

    def rows_of(self, items: Iterable[Row | Problem]) -> Iterator[Row | None]:
        """Count what ``Recording.read`` gives: its rows that say something, None for all else.

        A line counts once, as invalid until a row of it comes.
        """
        spoilt_line = 0
        for item in items:
            if isinstance(item, Problem):
                self._note(item, again=item.line == spoilt_line)
                spoilt_line = item.line
                yield None
            else:
                yield item if self._says_something(item, fresh=item.line != spoilt_line) else None

    def _note(self, problem: Problem, *, again: bool) -> None:
        if not again:
            self.rows += 1
            self.invalid += 1
        self.cells_unreadable += problem.column != ""
        if len(self.problems) < SHOWN_PROBLEMS:
            self.problems.append(problem)

    def _says_something(self, row: Row, *, fresh: bool) -> bool:
        if fresh:
            self.rows += 1
        else:
            self.invalid -= 1  # some of its cells were good after all
        if row.values or row.volts:
            return True
        self.empty += 1
        return False


class Recording:
    """Reads rows by ``description``. Raises ``ConfigError`` for a map that cannot be."""

    def __init__(self, description: RecordingMap) -> None:
        self._map = description
        if len(description.separator) != 1 or description.separator in '\r\n"':
            raise _map_wrong(
                "le séparateur (separator) est un seul caractère",
                "the separator is a single character",
            )
        if not all(isinstance(table, dict) for table in description.channels):
            raise _map_wrong(
                "chaque voie est une table [[channels]]", "each of channels is a table"
            )
        self.channels = [build(ChannelMap, table) for table in description.channels]
        if not self.channels:
            raise _map_wrong("aucune voie (channels)", "no channel (channels)")
        for channel in self.channels:
            wire.check_id(channel.channel, "channel")
            if channel.conversion == VOLTS and channel.quantity != "soil_moisture_raw":
                raise _map_wrong(
                    "« volts » est pour soil_moisture_raw", "'volts' is for soil_moisture_raw"
                )
        names = [c.channel for c in self.channels]
        if len(set(names)) < len(names):
            raise _map_wrong("deux colonnes pour une voie", "two columns for one channel")
        self._zone = _zone(description.time.zone)
        self._last_ms: int | None = None

    @property
    def volt_channels(self) -> list[str]:
        """The channels whose volts go through the probe's driver."""
        return [c.channel for c in self.channels if c.conversion == VOLTS]

    def read(self, lines: Iterable[str]) -> Iterator[Row | Problem]:
        """Each line after the header as a ``Row``, with a ``Problem`` before it for each cell
        that could not be read, or as a ``Problem`` alone.

        Raises ``UsageError`` when the header lacks a mapped column.
        """
        self._last_ms = None
        reader = csv.reader(lines, delimiter=self._map.separator)
        places: dict[str, int] | None = None
        for cells in _lines(reader):
            if isinstance(cells, Problem):
                yield cells
                continue
            if places is None:
                places = self._places(cells)
                if self._map.header:
                    continue
            if not any(cell.strip() for cell in cells):
                yield Problem(reader.line_num, "", "empty line")
                continue
            yield from self._row(reader.line_num, cells, places)

    def _places(self, first: Sequence[str]) -> dict[str, int]:
        wanted = [*self._map.time.columns, *(c.column for c in self.channels)]
        if not self._map.header:
            return {name: _position(name) for name in wanted}
        titles = [title.strip().lstrip("\ufeff") for title in first]
        for name in wanted:
            if name not in titles:
                raise _column_absent(name, titles)
        return {name: titles.index(name) for name in wanted}

    def _row(
        self, line: int, cells: Sequence[str], places: Mapping[str, int]
    ) -> Iterator[Row | Problem]:
        try:
            at_ms = self._time(" ".join(cells[places[c]].strip() for c in self._map.time.columns))
        except (ValueError, OverflowError, IndexError) as error:
            yield Problem(line, "", f"time unreadable: {error}")
            return
        values: dict[str, float] = {}
        volts: dict[str, float] = {}
        broken = 0
        for channel in self.channels:
            try:
                value = self._value(cells[places[channel.column]], channel)
            except IndexError:
                broken += 1
                yield Problem(line, channel.column, "the line is too short")
            except ValueError as error:
                broken += 1
                yield Problem(line, channel.column, str(error))
            else:
                if value is not None:
                    target = volts if channel.conversion == VOLTS else values
                    target[channel.channel] = value
        if values or volts or not broken:
            yield Row(line, at_ms, values, volts)

    def _value(self, cell: str, channel: ChannelMap) -> float | None:
        nothing = self._map.no_value if channel.no_value is None else channel.no_value
        if not cell.strip() or cell.strip() in nothing:
            return None
        conversion: Conversion = CONVERSIONS[channel.conversion]
        return parse_number(cell, conversion, self._map.decimal)

    def _time(self, text: str) -> int:
        pattern = self._map.time.format
        read = (
            datetime.fromisoformat(text) if pattern == ISO else datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone follows
        )
        moment = read if read.tzinfo is not None else self._localise(read)
        at_ms = round((moment - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1))
        if not wire.MIN_TIME_MS <= at_ms <= wire.MAX_TIME_MS:
            raise ValueError(f"impossible time: {text[:40]}")
        self._last_ms = at_ms
        return at_ms

    def _localise(self, naive: datetime) -> datetime:
        """``naive`` in the recording's zone; in the hour that comes twice, time goes forward."""
        first, second = (naive.replace(tzinfo=self._zone, fold=fold) for fold in (0, 1))
        back = first.astimezone(UTC).astimezone(self._zone).replace(tzinfo=None)
        if back != naive:
            raise ValueError(f"{naive} does not exist in {self._map.time.zone} (summer time)")
        if first.utcoffset() != second.utcoffset() and self._last_ms is not None:
            last = datetime.fromtimestamp(self._last_ms / 1000, UTC)
            return second if first < last else first
        return first


def _lines(reader: Any) -> Iterator[list[str] | Problem]:
    """The lines of a ``csv.reader``; one that it cannot split is a ``Problem``."""
    while True:
        try:
            yield next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(reader.line_num, "", str(error))


def load_map(path: Path) -> RecordingMap:
    """The map in the TOML file ``path``."""
    return build(RecordingMap, read_toml(path))


def _column_absent(name: str, titles: Sequence[str]) -> UsageError:
    near = difflib.get_close_matches(name, titles, n=3)
    shown = ", ".join(title[:40] for title in titles[:12])
    likely = ", ".join(near)
    return UsageError(
        "COLUMN_ABSENT",
        fr=f"Le fichier n'a pas de colonne « {name} ». "
        + (f"Vouliez-vous dire : {likely} ?" if near else f"Ses colonnes : {shown}…"),
        en=f"The file has no column '{name}'. "
        + (f"Did you mean: {likely}?" if near else f"Its columns: {shown}…"),
    )


def _position(name: str) -> int:
    if not name.isdecimal() or int(name) < 1:
        raise _map_wrong(
            f"sans titres, « {name} » doit être un numéro de colonne (1, 2…)",
            f"without a header, '{name}' must be the number of a column (1, 2…)",
        )
    return int(name) - 1


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise _map_wrong(
            f"fuseau horaire inconnu « {name} » (par exemple Europe/Paris)",
            f"unknown time zone '{name}' (for example Europe/Paris)",
        ) from None


def _map_wrong(fr: str, en: str) -> ConfigError:
    return ConfigError("MAP_WRONG", fr=f"Carte du fichier : {fr}.", en=f"Map of the file: {en}.")
