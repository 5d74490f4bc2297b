"""The board on which the advice of each bed stands, for whoever shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping


class Board:
    """Each bed's advice as JSON, empty for one that is withdrawn. Safe from several threads.

    ``on_change`` is called, from any thread, when something else stands there.
    """

    def __init__(self) -> None:
        self.on_change: Callable[[], None] = lambda: None
        self._shown: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def show(self, bed: str, payload: bytes) -> None:
        """From now on ``payload`` stands for ``bed``."""
        self.show_all({bed: payload})

    def show_all(self, payloads: Mapping[str, bytes]) -> None:
        """From now on ``payloads`` stand for their beds."""
        with self._lock:
            before = dict(self._shown)
            self._shown.update(payloads)
            changed = before != self._shown
        if changed:
            self.on_change()

    def shown(self) -> dict[str, bytes]:
        """What stands for each bed."""
        with self._lock:
            return dict(self._shown)
