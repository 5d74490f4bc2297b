"""The marks of a season's drawing: each has a form of its own, and the legend names it."""

from __future__ import annotations

from collections.abc import Sequence, Set
from html import escape
from typing import Final, Literal

INK, QUIET, PALE, WATER = "#1a1a1a", "#555555", "#e3e3e3", "#1f5fbf"
Kind = Literal["told", "seen", "both", "rain_probable"]

PATTERNS: Final = (
    '<defs><pattern id="gap" width="8" height="8" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="8" height="8" fill="#f3f3f3"/>'
    '<line x1="0" y1="0" x2="0" y2="8" stroke="#b5b5b5" stroke-width="2"/></pattern>'
    '<pattern id="rain" width="4" height="4" patternUnits="userSpaceOnUse">'
    '<rect width="4" height="4" fill="#ffffff"/>'
    '<line x1="0" y1="2" x2="4" y2="2" stroke="#1f5fbf" stroke-width="1.6"/></pattern></defs>'
)
_WIDEST: Final = 8.0
_FORMS: Final = {
    "yes": "M0,-7 C4,-1 5,1 5,3 A5,5 0 0 1 -5,3 C-5,1 -4,-1 0,-7 Z",
    "seedbed": "M0,-6 L5,0 L0,6 L-5,0 Z",
    "forbidden": "M-5,-5 L5,5 M5,-5 L-5,5",
    "soon": "M0,-5 A5,5 0 0 1 0,5 A5,5 0 0 1 0,-5 Z",
    "wait_for_rain": "M-5,1 A5,5 0 0 1 5,1 Z M0,1 L0,5 A2,2 0 0 0 4,5",
    "no": "M-4,0 L4,0",
    "frost": "M0,-6 L0,6 M-5,-3 L5,3 M5,-3 L-5,3",
    "waterlogged": "M-6,-2 Q-3,-6 0,-2 T6,-2 M-6,4 Q-3,0 0,4 T6,4",
    "unknown": "M-3,-3 A3,3 0 1 1 0,1 L0,2.5 M0,5.2 L0,6.2",
}
_FILLED: Final = frozenset({"yes", "seedbed"})
_NAMES: Final = (
    ("yes", "arroser", "water"),
    ("soon", "bientôt", "soon"),
    ("no", "non", "no"),
    ("wait_for_rain", "attendre la pluie", "wait for rain"),
    ("seedbed", "semis", "seedbed"),
    ("forbidden", "interdit", "forbidden"),
    ("waterlogged", "trop d'eau", "too wet"),
    ("frost", "gel", "frost"),
    ("unknown", "pas de verdict", "no verdict"),
)


def advice(verdict: str, x: float, y: float, as_given: bool, room: float) -> str:
    """A verdict at a place; one that was given then is underlined."""
    scale = min(1.0, max(0.42, room / (2 * _WIDEST)))
    fill = INK if verdict in _FILLED else "none"
    # A stroke that shrinks with its form would be lost in a long season.
    form = (
        f'<path transform="translate({x:.1f} {y:.1f}) scale({scale:.2f})" d="{_FORMS[verdict]}" '
        f'fill="{fill}" stroke="{INK}" stroke-width="{1.4 / scale:.2f}"/>'
    )
    if not as_given:
        return form
    half = min(5.0, room / 2 - 0.5)
    return form + line(x - half, y + 11, x + half, y + 11, ink=INK, width=1.6)


def watering(kind: Kind, x: float, y: float) -> str:
    """A watering: a triangle, hollow where only a probe saw it, barred where both say so."""
    if kind == "rain_probable":
        return (
            f'<path transform="translate({x:.1f} {y:.1f}) scale(0.8)" d="{_FORMS["yes"]}" '
            f'fill="#ffffff" stroke="{WATER}" stroke-width="1.8"/>'
        )
    fill = "#ffffff" if kind == "seen" else INK
    form = (
        f'<path d="M{x - 5:.1f},{y - 5:.1f} L{x + 5:.1f},{y - 5:.1f} L{x:.1f},{y + 4:.1f} Z" '
        f'fill="{fill}" stroke="{INK}" stroke-width="1.4"/>'
    )
    return form + line(x - 6, y - 8, x + 6, y - 8, ink=INK, width=2) if kind == "both" else form


def legend(
    x: float, y: float, width: float, shown: Set[str], language: str
) -> tuple[list[str], float]:
    """The marks of ``shown`` with their names, and how tall that is."""
    place, at = _Flow(x, y, width), language != "fr"
    for names in (_of_advice(), _LINES, _of_water()):
        used = [(mark, said[at]) for key, mark, *said in names if key in shown]
        for mark, name in used:
            place.put(mark, name)
        if used:
            place.next_line()
    return place.drawn, place.y - y


def _of_advice() -> list[tuple[str, str, str, str]]:
    marks = [(key, advice(key, 0, 0, False, 16), fr, en) for key, fr, en in _NAMES]
    given = advice("yes", 0, -2, True, 16)
    return [*marks, ("given", given, "souligné : donné alors", "underlined: given then")]


