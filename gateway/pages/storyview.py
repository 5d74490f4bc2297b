"""A bed's story in words: its sentence, the rows of its table, and what happened, newest first."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from statistics import fmean
from typing import Any, Final

from gateway.beds.journal import Entry
from gateway.beds.notes import Note
from gateway.pages.beds import Reason
from gateway.pages.bedstory import Point, Story
from gateway.pages.frame import Reader
from gateway.pages.numbers import Format
from gateway.pages.standing import spoken_in
from gateway.pages.storyline import rain_by_step
from gateway.pages.verdicts import PLAIN, SIGNS, Sign, sign_of_told
from gateway.pages.words import N_
from gateway.times import HOUR_MS
from gateway.translations import NO_BREAK
from gateway.watering.samples import at_local_hour_ms

ZONES: Final = {"wet": N_("trop humide"), "good": N_("bien"), "dry": N_("trop sec")}
NOTHING: Final = "–"
MOST_EVENTS: Final = 60
DAILY: Final = 31
"""Rows of a day up to so many days, then of a week; a year has rows of a month."""
_SECOND_MS: Final = 1000
WATER_NOW: Final = frozenset({"yes", "seed_dry"})
MARKED: Final = WATER_NOW | {"frost", "waterlogged"}
_MORNING_H: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table: when, and for each bed that is compared its cells."""

    when: str
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. ``kind``: ``advice``, ``told``, ``seen``, ``rain`` or ``note``.

    ``word`` is in the reader's language; ``text`` is as it was typed. ``note``: its number, where
    it is one.
    """

    kind: str
    at_ms: int
    when: str
    icon: str
    word: str
    text: str = ""
    reasons: Sequence[Reason] = ()
    note: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A sign on the line of time, in its row."""

    kind: str
    at_ms: int
    icon: str
    words: str


Untold = tuple[int, Callable[[], Event]]
"""When something happened, and what puts it in words."""


