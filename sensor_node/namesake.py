"""Two nodes of one name: the later one says so and waits, instead of fighting for the name.

A copied SD card is the usual cause. Each start of a node has its own connection at the broker, so
that two of one name do not throw each other out; each hears the other's ``about``, and the one
that has run for a shorter time sends nothing until it is started again: its packs stay in its
outbox, and leave under the new name that a person gives it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from sensor_node import wire

TOGETHER_S: Final = 5.0
"""Two that started within this (the power came back) are told apart by their boot instead."""
FORGET_AFTER_S: Final = 7800.0
"""Two hours and some: ``about`` comes every hour."""

log = logging.getLogger("jardin.uplink")


class Namesake:
    """Hears who else goes by this node's name.

    ``boot``: this start's. ``running_s``: gives the seconds since it began.
    """

    def __init__(self, boot: str, running_s: Callable[[], float]) -> None:
        self.boot = boot
        self._running_s = running_s
        self._heard: dict[str, float] = {}
        self.yields = False

    def about(self) -> dict[str, object]:
        """What others need to know of this start."""
        self._forget()
        told = {"boot": self.boot, "running_s": round(self._running_s(), 1)}
        if self.yields:
            return told | {"yields": True}
        return told | ({"namesake": True} if self._heard else {})

    def hear(self, about: Mapping[str, Any]) -> bool:
        """An ``about`` under this node's name, said just now; whether it is news that wants an
        answer, so that the other one learns of this one too.
        """
        boot, running_s = about.get("boot"), about.get("running_s")
        if not isinstance(boot, str) or boot == self.boot or not wire.is_finite_number(running_s):
            return False
        is_news = boot not in self._heard
        self._heard[boot] = self._running_s()
        if is_news:
            self.yields = self.yields or self._is_later(boot, float(str(running_s)))
            log.error(_YIELDS if self.yields else _LEADS)
        return is_news

    def _is_later(self, boot: str, running_s: float) -> bool:
        ahead_s = self._running_s() - running_s
        return self.boot > boot if abs(ahead_s) <= TOGETHER_S else ahead_s < 0

    def _forget(self) -> None:
        now_s = self._running_s()
        self._heard = {b: s for b, s in self._heard.items() if now_s - s <= FORGET_AFTER_S}


_LEADS: Final = (
    "NAME_TWICE: another node has this node's name and sends nothing while this one runs: give it"
    " a name of its own in its node.toml and start it again"
)
_YIELDS: Final = (
    "NAME_TWICE: another node of this name runs already; this one keeps what it measures and sends"
    " nothing: give it a name of its own in node.toml and start it again, then all of it leaves"
)
