"""What the page shows of each channel and each node, in the reader's language."""

from __future__ import annotations

import gettext
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from gateway.catalogue import ChannelInfo, NodeInfo
from gateway.measured import Measured
from gateway.pages import words
from gateway.pages.curve import Curve, curve_of, runs_of
from gateway.pages.frame import part
from gateway.pages.numbers import Format, rfc3339
from gateway.pages.week import HOUR_MS, Aggregate, Day, Span, Week, week_of
from gateway.pages.wording import Row, Wording
from gateway.present import STALE_AFTER_INTERVALS, Latest
from gateway.remembered import Remembered
from gateway.scale import CALIBRATED
from gateway.store.base import Series
from sensor_node.errors import StorageError

PROBES: Final = frozenset({*CALIBRATED, *CALIBRATED.values()})
"""What a probe in the soil gives, before and after its calibration."""


@dataclass(frozen=True, slots=True)
class Past:
    """A channel's week, the part of its card that stays until it is heard of again.

    ``html``: its curve and its table, drawn. ``today``: what was summed up since midnight.
    """

    html: Markup
    today: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The week of one channel, to be drawn. Texts are ready to be shown."""

    id: str
    channel: str
    name: str
    look: words.Look
    symbol: str
    probe: bool
    curve: Curve | None
    top: str
    bottom: str
    hours: str
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Row]
    csv: str
    csv_fr: str


@dataclass(frozen=True, slots=True)
class Card:
    """One channel. Texts are ready to be shown; an empty one is not."""

    id: str
    channel: str
    name: str
    label: str
    look: words.Look
    aggregate: Aggregate
    raw: bool
    yes_or_no: bool
    simulated: bool
    value: str
    unit: str
    symbol: str
    quality: str
    quality_words: str
    at_ms: int | None
    at_rfc3339: str
    at_words: str
    age: str
    stale_after_s: float
    trouble: str
    remedy: str
    past: Markup


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node and its channels. ``silent``: what to do when none of its channels is fresh."""

    node: str
    state: str
    state_words: str
    seen: str
    seen_ms: int | None
    silent: str
    twice: str
    simulated: bool
    cards: Sequence[Card]


