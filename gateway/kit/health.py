"""Whether the version in service works: what the gateway answers, and what systemd says.

A new version must be as well as the old one was: a garden whose broker was ill before may be
updated, perhaps for that very reason.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Final

from gateway.kit.system import System

GATEWAY_UNIT: Final = "jardin-gateway.service"
NODE_UNIT: Final = "jardin-node.service"
ANSWERS: Final = "gateway"
PARTS: Final = ("store", "ingest", "broker")
ANSWER_S: Final = 5.0
GIVE_UP_S: Final = 240.0
"""A Pi Zero starts the gateway in half a minute, and opens a large garden in two."""
LOOK_EVERY_S: Final = 2.0
STEADY: Final = 5
"""Well so many times in a row: a process that is started again and again is well in between."""

Look = Callable[[], frozenset[str]]
"""What is well at this moment."""


def look_of(role: str, port: int, system: System) -> Look:
    """How a card of ``role`` is looked at; ``port``: of its pages."""

    def look() -> frozenset[str]:
        well: set[str] = set()
        if role != "node":
            well |= _gateway(port)
        if role != "gateway" and _is_active(system, NODE_UNIT):
            well.add("node")
        return frozenset(well)

    return look


def needed_of(role: str, before: frozenset[str]) -> frozenset[str]:
    """What must be well after an update: what was so before, and a gateway's answer at any rate."""
    return before | ({ANSWERS} if role != "node" else frozenset())


class Watch:
    """Looks until all is well for a while, or for too long not. ``pause``: waits for seconds;
    ``now_s``: a clock that only goes forward.
    """

    def __init__(
        self,
        look: Look,
        pause: Callable[[float], object],
        *,
        now_s: Callable[[], float] = time.monotonic,
        every_s: float = LOOK_EVERY_S,
        give_up_s: float = GIVE_UP_S,
        steady: int = STEADY,
    ) -> None:
        self._look = look
        self._pause = pause
        self._every_s = every_s
        self._now_s = now_s
        self._give_up_s = give_up_s
        self._steady = steady

    def usual(self) -> frozenset[str]:
        """What is well now, or was so at one of some looks: a gateway may just be starting."""
        well = self._look()
        for _ in range(self._steady - 1):
            self._pause(self._every_s)
            well |= self._look()
        return well

    def lacks(self, needed: frozenset[str]) -> frozenset[str]:
        """Nothing, once ``needed`` has been well for a while; else what was lacking at last."""
        well_for, missing = 0, needed
        end_s = self._now_s() + self._give_up_s
        while well_for < self._steady:
            missing = needed - self._look()
            well_for = 0 if missing else well_for + 1
            if missing and self._now_s() >= end_s:
                return missing
            self._pause(self._every_s)
        return frozenset()


def _gateway(port: int) -> set[str]:
    """What ``/healthz`` says; nothing where nobody answers."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    address = f"http://127.0.0.1:{port}/healthz"
    try:
        with opener.open(address, timeout=ANSWER_S) as answer:
            return _parts(answer.read(10_000))
    except urllib.error.HTTPError as error:  # 503: it lives, and says what does not
        with error:
            return _parts(error.read(10_000)) if error.code == 503 else set()
    except (OSError, ValueError):
        return set()


def _parts(content: bytes) -> set[str]:
    try:
        told = json.loads(content)
        return {ANSWERS, *(part for part in PARTS if told[part] is True)}
    except (ValueError, KeyError, TypeError):
        return set()


def _is_active(system: System, unit: str) -> bool:
    return system.does("systemctl", "is-active", "--quiet", unit)
