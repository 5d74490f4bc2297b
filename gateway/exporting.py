"""A whole garden into a file: every reading with its doubt, every fault, and what they mean.

The file grows as ``….part`` and gets its name when it is complete. A part that a kill left behind
is gone on with where its last whole piece ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import BinaryIO, Final

from gateway.durable import not_writable
from gateway.garden_file import (
    FORMAT,
    Line,
    Totals,
    check_header,
    faults_line,
    read_pieces,
    readings_line,
    write_piece,
)
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.times import to_rfc3339
from sensor_node.errors import GardenError, UsageError

PIECE: Final = 5000


def export_garden(
    gateway: Gateway, file: Path, progress: Callable[[int], None] = lambda _readings: None
) -> Totals:
    """Write the garden behind ``gateway`` into ``file``; returns what it holds.

    ``progress`` is told the readings so far. What is dated later than the beginning of the export
    is left out: a running gateway does not make it endless. Raises ``StorageError``, and
    ``UsageError`` where ``file`` is there already or cannot be written.
    """
    if file.exists():
        raise UsageError(
            "EXPORT_EXISTS",
            fr=f"{file} existe déjà : donnez un autre nom, ou enlevez-le.",
            en=f"{file} is there already: give another name, or remove it.",
        )
    part = file.with_name(file.name + ".part")
    try:
        with part.open("a+b") as out:
            totals = _Export(gateway, out).run(progress)
            out.flush()
            os.fsync(out.fileno())
        part.rename(file)
    except GardenError:
        raise
    except OSError as error:
        raise not_writable(file, error) from None
    return totals


class _Export:
    """One file on its way out."""

    def __init__(self, gateway: Gateway, out: BinaryIO) -> None:
        self._gateway = gateway
        self._store = gateway.store
        self._out = out
        self._until_ms = gateway.clock.wall_ms() + 1
        self._totals = Totals()
        self._reached: dict[tuple[str, str], int] = {}

    def run(self, progress: Callable[[int], None]) -> Totals:
        end = self._go_on()
        self._out.truncate(end)
        if end == 0:
            self._write(self._meanings())
        for series in sorted(self._store.newest()):
            for line in self._pieces(series):
                self._write([line])
                self._totals.add(line)
                progress(self._totals.readings)
        self._write([{"end": asdict(self._totals)}])
        return self._totals

    def _write(self, lines: Iterable[Line]) -> None:
        write_piece(self._out, lines)
        self._out.flush()

    def _go_on(self) -> int:
        """Take up what stands in the file; returns where to go on, 0 for a new beginning."""
        self._out.seek(0)
        end = 0
        try:
            for lines, place in read_pieces(self._out):
                if end == 0:
                    told = check_header(lines)
                    if told.get("store") != self._store.id:
                        return 0
                    self._until_ms = int(told["until_ms"])
                if any("end" in line for line in lines):
                    break
                for line in lines:
                    self._note(line)
                end = place
        except UsageError:  # damaged from here on: a power cut, say
            pass
        return end

    def _note(self, line: Line) -> None:
        self._totals.add(line)
        for kind in ("readings", "faults"):
            if kind in line:
                self._reached[kind, line[kind]] = line["t"][-1]

    def _pieces(self, series: Series) -> Iterator[Line]:
        from_ms = self._begin("readings", series)
        while points := self._store.points(series, from_ms, self._until_ms, PIECE):
            yield readings_line(series, points)
            from_ms = points[-1].at_ms + 1
        from_ms = self._begin("faults", series)
        while faults := self._store.faults(series, from_ms, self._until_ms, PIECE):
            yield faults_line(series, faults)
            from_ms = faults[-1].at_ms + 1

    def _begin(self, kind: str, series: Series) -> int:
        return self._reached.get((kind, str(series)), -1) + 1

    def _meanings(self) -> Iterator[Line]:
        """What the catalogue knows of the channels; without it the readings are bare numbers."""
        settings, catalogue = self._gateway.settings, self._gateway.catalogue
        yield {
            "garden": {
                "format": FORMAT,
                "name": settings.name,
                "timezone": settings.timezone,
                "store": self._store.id,
                "exported_at": to_rfc3339(self._gateway.clock.wall_ms()),
                "until_ms": self._until_ms,
            }
        }
        for name, node in catalogue.nodes().items():
            yield {"node": name, "about": node.about}
        for series, channel in catalogue.channels().items():
            told = asdict(channel)
            del told["series"]
            yield {"channel": str(series)} | told
        for one in catalogue.calibrations.all():
            told = asdict(one)
            del told["series"], told["id"]
            yield {"calibration": str(one.series)} | told
        yield from catalogue.carried.lines()
        for brought in catalogue.imports():
            told = asdict(brought)
            del told["id"]
            yield {"import": told.pop("label")} | told
