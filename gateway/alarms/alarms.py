"""The alerts of the garden: looked for, kept, silenced, and shown on the board."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from gateway.alarms.lookout import Lookout
from gateway.alarms.shown import Shown, shown
from gateway.alarms.sky import Forecast
from gateway.alerts.alert import Alert
from gateway.alerts.rules import Event, Key, Observation, gone, watch
from gateway.beds.board import Board
from gateway.catalogue import Catalogue
from sensor_node import wire
from sensor_node.clock import Clock

GARDEN: Final = ""
"""Where on the board the alerts of the whole garden stand; a bed has its own place."""


class Alarms:
    """Looks, keeps and tells. Safe to use from several threads.

    ``publish``: tells open pages. ``shown`` holds what stands on the live topics: JSON by bed and,
    for all of it, at ``GARDEN``; empty where there is none.
    """

    def __init__(
        self,
        language: str,
        catalogue: Catalogue,
        lookout: Lookout,
        clock: Clock,
        publish: Callable[[str, dict[str, object]], None],
    ) -> None:
        self._language = language
        self._catalogue = catalogue
        self._records = catalogue.alerts
        self._lookout = lookout
        self._clock = clock
        self._publish = publish
        self._lock = threading.Lock()
        self._undated: dict[int, float] = {}
        self._now_seen: dict[Key, Observation] = {}
        self.shown = Board()

    @property
    def forecast(self) -> Forecast:
        """What is expected of the air; another one may be put in its place."""
        return self._lookout.sky.forecast

    @forecast.setter
    def forecast(self, forecast: Forecast) -> None:
        self._lookout.sky.forecast = forecast

    # --- asking -------------------------------------------------------------------------------

    def board(self, language: str) -> list[Shown]:
        """What holds now, in words: urgent ones first, silenced ones last, then the oldest."""
        now_ms = self._clock.wall_ms()
        found = self.told(self.open(), language)
        order = {one.id: one.begun_ms for one in self._records.open()}
        return sorted(
            found,
            key=lambda one: (
                one.silenced,
                one.severity != "urgent",
                order.get(one.id, now_ms),
            ),
        )

    def open(self) -> list[Alert]:
        """What holds now, with the values that are seen now."""
        return [self._as_seen(one) for one in self._records.open()]

    def told(self, alerts: Iterable[Alert], language: str) -> list[Shown]:
        """``alerts`` in words."""
        names, now_ms = self.names(), self._clock.wall_ms()
        return [shown(one, names, language, now_ms) for one in alerts]

    def names(self) -> dict[str, str]:
        """What people call the beds."""
        beds = self._catalogue.beds.all(removed=True)
        return {bed: record.details.name for bed, record in beds.items()}

    # --- looking ------------------------------------------------------------------------------

    def look(self) -> None:
        """Look once: keep and tell what has begun and what is over. Raises ``StorageError``."""
        with self._lock:
            now_ms = self._clock.wall_ms()
            seen = self._lookout.look(now_ms)
            self._now_seen = {one.key: one for one in seen}
            changed = self._judge(seen, now_ms)
            self._date_again(changed, now_ms)
        for one in changed:
            self._tell(one, "end" if one.ended_ms is not None else "begin")
        self._show()

    def _judge(self, seen: list[Observation], now_ms: int) -> list[Alert]:
        before = self._records.conditions()
        after, events = watch(before, seen, now_ms)
        if self._clock.synchronised():  # else most is not looked at, which ends nothing
            after, over = gone(after, seen, now_ms)
            events = (*events, *over)
        changes = {key: after.get(key) for key in before.keys() | after.keys()}
        changes = {key: held for key, held in changes.items() if before.get(key) != held}
        if not changes and not events:
            return []
        begun = [self._begun(event) for event in events if event.change == "begin"]
        ended = {event.key: event.at_ms for event in events if event.change == "end"}
        return self._records.change(changes, begun, ended)

    def _begun(self, event: Event) -> Alert:
        seen = self._now_seen[event.key]
        return Alert(0, event.key, event.at_ms, values=seen.values, bed=seen.bed)

    def _date_again(self, changed: list[Alert], now_ms: int) -> None:
        """What began before the time was known gets its time once that is known."""
        now_s = self._clock.monotonic_s()
        if not self._clock.synchronised():
            begun = [one.id for one in changed if one.ended_ms is None]
            self._undated.update(dict.fromkeys(begun, now_s))
            return
        for number, begun_s in self._undated.items():
            self._records.date(number, now_ms - round(1000 * (now_s - begun_s)))
        self._undated.clear()

    def _as_seen(self, alert: Alert) -> Alert:
        seen = self._now_seen.get(alert.key)
        return replace(alert, values=seen.values) if seen is not None and seen.values else alert

    # --- silencing ----------------------------------------------------------------------------

    def silence(self, number: int, until_ms: int, by: str) -> Alert | None:
        """A person wants to hear nothing of it until then; None where there is no such alert."""
        return self._silence(number, until_ms, by, "silence")

    def unsilence(self, number: int) -> Alert | None:
        """It is to be heard again; None where there is no such alert."""
        return self._silence(number, None, None, "unsilence")

    def _silence(
        self, number: int, until_ms: int | None, by: str | None, change: str
    ) -> Alert | None:
        alert = self._records.silence(number, until_ms, by)
        if alert is not None:
            self._tell(alert, change)
            self._show()
        return alert

    # --- showing ------------------------------------------------------------------------------

    def _tell(self, alert: Alert, change: str) -> None:
        (told,) = self.told([alert], self._language)
        self._publish("alert", {"change": change, **told.as_dict()})

    def _show(self) -> None:
        """Put on the board what holds and nobody has silenced."""
        now_ms = self._clock.wall_ms()
        alerts = [one for one in self._records.open() if not one.is_silenced(now_ms)]
        stands = {GARDEN: self._payload(alerts, {})}
        for bed, record in self._catalogue.beds.all(removed=True).items():
            its = [one for one in alerts if one.concerns(bed)] if not record.removed_ms else []
            stands[bed] = self._payload(its, {"bed": bed})
        self.shown.show_all(stands)

    def _payload(self, alerts: list[Alert], more: Mapping[str, str]) -> bytes:
        if not alerts:
            return b""
        fields = ("id", "code", "severity", "where", "what", "do", "since", "bed", "node",
                  "channel")  # fmt: skip
        told = [one.as_dict() for one in self.told(alerts, self._language)]
        listed = [{name: one[name] for name in fields} for one in told]
        return json.dumps({**more, "alerts": listed}, ensure_ascii=False).encode()


def topic_of(place: str, base: str) -> str:
    """Where the alerts of ``place`` stand on MQTT: a bed, or ``GARDEN``."""
    return wire.alerts_topic(base) if place == GARDEN else wire.alert_topic(place, base)
