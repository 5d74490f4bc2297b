"""The thread that gives each bed its advice in the morning."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Final

from gateway.beds.advisor import Advisor
from sensor_node.errors import GardenError

LOOK_EVERY_S: Final = 30.0

log = logging.getLogger("jardin.advice")


class Morning:
    """Looks at the clock again and again; use it in a ``with``."""

    def __init__(self, advisor: Advisor, every_s: float = LOOK_EVERY_S) -> None:
        self._advisor = advisor
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="morning")
        self._last_error: str | None = None

    def __enter__(self) -> Morning:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def look(self) -> None:
        """Look once; what fails is told once, and tried again at the next look."""
        try:
            self._advisor.look()
            self._last_error = None
        except GardenError as error:
            if error.code != self._last_error:
                log.error("%s", error)
            self._last_error = error.code

    def _run(self) -> None:
        while True:
            self.look()
            if self._stopping.wait(self._every_s):
                return
