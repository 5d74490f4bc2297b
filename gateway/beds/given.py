"""Every advice that was given, for ever, with all that it rests on."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from gateway.watering.advice import Advice, advise
from gateway.watering.learning import LEARNED_ERROR, Capacity
from gateway.watering.reasons import Language
from gateway.watering.record import dumps, loads
from gateway.watering.situation import Situation
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE advices (                      -- the last one of a day stands
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        bed     TEXT    NOT NULL,
        day     TEXT    NOT NULL,               -- the garden's own date
        made_ms INTEGER NOT NULL,
        inputs  BLOB    NOT NULL,               -- JSON of the Situation, compressed
        fr      TEXT    NOT NULL,               -- as it was given: words may change later
        en      TEXT    NOT NULL
    );
    CREATE INDEX advices_of_day ON advices (bed, day, id);
"""


@dataclass(frozen=True, slots=True)
class Given:
    """An advice as it was given. ``fr``, ``en``: its JSON; ``inputs``: that of its situation."""

    bed: str
    on: date
    made_ms: int
    inputs: str
    fr: str
    en: str

    @classmethod
    def of(cls, situation: Situation, made_ms: int) -> Given:
        """Answer ``situation``."""
        advice = advise(situation)
        return cls(
            advice.bed,
            advice.on,
            made_ms,
            dumps(situation),
            dumps(advice.told("fr")),
            dumps(advice.told("en")),
        )

    def told(self, language: str) -> dict[str, Any]:
        """Its fields, in the reader's language."""
        told: dict[str, Any] = json.loads(self.fr if language == "fr" else self.en)
        return told

    @property
    def verdict(self) -> str:
        """What it said in a word."""
        return str(self.told("en")["verdict"])

    @property
    def missing_mm(self) -> float | None:
        """What was missing by the books; None where it had none to speak of."""
        if self.verdict == "unknown":
            return None
        return float(self.told("en")["inputs"]["missing_mm"])

    def taught(self, soil: str | None) -> Capacity | None:
        """What its probes had learned by then of the field capacity of ``soil``; None for no more
        than its name tells.
        """
        inputs = json.loads(self.inputs)
        ground = inputs["bed"]["soil"]
        if ground is None or ground["key"] != soil or not inputs["days"][-1]["night"]["learned"]:
            return None
        return Capacity(ground["field_capacity"], LEARNED_ERROR)

    def again(self, language: Language) -> str:
        """The JSON that its inputs give today: the same bytes, while the rule is the same."""
        advice: Advice = advise(loads(Situation, self.inputs))
        return dumps(advice.told(language))

    def says_the_same(self, other: Given) -> bool:
        """Whether a reader would do and think the same: numbers in its reasons apart."""
        return _gist(self.told("en")) == _gist(other.told("en"))


def _gist(told: dict[str, Any]) -> tuple[Any, ...]:
    reasons = tuple(reason["code"] for reason in told["reasons"])
    keys = ("verdict", "mm", "litres", "cans", "when", "confidence")
    return (*(told[key] for key in keys), reasons)


class GivenAdvice:
    """All advice of a garden, in the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, given: Given) -> None:
        """Add ``given``; what was given before on that day stays too."""
        with self._database.writing() as db:
            db.execute(
                "INSERT INTO advices (bed, day, made_ms, inputs, fr, en) VALUES (?, ?, ?, ?, ?, ?)",
                (
                    given.bed,
                    given.on.isoformat(),
                    given.made_ms,
                    zlib.compress(given.inputs.encode()),
                    given.fr,
                    given.en,
                ),
            )

    def last(self, bed: str, on: date) -> Given | None:
        """What stood at the end of the day, or stands now; None where nothing was advised."""
        rows = self.all(bed, on)
        return rows[-1] if rows else None

    def days(self, bed: str, first: date, last: date, language: str) -> dict[date, dict[str, Any]]:
        """What stood in the evening of each day, told, without all that it rests on.

        A year of it is read in the time of one ``Given``.
        """
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT day, CASE ? WHEN 'fr' THEN fr ELSE en END FROM advices"
                " WHERE id IN (SELECT MAX(id) FROM advices"
                " WHERE bed = ? AND day >= ? AND day <= ? GROUP BY day) ORDER BY day",
                (language, bed, first.isoformat(), last.isoformat()),
            ).fetchall()
        return {date.fromisoformat(day): json.loads(text) for day, text in rows}

    def all(self, bed: str, on: date) -> list[Given]:
        """All that was advised on one day, in order."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT bed, day, made_ms, inputs, fr, en FROM advices"
                " WHERE bed = ? AND day = ? ORDER BY id",
                (bed, on.isoformat()),
            ).fetchall()
        return [_given(row) for row in rows]


def _given(row: tuple[Any, ...]) -> Given:
    bed, day, made_ms, inputs, fr, en = row
    text = zlib.decompress(inputs).decode()
    return Given(bed, date.fromisoformat(day), made_ms, text, fr, en)
