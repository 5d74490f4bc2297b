"""Two things timed in turn, so that whatever else the machine does weighs on both."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import quantiles


def in_turn(
    first: Callable[[], object], second: Callable[[], object], rounds: int
) -> list[tuple[float, float]]:
    """What each took, in milliseconds; a first round that fills caches is left out."""
    pairs = [(ms_of(first), ms_of(second)) for _ in range(rounds + 1)]
    return pairs[1:]


def ms_of(ask: Callable[[], object]) -> float:
    """How long ``ask`` takes."""
    began_s = time.perf_counter()
    ask()
    return 1000 * (time.perf_counter() - began_s)


def p95(values: Sequence[float]) -> float:
    """What one in twenty of ``values`` is above."""
    return quantiles(values, n=20)[-1]
