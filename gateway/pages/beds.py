"""What Today shows of each bed: one picture, one word, one number, and all that lies beneath."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.beds.journal import Entry
from gateway.beds.records import BedRecord
from gateway.pages.frame import Reader
from gateway.pages.standing import Told, spoken_in, standing
from gateway.pages.verdicts import PLAIN, SIGNS, WHENS, Sign, sign_of
from gateway.pages.words import N_
from gateway.service import Gateway
from gateway.times import DAY_MS
from gateway.translations import NO_BREAK
from gateway.watering.frost import ALERT_C
from gateway.watering.record import loads
from gateway.watering.samples import at_local_hour_ms
from gateway.watering.situation import Situation

UNDO_MS: Final = 60_000
AHEAD_MS: Final = 600_000
ASKED_DAYS: Final = 2
NOBODY_CAN: Final = frozenset({"no_stages"})
"""Doubts about which nobody can do anything."""
BY_PEOPLE: Final = frozenset({"logged", "valve"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: the exact sentence in ``language``, and the same in a few words to be translated."""

    text: str
    language: str
    plain: str


@dataclass(frozen=True, slots=True)
class Poured:
    """A watering of today, or one that somebody is asked about. Numbers are as people type them."""

    id: int
    at: str
    amount: str
    unit: str
    count: int
    seen: bool
    asks: bool
    undo_until_ms: int | None


@dataclass(frozen=True, slots=True)
class BedView:
    """One bed. ``number`` is empty for none; ``unit`` is what it counts.

    ``count``: by which the unit's plural is chosen. ``full_pct``: how full the soil is, None for
    unknown. ``prefilled``: what 'done' will say, None where nothing is to be done. ``key``: makes
    a 'done' that is sent twice one. ``trouble``: why what was asked for was not done.
    """

    bed: str
    name: str
    sign: Sign
    state: str
    number: str
    unit: str
    count: int
    full_pct: int | None
    when: str
    when_language: str
    reasons: Sequence[Reason]
    confidence: int | None
    wishes: Sequence[str]
    wishes_language: str
    measure: str
    prefilled: str | None
    suggested: str
    key: str
    poured: Sequence[Poured]
    asks: Sequence[Poured]
    old: bool
    trouble: str = ""

    @property
    def undo(self) -> Poured | None:
        """The newest watering of today, while one tap undoes it."""
        newest = self.poured[-1] if self.poured else None
        return newest if newest and newest.undo_until_ms else None


def bed_views(gateway: Gateway, reader: Reader) -> list[BedView]:
    """All beds, those that need something done first. Raises ``StorageError``."""
    told = standing(gateway, reader.language)
    views = [
        _Bed(gateway, reader, record, told.get(bed)).view()
        for bed, record in gateway.catalogue.beds.all().items()
    ]
    return sorted(views, key=lambda one: (one.sign.rank, _fullness(one), one.name))


def bed_view(gateway: Gateway, reader: Reader, record: BedRecord, trouble: str = "") -> BedView:
    """One bed."""
    told = standing(gateway, reader.language).get(record.bed)
    return _Bed(gateway, reader, record, told).view(trouble)


def _fullness(view: BedView) -> int:
    return 100 if view.full_pct is None else view.full_pct


