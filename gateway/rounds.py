"""What a gateway does again and again by itself: its thread, and how it tells what fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Self

from sensor_node.errors import GardenError


class Rounds:
    """Calls ``turn`` now and every ``every_s`` seconds in a thread; use it in a ``with``."""

    def __init__(self, name: str, turn: Callable[[], None], every_s: float) -> None:
        self._turn = turn
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._turn()
            self._stopping.wait(self._every_s)


class Tried:
    """Does works that may fail: each failure is told once, and the work is done again next time.

    ``unforeseen``: the code under which an error that nobody has words for is told.
    """

    def __init__(self, log: logging.Logger, unforeseen: str, level: int = logging.ERROR) -> None:
        self._log = log
        self._unforeseen = unforeseen
        self._level = level
        self._told: dict[str, str] = {}

    def do(self, name: str, work: Callable[[], None]) -> None:
        """Do ``work``, which is known by ``name``."""
        try:
            work()
        except GardenError as error:
            if self._told.get(name) != error.code:
                self._log.log(self._level, "%s", error)
            self._told[name] = error.code
        except Exception:
            if self._told.get(name) != self._unforeseen:
                self._log.exception("%s: %s", self._unforeseen, name)
            self._told[name] = self._unforeseen
        else:
            self._told.pop(name, None)
