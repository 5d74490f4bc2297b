"""Settling the time of packs: a pack is dated once, by a clock that can be trusted, then sent.

A Raspberry Pi has no clock battery. Each pack therefore keeps the seconds since the start of its
boot beside it; when NTP or the gateway tells the time, what waits is dated from that. Packs of an
earlier start that never learned the time are laid in order before the next start and say
``estimated``.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.errors import PackRefused
from sensor_node.outbox import Outbox

SANE_SINCE_MS = 1_735_689_600_000
"""2025-01-01: a clock before the software was written is wrong, whatever it says of itself."""
LONGEST_ROUND_TRIP_S = 2.0
FIRST_ASK_S = 5.0
LONGEST_ASK_S = 300.0
ASK_AGAIN_S = 3600.0
ESTIMATED_GAP_MS = 1000
"""An earlier start is laid to end one second before the next one."""

log = logging.getLogger("jardin.clock")


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a pack was sampled: seconds since the start of the boot, and UTC if it is known."""

    mono_s: float
    at_ms: int | None
    clock: wire.Clock | None


class Dating:
    """The time of the packs of one boot of a node."""

    def __init__(self, outbox: Outbox, clock: Clock, boot: str) -> None:
        self._outbox = outbox
        self._clock = clock
        self._boot = boot
        self._started_s = clock.monotonic_s()
        self._gateway_at_start_ms: int | None = None
        self._question: tuple[str, float] | None = None
        self._ask_due_s = self._started_s
        self._ask_wait_s = FIRST_ASK_S
        self._all_dated = False
        self._is_unknown_said = False

    def stamp(self) -> Stamp:
        """The present, as a pack keeps it."""
        mono_s = self._mono_s()
        found = self._start_ms()
        if found is None:
            return Stamp(mono_s, None, None)
        start_ms, source = found
        return Stamp(mono_s, start_ms + round(mono_s * 1000), source)

    def undated(self) -> None:
        """Say that a pack without a time is now in the outbox."""
        self._all_dated = False

    def source(self) -> wire.Clock | None:
        """Where the time comes from now, or None while it is not known."""
        found = self._start_ms()
        return found[1] if found else None

    def tick(self, ask: Callable[[bytes], None] | None) -> bool:
        """Ask the gateway if need be, and date what waits; whether anything newly was."""
        if ask is not None and not self._ntp() and self._clock.monotonic_s() >= self._ask_due_s:
            self._ask(ask)
        found = self._start_ms()
        if found is None:
            self._say_unknown()
            return False
        if self._all_dated:
            return False
        self._all_dated = True
        return self._date_all(*found) > 0

    def receive(self, payload: bytes) -> None:
        """The gateway's answer; believed if it came within 2 s and its clock is trusted."""
        answer = wire.decode_object(payload)
        if self._question is None or answer.get("id") != self._question[0]:
            return
        asked_s, self._question = self._question[1], None
        round_trip_s = self._clock.monotonic_s() - asked_s
        if round_trip_s > LONGEST_ROUND_TRIP_S or answer.get("trusted") is not True:
            return
        if not _is_present(answer.get("t")):
            raise PackRefused("BAD_TIME", fr="Heure illisible.", en="Unreadable time.")
        middle_s = asked_s + round_trip_s / 2 - self._started_s
        self._gateway_at_start_ms = round((answer["t"] - middle_s) * 1000)
        self._ask_wait_s = FIRST_ASK_S
        self._ask_due_s = self._clock.monotonic_s() + ASK_AGAIN_S

    def _say_unknown(self) -> None:
        """Told once, after the gateway has had time to answer: packs wait, and nobody knows why."""
        waited_s = self._clock.monotonic_s() - self._started_s
        if not self._is_unknown_said and waited_s > FIRST_ASK_S:
            self._is_unknown_said = True
            log.warning(
                "TIME_UNKNOWN: neither NTP nor the gateway gives the time; packs wait in the outbox"
                ' (if this computer\'s clock is right, set clock = "system")'
            )

    def _ask(self, ask: Callable[[bytes], None]) -> None:
        now_s = self._clock.monotonic_s()
        self._question = (secrets.token_hex(4), now_s)
        self._ask_due_s = now_s + self._ask_wait_s
        self._ask_wait_s = min(LONGEST_ASK_S, 2 * self._ask_wait_s)
        ask(wire.encode_object({"id": self._question[0], "t_node": self._clock.wall_ms() / 1000}))

    def _start_ms(self) -> tuple[int, wire.Clock] | None:
        """The start of this boot in ms UTC and whose time that is, if known now."""
        if self._ntp():
            return self._clock.wall_ms() - round(self._mono_s() * 1000), "ntp"
        if self._gateway_at_start_ms is not None:
            return self._gateway_at_start_ms, "gateway"
        return None

    def _ntp(self) -> bool:
        return self._clock.synchronised() and self._clock.wall_ms() >= SANE_SINCE_MS

    def _mono_s(self) -> float:
        return self._clock.monotonic_s() - self._started_s

    def _date_all(self, start_ms: int, source: wire.Clock) -> int:
        dated = self._outbox.date(self._boot, start_ms, source)
        next_start_ms = start_ms
        for boot, last_s in reversed(self._outbox.undated_boots()):
            next_start_ms -= ESTIMATED_GAP_MS + round(last_s * 1000)
            estimated = self._outbox.date(boot, next_start_ms, "estimated")
            log.warning(
                "TIME_ESTIMATED: %d packs of an earlier start never learned the time", estimated
            )
            dated += estimated
        return dated


def _is_present(seconds: Any) -> bool:
    """Whether ``seconds`` since 1970 can be the time of day anywhere."""
    return wire.is_finite_number(seconds) and (SANE_SINCE_MS <= seconds * 1000 <= wire.MAX_TIME_MS)