class Writer:
    """Writes cards for one reader at one moment.

    ``weeks``: what was drawn before. ``away``: why the store gave no week, None where it did.
    Whatever is in memory is written all the same, and the store is asked once only.
    """

    def __init__(
        self,
        store: Measured,
        span: Span,
        write: Format,
        texts: gettext.NullTranslations,
        now_ms: int,
        *,
        weeks: Remembered,
    ) -> None:
        self._store = store
        self._weeks = weeks
        self._span = span
        self._write = write
        self._texts = texts
        self._now_ms = now_ms
        self.away: StorageError | None = None

    def node(self, info: NodeInfo, cards: Sequence[Card]) -> NodeView:
        """The view of one node."""
        seen_ms = info.last_seen_ms
        age_s = 0.0 if seen_ms is None else max(0.0, (self._now_ms - seen_ms) / 1000)
        heard = [card for card in cards if card.at_ms is not None]
        all_stale = bool(heard) and all(card.quality == "stale" for card in heard)
        if all_stale:
            seen_ms = None  # a backlog may have come just now; what counts is that it is old
        return NodeView(
            node=info.node,
            state=info.state,
            state_words=self._texts.gettext(words.NODE_STATES[info.state]),
            seen="" if seen_ms is None else self._ago(age_s),
            seen_ms=seen_ms,
            silent=self._silence(heard) if all_stale else "",
            twice=self._namesake() if info.about.get("namesake") is True else "",
            simulated=any(card.simulated for card in cards),
            cards=cards,
        )

    def _namesake(self) -> str:
        return self._texts.gettext(
            "Un autre nœud porte ce nom ; il se tait et garde ses mesures. Donnez-lui un nom à lui "
            "dans son node.toml, puis relancez-le."
        )

    def _silence(self, heard: Sequence[Card]) -> str:
        newest_ms = max(card.at_ms or 0 for card in heard)
        lasting = words.lasting((self._now_ms - newest_ms) / 1000, self._write.language)
        return self._texts.gettext(
            "Pas de nouvelles depuis %(time)s : vérifiez la pile (ou la prise), puis le Wi-Fi."
        ) % {"time": lasting}

    def card(self, info: ChannelInfo, latest: Latest | None, interval_s: float) -> Card:
        """The card of one channel."""
        wording = Wording(info, self._write, self._texts)
        past = self._past(info, wording)
        quality = latest.quality if latest else "none"
        trouble, remedy = self._trouble(latest)
        return Card(
            id=_id(info.series),
            channel=str(info.series),
            name=self._texts.gettext(wording.look.name),
            label=info.series.channel,
            look=wording.look,
            aggregate=wording.aggregate,
            raw=info.quantity == "soil_moisture_raw",
            yes_or_no=wording.yes_or_no,
            simulated=info.simulated,
            value=wording.value(latest, past.today),
            unit=wording.unit(latest),
            symbol=wording.symbol,
            quality=quality,
            quality_words=self._texts.gettext(words.QUALITIES[quality]),
            at_ms=latest.at_ms if latest else None,
            at_rfc3339=rfc3339(latest.at_ms) if latest else "",
            at_words=self._write.full(latest.at_ms) if latest else "",
            age=self._ago(latest.age_s) if latest else "",
            stale_after_s=STALE_AFTER_INTERVALS * interval_s,
            trouble=trouble,
            remedy=remedy,
            past=past.html,
        )

    def _past(self, info: ChannelInfo, wording: Wording) -> Past:
        """The week of a channel, drawn again only where it has become another one."""
        span, series = self._span, info.series
        try:
            if self.away is None:
                version = self._store.version([series])
                key = version and (version, info, span, self._write.language)
                return self._weeks.get(
                    key, lambda: self._draw(info, wording, self._week(wording, series))
                )
        except StorageError as error:
            self.away = error
        return self._draw(
            info, wording, Week(span, [], [Day(at, None) for at in span.days_ms[:-1]])
        )

    def _week(self, wording: Wording, series: Series) -> Week:
        return week_of(self._store, series, self._span, wording.aggregate)

    def _draw(self, info: ChannelInfo, wording: Wording, week: Week) -> Past:
        curve = curve_of(week, wording.aggregate, wording.look.span) if week.hours else None
        drawn = Drawn(
            id=_id(info.series),
            channel=str(info.series),
            name=self._texts.gettext(wording.look.name),
            look=wording.look,
            symbol=wording.symbol,
            probe=info.quantity in PROBES,
            curve=curve,
            top=wording.number(curve.high) if curve else "",
            bottom=wording.number(curve.low) if curve else "",
            hours=_hours_json(week, wording.aggregate, wording.look.decimals),
            sentence=wording.sentence(week),
            columns=wording.columns(),
            rows=[wording.row(day) for day in week.days],
            csv=self._download(info.series, "csv"),
            csv_fr=self._download(info.series, "csv-fr"),
        )
        weekdays = [self._write.weekday(day) for day in self._span.days_ms[:-1]]
        html = part(self._write.language, "week.html", week=drawn, weekdays=weekdays)
        return Past(html, wording.today(week))

    def _ago(self, age_s: float) -> str:
        return words.ago(age_s, self._texts, self._write.language)

    def _trouble(self, latest: Latest | None) -> tuple[str, str]:
        """What is wrong with a channel, and what to do."""
        tell = self._texts.gettext
        if latest is None:
            return "", ""
        if latest.quality == "stale":
            lasting = words.lasting(latest.age_s, self._write.language)
            return (
                tell("pas de nouvelles depuis %(time)s") % {"time": lasting},
                tell("Vérifiez le capteur et ses fils, puis la pile et le Wi-Fi."),
            )
        if latest.fault is not None:
            return words.fault_words(latest.fault, self._texts)
        if latest.quality == "suspect":
            return words.doubt_words(latest.doubt or "", self._texts)
        return "", ""

    def _download(self, series: Series, kind: str) -> str:
        query = {
            "channel": str(series),
            "from": rfc3339(self._span.from_ms),
            "to": rfc3339(self._span.to_ms),
            "format": kind,
        }
        return f"/api/v1/readings?{urlencode(query)}"


def _id(series: Series) -> str:
    return f"{series.node}--{series.channel}"


def _hours_json(week: Week, aggregate: Aggregate, decimals: int) -> str:
    """The hours for the script: ``runs`` of (first hour of the week, how many), and values."""
    decimals += 1
    columns: dict[str, list[float] | list[list[int]]] = {
        "runs": [
            [(run[0].start_ms - week.span.from_ms) // HOUR_MS, len(run)]
            for run in runs_of(week.hours)
        ],
        "value": [_short(b.total if aggregate == "sum" else b.mean, decimals) for b in week.hours],
    }
    if aggregate == "mean":
        columns["least"] = [_short(b.least, decimals) for b in week.hours]
        columns["most"] = [_short(b.most, decimals) for b in week.hours]
    return json.dumps(columns, separators=(",", ":"))


def _short(value: float, decimals: int) -> float:
    """``value`` in the fewest characters that draw the same curve."""
    rounded = round(value, decimals)
    return int(rounded) if rounded == int(rounded) else rounded
