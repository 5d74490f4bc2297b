"""The page of one bed: its story on a line of time, beside another bed's where one is chosen."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import Response

from gateway.api.context import known_bed
from gateway.beds.records import BedRecord
from gateway.pages import frame, storyline
from gateway.pages.beds import bed_view
from gateway.pages.bedstory import SPANS, Name, Period, Story, period_of, story_of
from gateway.pages.choices import growing
from gateway.pages.frame import Reader, reader_of
from gateway.pages.script_texts import of_a_form
from gateway.pages.storyview import ZONES, Mark, StoryWords, hours_json
from gateway.pages.words import N_
from gateway.service import Gateway
from gateway.store.base import Series

SPAN_WORDS: Final = {
    "jour": N_("Jour"),
    "semaine": N_("Semaine"),
    "saison": N_("Saison"),
    "annee": N_("Année"),
}
USUAL: Final[Name] = "semaine"


@dataclass(frozen=True, slots=True)
class Told:
    """One bed of the page: its story, drawn and in words. ``dry``: where it is too dry."""

    bed: str
    name: str
    lines: storyline.Lines
    sentence: str
    rain: str
    dry: str


@dataclass(frozen=True, slots=True)
class Span:
    """A link to another period."""

    name: str
    word: str
    address: str
    here: bool


def answer(
    gateway: Gateway,
    request: Request,
    bed: str,
    *,
    trouble: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    """The page for ``request``. ``trouble``: why the note ``typed`` was not written down."""
    reader = reader_of(gateway, request)
    record = known_bed(gateway, bed)
    chosen = request.query_params.get("duree", USUAL)
    name = next((one for one in SPANS if one == chosen), USUAL)
    others = [one for one in gateway.catalogue.beds.all().values() if one.bed != bed]
    asked = request.query_params.get("avec", "")
    other = next((one for one in others if one.bed == asked), None)
    page = _Page(gateway, reader, record, other, name)
    html = frame.render(
        gateway,
        reader,
        "story.html",
        "/",
        keep=page.keep,
        others=[(one.bed, name_of(one)) for one in others],
        trouble=trouble,
        # Who had to enter anew finds what they had written.
        typed=typed or request.query_params.get("text", ""),
        **page.context(),
    )
    return frame.answer(request, reader, html, status)


def name_of(record: BedRecord) -> str:
    """What people call the bed."""
    return record.details.name or record.bed


class _Page:
    def __init__(
        self,
        gateway: Gateway,
        reader: Reader,
        record: BedRecord,
        other: BedRecord | None,
        span: Name,
    ) -> None:
        self._gateway = gateway
        self._reader = reader
        self._record = record
        self._other = other
        self._records = [record] if other is None else [record, other]
        self._beds = [one.bed for one in self._records]
        self._span = span
        self._zone = gateway.settings.timezone

    @property
    def keep(self) -> str:
        """What a link that changes the language must not lose."""
        return "&" + urlencode(self._query(self._span))

    def _query(self, span: str) -> dict[str, str]:
        query = {"duree": span}
        return query if self._other is None else {**query, "avec": self._other.bed}

    def context(self) -> dict[str, Any]:
        """All that the template says."""
        # Taken first: the stream then repeats what happens while the page is made.
        last_event_id = self._gateway.events.last_id
        now_ms = self._gateway.clock.wall_ms()
        period = period_of(self._span, self._record, now_ms, self._zone)
        channels = self._channels()
        told = self._gateway.stories.get(
            (*self._beds, self._span, self._reader.language),
            self._version(period, channels),
            lambda: self._tell(period),
        )
        live = {"lastEventId": last_event_id, "channels": [str(one) for one in channels]}
        return {
            **told,
            "page": {**told["page"], **live},
            "view": bed_view(self._gateway, self._reader, self._record),
            "about": self._about(),
            "spans": self._spans(),
            "span": self._span,
            "period_words": self._reader.tell(SPAN_WORDS[self._span]),
        }

    def _channels(self) -> list[Series]:
        """All that are read for the story."""
        telling_of = self._gateway.observer.telling_of
        return sorted({series for one in self._records for series in telling_of(one.bed)})

    def _version(self, period: Period, channels: Sequence[Series]) -> Hashable | None:
        """All that a story rests on; None where that cannot be said at once."""
        version = self._gateway.measured.version(channels)
        return version and (version, *self._records, *channels, *period.ends)

    def _tell(self, period: Period) -> dict[str, Any]:
        """What happened, drawn and in words."""
        language = self._reader.language
        version = (self._gateway.catalogue.version(), *self._records, *period.ends)
        stories = [story_of(self._gateway, one, period, language) for one in self._records]
        scale = storyline.scale_of(stories)
        words = [StoryWords(one, self._reader, self._zone) for one in stories]
        return {
            "told": [self._told(*one, scale) for one in zip(stories, words, strict=True)],
            "box": (storyline.WIDTH, storyline.HEIGHT),
            "zones": storyline.zones_of(stories[0].limits, scale),
            "ticks": storyline.ticks_of(period, self._reader.write),
            "bar_width": storyline.bar_width(period),
            **self._happened(version, words, scale),
            "columns": words[0].columns(),
            "other_columns": words[1].columns() if len(words) > 1 else [],
            "rows": _side_by_side(words),
            "empty": not any(one.water for one in stories),
            "page": self._script(stories, scale),
        }

    def _happened(
        self, version: Hashable, words: Sequence[StoryWords], scale: storyline.Scale
    ) -> dict[str, Any]:
        """What people did and the advice said, which no new reading changes."""
        return self._gateway.stories.get(
            ("what happened", *self._beds, self._span, self._reader.language),
            version,
            lambda: {
                "marks": [_marks(one, scale) for one in words],
                "events": words[0].events(),
            },
        )

    def _told(self, story: Story, words: StoryWords, scale: storyline.Scale) -> Told:
        return Told(
            story.record.bed,
            name_of(story.record),
            storyline.lines_of(story, scale),
            words.sentence(),
            storyline.rain_path(storyline.rain_by_step(story), scale),
            words.percent(round(story.limits.dry_pct, 1)),
        )

    def _spans(self) -> list[Span]:
        return [
            Span(
                name,
                self._reader.tell(SPAN_WORDS[name]),
                f"?{urlencode(self._query(name))}",
                name == self._span,
            )
            for name in SPANS
        ]

    def _about(self) -> str:
        """What grows here, in what, since when."""
        details, reader = self._record.details, self._reader
        parts = [growing(self._record, reader)]
        if details.planted_on is not None and details.crop is not None:
            day = reader.write.plain_date(details.planted_on)
            text = (
                reader.tell("semé le %(day)s") if details.sown else reader.tell("planté le %(day)s")
            )
            parts.append(text % {"day": day})
        parts.append(f"{reader.write.number(details.area_m2, 2, exact=False)} m²")
        if details.mulched:
            parts.append(reader.tell("paillé"))
        return " · ".join(parts)

    def _script(self, stories: Sequence[Story], scale: storyline.Scale) -> dict[str, Any]:
        return {
            "from": scale.period.from_ms // 1000,
            "to": scale.period.to_ms // 1000,
            "low": scale.low,
            "high": scale.high,
            "barWidth": storyline.bar_width(scale.period),
            "gap": storyline.GAP_STEPS * (3600 if scale.period.hourly else 86400),
            "hourly": scale.period.hourly,
            "language": self._reader.language,
            "timezone": self._zone,
            "ids": self._beds,
            "beds": [{"name": name_of(one.record), **hours_json(one)} for one in stories],
            "texts": script_texts(self._reader),
        }


def script_texts(reader: Reader) -> dict[str, object]:
    """What the script says; it carries no word of its own."""
    return {
        **of_a_form(reader.tell),
        **{name: reader.tell(word) for name, word in ZONES.items()},
        "news": reader.tell("De nouvelles mesures sont arrivées."),
        "update": reader.tell("Mettre à jour"),
        "updated": reader.tell("C’est à jour."),
    }


def _marks(words: StoryWords, scale: storyline.Scale) -> list[tuple[float, Mark]]:
    return [(round(100 * scale.x(one.at_ms), 2), one) for one in words.marks()]


def _side_by_side(words: Sequence[StoryWords]) -> list[tuple[str, list[str]]]:
    """The rows of all beds, joined by their time."""
    tables = [one.rows() for one in words]
    return [
        (same[0].when, [cell for row in same for cell in row.cells])
        for same in zip(*tables, strict=True)
    ]
