"""What was worked out for a page, kept with what it was worked out from, so that the same is not
worked out again for the next reader.

Nothing here grows old: what a page rests on is part of its key. It is kept in memory alone, and no
more of it than a page or two takes.
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
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable | None, make: Callable[[], T]) -> T:
        """What was made for ``key``, else what ``make`` gives now; None is never remembered.

        ``key`` holds all that ``make`` looks at, taken before it looks.
        """
        if key is None:
            return make()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
