"""Seasons drawn as one SVG file: a panel for each bed, one above the other on the same axes.

Everything is told by form, not by colour alone, so that a copy in black and white reads as well;
``title`` and ``desc`` say to a screen reader what the drawing shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from math import ceil
from typing import Final

from gateway.beds.journal import Entry
from gateway.seasons import marks, told
from gateway.seasons.days import SeasonDay
from gateway.seasons.marks import INK, PALE, QUIET, WATER, text
from gateway.seasons.season import Season, Summary, summary_of
from gateway.seasons.table import about

WIDTH: Final = 1160.0
LEFT, RIGHT, TOP = 92.0, 24.0, 64.0
TITLE, ADVICE, BOOKS, POURED, BETWEEN = 46.0, 30.0, 240.0, 96.0, 26.0
PANEL: Final = TITLE + ADVICE + BOOKS + POURED + BETWEEN
AXIS: Final = 44.0
_STEPS_MM: Final = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)
_LEAST_POURED_MM: Final = 5.0
"""A drizzle should look like one."""


@dataclass(frozen=True, slots=True)
class _Axes:
    """What all panels share: the days from left to right, and how many mm there are to show."""

    first: date
    days: int
    most_mm: float
    most_poured_mm: float

    @property
    def day_width(self) -> float:
        """What a day takes."""
        return (WIDTH - LEFT - RIGHT) / self.days

    def x(self, on: date) -> float:
        """The left edge of a day: its morning."""
        return LEFT + (on - self.first).days * self.day_width

    def depth(self, mm: float) -> float:
        """How far below the top of the books so many missing mm lie."""
        return BOOKS * min(1.0, max(0.0, mm / self.most_mm))

    def height(self, mm: float) -> float:
        """How tall a bar of so many mm is."""
        return (POURED - 34.0) * min(1.0, mm / self.most_poured_mm)


def plot(seasons: Sequence[Season], language: str) -> str:
    """The drawing, as the text of a file. ``seasons``: of the same days, one or more."""
    axes = _axes(seasons)
    panels = []
    for index, season in enumerate(seasons):
        lines = "\n".join(_panel(season, axes, language))
        panels.append(f'<g transform="translate(0 {TOP + index * PANEL:.1f})">\n{lines}\n</g>')
    y = TOP + len(seasons) * PANEL
    legend, height = marks.legend(LEFT, y + AXIS, WIDTH - LEFT - RIGHT, _shown(seasons), language)
    bottom = y + AXIS + height
    body = "\n".join([*panels, *_calendar(axes, y - BETWEEN, language), *legend])
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" lang="{language}" width="{WIDTH:.0f}" '
        f'height="{bottom:.0f}" viewBox="0 0 {WIDTH:.0f} {bottom:.0f}" role="img" '
        'aria-labelledby="title desc" '
        'font-family="DejaVu Sans, Liberation Sans, Arial, Helvetica, sans-serif">\n'
        f'<title id="title">{escape(_title(seasons, language))}</title>\n'
        f'<desc id="desc">{escape(_described(seasons, language))}</desc>\n'
        f"{marks.PATTERNS}\n"
        f'<rect width="{WIDTH:.0f}" height="{bottom:.0f}" fill="#ffffff"/>\n'
        f"{text(LEFT, 34, _title(seasons, language), size=22, bold=True)}\n{body}\n</svg>\n"
    )


def _axes(seasons: Sequence[Season]) -> _Axes:
    days = [day for season in seasons for day in season.days]
    deepest = max((day.total_mm or day.missing_mm or 0.0 for day in days), default=0.0)
    deepest = max(deepest, *(day.measured_mm or 0.0 for day in days), 1.0)
    poured = [_poured_mm(season, day) for season in seasons for day in season.days]
    fallen = [day.rain_mm or 0.0 for day in days]
    most = 5.0 * ceil(max([*fallen, *poured, _LEAST_POURED_MM]) / 5.0)
    return _Axes(seasons[0].days[0].on, len(seasons[0].days), deepest, most)


def _poured_mm(season: Season, day: SeasonDay) -> float:
    return (day.given_l or 0.0) / season.record.details.area_m2


# --- a panel ----------------------------------------------------------------------------------


def _panel(season: Season, axes: _Axes, language: str) -> Iterator[str]:
    yield text(LEFT, 18, season.name, size=16, bold=True)
    yield text(LEFT, 36, about(season, language), size=12, ink=QUIET)
    top = TITLE + ADVICE
    yield from _gaps(season, axes, language)
    yield text(
        LEFT - 10, TITLE + 19, "conseil" if language == "fr" else "advice", size=12, anchor="end"
    )
    for day in season.days:
        if day.verdict is not None:
            x = axes.x(day.on) + axes.day_width / 2
            yield marks.advice(day.verdict, x, TITLE + 15, day.as_given, axes.day_width)
    yield from _scale(axes, top, language)
    yield from _thresholds(season, axes, top, language)
    yield from _depletion(season, axes, top)
    yield from _water(season, axes, top + BOOKS, language)


def _gaps(season: Season, axes: _Axes, language: str) -> Iterator[str]:
    """Each run of days without readings as one hatched band."""
    for first, count in _runs([day.gap for day in season.days]):
        x, width = axes.x(season.days[first].on), count * axes.day_width
        yield (
            f'<rect x="{x:.1f}" y="{TITLE:.1f}" width="{width:.1f}" '
            f'height="{ADVICE + BOOKS:.1f}" fill="url(#gap)"/>'
        )
        if width >= 70:
            words = "pas de mesures" if language == "fr" else "no readings"
            yield marks.label(x + width / 2, TITLE + ADVICE + BOOKS / 2, words)


def _runs(flags: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Where flags stand in a row: the first one and how many."""
    start: int | None = None
    for at, flag in enumerate((*flags, False)):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            yield start, at - start
            start = None


