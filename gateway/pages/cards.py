"""What the page shows of each channel and each node, in the reader's language."""

from __future__ import annotations

import gettext
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup, escape

from gateway.catalogue import ChannelInfo, NodeInfo
from gateway.measured import Measured
from gateway.pages import frame, words
from gateway.pages.curve import Curve, curve_of, runs_of
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


AGE: Final = "\0"
"""Stands for the age of a value in a card that is remembered; no text has this character."""


@dataclass(frozen=True, slots=True)
class Card:
    """One channel, as far as the page speaks of it, and its card as ``html``."""

    id: str
    label: str
    quality: str
    trouble: str
    at_ms: int | None
    simulated: bool
    html: Markup


@dataclass(frozen=True, slots=True)
class Face:
    """What a card says. Texts are ready to be shown; an empty one is not."""

    id: str
    channel: str
    name: str
    label: str
    look: words.Look
    aggregate: Aggregate
    raw: bool
    probe: bool
    yes_or_no: bool
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

    ``cards``: those that were drawn before. ``away``: why the store gave no week, None where it
    did. Whatever is in memory is written all the same, and the store is asked once only.
    """

    def __init__(
        self,
        store: Measured,
        span: Span,
        write: Format,
        texts: gettext.NullTranslations,
        now_ms: int,
        *,
        cards: Remembered,
    ) -> None:
        self._store = store
        self._cards = cards
        self._span = span
        self._write = write
        self._texts = texts
        self._now_ms = now_ms
        self._weekdays = [write.weekday(day) for day in span.days_ms[:-1]]
        module = frame.environment(write.language).get_template("card.html").make_module()
        self._draw: Callable[[Face, bool, Sequence[str]], str] = module.channel_card  # type: ignore[attr-defined]
        self.away: StorageError | None = None

    def node(self, info: NodeInfo, cards: Sequence[Card], *, silent: bool) -> NodeView:
        """The view of one node."""
        seen_ms = info.last_seen_ms
        age_s = 0.0 if seen_ms is None else max(0.0, (self._now_ms - seen_ms) / 1000)
        if silent:
            seen_ms = None  # a backlog may have come just now; what counts is that it is old
        return NodeView(
            node=info.node,
            state=info.state,
            state_words=self._texts.gettext(words.NODE_STATES[info.state]),
            seen="" if seen_ms is None else self._ago(age_s),
            seen_ms=seen_ms,
            silent=self._silence(cards) if silent else "",
            twice=self._namesake() if info.about.get("namesake") is True else "",
            simulated=any(card.simulated for card in cards),
            cards=cards,
        )

    def _namesake(self) -> str:
        return self._texts.gettext(
            "Un autre nœud porte ce nom ; il se tait et garde ses mesures. Donnez-lui un nom à lui "
            "dans son node.toml, puis relancez-le."
        )

    def _silence(self, cards: Sequence[Card]) -> str:
        newest_ms = max(card.at_ms or 0 for card in cards)
        lasting = words.lasting((self._now_ms - newest_ms) / 1000, self._write.language)
        return self._texts.gettext(
            "Pas de nouvelles depuis %(time)s : vérifiez la pile (ou la prise), puis le Wi-Fi."
        ) % {"time": lasting}

    def card(
        self, info: ChannelInfo, latest: Latest | None, interval_s: float, *, silent: bool
    ) -> Card:
        """The card of one channel; ``silent``: its node is, which is said above its cards."""
        trouble = self._trouble(latest)
        facts = latest and (latest.at_ms, latest.value, latest.quality)
        rests_on = (info, facts, trouble, interval_s, silent, self._span)

        def draw(week: Week) -> str:
            face = self._face(info, latest, interval_s, week)
            return str(self._draw(face, silent, self._weekdays))

        html = self._remembered(info, rests_on, draw)
        age = self._ago(latest.age_s) if latest else ""
        return Card(
            id=_id(info.series),
            label=info.series.channel,
            quality=latest.quality if latest else "none",
            trouble=trouble[0],
            at_ms=latest.at_ms if latest else None,
            simulated=info.simulated,
            html=Markup(html.replace(AGE, escape(age))),  # noqa: S704 - drawn by its template
        )

    def _remembered(
        self, info: ChannelInfo, rests_on: Hashable, draw: Callable[[Week], str]
    ) -> str:
        """The card, drawn again only where it has become another one."""
        thing = (info.series, self._write.language)
        try:
            if self.away is None:
                version = self._store.version([info.series])
                return self._cards.get(
                    thing, version and (version, rests_on), lambda: draw(self._week(info))
                )
        except StorageError as error:
            self.away = error
        midnights = self._span.days_ms[:-1]
        return draw(Week(self._span, [], [Day(start, None) for start in midnights]))

    def _week(self, info: ChannelInfo) -> Week:
        aggregate = Wording(info, self._write, self._texts).aggregate
        return week_of(self._store, info.series, self._span, aggregate)

    def _face(
        self, info: ChannelInfo, latest: Latest | None, interval_s: float, week: Week
    ) -> Face:
        wording = Wording(info, self._write, self._texts)
        curve = curve_of(week, wording.aggregate, wording.look.span) if week.hours else None
        quality = latest.quality if latest else "none"
        trouble, remedy = self._trouble(latest)
        return Face(
            id=_id(info.series),
            channel=str(info.series),
            name=self._texts.gettext(wording.look.name),
            label=info.series.channel,
            look=wording.look,
            aggregate=wording.aggregate,
            raw=info.quantity == "soil_moisture_raw",
            probe=info.quantity in PROBES,
            yes_or_no=wording.yes_or_no,
            value=wording.value(latest, week),
            unit=wording.unit(latest),
            symbol=wording.symbol,
            quality=quality,
            quality_words=self._texts.gettext(words.QUALITIES[quality]),
            at_ms=latest.at_ms if latest else None,
            at_rfc3339=rfc3339(latest.at_ms) if latest else "",
            at_words=self._write.full(latest.at_ms) if latest else "",
            age=AGE if latest else "",
            stale_after_s=STALE_AFTER_INTERVALS * interval_s,
            trouble=trouble,
            remedy=remedy,
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
