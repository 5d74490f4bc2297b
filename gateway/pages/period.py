"""The span of time of the curves: a day, a week, a month, a year, or any other.

Days are the garden's own. What somebody typed wrongly is kept beside the span that is shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from gateway.api.problems import Problem
from gateway.api.spans import moment
from gateway.pages.words import N_
from gateway.times import DAY_MS, HOUR_MS, Every, edges

DURATIONS: Final[Mapping[str, tuple[str, int]]] = {
    "jour": (N_("Jour"), 1),
    "semaine": (N_("Semaine"), 7),
    "mois": (N_("Mois"), 30),
    "an": (N_("Année"), 365),
}
USUAL: Final = "semaine"
LEAST_MS: Final = 10 * 60_000
MOST_MS: Final = 20 * 365 * DAY_MS
_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

# Up to this length: buckets of the curve, rows of the table, how many marks lie under the curve.
_STEPS: Final = (
    (6 * HOUR_MS, Every(1, "m"), Every(15, "m"), 6),
    (49 * HOUR_MS, Every(5, "m"), Every(1, "h"), 6),
    (14 * DAY_MS + HOUR_MS, Every(1, "h"), Every(1, "d"), 7),
    (62 * DAY_MS, Every(6, "h"), Every(1, "d"), 6),
    (800 * DAY_MS, Every(1, "d"), Every(1, "mo"), 6),
    (MOST_MS + DAY_MS, Every(1, "w"), Every(1, "mo"), 6),
)
NO_DATE: Final = N_("Écrivez une date comme 2026-05-01.")
ORDER: Final = N_("La fin doit venir après le début.")
TOO_LONG: Final = N_("Vingt ans au plus à la fois.")


@dataclass(frozen=True, slots=True)
class Period:
    """``[from_ms, to_ms)``. ``name``: one of ``DURATIONS``, empty for any other span.

    ``typed`` and ``wrong``: by field, what somebody typed and what is wrong with it.
    """

    from_ms: int
    to_ms: int
    name: str
    typed: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.to_ms - self.from_ms

    @property
    def _step(self) -> tuple[int, Every, Every, int]:
        return next((step for step in _STEPS if self.length_ms <= step[0]), _STEPS[-1])

    @property
    def table_every(self) -> Every:
        """How long a row of the table lasts."""
        return self._step[2]

    @property
    def marks(self) -> list[int]:
        """The moments that are named under the curve, as far apart as each other."""
        count = self._step[3]
        return [self.from_ms + self.length_ms * n // count for n in range(count)]

    def chart_edges(self, zone: ZoneInfo) -> list[int]:
        """The bounds of the curve's buckets."""
        return edges(self.from_ms, self.to_ms, self._step[1], zone)

    def table_edges(self, zone: ZoneInfo) -> list[int]:
        """The bounds of the table's rows."""
        return edges(self.from_ms, self.to_ms, self._step[2], zone)

    def moved(self, zone: ZoneInfo, steps: int) -> str:
        """The part of an address that shows the span ``steps`` further."""
        if self.name and _is_midnight(self.to_ms, zone):
            days = DURATIONS[self.name][1] * steps
            last = _date(self.to_ms - 1, zone) + timedelta(days=days)
            return urlencode({"duree": self.name, "jusque": last.isoformat()})
        return urlencode({
            "de": _moment(self.from_ms + steps * self.length_ms),
            "jusque": _moment(self.to_ms + steps * self.length_ms),
        })  # fmt: skip

    def days(self, zone: ZoneInfo) -> tuple[str, str]:
        """Its first and its last day, as date fields take them."""
        first, last = _date(self.from_ms, zone), _date(self.to_ms - 1, zone)
        return first.isoformat(), last.isoformat()


def period_of(query: Mapping[str, str], now_ms: int, zone: ZoneInfo) -> Period:
    """The span that ``query`` asks for: ``duree`` or ``de``, and ``jusque`` (that day too)."""
    asked = query.get("duree", USUAL)
    name = asked if asked in DURATIONS else USUAL
    typed = {key: query[key].strip()[:40] for key in ("de", "jusque") if query.get(key, "").strip()}
    usual = _ending(_midnight(_date(now_ms, zone) + timedelta(days=1), zone), name, zone)
    found, wrong = {}, {}
    for key, text in typed.items():
        try:
            found[key] = _end(text, zone) if key == "jusque" else moment(key, text, str(zone))
        except Problem:
            wrong[key] = NO_DATE
    if wrong:
        return Period(usual[0], usual[1], name, typed, wrong)
    to_ms = found.get("jusque", usual[1])
    if "de" not in found:
        from_ms, to_ms = _ending(to_ms, name, zone)
        return Period(max(0, from_ms), max(to_ms, LEAST_MS), name)
    from_ms = found["de"]
    for is_wrong, what in ((from_ms >= to_ms, ORDER), (to_ms - from_ms > MOST_MS, TOO_LONG)):
        if is_wrong:
            return Period(usual[0], usual[1], name, typed, {"jusque": what})
    return Period(max(0, from_ms), max(to_ms, from_ms + LEAST_MS), "")


def _ending(to_ms: int, name: str, zone: ZoneInfo) -> tuple[int, int]:
    days = DURATIONS[name][1]
    if _is_midnight(to_ms, zone):
        return _midnight(_date(to_ms, zone) - timedelta(days=days), zone), to_ms
    return to_ms - days * DAY_MS, to_ms


def _end(text: str, zone: ZoneInfo) -> int:
    """A day is meant with all of its hours."""
    at_ms = moment("jusque", text, str(zone))
    if _DATE.fullmatch(text):
        return _midnight(_date(at_ms, zone) + timedelta(days=1), zone)
    return at_ms


def _date(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> int:
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)


def _is_midnight(at_ms: int, zone: ZoneInfo) -> bool:
    return _midnight(_date(at_ms, zone), zone) == at_ms


def _moment(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
