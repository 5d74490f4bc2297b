"""A garden's crops, beds, what watches them, journal and advice, as lines of its file.

    {"crop": "oca", "details": {…}, "made_ms": …}
    {"bed": "bac-1", "details": {…}, "made_ms": …, "removed_ms": null}
    {"watch": "potager-1/bac-1-soil", "bed": "bac-1", "from_ms": …, "to_ms": null}
    {"watering": "bac-1", "at_ms": …, "litres": …, "cans": …, "source": …, "by": …, …}
    {"advice": "bac-1", "day": "2026-07-15", "made_ms": …, "inputs": "…", "fr": "…", "en": "…"}
    {"rain": 12.5, "day": "2026-07-14", "at_ms": null, "by": …, "told_ms": …, …}
    {"note": "bac-1", "at_ms": …, "text": "…", "by": …, "made_ms": …}

Whatever is here already, field by field, is taken once.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from gateway.beds.notes import MOST_CHARACTERS, plain
from gateway.beds.own_crops import checked
from gateway.beds.rainbook import MOST_MM
from gateway.beds.records import BedDetails
from gateway.watering.crops import Crop
from gateway.watering.record import dumps, loads
from sensor_node import wire
from sensor_node.database import Database

Line = dict[str, Any]

_TABLES: Final = {
    "watering": (
        "waterings",
        "bed",
        ("at_ms", "litres", "cans", "source", "by", "matched", "made_ms", "undone_ms"),
    ),
    "advice": ("advices", "bed", ("day", "made_ms", "inputs", "fr", "en")),
    "rain": ("rains", "mm", ("day", "at_ms", "by", "told_ms", "made_ms", "undone_ms")),
    "note": ("notes", "bed", ("at_ms", "text", "by", "made_ms")),
}
WORDS: Final = frozenset({"crop", "bed", "watch", *_TABLES})
"""What a line of ours begins with."""


class Carried:
    """Gives and takes the lines, in the catalogue's ``database``.

    ``take`` raises ``ValueError``, ``KeyError`` or ``TypeError`` for a line that is none.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def lines(self) -> Iterator[Line]:
        """All of it, oldest first."""
        with self._database.reading() as db:
            crops = db.execute("SELECT crop, details, made_ms FROM crops").fetchall()
            beds = db.execute("SELECT bed, details, made_ms, removed_ms FROM beds").fetchall()
            watches = db.execute(
                "SELECT node, channel, bed, from_ms, to_ms FROM watches ORDER BY id"
            ).fetchall()
        for crop, details, made_ms in crops:
            yield {"crop": crop, "details": json.loads(details), "made_ms": made_ms}
        for bed, details, made_ms, removed_ms in beds:
            told = json.loads(details)
            yield {"bed": bed, "details": told, "made_ms": made_ms, "removed_ms": removed_ms}
        for node, channel, bed, from_ms, to_ms in watches:
            yield {"watch": f"{node}/{channel}", "bed": bed, "from_ms": from_ms, "to_ms": to_ms}
        for word in _TABLES:
            yield from self._rows(word)

    def _rows(self, word: str) -> Iterator[Line]:
        table, key, names = _TABLES[word]
        last = 0
        while True:
            with self._database.reading() as db:
                rows = db.execute(
                    f"SELECT id, {key}, {', '.join(names)} FROM {table} WHERE id > ?"  # noqa: S608 - names of ours
                    " ORDER BY id LIMIT 200",
                    (last,),
                ).fetchall()
            if not rows:
                return
            for number, of, *values in rows:
                last = number
                told = dict(zip(names, values, strict=True))
                if "inputs" in told:
                    told["inputs"] = zlib.decompress(told["inputs"]).decode()
                yield {word: of} | told

    def take(self, line: Line) -> None:
        """Take one line in."""
        if "watch" in line:
            node, _, channel = str(line["watch"]).rpartition("/")
            self._once(
                "watches",
                {"node": node, "channel": channel}
                | {name: line[name] for name in ("bed", "from_ms", "to_ms")},
            )
        elif "bed" in line:
            self._take_bed(line)
        elif "crop" in line:
            self._take_crop(line)
        else:
            ((word, (table, key, names)),) = [(w, t) for w, t in _TABLES.items() if w in line]
            values = {key: _KEYS[key](line[word])} | {name: line[name] for name in names}
            if "inputs" in values:
                values["inputs"] = zlib.compress(str(values["inputs"]).encode())
            if word == "rain":
                _check_rain(line)
            elif word == "note":
                _check_note(line)
            self._once(table, values)

    def _take_bed(self, line: Line) -> None:
        details = json.dumps(line["details"], ensure_ascii=False, sort_keys=True)
        loads(BedDetails, details)  # a bed that is none is refused here, not met later
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO beds (bed, details, made_ms, removed_ms) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (_id(line["bed"]), details, int(line["made_ms"]), line["removed_ms"]),
            )

    def _take_crop(self, line: Line) -> None:
        crop = checked(loads(Crop, json.dumps(line["details"])))
        if crop.key != line["crop"]:
            raise ValueError(f"{line['crop']!r} is not {crop.key!r}")
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO crops (crop, details, made_ms) VALUES (?, ?, ?)"
                " ON CONFLICT DO NOTHING",
                (crop.key, dumps(crop), int(line["made_ms"])),
            )

    def _once(self, table: str, values: Line) -> None:
        names = ", ".join(f'"{name}"' for name in values)
        same = " AND ".join(f'"{name}" IS ?' for name in values)
        marks = ", ".join("?" for _ in values)
        row = tuple(values.values())
        with self._database.writing() as db:
            db.execute(
                f"INSERT INTO {table} ({names}) SELECT {marks}"  # noqa: S608 - names of ours
                f" WHERE NOT EXISTS (SELECT 1 FROM {table} WHERE {same})",
                (*row, *row),
            )


def _id(bed: Any) -> str:
    if not isinstance(bed, str) or not wire.is_id(bed):
        raise ValueError(f"{bed!r} is no bed")
    return bed


def _mm(rain: Any) -> float:
    if isinstance(rain, bool) or not isinstance(rain, int | float) or not 0 <= rain <= MOST_MM:
        raise ValueError(f"{rain!r} is no rain")
    return float(rain)


def _check_rain(line: Line) -> None:
    """Rain is of a day or of a moment: what is neither or both is refused here, not met later."""
    if (line["day"] is None) == (line["at_ms"] is None):
        raise ValueError("rain of no day and no moment, or of both")
    if line["day"] is not None:
        date.fromisoformat(line["day"])


def _check_note(line: Line) -> None:
    """A line that no page of ours would have taken is not shown by one either."""
    text = line["text"]
    if not isinstance(text, str) or not 0 < len(text) <= MOST_CHARACTERS or plain(text) != text:
        raise ValueError("a note that is none")


_KEYS: Final[dict[str, Callable[[Any], Any]]] = {"bed": _id, "mm": _mm}