def _scale(axes: _Axes, top: float, language: str) -> Iterator[str]:
    """The frame of the books, 0 at the top where the bed is full."""
    step = next((one for one in _STEPS_MM if axes.most_mm / one <= 5), _STEPS_MM[-1])
    for number in range(ceil(axes.most_mm / step)):
        y = top + axes.depth(number * step)
        yield marks.line(LEFT, y, WIDTH - RIGHT, y, ink=PALE, width=1)
        yield text(LEFT - 10, y + 4, f"{number * step:g}", size=11, anchor="end", ink=QUIET)
    yield (
        f'<rect x="{LEFT}" y="{top:.1f}" width="{WIDTH - LEFT - RIGHT:.1f}" height="{BOOKS}" '
        f'fill="none" stroke="{QUIET}"/>'
    )
    words = "eau qui manque (mm)" if language == "fr" else "water missing (mm)"
    yield marks.upright(28, top + BOOKS / 2, words)
    full, empty = ("plein", "vide") if language == "fr" else ("full", "empty")
    yield text(64, top + 20, full, size=11, anchor="end", ink=QUIET)
    yield text(64, top + BOOKS, empty, size=11, anchor="end", ink=QUIET)


def _thresholds(season: Season, axes: _Axes, top: float, language: str) -> Iterator[str]:
    """RAW dashed and TAW dotted, and what lies beyond RAW lightly shaded."""
    raw = [(day, day.threshold_mm) for day in season.days]
    taw = [(day, day.total_mm) for day in season.days]
    for run in _known(raw):
        edge = [(axes.x(day.on), top + axes.depth(mm)) for day, mm in run]
        edge.append((edge[-1][0] + axes.day_width, edge[-1][1]))
        last = top + BOOKS
        yield marks.area([*edge, (edge[-1][0], last), (edge[0][0], last)], "#f4e8d6")
        yield marks.path(edge, INK, 1.3, dash="7 4")
    for run in _known(taw):
        edge = [(axes.x(day.on), top + axes.depth(mm)) for day, mm in run]
        edge.append((edge[-1][0] + axes.day_width, edge[-1][1]))
        yield marks.path(edge, INK, 1.6, dash="1.5 4")
    for name, known in (("RAW", raw), ("TAW", taw)):
        for day, mm in [(day, mm) for day, mm in known if mm is not None][:1]:
            below = 15.0 if name == "RAW" else -6.0
            y = top + axes.depth(mm) + below
            said = {"RAW": ("seuil (RAW)", "threshold (RAW)"), "TAW": ("total (TAW)",) * 2}[name]
            yield marks.tag(axes.x(day.on) + 8, y, said[language != "fr"])


def _known(
    values: Sequence[tuple[SeasonDay, float | None]],
) -> Iterator[list[tuple[SeasonDay, float]]]:
    """The values that are there, in runs of days without a break."""
    run: list[tuple[SeasonDay, float]] = []
    for day, value in values:
        if value is None:
            if run:
                yield run
            run = []
        else:
            run.append((day, value))
    if run:
        yield run


def _depletion(season: Season, axes: _Axes, top: float) -> Iterator[str]:
    """What was missing each morning, broken where nothing is known; crosses where measured."""
    for run in _known([(day, day.missing_mm) for day in season.days]):
        points = [(axes.x(day.on), top + axes.depth(mm)) for day, mm in run]
        if len(points) == 1:
            points.append((points[0][0] + axes.day_width, points[0][1]))
        yield marks.path(points, WATER, 2.6)
        yield from (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.2" fill="{WATER}"/>' for x, y in points
        )
    for day in season.days:
        if day.measured_mm is not None:
            yield marks.cross(axes.x(day.on), top + axes.depth(day.measured_mm))


# --- the water --------------------------------------------------------------------------------


