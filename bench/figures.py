"""Figures of one run and the table they are printed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """What was measured, once a round. ``most`` or ``least``: the goal for the median."""

    name: str
    unit: str
    values: Sequence[float]
    least: float | None = None
    most: float | None = None

    @property
    def median(self) -> float:
        """The middle one of ``values``."""
        return median(self.values)

    @property
    def goal(self) -> str:
        """The goal in words, empty without one."""
        if self.least is not None:
            return f">= {self.least:g}"
        return f"< {self.most:g}" if self.most is not None else ""

    @property
    def verdict(self) -> str:
        """Whether the median meets the goal."""
        if self.least is not None:
            return "met" if self.median >= self.least else "NOT MET"
        if self.most is not None:
            return "met" if self.median < self.most else "NOT MET"
        return ""


def table(figures: Sequence[Figure]) -> str:
    """The figures as a Markdown table."""
    rows: list[tuple[str, ...]] = [("measure", "unit", "min", "median", "max", "goal", ""), ()]
    for f in figures:
        spread = (_number(min(f.values)), _number(f.median), _number(max(f.values)))
        rows.append((f.name, f.unit, *spread, f.goal, f.verdict))
    widths = [max(len(row[i]) for row in rows if row) for i in range(7)]
    rows[1] = tuple("-" * width for width in widths)
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"