class _Bed:
    """Makes the view of one bed from what stands and what its journal says."""

    def __init__(
        self, gateway: Gateway, reader: Reader, record: BedRecord, told: Told | None
    ) -> None:
        self._gateway = gateway
        self._record = record
        self._told = told
        self._reader = reader
        self._now_ms = gateway.clock.wall_ms()
        self._looked_ms = gateway.advisor.looked_ms(record.bed)
        self._today = gateway.advisor.today()
        zone = gateway.settings.timezone
        self._midnight_ms = at_local_hour_ms(self._today, 0, zone)
        self._entries = gateway.catalogue.journal.of(
            record.bed, self._now_ms - ASKED_DAYS * DAY_MS, self._now_ms + AHEAD_MS
        )
        self._in_cans = record.details.method == "can"

    def view(self, trouble: str = "") -> BedView:
        told = self._told or {}
        codes = [reason["code"] for reason in told.get("reasons", ())]
        poured = [one for one in self._entries if one.at_ms >= self._midnight_ms]
        state = self._state(told, codes, poured)
        sign = SIGNS[state]
        number, unit, count = self._number(sign, state, told, poured)
        dose = self._dose(told)
        speaks = spoken_in(self._reader.language)
        when = told.get("when") or "" if state not in ("done", "empty") else ""
        return BedView(
            bed=self._record.bed,
            name=self._record.details.name or self._record.bed,
            sign=sign,
            state=state,
            number=number,
            unit=unit,
            count=count,
            full_pct=None if state in ("empty", "unknown") else _full_pct(told),
            when=self._reader.tell(when) if when in WHENS else when,
            when_language=self._reader.language if when in WHENS else speaks,
            reasons=[
                Reason(one["text"], speaks, PLAIN.get(one["code"], ""))
                for one in told.get("reasons", ())
            ],
            confidence=None if state == "empty" else told.get("confidence"),
            wishes=[] if state == "empty" else _wishes(told),
            wishes_language=speaks,
            measure="cans" if self._in_cans else "litres",
            prefilled=self._typed(dose) if sign.tone == "water" and dose else None,
            suggested=self._typed(dose if dose else 1.0 if self._in_cans else 10.0),
            key=secrets.token_hex(8),
            poured=[self._poured(one) for one in poured],
            asks=[self._poured(one) for one in self._entries if one.asks_how_many],
            old=bool(told) and told["on"] != self._today.isoformat(),
            trouble=trouble,
        )

    def _state(self, told: Told, codes: list[str], poured: Iterable[Entry]) -> str:
        if not told:
            return "empty" if self._record.details.crop is None else "pending"
        state = sign_of(told["verdict"], told["litres"], codes)
        by_people = [one for one in poured if one.source in BY_PEOPLE]
        settled = SIGNS[state].rank >= SIGNS["soon"].rank
        # What was told since the bed was last looked at is not in its advice yet.
        newer = any(one.made_ms >= self._looked_ms for one in by_people)
        return "done" if by_people and (settled or newer) else state

    def _number(
        self, sign: Sign, state: str, told: Told, poured: Sequence[Entry]
    ) -> tuple[str, str, int]:
        if state == "done":
            return self._amount(self._given(poured))
        if sign.amount == "dose":
            return self._amount(self._dose(told))
        if sign.amount == "cold":
            return self._cold()
        full_pct = _full_pct(told)
        if sign.amount == "reserve" and full_pct is not None:
            return f"{full_pct}{NO_BREAK}%", N_("d’eau"), 1
        return "", "", 1

    def _cold(self) -> tuple[str, str, int]:
        """The degrees that the verdict rests on: those of the night to come, else of the soil."""
        given = self._gateway.catalogue.advice.last(self._record.bed, self._today)
        if given is None:
            return "", "", 1
        situation = loads(Situation, given.inputs)
        degrees = situation.expected_min_c
        degrees = situation.soil_c if degrees is None or degrees > ALERT_C else degrees
        return ("", "", 1) if degrees is None else (self._reader.write.number(degrees, 0), "°C", 1)

    def _dose(self, told: Told) -> float | None:
        """In what the bed is watered with; a can is never measured out finer than by halves."""
        dose: float | None = told.get("cans" if self._in_cans else "litres")
        if dose is None:
            return None
        return max(0.5, round(2 * dose) / 2) if self._in_cans else float(round(dose))

    def _given(self, poured: Sequence[Entry]) -> float | None:
        amounts = [one.cans if self._in_cans else one.litres for one in poured]
        known = [amount for amount in amounts if amount is not None]
        return sum(known) if known else None

    def _amount(self, amount: float | None) -> tuple[str, str, int]:
        if amount is None:
            return "", "", 1
        number = self._reader.write.number(amount, 1, exact=False)
        count = math.floor(amount) if self._reader.language == "fr" else math.ceil(amount)
        return number, "cans" if self._in_cans else "litres", count

    def _typed(self, amount: float) -> str:
        """As a number field takes it, whatever the language."""
        return f"{amount:g}"

    def _poured(self, one: Entry) -> Poured:
        number, unit, count = self._amount(one.cans if self._in_cans else one.litres)
        until_ms = one.made_ms + UNDO_MS
        undoable = one.source in BY_PEOPLE and self._now_ms < until_ms
        return Poured(
            id=one.id,
            at=self._when(one.at_ms),
            amount=number,
            unit=unit,
            count=count,
            seen=one.source not in BY_PEOPLE,
            asks=one.asks_how_many,
            undo_until_ms=until_ms if undoable else None,
        )

    def _when(self, at_ms: int) -> str:
        write = self._reader.write
        return write.clock(at_ms) if at_ms >= self._midnight_ms else write.weekday_clock(at_ms)


def _full_pct(told: Told) -> int | None:
    """How much of what the soil can hold for roots it holds, 0 to 100."""
    figures: dict[str, Any] = told.get("inputs", {})
    missing, total = figures.get("missing_mm"), figures.get("total_mm")
    if missing is None or not total:
        return None
    share: float = 1 - missing / total
    return round(100 * min(1.0, max(0.0, share)))


def _wishes(told: Told) -> list[str]:
    """What would make the garden surer, the heaviest doubts first; two are enough at a time."""
    told_of = told.get("inputs", {}).get("doubts", ())
    doubts = [one for one in told_of if one["code"] not in NOBODY_CAN]
    doubts.sort(key=lambda one: -abs(one["points"]))
    return [one["text"] for one in doubts[:2]]
