"""A bar in the terminal for what takes long; nothing at all where nobody looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Final, TextIO

WIDTH: Final = 30
EVERY_S: Final = 0.1


class ProgressBar:
    """How much of ``total`` is done, on ``out`` (None: standard error); drawn only if that is a
    terminal, ten times a second by ``clock``.
    """

    def __init__(
        self, total: int, out: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._total = max(1, total)
        self._out: TextIO = sys.stderr if out is None else out
        self._clock = clock
        self._shown = self._out.isatty()
        self._drawn_s = -EVERY_S

    def tell(self, done: int) -> None:
        """``done`` of ``total``, as often as one likes."""
        now_s = self._clock()
        if self._shown and now_s - self._drawn_s >= EVERY_S:
            self._drawn_s = now_s
            self._draw(min(done, self._total))

    def end(self, done: int) -> None:
        """The last state, and a new line."""
        if self._shown:
            self._draw(min(done, self._total))
            print(file=self._out)

    def _draw(self, done: int) -> None:
        full = WIDTH * done // self._total
        bar = "█" * full + "·" * (WIDTH - full)
        counted = f"{done:,} / {self._total:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
        percent = 100 * done // self._total
        print(f"\r{bar} {percent:3d} %  {counted}", end="", file=self._out, flush=True)
