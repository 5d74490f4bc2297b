"""Settling the time of packs: a pack is dated by a clock that can be trusted, then sent.

A Raspberry Pi has no clock battery. Each pack therefore keeps the seconds since the start of its
boot beside it; when NTP, a clock with a battery or the gateway tells the time, what waits is dated
from that. What is known is held as the UTC time of the boot's start, so that a wall clock that
steps afterwards moves nothing: a step is followed only once NTP or the gateway has confirmed it.
Packs of an earlier start that never learned the time are laid in order before the next start and
say ``estimated``.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sensor_node import wire
from sensor_node.clock import SANE_SINCE_MS, Clock
from sensor_node.errors import PackRefused
from sensor_node.outbox import Outbox

LONGEST_ROUND_TRIP_S = 2.0
FIRST_ASK_S = 5.0
LONGEST_ASK_S = 300.0
ASK_AGAIN_S = 3600.0
ESTIMATED_GAP_MS = 1000
"""An earlier start is laid to end one second before the next one."""
QUESTIONS = 3
"""Without an answer to so many, the gateway is one that knows no better."""
STEP_MS = 2000
"""The wall clock moves less than this by being corrected; more is a step."""
AGREE_MS = 5000
"""Two clocks that are both right are no farther apart, whatever the network adds."""
DRIFT = 1e-4
"""A crystal's error at its worst: a step that the drift explains leaves older packs as they are."""