def _of_water() -> list[tuple[str, str, str, str]]:
    return [
        ("rain", bar(-5, 6, 10, 12, "url(#rain)"), "pluie", "rain"),
        ("poured", bar(-5, 6, 10, 12, INK), "arrosage noté, en mm", "told watering, in mm"),
        ("told", watering("told", 0, 0), "noté", "told"),
        ("seen", watering("seen", 0, 0), "vu par la sonde, pas noté",
         "seen by the probe, not told"),
        ("both", watering("both", 0, 2), "noté et vu", "told and seen"),
        ("rain_probable", watering("rain_probable", 0, 0), "pluie probable, vue par les sondes",
         "probable rain, seen by the probes"),
        ("gap", '<rect x="-9" y="-7" width="18" height="14" fill="url(#gap)"/>',
         "pas de mesures", "no readings"),
    ]  # fmt: skip


class _Flow:
    """Puts marks with their names beside each other, line by line."""

    def __init__(self, x: float, y: float, width: float) -> None:
        self.drawn: list[str] = []
        self.y = y
        self._left, self._x, self._end = x, x, x + width

    def put(self, mark: str, name: str) -> None:
        """One mark and its name; on the next line where there is no room."""
        width = 28 + 7.1 * len(name)
        if self._x + width > self._end:
            self.next_line()
        self.drawn.append(
            f'<g transform="translate({self._x + 8:.1f} {self.y:.1f})">{mark}</g>'
            + text(self._x + 24, self.y + 4, name, size=12)
        )
        self._x += width + 14

    def next_line(self) -> None:
        """Go on below."""
        self._x = self._left
        self.y += 24


# --- forms ------------------------------------------------------------------------------------


def text(
    x: float,
    y: float,
    words: str,
    *,
    size: float,
    bold: bool = False,
    anchor: str = "start",
    ink: str = INK,
) -> str:
    """Words at a place."""
    weight = ' font-weight="bold"' if bold else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{ink}"{weight}{place}>'
        f"{escape(words)}</text>"
    )


def upright(x: float, y: float, words: str) -> str:
    """The name of an axis, read from below."""
    return (
        f'<text transform="translate({x:.1f} {y:.1f}) rotate(-90)" font-size="12" fill="{INK}" '
        f'text-anchor="middle">{escape(words)}</text>'
    )


def tag(x: float, y: float, words: str) -> str:
    """Words at a place, on a white edge so that lines below do not cut them."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" fill="{INK}" '
        'stroke="#ffffff" stroke-width="4" paint-order="stroke" stroke-linejoin="round">'
        f"{escape(words)}</text>"
    )


def label(x: float, y: float, words: str) -> str:
    """Words in the middle of a band, on white."""
    width = 7.4 * len(words) + 12
    return (
        f'<rect x="{x - width / 2:.1f}" y="{y - 12:.1f}" width="{width:.1f}" height="18" '
        f'fill="#ffffff"/>{text(x, y + 2, words, size=12, anchor="middle", ink=QUIET)}'
    )


def line(x: float, y: float, end_x: float, end_y: float, *, ink: str, width: float) -> str:
    """A straight line."""
    return (
        f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{end_x:.1f}" y2="{end_y:.1f}" stroke="{ink}" '
        f'stroke-width="{width:g}"/>'
    )


def path(points: Sequence[tuple[float, float]], ink: str, width: float, dash: str = "") -> str:
    """A line through points."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{_points(points)}" fill="none" stroke="{ink}" '
        f'stroke-width="{width:g}" stroke-linejoin="round"{dashes}/>'
    )


def area(points: Sequence[tuple[float, float]], fill: str) -> str:
    """What lies between points."""
    return f'<polygon points="{_points(points)}" fill="{fill}"/>'


def bar(x: float, base: float, width: float, height: float, fill: str) -> str:
    """A bar that stands on ``base``."""
    return (
        f'<rect x="{x:.1f}" y="{base - height:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{fill}" stroke="{INK}" stroke-width="0.8"/>'
    )


def cross(x: float, y: float) -> str:
    """A measured value."""
    return line(x - 4, y - 4, x + 4, y + 4, ink=INK, width=1.8) + line(
        x - 4, y + 4, x + 4, y - 4, ink=INK, width=1.8
    )


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


_LINES: Final = (
    ("missing", path([(-8, 0), (8, 0)], WATER, 2.6), "ce qui manque le matin",
     "missing in the morning"),
    ("raw", path([(-9, 0), (9, 0)], INK, 1.3, dash="7 4"),
     "seuil : au-delà, la plante a soif (RAW)",
     "threshold: beyond, the plant is thirsty (RAW)"),
    ("taw", path([(-9, 0), (9, 0)], INK, 1.6, dash="1.5 4"),
     "tout ce que le bac peut donner (TAW)", "all that the bed can give (TAW)"),
    ("measured", cross(0, 0), "mesuré", "measured"),
)  # fmt: skip
