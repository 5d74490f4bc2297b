"""When the buzzer sounds: a new call once a day, trouble once an hour, never in quiet hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from sensor_node.signals.advice import Advice
from sensor_node.signals.alerts import FROST
from sensor_node.signals.quiet import QuietHours
from sensor_node.signals.signs import Sign, Step, call_of
from sensor_node.signals.troubles import Trouble

CALL: Sequence[Step] = (Step(True, 0.15), Step(False, 0.25)) * 2
"""Two short beeps: there is something to do today, or frost is coming."""
ALARM: Sequence[Step] = (Step(True, 0.6), Step(False, 0.4)) * 5
"""Five long ones: the node needs help."""
ALARM_EVERY_S = 3600.0


class Chimes:
    """Remembers what was sounded.

    A call that comes in quiet hours is sounded at their end, if it still holds. Before the local
    time is known nothing sounds, as it might be night.
    """

    def __init__(self, quiet: QuietHours) -> None:
        self._quiet = quiet
        self._day: date | None = None
        self._called: set[tuple[str, Sign]] = set()
        self._alarm_due_s: float | None = None

    def due(
        self,
        now: datetime | None,
        now_s: float,
        troubles: Collection[Trouble],
        advices: Mapping[str, Advice | None],
        alerts: Mapping[str, frozenset[str]] = MappingProxyType({}),
    ) -> Sequence[Step]:
        """What is to sound at the local time ``now``, ``now_s`` on the monotonic clock."""
        if now is None or self._quiet.cover(now.time()):
            return ()
        return (*self._alarm(now_s, troubles), *self._call(now.date(), advices, alerts))

    def _alarm(self, now_s: float, troubles: Collection[Trouble]) -> Sequence[Step]:
        if not troubles or (self._alarm_due_s is not None and now_s < self._alarm_due_s):
            return ()
        self._alarm_due_s = now_s + ALARM_EVERY_S
        return ALARM

    def _call(
        self,
        day: date,
        advices: Mapping[str, Advice | None],
        alerts: Mapping[str, frozenset[str]],
    ) -> Sequence[Step]:
        if day != self._day:
            self._day, self._called = day, set()
        calls = {(bed, call) for bed, advice in advices.items() if (call := call_of(advice))}
        calls |= {(bed, Sign.FROST) for bed, codes in alerts.items() if codes & FROST}
        if calls <= self._called:
            return ()
        self._called |= calls
        return CALL