class StoryWords:
    """Tells one story to one reader."""

    def __init__(self, story: Story, reader: Reader, zone: str) -> None:
        self._story = story
        self._reader = reader
        self._zone = zone
        self._write: Format = reader.write
        self._cans = story.record.details.method == "can"
        mornings = (at_local_hour_ms(on, _MORNING_H, zone) for on in story.advice)
        signs = (sign_of_told(told) for told in story.advice.values())
        self._advised_at = list(zip(mornings, signs, story.advice.values(), strict=True))

    # --- the sentence -------------------------------------------------------------------------

    def sentence(self) -> str:
        """The story in a few short sentences."""
        parts = [self._water(), *self._outside(), self._rained(), self._watered(), self._advised()]
        return " ".join(part for part in parts if part)

    def _water(self) -> str:
        tell, water = self._reader.tell, self._story.water
        if not water:
            return tell("Rien ne dit combien d’eau il y a dans cette terre.")
        values = [one.pct for one in water]
        newest = self._zone_word(values[-1])
        return tell(
            "Eau dans la terre : de %(low)s à %(high)s de la réserve, %(now)s à la fin (%(zone)s)."
        ) % {
            "low": self.percent(min(values)),
            "high": self.percent(max(values)),
            "now": self.percent(values[-1]),
            "zone": newest,
        }

    def _outside(self) -> Iterator[str]:
        """How long it was too dry and too wet."""
        tell, water = self._reader.tell, self._story.water
        zones = [self._story.limits.zone(one.pct) for one in water]
        if water and set(zones) == {"good"}:
            yield tell("Jamais trop sec, jamais trop humide.")
            return
        if dry := zones.count("dry"):
            yield tell("Trop sec %(time)s du temps.") % {"time": self._share(dry, len(zones))}
        if wet := zones.count("wet"):
            yield tell("Trop humide %(time)s du temps.") % {"time": self._share(wet, len(zones))}

    def _share(self, part: int, whole: int) -> str:
        return self.percent(max(1.0, 100 * part / whole))

    def _rained(self) -> str:
        if self._story.rain is None:
            return ""
        total = sum(one.value for one in self._story.rain)
        if not total:
            return self._reader.tell("Pas de pluie.")
        return self._reader.tell("%(mm)s de pluie.") % {"mm": self._mm(total)}

    def _watered(self) -> str:
        found = [one for one in self._story.waterings if one.source != "rain_probable"]
        if not found:
            return self._reader.tell("Aucun arrosage.")
        texts = self._reader.texts
        count = texts.ngettext("%(num)s arrosage", "%(num)s arrosages", len(found)) % {
            "num": len(found)
        }
        amount = self._amount(found)
        return f"{count}, {amount}." if amount else f"{count}."

    def _advised(self) -> str:
        days = sum(sign in WATER_NOW for _, sign, _ in self._advised_at)
        if not days:
            return ""
        text = self._reader.texts.ngettext(
            "Conseil d’arroser %(num)s jour.", "Conseil d’arroser %(num)s jours.", days
        )
        return text % {"num": days}

    # --- the table ----------------------------------------------------------------------------

    def rows(self) -> list[Row]:
        """The table's rows, oldest first."""
        steps = self._story.period.steps_ms
        return [
            Row(self._when_row(from_ms, to_ms), self._cells(from_ms, to_ms))
            for from_ms, to_ms in _grouped(steps, self._group_key)
        ]

    def _group_key(self, at_ms: int) -> object:
        period, day = self._story.period, self._write.local(at_ms)
        if period.name == "annee":
            return day.year, day.month
        if period.name == "saison" and len(period.steps_ms) > DAILY:
            return day.isocalendar()[:2]
        return at_ms

    def _when_row(self, from_ms: int, to_ms: int) -> str:
        period = self._story.period
        if period.name == "jour":
            return self._write.weekday_clock(from_ms)
        if period.name == "annee":
            return self._write.month(from_ms)
        if period.name == "saison" and len(period.steps_ms) > DAILY:
            last_ms = to_ms - _SECOND_MS
            return f"{self._write.short_day(from_ms)} – {self._write.short_day(last_ms)}"
        return self._write.day(from_ms)

    def _cells(self, from_ms: int, to_ms: int) -> list[str]:
        story = self._story
        first, last = (bisect_left(story.water, (at_ms,)) for at_ms in (from_ms, to_ms))
        water = [one.pct for one in story.water[first:last]]
        poured = [
            one
            for one in story.waterings
            if from_ms <= one.at_ms < to_ms and one.source != "rain_probable"
        ]
        cells = [
            self.percent(fmean(water)) if water else NOTHING,
            self._zone_word(fmean(water)) if water else NOTHING,
            self._poured(poured),
            self._verdict(from_ms, to_ms),
        ]
        if story.rain is not None:
            fallen = sum(one.value for one in story.rain if from_ms <= one.at_ms < to_ms)
            cells.insert(2, self._mm(fallen) if fallen else NOTHING)
        elif story.record.details.exposure != "greenhouse":
            cells.insert(2, NOTHING)
        return cells

    def columns(self) -> list[str]:
        """The heads of the table after the first."""
        tell = self._reader.tell
        heads = [tell("eau"), tell("état"), tell("arrosages"), tell("conseil")]
        if self._story.record.details.exposure != "greenhouse":
            heads.insert(2, tell("pluie"))
        return heads

    def _poured(self, found: Sequence[Entry]) -> str:
        if not found:
            return NOTHING
        return self._amount(found) or f"{len(found)} ×"

    def _verdict(self, from_ms: int, to_ms: int) -> str:
        """Of a day its word; of more, on how many days water was advised."""
        signs = [sign for at_ms, sign, _ in self._advised_at if from_ms <= at_ms < to_ms]
        if not signs:
            return NOTHING
        if to_ms - from_ms <= 25 * HOUR_MS:
            return self._reader.tell(SIGNS[signs[-1]].word)
        days = sum(sign in WATER_NOW for sign in signs)
        if not days:
            return NOTHING
        return f"{self._reader.tell(SIGNS['yes'].word)} ({days})"

    # --- what happened ------------------------------------------------------------------------

    def events(self) -> list[Event]:
        """Newest first; no more than a page takes, and only those are put in words."""
        found = [*self._advices(), *self._waterings(), *self._notes()]
        newest = sorted(found, key=lambda one: -one[0])[:MOST_EVENTS]
        return [tell() for _, tell in newest]

    def _advices(self) -> Iterator[Untold]:
        """Each day's advice; over a longer time, where it says something else than before."""
        each_day = self._story.period.hourly
        before = ""
        for at_ms, key, told in self._advised_at:
            if each_day or key != before:
                yield at_ms, partial(self._advice, at_ms, SIGNS[key], told)
            before = key

    def _advice(self, at_ms: int, sign: Sign, told: Mapping[str, Any]) -> Event:
        speaks = spoken_in(self._reader.language)
        reasons = [
            Reason(one["text"], speaks, PLAIN.get(one["code"], "")) for one in told["reasons"]
        ]
        word = self._advice_word(sign, told)
        return Event("advice", at_ms, self._write.day(at_ms), sign.icon, word, reasons=reasons)

    def _advice_word(self, sign: Sign, told: Mapping[str, Any]) -> str:
        word = self._reader.tell(sign.word)
        if sign.amount != "dose":
            return word
        amount = told["cans"] if self._cans else told["litres"]
        return word if amount is None else self._with(word, self._unit(amount))

    def _waterings(self) -> Iterator[Untold]:
        for one in self._story.waterings:
            yield one.at_ms, partial(self._watering, one)

    def _watering(self, one: Entry) -> Event:
        tell = self._reader.tell
        if one.source == "rain_probable":
            kind, icon, word = (
                "rain",
                "rain",
                tell("La sonde a senti de l’eau : de la pluie, sans doute"),
            )
        elif one.source == "detected":
            kind, icon, word = "seen", "eye", tell("La sonde a vu un arrosage")
        elif one.source == "valve":
            kind, icon, word = "told", "can", tell("Arrosé par la vanne")
        else:
            kind, icon, word = "told", "can", tell("Arrosé")
        amount = self._amount([one])
        as_well = tell("la sonde l’a vu aussi")
        seen = f" ({as_well})" if one.matched and kind == "told" else ""
        text = f"{self._with(word, amount) if amount else word}{seen}"
        return Event(kind, one.at_ms, self._moment(one.at_ms), icon, text)

    def _notes(self) -> Iterator[Untold]:
        for one in self._story.notes:
            yield one.at_ms, partial(self._note, one)

    def _note(self, one: Note) -> Event:
        when, word = self._moment(one.at_ms), self._reader.tell("Note")
        return Event("note", one.at_ms, when, "note", word, text=one.text, note=one.id)

    def marks(self) -> list[Mark]:
        """What stands on the line of time."""
        advised = [
            self._advice_mark(at_ms, key) for at_ms, key, _ in self._advised_at if key in MARKED
        ]
        poured = (one for one in self._story.waterings if one.source != "rain_probable")
        events = [*map(self._watering, poured), *map(self._note, self._story.notes)]
        others = [
            Mark(one.kind, one.at_ms, one.icon, self._with(one.when, one.text or one.word))
            for one in events
        ]
        period = self._story.period
        return [one for one in (*advised, *others) if period.from_ms <= one.at_ms < period.to_ms]

    def _advice_mark(self, at_ms: int, key: str) -> Mark:
        sign = SIGNS[key]
        words = self._with(self._write.short_day(at_ms), self._reader.tell(sign.word))
        return Mark("advice", at_ms, sign.icon, words)

    # --- numbers ------------------------------------------------------------------------------

    def percent(self, pct: float) -> str:
        """``64 %``."""
        return f"{self._write.number(pct, 0)}{NO_BREAK}%"

    def _zone_word(self, pct: float) -> str:
        return self._reader.tell(ZONES[self._story.limits.zone(pct)])

    def _mm(self, mm: float) -> str:
        return f"{self._write.number(mm, 0 if mm >= 10 else 1, exact=False)}{NO_BREAK}mm"

    def _amount(self, found: Sequence[Entry]) -> str:
        amounts = [one.cans if self._cans else one.litres for one in found]
        known = [one for one in amounts if one is not None]
        return self._unit(sum(known)) if known else ""

    def _unit(self, amount: float) -> str:
        amount = round(amount, 1)
        one, many = ("arrosoir", "arrosoirs") if self._cans else ("litre", "litres")
        count = math.floor(amount) if self._reader.language == "fr" else math.ceil(amount)
        number = self._write.number(amount, 1, exact=False)
        return f"{number} {self._reader.texts.ngettext(one, many, count)}"

    def _with(self, what: str, more: str) -> str:
        """``Arrosé : 2 arrosoirs``, with the sign as the reader's language has it."""
        return self._reader.tell("%(what)s : %(more)s") % {"what": what, "more": more}

    def _moment(self, at_ms: int) -> str:
        return f"{self._write.day(at_ms)}, {self._write.clock(at_ms)}"


def _grouped(steps: Sequence[int], key: Any) -> Iterator[tuple[int, int]]:
    """Steps of one key as spans, from the first's beginning to the last's end."""
    spans = list(pairwise(steps))
    for _, group in groupby(spans, key=lambda span: key(span[0])):
        inside = list(group)
        yield inside[0][0], inside[-1][1]


def hours_json(story: Story) -> dict[str, Any]:
    """What the script draws: seconds and percent."""

    def columns(points: Sequence[Point]) -> list[list[float]]:
        return [[one.at_ms // _SECOND_MS for one in points], [one.pct for one in points]]

    rain = rain_by_step(story)
    half_ms = (story.period.steps_ms[1] - story.period.steps_ms[0]) // 2
    return {
        "probe": columns(story.probe),
        "books": columns(story.books),
        "rain": [
            [(one.at_ms + half_ms) // _SECOND_MS for one in rain],
            [one.value for one in rain],
        ],
        "dry": round(story.limits.dry_pct, 1),
        "wet": round(story.limits.wet_pct, 1),
    }