log = logging.getLogger("jardin.clock")


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a pack was sampled: seconds since the start of the boot, and UTC if it is known."""

    mono_s: float
    at_ms: int | None
    clock: wire.Clock | None


@dataclass(frozen=True, slots=True)
class Start:
    """When this boot began, by ``source``, as last confirmed ``at_s`` after it."""

    ms: int
    source: wire.Clock
    at_s: float


class Dating:
    """The time of the packs of one boot of a node."""

    def __init__(self, outbox: Outbox, clock: Clock, boot: str) -> None:
        self._outbox = outbox
        self._clock = clock
        self._boot = boot
        self._started_s = clock.monotonic_s()
        self._lock = threading.RLock()  # samples are stamped in one thread, and sent in another
        self._start: Start | None = None
        self._doubted_ms: int | None = None  # the start by a wall clock that is not believed
        self._ntp_was_lost = False
        self._question: tuple[str, float] | None = None
        self._ask_due_s = self._started_s
        self._ask_wait_s = FIRST_ASK_S
        self._unanswered = 0
        self._all_dated = False
        self._corrected = False
        self._is_unknown_said = False

    def stamp(self) -> Stamp:
        """The present, as a pack keeps it."""
        mono_s = self._mono_s()
        self._look()
        if self._start is None:
            return Stamp(mono_s, None, None)
        return Stamp(mono_s, self._start.ms + round(mono_s * 1000), self._start.source)

    @property
    def is_settled(self) -> bool:
        """Whether the time is known and nothing waits for it: no need to look each second."""
        is_done = self._all_dated and not self._corrected
        return self._start is not None and is_done and not self.is_held

    def undated(self) -> None:
        """Say that a pack without a time is now in the outbox."""
        self._all_dated = False

    def source(self) -> wire.Clock | None:
        """Where the time comes from now, or None while it is not known."""
        self._look()
        return self._start.source if self._start else None

    @property
    def is_held(self) -> bool:
        """Whether what is known may be wrong and the gateway is about to say so: nothing should
        leave until it has answered, or has left three questions without an answer.
        """
        return self._start is not None and self._is_in_doubt() and self._unanswered < QUESTIONS

    def tick(self, ask: Callable[[bytes], None] | None) -> bool:
        """Ask the gateway if need be, and date what waits; whether anything newly was."""
        self._look()
        if ask is not None and self._is_in_doubt() and self._now_s() >= self._ask_due_s:
            self._ask(ask)
        if self._start is None:
            self._say_unknown()
            return False
        if self._corrected:
            self._corrected = False
            self._outbox.redate(self._boot, self._start.ms, self._start.source)
        if self._all_dated:
            return False
        self._all_dated = True
        return self._date_all(self._start) > 0

    def receive(self, payload: bytes) -> None:
        """The gateway's answer; believed if it came within 2 s and its clock is trusted."""
        answer = wire.decode_object(payload)
        if self._question is None or answer.get("id") != self._question[0]:
            return
        asked_s, self._question = self._question[1], None
        round_trip_s = self._now_s() - asked_s
        if round_trip_s > LONGEST_ROUND_TRIP_S:
            return
        self._unanswered = QUESTIONS
        if answer.get("trusted") is not True:
            return
        if not _is_present(answer.get("t")):
            raise PackRefused("BAD_TIME", fr="Heure illisible.", en="Unreadable time.")
        middle_s = asked_s + round_trip_s / 2 - self._started_s
        with self._lock:
            self._hear_gateway(round((answer["t"] - middle_s) * 1000))
        self._ask_wait_s = FIRST_ASK_S
        self._ask_due_s = self._now_s() + ASK_AGAIN_S

    # --- the wall clock -----------------------------------------------------------------------

    def _look(self) -> None:
        """Take what the wall clock says, where something keeps it right."""
        with self._lock:
            keeper, wall_ms = self._clock.kept_by(), self._clock.wall_ms()
            start_ms = wall_ms - round(self._mono_s() * 1000)
            if keeper is None:
                self._ntp_was_lost = True
            elif wall_ms < SANE_SINCE_MS:
                self._doubt(start_ms)
            elif keeper == "ntp":
                self._hear_ntp(start_ms)
            elif self._start is None:
                self._begin(start_ms, "rtc")

    def _hear_ntp(self, start_ms: int) -> None:
        known = self._start
        if known is None or self._ntp_was_lost:
            self._begin(start_ms, "ntp")  # the best there is, or the best there is again
        elif self._doubted_ms is not None and abs(start_ms - self._doubted_ms) <= STEP_MS:
            return
        elif known.source != "ntp" or abs(start_ms - known.ms) <= STEP_MS:
            self._begin(start_ms, "ntp")
        else:
            self._doubt(start_ms)

    def _doubt(self, start_ms: int) -> None:
        """Go on by the time known before, and ask the gateway at once who is right."""
        known, doubted_ms = self._start, self._doubted_ms
        if known is None or (doubted_ms is not None and abs(start_ms - doubted_ms) <= STEP_MS):
            return
        self._doubted_ms = start_ms
        self._ask_due_s, self._ask_wait_s, self._unanswered = self._now_s(), FIRST_ASK_S, 0
        log.warning(
            "CLOCK_STEPPED: this computer's clock jumped by %+.0f s; readings go on by the time"
            " before, until NTP or the gateway confirms the new one",
            (start_ms - known.ms) / 1000,
        )

    # --- the gateway's ------------------------------------------------------------------------

    def _hear_gateway(self, start_ms: int) -> None:
        known, doubted_ms = self._start, self._doubted_ms
        if known is None or known.source == "gateway":
            self._begin(start_ms, "gateway")
        elif doubted_ms is not None and abs(start_ms - doubted_ms) <= AGREE_MS:
            self._begin(doubted_ms, "ntp")  # the clock was wrong before, and is right now
        elif abs(start_ms - known.ms) > AGREE_MS:
            log.warning(
                "CLOCK_DISAGREES: this computer's clock and the gateway's are %.0f s apart; the"
                " gateway's is taken",
                abs(start_ms - known.ms) / 1000,
            )
            self._begin(start_ms, "gateway")
            self._doubted_ms = doubted_ms

    def _begin(self, start_ms: int, source: wire.Clock) -> None:
        """Take ``start_ms`` as the start of this boot; what has not left is dated anew if the
        start known before was wrong.
        """
        known, mono_s = self._start, self._mono_s()
        if known is not None:
            allowed_ms = STEP_MS + DRIFT * 1000 * (mono_s - known.at_s)
            self._corrected |= abs(start_ms - known.ms) > allowed_ms
        self._start = Start(start_ms, source, mono_s)
        self._doubted_ms, self._ntp_was_lost = None, False

    def _is_in_doubt(self) -> bool:
        """Whether the gateway may know better."""
        return self._start is None or self._start.source != "ntp" or self._doubted_ms is not None

    def _ask(self, ask: Callable[[bytes], None]) -> None:
        now_s = self._now_s()
        self._question = (secrets.token_hex(4), now_s)
        self._ask_due_s = now_s + self._ask_wait_s
        self._ask_wait_s = min(LONGEST_ASK_S, 2 * self._ask_wait_s)
        self._unanswered += 1
        ask(wire.encode_object({"id": self._question[0], "t_node": self._clock.wall_ms() / 1000}))

    def _say_unknown(self) -> None:
        """Told once, after the gateway has had time to answer: packs wait, and nobody knows why."""
        if not self._is_unknown_said and self._mono_s() > FIRST_ASK_S:
            self._is_unknown_said = True
            log.warning(
                "TIME_UNKNOWN: neither NTP nor the gateway gives the time; packs wait in the outbox"
                ' (if this computer\'s clock is right, set clock = "system")'
            )

    def _now_s(self) -> float:
        return self._clock.monotonic_s()

    def _mono_s(self) -> float:
        return self._now_s() - self._started_s

    def _date_all(self, start: Start) -> int:
        dated = self._outbox.date(self._boot, start.ms, start.source)
        next_start_ms = start.ms
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
