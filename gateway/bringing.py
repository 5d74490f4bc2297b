"""An exported garden into a garden: twice is as once, and a killed import goes on where it was.

Its place is kept in ``import.json`` of the data folder, for this file and this store alone; it is
removed when everything is there, or found not to be.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from gateway.beds import carried
from gateway.calibrations import Calibration
from gateway.garden_file import (
    Line,
    check_header,
    faults_of,
    not_ours,
    read_pieces,
    readings_of,
    series_of,
)
from gateway.service import Gateway
from gateway.store.base import LATEST_MS, Fault, Reading, Series
from sensor_node import wire
from sensor_node.database import storage_error
from sensor_node.errors import GardenError, StorageError, UsageError

PLACE_FILE: Final = "import.json"

_ID = "[a-z0-9][a-z0-9-]{0,31}"
_NAME = re.compile(rf"{_ID}(\.{_ID})?")
"""Also of a node at a regional hub (``site.node``) and of a workshop's group."""


_ODD: Final = (ValueError, KeyError, TypeError, AttributeError, OverflowError)
"""What a file that somebody has meddled with makes out of what is read from it."""


@dataclass(slots=True)
class Brought:
    """What became of a file's readings; ``faults`` are those that it holds."""

    new: int = 0
    same: int = 0
    replaced: int = 0
    faults: int = 0
    resumed: bool = False


def bring_garden(
    gateway: Gateway, file: Path, progress: Callable[[int], None] = lambda _bytes: None
) -> Brought:
    """Take the garden in ``file`` into ``gateway``; ``progress`` is told the bytes read so far.

    What the catalogue knows already stays; a reading of the file replaces another value of the
    same moment. Raises ``UsageError`` for a file that is none of ours or not complete, and
    ``StorageError``: what was committed stays, and the import may be started again.
    """
    with file.open("rb") as source:
        return _Bringing(gateway, source, file).run(progress)


