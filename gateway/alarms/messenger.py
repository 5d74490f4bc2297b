"""What is told in messages, and when: frost at once, the rest in the morning, three a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from gateway.alarms.outbox import Outbox
from gateway.alarms.records import Alerts
from gateway.alerts.alert import Alert
from gateway.alerts.digest import Telling
from gateway.alerts.message import Message, message
from gateway.alerts.pacing import (
    Today,
    is_covered,
    morning_is_due,
    morning_may_go,
    urgent_may_go,
)
from gateway.beds.situations import local
from gateway.settings import GatewaySettings
from gateway.times import DAY_MS
from gateway.watering.reasons import Language
from sensor_node.clock import Clock

TOLD_MS: Final = 7 * DAY_MS
"""What is older and was never told is no news."""


class Messenger:
    """Makes messages of what nobody has been told, and puts them in the outbox.

    ``addresses``: hashes of where they go; without any, what would have been told is told.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        alerts: Alerts,
        outbox: Outbox,
        clock: Clock,
        *,
        names: Callable[[], dict[str, str]],
        addresses: Sequence[str],
    ) -> None:
        self._settings = settings
        self._alerts = alerts
        self._outbox = outbox
        self._clock = clock
        self._names = names
        self._addresses = addresses
        self._language: Language = "fr" if settings.language == "fr" else "en"

    def turn(self) -> None:
        """Make what is due; nothing while the time is not known. Raises ``StorageError``."""
        if not self._clock.synchronised():
            return
        now_ms = self._clock.wall_ms()
        today = self._today(now_ms)
        morning = morning_is_due(today, self._settings.advice.hour)
        untold = self._untold(now_ms)
        urgent = self._news(untold, now_ms)
        if urgent and urgent_may_go(today):
            # A morning that was crowded out goes along.
            along = morning and not morning_may_go(today)
            self._make_urgent(urgent, untold if along else [], now_ms)
        elif morning and morning_may_go(today):
            self._make_morning(untold, now_ms)

    def _today(self, now_ms: int) -> Today:
        at = local(now_ms, self._settings.timezone)
        day = at.date().isoformat()
        waiting = self._outbox.waiting(self._addresses)
        return Today(
            hour=at.hour,
            made=self._outbox.count(day, self._addresses),
            had_morning=self._outbox.had_morning(day),
            waiting=bool(waiting) and len(waiting) == len(self._addresses),
        )

    def _untold(self, now_ms: int) -> list[Alert]:
        """What a person did not silence; what ended in silence is never told."""
        return [
            one
            for one in self._alerts.untold(now_ms - TOLD_MS)
            if not one.is_silenced(now_ms)
            and (one.ended_ms is None or not one.is_silenced(one.ended_ms))
        ]

    def _news(self, untold: Sequence[Alert], now_ms: int) -> list[Alert]:
        """The urgent ones that hold and say more than what was told in the same night."""
        urgent = [
            one
            for one in untold
            if one.rule.urgent and one.told_ms is None and one.ended_ms is None
        ]
        if not urgent:
            return []
        told = self._alerts.of(now_ms - DAY_MS, now_ms + 1)
        covered = [one for one in urgent if is_covered(one, told, self._settings.timezone)]
        if covered:
            self._outbox.cover([one.id for one in covered], now_ms)
        return [one for one in urgent if one not in covered]

    def _make_urgent(self, urgent: list[Alert], along: list[Alert], now_ms: int) -> None:
        gravest = urgent[0].key.code if len(urgent) == 1 else "frost_alert"
        told = [one for one in urgent if one.key.code == gravest]
        others = [one for one in along if one.key not in {other.key for other in urgent}]
        made = message("urgent", self._settings.name, [*told, *others], self._telling(now_ms))
        if made is not None:
            tells = tuple(one.id for one in [*urgent, *others])
            self._put(replace(made, tells=tells), now_ms)
        if along:
            self._put(Message("morning", "", ()), now_ms)

    def _make_morning(self, untold: Sequence[Alert], now_ms: int) -> None:
        made = message("morning", self._settings.name, untold, self._telling(now_ms))
        self._put(made or Message("morning", "", ()), now_ms)

    def _put(self, made: Message, now_ms: int) -> None:
        day = local(now_ms, self._settings.timezone).date().isoformat()
        self._outbox.put(made, self._addresses, day, now_ms)

    def _telling(self, now_ms: int) -> Telling:
        return Telling(self._settings.timezone, self._language, self._names(), now_ms)
