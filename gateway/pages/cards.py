"""What the page shows of each channel and each node, in the reader's language."""

from __future__ import annotations

import gettext
import json
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from gateway.catalogue import ChannelInfo, NodeInfo
from gateway.pages import words
from gateway.pages.curve import Curve, curve_of, runs_of
from gateway.pages.numbers import Format, rfc3339
from gateway.pages.week import HOUR_MS, Aggregate, Span, Week, week_of
from gateway.present import STALE_AFTER_INTERVALS, Latest
from gateway.store.base import Bucket, Series, Store
from sensor_node.wire import QUANTITIES


@dataclass(frozen=True, slots=True)
class Row:
    """One day of the table: its name and its numbers, a dash where nothing was measured."""

    day: str
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Card:
    """One channel. Texts are ready to be shown; an empty one is not."""

    id: str
    channel: str
    name: str
    label: str
    look: words.Look
    unit: str
    unit_words: str
    value: str
    quality: str
    quality_words: str
    age: str
    at_ms: int | None
    at_words: str
    at_rfc3339: str
    stale_after_s: float
    trouble: str
    remedy: str
    raw: bool
    yes_or_no: bool
    simulated: bool
    aggregate: Aggregate
    curve: Curve | None
    top: str
    bottom: str
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Row]
    hours: str
    csv: str
    csv_fr: str


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node and its channels. ``silent``: none of its channels is fresh."""

    node: str
    state: str
    state_words: str
    seen: str
    seen_ms: int | None
    silent: str
    simulated: bool
    cards: Sequence[Card]


class Writer:
    """Writes cards for one reader at one moment."""

    def __init__(
        self, store: Store, span: Span, write: Format, texts: gettext.NullTranslations, now_ms: int
    ) -> None:
        self._store = store
        self._span = span
        self._write = write
        self._texts = texts
        self._now_ms = now_ms

    def node(self, info: NodeInfo, cards: Sequence[Card]) -> NodeView:
        """The view of one node."""
        tell = self._texts.gettext
        seen_ms = info.last_seen_ms
        age_s = 0.0 if seen_ms is None else max(0.0, (self._now_ms - seen_ms) / 1000)
        heard = [card for card in cards if card.at_ms is not None]
        silent = ""
        if heard and seen_ms is not None and all(card.quality == "stale" for card in heard):
            silent = tell(
                "Pas de nouvelles depuis %(time)s : vérifiez la pile (ou la prise), puis le Wi-Fi."
            ) % {"time": words.lasting(age_s, self._write.language)}
        return NodeView(
            node=info.node,
            state=info.state,
            state_words=tell(words.NODE_STATES[info.state]),
            seen="" if seen_ms is None else words.ago(age_s, self._texts, self._write.language),
            seen_ms=seen_ms,
            silent=silent,
            simulated=any(card.simulated for card in cards),
            cards=cards,
        )

    def card(self, info: ChannelInfo, latest: Latest | None, interval_s: float) -> Card:
        """The card of one channel. Raises ``StorageError``."""
        tell = self._texts.gettext
        look = words.look_of(info.quantity)
        quantity = QUANTITIES.get(info.quantity or "")
        aggregate: Aggregate = quantity.aggregate if quantity else "mean"
        week = week_of(self._store, info.series, self._span, aggregate)
        curve = curve_of(week, aggregate, look.span) if week.hours else None
        quality = latest.quality if latest else "none"
        trouble, remedy = self._trouble(latest)
        top, bottom = self._ends(curve, look)
        return Card(
            id=f"{info.series.node}--{info.series.channel}",
            channel=str(info.series),
            name=tell(look.name),
            label=info.series.channel,
            look=look,
            unit=self._unit(info, latest),
            unit_words=words.UNITS.get(info.unit or "", info.unit or ""),
            value=self._value(info, latest, week),
            quality=quality,
            quality_words=tell(words.QUALITIES[quality]),
            age=words.ago(latest.age_s, self._texts, self._write.language) if latest else "",
            at_ms=latest.at_ms if latest else None,
            at_words=self._write.full(latest.at_ms) if latest else "",
            at_rfc3339=rfc3339(latest.at_ms) if latest else "",
            stale_after_s=STALE_AFTER_INTERVALS * interval_s,
            trouble=trouble,
            remedy=remedy,
            raw=info.quantity == "soil_moisture_raw",
            yes_or_no=info.quantity in words.YES_OR_NO,
            simulated=info.simulated,
            aggregate=aggregate,
            curve=curve,
            top=top,
            bottom=bottom,
            sentence=self._sentence(info, week, aggregate),
            columns=self._columns(aggregate),
            rows=[self._row(d.start_ms, d.bucket, aggregate, look) for d in week.days],
            hours=_hours_json(week, aggregate, look),
            csv=self._download(info.series, "csv"),
            csv_fr=self._download(info.series, "csv-fr"),
        )

    def _trouble(self, latest: Latest | None) -> tuple[str, str]:
        tell = self._texts.gettext
        if latest is None:
            return "", ""
        if latest.fault is not None:
            return words.fault_words(latest.fault, self._texts)
        if latest.quality == "stale":
            lasting = words.lasting(latest.age_s, self._write.language)
            return (
                tell("pas de nouvelles depuis %(time)s") % {"time": lasting},
                tell("Vérifiez le capteur et ses fils, puis la pile et le Wi-Fi."),
            )
        if latest.quality == "suspect":
            return tell("valeur douteuse"), tell("Comparez avec un autre capteur ou votre main.")
        return "", ""

    def _number(self, value: float, look: words.Look) -> str:
        return self._write.number(value, look.decimals, exact=look.decimals < 3)

    def _value(self, info: ChannelInfo, latest: Latest | None, week: Week) -> str:
        if latest is None or latest.value is None:
            return "–"
        if info.quantity in words.YES_OR_NO:
            return self._texts.gettext("oui") if latest.value else self._texts.gettext("non")
        value = latest.value
        if (
            info.quantity in words.SUMMED
        ):  # what fell since the last pack would tell nobody anything
            today = week.days[-1].bucket
            value = today.total if today else 0.0
        return self._number(value, words.look_of(info.quantity))

    def _unit(self, info: ChannelInfo, latest: Latest | None) -> str:
        unit = words.UNITS.get(info.unit or "", info.unit or "")
        if info.quantity == "wind_direction" and latest and latest.value is not None:
            return f"{unit} {self._texts.gettext(words.wind_of(latest.value))}"
        if info.quantity in words.SUMMED:
            return self._texts.gettext("%(unit)s aujourd’hui") % {"unit": unit}
        return unit

    def _measure(self, value: float, info: ChannelInfo) -> str:
        unit = words.UNITS.get(info.unit or "", info.unit or "")
        number = self._number(value, words.look_of(info.quantity))
        return f"{number} {unit}" if unit else number

    def _ends(self, curve: Curve | None, look: words.Look) -> tuple[str, str]:
        if curve is None:
            return "", ""
        return self._number(curve.high, look), self._number(curve.low, look)

    def _sentence(self, info: ChannelInfo, week: Week, aggregate: Aggregate) -> str:
        tell = self._texts.gettext
        if not week.hours:
            return tell("Rien de mesuré cette semaine.")
        if info.quantity in words.YES_OR_NO:
            never = week.most == 0
            return tell("Jamais cette semaine.") if never else tell("C’est arrivé cette semaine.")
        if aggregate == "sum":
            return tell("%(total)s en sept jours.") % {"total": self._measure(week.total, info)}
        if aggregate == "vector":
            wind = tell(words.wind_of(next(d.bucket.mean for d in reversed(week.days) if d.bucket)))
            return tell("Dernière direction dominante : %(wind)s.") % {"wind": wind}
        return tell("Entre %(low)s et %(high)s cette semaine.") % {
            "low": self._number(week.least, words.look_of(info.quantity)),
            "high": self._measure(week.most, info),
        }

    def _columns(self, aggregate: Aggregate) -> list[str]:
        tell = self._texts.gettext
        if aggregate == "sum":
            return [tell("total")]
        if aggregate == "vector":
            return [tell("direction moyenne")]
        return [tell("mini"), tell("moyenne"), tell("maxi")]

    def _row(
        self, start_ms: int, bucket: Bucket | None, aggregate: Aggregate, look: words.Look
    ) -> Row:
        day = self._write.day(start_ms)
        if bucket is None:
            return Row(day, ["–"] * len(self._columns(aggregate)))
        if aggregate == "sum":
            numbers = [bucket.total]
        elif aggregate == "vector":
            numbers = [bucket.mean]
        else:
            numbers = [bucket.least, bucket.mean, bucket.most]
        return Row(day, [self._number(n, look) for n in numbers])

    def _download(self, series: Series, kind: str) -> str:
        query = {
            "channel": str(series),
            "from": rfc3339(self._span.from_ms),
            "to": rfc3339(self._span.to_ms),
            "format": kind,
        }
        return f"/api/v1/readings?{urlencode(query)}"


def _hours_json(week: Week, aggregate: Aggregate, look: words.Look) -> str:
    """The hours for the script: ``runs`` of (first hour of the week, how many), and their values."""
    runs = list(runs_of(week.hours))
    columns: dict[str, list[float] | list[list[int]]] = {
        "runs": [[(run[0].start_ms - week.span.from_ms) // HOUR_MS, len(run)] for run in runs],
        "value": [
            _short(b.total if aggregate == "sum" else b.mean, look.decimals) for b in week.hours
        ],
    }
    if aggregate == "mean":
        columns["least"] = [_short(b.least, look.decimals) for b in week.hours]
        columns["most"] = [_short(b.most, look.decimals) for b in week.hours]
    return json.dumps(columns, separators=(",", ":"))


def _short(value: float, decimals: int) -> float:
    """``value`` in the fewest characters that draw the same curve."""
    rounded = round(value, decimals or None)
    return int(rounded) if rounded == int(rounded) else rounded