class _Bringing:
    """One file on its way in."""

    def __init__(self, gateway: Gateway, source: BinaryIO, file: Path) -> None:
        self._store = gateway.store
        self._catalogue = gateway.catalogue
        self._source = source
        status = file.stat()
        self._what = [status.st_size, status.st_mtime_ns, gateway.store.id]
        self._place_file = gateway.settings.data / PLACE_FILE
        self._report = Brought()
        self._end: Line | None = None

    def run(self, progress: Callable[[int], None]) -> Brought:
        pieces = read_pieces(self._source)
        lines, place = next(pieces, ([], 0))
        check_header(lines)
        known = self._known_place()
        if known > place:
            self._report.resumed = True
            self._source.seek(known)
            pieces = read_pieces(self._source)
        else:
            self._take(lines)
        for lines, place in pieces:
            self._take(lines)
            self._keep_place(place)
            progress(place)
        self._verify()
        return self._report

    def _take(self, lines: Sequence[Line]) -> None:
        """One piece: what the channels mean comes before any of their readings."""
        try:
            for line in lines:
                if "channel" in line:
                    self._check_channel(series_of(line["channel"]), line)
            for line in lines:
                self._learn(line)
            readings = [reading for line in lines for reading in readings_of(line)]
            faults = [fault for line in lines for fault in faults_of(line)]
        except GardenError:
            raise
        except _ODD:
            raise not_ours() from None
        items: list[Reading | Fault] = [*readings, *faults]
        for item in items:
            _check(item)
        done = self._store.commit(readings, faults)
        self._report.new += done.new
        self._report.same += done.same
        self._report.replaced += done.replaced

    def _learn(self, line: Line) -> None:
        if "node" in line:
            known = self._catalogue.node(_named(line["node"]))
            if line["about"] and (known is None or not known.about):
                self._catalogue.set_about(line["node"], line["about"])
        elif "channel" in line:
            series = series_of(line["channel"])
            self._catalogue.see_channel(series, line["unit"], line["quantity"])
            if line["simulated"]:
                self._catalogue.mark_simulated([series])
        elif "calibration" in line:
            facts = {key: value for key, value in line.items() if key != "calibration"}
            facts["low"], facts["high"] = tuple(facts["low"]), tuple(facts["high"])
            series = series_of(line["calibration"])
            self._catalogue.calibrations.bring(Calibration(0, series, **facts))
        elif not carried.WORDS.isdisjoint(line):
            self._catalogue.carried.take(line)
        elif "import" in line:
            self._learn_import(line)
        elif "end" in line:
            self._end = line["end"]

    def _check_channel(self, series: Series, line: Line) -> None:
        _named(series.node)
        _named(series.channel)
        known = self._catalogue.channel(series)
        meant = known is not None and (known.unit or known.quantity) is not None
        told = (line["unit"] or line["quantity"]) is not None
        if known is not None and meant and told and known.unit != line["unit"]:
            raise UsageError(
                "OTHER_QUANTITY",
                fr=f"La voie {series} mesure ici en « {known.unit} », et dans ce fichier en "
                f"« {line['unit']} » : ce n'est pas le même jardin. Rien n'a été pris.",
                en=f"Channel {series} measures in '{known.unit}' here, and in '{line['unit']}' in "
                "this file: it is not the same garden. Nothing was taken.",
            )

    def _learn_import(self, line: Line) -> None:
        facts = (
            line["import"],
            *(line[key] for key in ("from_ms", "to_ms", "simulated", "rows")),
        )
        known = {
            (i.label, i.from_ms, i.to_ms, i.simulated, i.rows) for i in self._catalogue.imports()
        }
        if facts not in known:
            self._catalogue.add_import(*facts)

    def _verify(self) -> None:
        """Whether everything that the file says it holds is in the store now."""
        if self._end is None:
            raise UsageError(
                "FILE_CUT",
                fr="La fin de ce fichier manque : ce qu'il contient a été pris, mais l'export "
                "n'était pas complet. Relancez-le, puis importez de nouveau.",
                en="The end of this file is missing: what it holds was taken, but the export was "
                "not complete. Run it again, then import again.",
            )
        self._place_file.unlink(missing_ok=True)
        try:
            self._report.faults = int(self._end["faults"])
            missing = [
                name
                for name, (first_ms, last_ms, count) in self._end["channels"].items()
                if self._count(name, first_ms, last_ms) < count
            ]
        except _ODD:
            raise not_ours() from None
        if missing:
            raise _incomplete(missing[0])

    def _count(self, name: str, first_ms: int, last_ms: int) -> int:
        """How many readings of that channel the store has from the first to the last."""
        if not wire.MIN_TIME_MS <= first_ms <= last_ms <= LATEST_MS:
            raise ValueError("no times of readings")
        there = self._store.buckets(series_of(name), [first_ms, last_ms + 1], vector=False)
        return sum(bucket.count for bucket in there)

    def _known_place(self) -> int:
        """Where an import of this file into this store was killed; 0 for none."""
        try:
            told = json.loads(self._place_file.read_text(encoding="utf-8"))
            return int(told["place"]) if told["what"] == self._what else 0
        except (OSError, ValueError, KeyError, TypeError):
            return 0

    def _keep_place(self, place: int) -> None:
        fresh = self._place_file.with_suffix(".new")
        try:
            fresh.write_text(json.dumps({"what": self._what, "place": place}), encoding="utf-8")
            fresh.replace(self._place_file)
        except OSError as error:
            raise storage_error(error, self._place_file) from error


def _check(item: Reading | Fault) -> None:
    _named(item.series.node)
    _named(item.series.channel)
    wrong_value = isinstance(item, Reading) and not math.isfinite(item.value)
    if wrong_value or not wire.MIN_TIME_MS <= item.at_ms <= LATEST_MS:
        raise not_ours()


@lru_cache(maxsize=1000)
def _named(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise not_ours()
    return name


def _incomplete(name: str) -> StorageError:
    return StorageError(
        "IMPORT_INCOMPLETE",
        fr=f"Après l'import, il manque des mesures de {name} dans la base : relancez l'import ; "
        "si cela revient, signalez-le.",
        en=f"After the import, readings of {name} are missing from the store: run the import "
        "again; if that comes back, please report it.",
    )
