"""What was worked out for a page, kept with what it was worked out from, so that the same is not
worked out again for the next reader.

Nothing here grows old: what a page rests on is its version, and of each thing the last version
alone is kept. It is kept in memory, and no more of it than a few pages take.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """At most ``most`` things; the one that was asked for longest ago goes first.

    Safe to use from several threads: two that ask for the same at once both work it out.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, tuple[Hashable, Any]] = OrderedDict()

    def get(self, thing: Hashable, version: Hashable | None, make: Callable[[], T]) -> T:
        """``thing`` as it was made for ``version``, else as ``make`` gives it now.

        ``version``: all that ``make`` looks at, taken before it looks; None where that is not
        known now: nothing is remembered, and what was is kept, for its version may come again.
        """
        with self._lock:
            kept = self._kept.get(thing)
            if kept is not None and version is not None and kept[0] == version:
                self._kept.move_to_end(thing)
                found: T = kept[1]
                return found
        made = make()
        if version is None:
            return made
        with self._lock:
            self._kept.pop(thing, None)
            self._kept[thing] = version, made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made

    def forget(self) -> None:
        """All of it, for who measures what working it out takes."""
        with self._lock:
            self._kept.clear()
