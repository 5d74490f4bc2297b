"""One channel of a group as a drawing that stands alone: SVG, without any style from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Final
from zoneinfo import ZoneInfo

from gateway.store.base import Point

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 40, 40
MOST_POINTS: Final = 2000
"""Drawn; of more, each so many-th, and the table beside has them all."""


def chart(
    title: str, unit: str | None, points: Sequence[Point], timezone: str, comma: str = ","
) -> str:
    """``points``, oldest first and at least one, as an SVG document.

    ``comma``: what stands before the decimals.
    """
    step = max(1, -(-len(points) // MOST_POINTS))
    drawn = [*points[::step], points[-1]]
    low, high = _scale([point.value for point in points])
    first, last = points[0].at_ms, points[-1].at_ms
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def place(point: Point) -> str:
        x = LEFT + wide * ((point.at_ms - first) / (last - first) if last > first else 0.5)
        y = TOP + tall * (1 - (point.value - low) / (high - low))
        return f"{x:.1f},{y:.1f}"

    label = f"{title} ({unit})" if unit else title
    places = [place(point) for point in drawn]
    dots = "".join(_dot(one) for one in dict.fromkeys(places)) if len(places) <= 200 else ""
    zone = ZoneInfo(timezone)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif" font-size="14">'
        f"<title>{escape(label)}</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
        f'<text x="{LEFT}" y="24" font-size="16">{escape(label)}</text>'
        f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#555"/>'
        f'<text x="{LEFT - 8}" y="{TOP + 5}" text-anchor="end">{_number(high, comma)}</text>'
        f'<text x="{LEFT - 8}" y="{HEIGHT - BOTTOM}" text-anchor="end">{_number(low, comma)}</text>'
        f'<text x="{LEFT}" y="{HEIGHT - 14}">{_time(first, zone)}</text>'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 14}" text-anchor="end">{_time(last, zone)}</text>'
        f'<polyline points="{" ".join(places)}" fill="none" stroke="#23708f" stroke-width="2"/>'
        f"{dots}</svg>"
    )


def _dot(place: str) -> str:
    x, _, y = place.partition(",")
    return f'<circle cx="{x}" cy="{y}" r="3" fill="#23708f"/>'


def _scale(values: Sequence[float]) -> tuple[float, float]:
    """Two different ends, also where nothing moved."""
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def _time(at_ms: int, zone: ZoneInfo) -> str:
    return datetime.fromtimestamp(at_ms / 1000, zone).strftime("%d/%m %H:%M:%S")


def _number(value: float, comma: str) -> str:
    return f"{value:.4g}".replace(".", comma)
