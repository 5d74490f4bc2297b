"""The thread that gives each bed its advice in the morning."""

from __future__ import annotations

import logging
from typing import Final

from gateway.beds.advisor import Advisor
from gateway.rounds import Rounds, Tried

LOOK_EVERY_S: Final = 30.0

log = logging.getLogger("jardin.advice")


class Morning(Rounds):
    """Looks at the clock again and again; use it in a ``with``."""

    def __init__(self, advisor: Advisor, every_s: float = LOOK_EVERY_S) -> None:
        super().__init__("morning", self.look, every_s)
        self._advisor = advisor
        self._tried = Tried(log, "ADVICE_FAILED")

    def look(self) -> None:
        """Look once; what fails is told once, and tried again at the next look."""
        self._tried.do("look", self._advisor.look)
