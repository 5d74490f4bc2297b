"""One to three channels on one picture, over any time; each told in words and in numbers too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from gateway.catalogue import ChannelInfo
from gateway.pages import frame, words
from gateway.pages.frame import Reader, reader_of
from gateway.pages.measures import in_order
from gateway.pages.numbers import rfc3339
from gateway.pages.period import DURATIONS, Period, period_of
from gateway.pages.plot import HEIGHT, WIDTH, Drawn, Paths, Pen, Scale, scales_of
from gateway.pages.script_texts import of_every_page
from gateway.pages.story import Story
from gateway.pages.wording import NOTHING, Row, Wording
from gateway.present import Latest
from gateway.service import Gateway
from gateway.store.base import Bucket, Series
from gateway.times import DAY_MS
from sensor_node.errors import StorageError

MOST: Final = 3
PLACE: Final = "/courbes"
EACH_READING_MS: Final = 190 * DAY_MS
"""Up to here a file has each reading: three channels at five minutes fit one answer."""


@dataclass(frozen=True, slots=True)
class Curve:
    """One channel as the page tells it. Texts are ready to be shown."""

    id: str
    channel: str
    name: str
    where: str
    icon: str
    unit: str
    decimals: int
    aggregate: str
    now: str
    quality: str
    quality_words: str
    at_ms: int | None
    age: str
    sentence: str
    columns: Sequence[str]
    rows: Sequence[Row]
    paths: Paths


@dataclass(frozen=True, slots=True)
class Past:
    """What a channel did, in words, in numbers, drawn, and for the script."""

    sentence: str
    columns: Sequence[str]
    rows: Sequence[Row]
    paths: Paths
    script: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """All curves as they were; each of ``times`` begins one of their steps."""

    pasts: Sequence[Past]
    scales: Sequence[Scale]
    axes: Sequence[Axis]
    times: Sequence[int]
    step_ms: int


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of one unit, from its top to its bottom; ``hue``: of the only curve on it, or 0."""

    unit: str
    hue: int
    labels: Sequence[str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One channel that can be chosen."""

    channel: str
    name: str
    label: str
    chosen: bool


Found = Callable[[ChannelInfo, list[int]], Sequence[Bucket]]
"""Gives the buckets of a channel between some moments."""


def answer(gateway: Gateway, request: Request) -> Response:
    """The page for ``request``."""
    reader = reader_of(gateway, request)
    html = _Page(gateway, reader, request).render()
    return frame.answer(request, reader, html)


class _Page:
    def __init__(self, gateway: Gateway, reader: Reader, request: Request) -> None:
        self._gateway = gateway
        self._reader = reader
        self._write = reader.write
        self._now_ms = gateway.clock.wall_ms()
        query = request.query_params
        self._period = period_of(query, self._now_ms, reader.write.zone)
        self._known = gateway.measured.channels()
        asked = dict.fromkeys(Series(*name.partition("/")[::2]) for name in query.getlist("voie"))
        found = [self._known[series] for series in asked if series in self._known]
        self._too_many = len(found) > MOST
        self._chosen = found[:MOST]
        self._unknown = [str(series)[:80] for series in asked if series not in self._known]
        self.away: StorageError | None = None

    def render(self) -> str:
        last_event_id = self._gateway.events.last_id
        period, zone = self._period, self._write.zone
        picture = self._picture()
        curves = [self._curve(*one) for one in zip(self._chosen, picture.pasts, strict=True)]
        names = [info.series for info in self._chosen]
        first, last = period.days(zone)
        return frame.render(
            self._gateway,
            self._reader,
            "curves.html",
            "/mesures",
            keep=f"&{self._query(_kept(period, zone))}" if names else "",
            curves=curves,
            axes=picture.axes,
            marks=[self._mark(at_ms) for at_ms in period.marks],
            width=WIDTH,
            height=HEIGHT,
            span=self._span_words(),
            durations=[
                (label, self._address(urlencode({"duree": name})), name == period.name)
                for name, (label, _) in DURATIONS.items()
            ],
            earlier=self._address(period.moved(zone, -1)),
            later=self._address(period.moved(zone, 1)) if period.to_ms <= self._now_ms else "",
            choices=self._choices(),
            most=MOST,
            too_many=self._too_many,
            unknown=self._unknown,
            first=period.typed.get("de", first),
            last=period.typed.get("jusque", last),
            duration=period.name,
            wrong=period.wrong,
            files=self._files(),
            hourly=period.length_ms > EACH_READING_MS,
            away="" if self.away is None else self.away.text(self._reader.language),
            page=self._for_the_script(picture, last_event_id),
        )

    def _picture(self) -> Picture:
        """Drawn anew only where something has been measured, or another time is asked for."""
        period, edges = self._period, self._period.table_edges(self._write.zone)
        thing = (tuple(self._chosen), period.name, self._reader.language)
        # What has not come yet is no row of the table.
        shown = [at_ms for at_ms in edges if at_ms <= self._now_ms] + [edges[-1]]
        try:
            version = self._gateway.measured.version([info.series for info in self._chosen])
            rests_on = version and (version, period.from_ms, period.to_ms, tuple(shown))
            return self._gateway.curves.get(thing, rests_on, lambda: self._draw(self._found, shown))
        except StorageError as error:
            self.away = error
        return self._draw(lambda _info, _edges: [], shown)

    def _draw(self, found: Found, shown: list[int]) -> Picture:
        edges = self._period.chart_edges(self._write.zone)
        drawn = [self._drawn(info, found(info, edges)) for info in self._chosen]
        scales = scales_of(drawn)
        pen = Pen(self._period.from_ms, self._period.to_ms, edges[1] - edges[0])
        pasts = []
        for info, one in zip(self._chosen, drawn, strict=True):
            wording = Wording(info, self._write, self._reader.texts)
            story = Story(wording, self._write)
            scale = next((each for each in scales if each.unit == one.unit), None)
            pasts.append(
                Past(
                    story.sentence(one.found),
                    wording.columns(),
                    story.rows(shown, found(info, shown)),
                    pen.draw(one, scale) if scale else Paths(),
                    _columns(one, edges),
                )
            )
        axes = [self._axis(scale, drawn) for scale in scales]
        return Picture(pasts, scales, axes, edges[:-1], edges[1] - edges[0])

    def _found(self, info: ChannelInfo, edges: list[int]) -> Sequence[Bucket]:
        vector = Wording(info, self._write, self._reader.texts).aggregate == "vector"
        return self._gateway.measured.buckets(info.series, edges, vector=vector)

    def _drawn(self, info: ChannelInfo, found: Sequence[Bucket]) -> Drawn:
        wording = Wording(info, self._write, self._reader.texts)
        unit = wording.symbol or info.quantity or ""
        return Drawn(unit, wording.aggregate, wording.look.span, found)

    def _curve(self, info: ChannelInfo, past: Past) -> Curve:
        wording = Wording(info, self._write, self._reader.texts)
        latest = self._gateway.present.get(info.series)
        quality = latest.quality if latest else "none"
        return Curve(
            id=f"{info.series.node}--{info.series.channel}",
            channel=str(info.series),
            name=self._reader.tell(wording.look.name),
            where=str(info.series),
            icon=wording.look.icon,
            unit=wording.symbol,
            decimals=wording.look.decimals,
            aggregate=wording.aggregate,
            now=_now(latest, wording),
            quality=quality,
            quality_words=self._reader.tell(words.QUALITIES[quality]),
            at_ms=latest.at_ms if latest else None,
            age=words.ago(latest.age_s, self._reader.texts, self._reader.language)
            if latest
            else "",
            sentence=past.sentence,
            columns=past.columns,
            rows=past.rows,
            paths=past.paths,
        )

    def _axis(self, scale: Scale, drawn: Sequence[Drawn]) -> Axis:
        on_it = [n for n, one in enumerate(drawn) if one.unit == scale.unit and one.found]
        wording = Wording(self._chosen[on_it[0]], self._write, self._reader.texts)
        middle = (scale.high + scale.low) / 2
        hue = on_it[0] + 1 if len(on_it) == 1 else 0
        return Axis(
            wording.symbol, hue, [wording.number(n) for n in (scale.high, middle, scale.low)]
        )

    def _choices(self) -> list[tuple[str, list[Choice]]]:
        """What can be chosen, node by node."""
        by_node: dict[str, list[Choice]] = {}
        chosen = {info.series for info in self._chosen}
        for info in sorted(self._known.values(), key=in_order):
            look = words.look_of(info.quantity)
            name = self._reader.tell(look.name)
            choice = Choice(str(info.series), name, info.series.channel, info.series in chosen)
            by_node.setdefault(info.series.node, []).append(choice)
        return sorted(by_node.items())

    def _query(self, more: str) -> str:
        chosen = urlencode([("voie", str(info.series)) for info in self._chosen])
        return f"{chosen}&{more}"

    def _address(self, more: str) -> str:
        return f"{PLACE}?{self._query(more)}"

    def _files(self) -> Mapping[str, str]:
        """Where the readings of the picture are, in each form."""
        query: list[tuple[str, str]] = [("channel", str(info.series)) for info in self._chosen]
        query += [("from", rfc3339(self._period.from_ms)), ("to", rfc3339(self._period.to_ms))]
        if self._period.length_ms > EACH_READING_MS:
            query.append(("every", "1h"))
        return {
            form: f"/api/v1/readings?{urlencode([*query, ('format', form)])}"
            for form in ("csv-fr", "csv", "senml")
        }

    def _mark(self, at_ms: int) -> str:
        length_ms = self._period.length_ms
        if length_ms <= 2 * DAY_MS:
            return self._write.clock(at_ms)
        if length_ms <= 8 * DAY_MS:
            return self._write.weekday(at_ms)
        if length_ms <= 200 * DAY_MS:
            return self._write.short_day(at_ms)
        return self._write.short_month(at_ms)

    def _span_words(self) -> str:
        first, last = self._period.from_ms, self._period.to_ms - 1
        if self._period.length_ms < DAY_MS - 3_600_000:
            return f"{self._write.weekday_clock(first)} – {self._write.weekday_clock(last)}"
        return self._write.dates(first, last)

    def _for_the_script(self, picture: Picture, last_event_id: str) -> dict[str, Any]:
        return {
            "now": self._now_ms,
            "from": self._period.from_ms,
            "to": self._period.to_ms,
            "step": picture.step_ms,
            "times": picture.times,
            "curves": [one.script for one in picture.pasts],
            "scales": {one.unit: [one.low, one.high] for one in picture.scales},
            "language": self._reader.language,
            "timezone": self._gateway.settings.timezone,
            "lastEventId": last_event_id,
            "texts": script_texts(self._reader),
        }


def _kept(period: Period, zone: Any) -> str:
    return period.moved(zone, 0)


def _now(latest: Latest | None, wording: Wording) -> str:
    if latest is None or latest.value is None:
        return NOTHING
    if wording.yes_or_no:
        return wording.texts.gettext("oui") if latest.value else wording.texts.gettext("non")
    return wording.number(latest.value)


def _columns(one: Drawn, edges: Sequence[int]) -> dict[str, Any]:
    """The buckets of one channel beside all the others', for the script."""
    by_start = {bucket.start_ms: bucket for bucket in one.found}
    row = [by_start.get(at_ms) for at_ms in edges[:-1]]
    columns: dict[str, Any] = {
        "unit": one.unit,
        "aggregate": one.aggregate,
        "value": [
            None if b is None else round(b.total if one.aggregate == "sum" else b.mean, 4)
            for b in row
        ],
    }
    if one.aggregate == "mean":
        columns["least"] = [None if b is None else round(b.least, 4) for b in row]
        columns["most"] = [None if b is None else round(b.most, 4) for b in row]
    return columns


def script_texts(reader: Reader) -> dict[str, object]:
    """What the scripts say; they carry no word of their own."""
    tell = reader.tell
    return {
        **of_every_page(tell),
        "yes": tell("oui"),
        "no": tell("non"),
        "qualities": {name: tell(text) for name, text in words.QUALITIES.items()},
    }
