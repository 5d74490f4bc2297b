"""A bed's story as the inside of an SVG: its water in three zones, rain, and marks on one line.

Times and heights are whole numbers of a box that the page stretches; what must not be stretched,
letters and marks, is placed in hundredths of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.pages.bedstory import Limits, Period, Point, Story
from gateway.pages.numbers import Format
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.samples import Sample

WIDTH: Final = 1000
HEIGHT: Final = 240
RAIN_SHARE: Final = 0.35
RAIN_MM: Final = 10.0
"""The least at the top of the rain's scale: a drizzle does not look like a storm."""
ROOM_PCT: Final = 12.0
"""Shown above the line where it gets too wet, so that there is a zone to see."""
MOST_PCT: Final = 180.0
LEAST_PCT: Final = -20.0
GAP_STEPS: Final = 3
SHOWN_TICKS: Final = 7


@dataclass(frozen=True, slots=True)
class Scale:
    """The ends of the drawing: ``low`` and ``high`` in percent of the reserve, and the time's."""

    period: Period
    low: float
    high: float

    def x(self, at_ms: int) -> float:
        """Where a moment is, 0 to 1."""
        return (at_ms - self.period.from_ms) / (self.period.to_ms - self.period.from_ms)

    def y(self, pct: float) -> float:
        """Where an amount of water is, 0 for the top to 1."""
        return (self.high - min(self.high, max(self.low, pct))) / (self.high - self.low)


@dataclass(frozen=True, slots=True)
class Zones:
    """Where the three zones meet, and where a full reserve is; in hundredths of the height."""

    wet: float
    dry: float
    full: float


@dataclass(frozen=True, slots=True)
class Lines:
    """The paths of one bed; empty where there is nothing."""

    probe: str
    books: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A word under the line of time, and where it stands in hundredths."""

    at: float
    text: str


def scale_of(stories: Sequence[Story]) -> Scale:
    """One scale for all that is compared: the reserve, and more where there was more."""
    points = [one.pct for story in stories for one in (*story.probe, *story.books)]
    low = max(LEAST_PCT, min([0.0, *points]))
    top = max(one.limits.wet_pct for one in stories) + ROOM_PCT
    high = max(top, min(MOST_PCT, max([top, *points])))
    return Scale(stories[0].period, low, high)


def zones_of(limits: Limits, scale: Scale) -> Zones:
    """Where the zones of a bed lie."""
    return Zones(*(round(100 * scale.y(p), 1) for p in (limits.wet_pct, limits.dry_pct, 100.0)))


def lines_of(story: Story, scale: Scale) -> Lines:
    """Draw the water of one bed; where nothing was measured, the line is broken."""
    probe_step_ms = HOUR_MS if story.period.hourly else DAY_MS
    return Lines(
        "".join(_path(run, scale) for run in runs_of(story.probe, probe_step_ms)),
        "".join(_path(run, scale) for run in runs_of(story.books, DAY_MS)),
    )


def runs_of(points: Sequence[Point], step_ms: int) -> Iterator[list[Point]]:
    """Points that follow each other closely enough to be joined."""
    run: list[Point] = []
    for one in points:
        if run and one.at_ms - run[-1].at_ms > GAP_STEPS * step_ms:
            yield run
            run = []
        run.append(one)
    if run:
        yield run


def _path(run: Sequence[Point], scale: Scale) -> str:
    corners = [
        f"{round(WIDTH * scale.x(one.at_ms))} {round(HEIGHT * scale.y(one.pct))}" for one in run
    ]
    # A point alone is a dot: a line of no length with round ends.
    return f"M{'L'.join(corners)}" if len(corners) > 1 else f"M{corners[0]}h0"


def rain_by_step(story: Story) -> list[Sample]:
    """The rain of each bar: an hour of a day, else a day."""
    if not story.rain:
        return []
    steps = story.period.steps_ms
    found: list[Sample] = []
    at = 0
    for one in story.rain:
        while at < len(steps) - 2 and steps[at + 1] <= one.at_ms:
            at += 1
        if found and found[-1].at_ms == steps[at]:
            found[-1] = Sample(steps[at], round(found[-1].value + one.value, 2))
        elif one.value > 0:
            found.append(Sample(steps[at], one.value))
    return found


def rain_path(rain: Sequence[Sample], scale: Scale) -> str:
    """Bars that hang from the top, as rain does."""
    most = max([RAIN_MM, *(one.value for one in rain)])
    steps = scale.period.steps_ms
    half_ms = (steps[1] - steps[0]) // 2
    return "".join(
        f"M{round(WIDTH * scale.x(one.at_ms + half_ms))} 0"
        f"v{max(2, round(RAIN_SHARE * HEIGHT * one.value / most))}"
        for one in rain
    )


def bar_width(period: Period) -> float:
    """How wide a bar of rain is, in pixels: thin ones for many."""
    return max(2.0, min(10.0, 200 / len(period.steps_ms)))


def ticks_of(period: Period, write: Format) -> list[Tick]:
    """A few words under the line, each where its day or hour begins."""
    scale = Scale(period, 0, 1)
    steps = period.steps_ms[:-1]
    if period.name == "jour":
        chosen = [one for one in steps if write.local(one).hour % 6 == 0]
        return [Tick(_hundredths(scale, one), write.clock(one)) for one in chosen]
    if period.name == "semaine":
        half_ms = DAY_MS // 2
        return [Tick(_hundredths(scale, one + half_ms), write.weekday(one)) for one in steps]
    if period.name == "annee":
        months = [one for one in steps if write.local(one).day == 1]
        return [Tick(_hundredths(scale, one), write.month_alone(one)) for one in months[::2]]
    every = max(1, -(-len(steps) // (SHOWN_TICKS - 1)))
    middle = steps[every // 2 :: every]
    return [Tick(_hundredths(scale, one), write.short_day(one)) for one in middle]


def _hundredths(scale: Scale, at_ms: int) -> float:
    return round(100 * scale.x(at_ms), 2)
