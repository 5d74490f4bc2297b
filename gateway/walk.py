"""Reading a damaged table in the order of a whole number, around what cannot be read.

A range is read upward until SQLite stumbles, then downward from its end; what is left between the
two is halved and tried again. So every readable row is found, and the ranges that are not are
known: for readings the key is their time, and the ranges say when something was lost.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

MOST_PROBES: Final = 4000
"""Attempts at one table or series before the rest of the gaps is given up."""
STUMBLES: Final = (sqlite3.DatabaseError, sqlite3.InterfaceError, OverflowError, ValueError)

Row = tuple[Any, ...]
Read = Callable[[int, int, bool], Iterator[Row]]
"""Rows whose first column lies in ``[low, high)``; the last argument: newest first."""
Gap = tuple[int, int]


class _Nonsense(sqlite3.DatabaseError):
    """SQLite gave a row that cannot have been written there."""


@dataclass(slots=True)
class Walk:
    """``read`` gives rows, ``take`` is handed each readable one once, ``is_sane`` judges a row.

    ``finest``: a gap of that many keys or fewer is not tried again. ``cuts``: where a gap is cut
    rather than in its middle, for keys that mostly lie between. ``gaps``: ranges of keys of
    which nothing can be read, in order, once ``between`` has returned.
    """

    read: Read
    take: Callable[[Row], None]
    is_sane: Callable[[Row], bool]
    finest: int = 1
    cuts: tuple[int, ...] = ()
    most_probes: int = MOST_PROBES
    gaps: list[Gap] = field(default_factory=list)

    def between(self, low: int, high: int) -> None:
        """Read ``[low, high)``; the coarse parts first, so that giving up costs the least."""
        waiting: deque[Gap] = deque([(low, high)])
        probes = 0
        while waiting:
            low, high = waiting.popleft()
            probes += 1
            if probes > self.most_probes:
                self.gaps.append((low, high))
                continue
            gap = self._shrink(low, high)
            if gap is None:
                continue
            low, high = gap
            if high - low <= self.finest:
                self.gaps.append(gap)
            else:
                inside = (cut for cut in self.cuts if low < cut < high)
                middle = next(inside, (low + high) // 2)
                waiting += [(low, middle), (middle, high)]
        self.gaps = _joined(self.gaps)

    def _shrink(self, low: int, high: int) -> Gap | None:
        """Read from both ends; what is left between, or None if that is nothing."""
        reached, whole = self._climb(low, high)
        if whole:
            return None
        descended, whole = self._descend(reached, high)
        return None if whole or reached >= descended else (reached, descended)

    def _climb(self, low: int, high: int) -> tuple[int, bool]:
        for row in self._rows(low, high, newest_first=False):
            if row is None:
                return low, False
            self.take(row)
            low = row[0] + 1
        return high, True

    def _descend(self, low: int, high: int) -> tuple[int, bool]:
        for row in self._rows(low, high, newest_first=True):
            if row is None:
                return high, False
            self.take(row)
            high = row[0]
        return low, True

    def _rows(self, low: int, high: int, *, newest_first: bool) -> Iterator[Row | None]:
        """Rows in order; None where SQLite stumbles. What ``take`` raises is not its stumbling."""
        try:
            rows = self.read(low, high, newest_first)
            for row in rows:
                self._judge(row, low, high)
                low, high = (low, row[0]) if newest_first else (row[0] + 1, high)
                yield row
        except STUMBLES:
            yield None

    def _judge(self, row: Row, low: int, high: int) -> None:
        key = row[0]
        if not isinstance(key, int) or not low <= key < high or not self.is_sane(row):
            raise _Nonsense("a row that cannot be")


def _joined(gaps: list[Gap]) -> list[Gap]:
    """``gaps`` in order, those that touch made one."""
    joined: list[Gap] = []
    for low, high in sorted(gaps):
        if joined and low <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return joined