def _water(season: Season, axes: _Axes, top: float, language: str) -> Iterator[str]:
    """Rain and waterings as bars in mm, and a mark for each watering."""
    base = top + POURED
    yield marks.line(LEFT, base, WIDTH - RIGHT, base, ink=QUIET, width=1)
    step = next(one for one in _STEPS_MM if axes.most_poured_mm / one <= 3 or one == _STEPS_MM[-1])
    for mm in (step * number for number in range(1, int(axes.most_poured_mm / step) + 1)):
        y = base - axes.height(mm)
        yield marks.line(LEFT, y, WIDTH - RIGHT, y, ink=PALE, width=1)
        yield text(LEFT - 10, y + 4, told.number(mm, language, 0), size=11, anchor="end", ink=QUIET)
    yield marks.upright(28, top + POURED / 2 + 8, "reçu (mm)" if language == "fr" else "got (mm)")
    half = axes.day_width * 0.42
    for day in season.days:
        x = axes.x(day.on) + axes.day_width * 0.08
        if day.rain_mm:
            yield marks.bar(x, base, half, axes.height(day.rain_mm), "url(#rain)")
        poured = _poured_mm(season, day)
        if poured:
            yield marks.bar(x + half, base, half, axes.height(poured), INK)
        for one in day.waterings:
            yield marks.watering(_kind(one), x + 1.5 * half, base - axes.height(poured) - 9)


def _kind(one: Entry) -> marks.Kind:
    if one.matched or one.source == "rain_probable":
        return "both" if one.matched else "rain_probable"
    return "seen" if one.source == "detected" else "told"


def _shown(seasons: Sequence[Season]) -> set[str]:
    """The keys of the marks that the drawing has."""
    shown = {"raw", "taw", "missing"}
    for day in (day for season in seasons for day in season.days):
        shown |= {_kind(one) for one in day.waterings}
        there = {
            "gap": day.gap,
            "rain": bool(day.rain_mm),
            "poured": day.given_l is not None,
            "measured": day.measured_mm is not None,
            "given": day.as_given,
        }
        shown |= {key for key, is_there in there.items() if is_there}
        if day.verdict is not None:
            shown.add(day.verdict)
    return shown


# --- what is shared ---------------------------------------------------------------------------


def _calendar(axes: _Axes, y: float, language: str) -> Iterator[str]:
    """Days or weeks under the last panel, and the months."""
    every = next(step for step in (1, 2, 7, 14, 28) if step * axes.day_width >= 24 or step == 28)
    for number in range(axes.days):
        on = date.fromordinal(axes.first.toordinal() + number)
        x = axes.x(on)
        if number % every == 0:
            yield marks.line(x, y, x, y + 5, ink=QUIET, width=1)
            yield text(x + 2, y + 17, str(on.day), size=11, ink=QUIET)
        if on.day == 1 or number == 0:
            yield marks.line(x, y, x, y + 34, ink=QUIET, width=1)
            name = told.month(on, language)
            if on.month == 1 or number == 0:
                name += f" {on.year}"
            # Two names must not run into each other where a season begins late in a month.
            if number or on.day < 24 or axes.day_width > 20:
                yield text(x + 4, y + 33, name, size=12, bold=True)


def _title(seasons: Sequence[Season], language: str) -> str:
    names = (" et " if language == "fr" else " and ").join(season.name for season in seasons)
    first, last = seasons[0].days[0].on, seasons[0].days[-1].on
    if language == "fr":
        return f"{names} : conseil et eau, du {first:%d/%m/%Y} au {last:%d/%m/%Y}"
    return f"{names}: advice and water, {first.isoformat()} to {last.isoformat()}"


def _described(seasons: Sequence[Season], language: str) -> str:
    """The drawing in sentences: what each bed's season comes to."""
    sums = [(season, summary_of(season.days)) for season in seasons]
    say = _in_french if language == "fr" else _in_english
    return " ".join(f"{season.name}, {about(season, language)}. {say(one)}" for season, one in sums)


def _in_french(one: Summary) -> str:
    return (
        f"{told.plural(one.days, 'jour', 'jours', 'fr')}, dont {one.gaps} sans mesures. "
        f"Arroser fut conseillé {one.verdicts.get('yes', 0)} matins. "
        f"{told.plural(one.found, 'arrosage vu', 'arrosages vus', 'fr')} par la sonde, "
        f"{told.plural(one.logged, 'noté', 'notés', 'fr')}. "
        f"La plante eut soif {one.thirsty_days} matins sur {one.known_days}."
    )


def _in_english(one: Summary) -> str:
    yes = one.verdicts.get("yes", 0)
    return (
        f"{told.plural(one.days, 'day', 'days', 'en')}, {one.gaps} of them without readings. "
        f"Watering was advised on {told.plural(yes, 'morning', 'mornings', 'en')}. "
        f"{told.plural(one.found, 'watering', 'waterings', 'en')} seen by the probe, "
        f"{one.logged} told. "
        f"The plants were thirsty on {one.thirsty_days} of {one.known_days} mornings."
    )
