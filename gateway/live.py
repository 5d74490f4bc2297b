"""The present on its way out: retained live topics on MQTT, and events for open pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from gateway.batch import Outcome
from gateway.catalogue import ChannelInfo
from gateway.service import Gateway
from gateway.store.base import Fault, Reading, Series
from gateway.times import to_rfc3339
from sensor_node import wire

AT_MOST_EVERY_S = 1.0
BACKLOG_EVERY_S = 5.0
"""How often pages are told that history was filled; they ask for it no more often."""
LOOK_EVERY_S = 5.0
"""How often values are looked at for having become stale."""


class Publish(Protocol):
    """How a message gets out."""

    def __call__(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """Publish, or nothing while there is no broker."""


class LiveTopics:
    """Keeps ``live/channel/…`` and the event stream at the present.

    A value goes out at most once a second; it is cleared when it turns stale or faulty. Open pages
    too are told of a channel at most once a second, of whatever is its newest then.
    """

    def __init__(self, gateway: Gateway, publish: Publish, base: str = wire.BASE) -> None:
        self._gateway = gateway
        self._publish = publish
        self._base = base
        self._shown: dict[Series, float | None] = {}
        self._shown_at_s: dict[Series, float] = {}
        self._waiting: set[Series] = set()
        self._untold: dict[Series, ChannelInfo | None] = {}
        self._told_at_s: dict[Series, float] = {}
        self._backlog: dict[Series, tuple[int, int]] = {}
        self._told_backlog_s = 0.0
        self._look_due_s = 0.0

    def renew(self) -> None:
        """A new connection: everything is to be said again."""
        self._shown.clear()
        self._shown_at_s.clear()
        self._waiting = set(self._gateway.present.all())

    def show(self, outcome: Outcome, now_s: float) -> None:
        """Tell what a commit changed of the present, and that history was filled."""
        for node, state in outcome.states.items():
            self.tell_state(node, state)
        fresh, late = self._gateway.present.offer_all([*outcome.readings, *outcome.faults])
        for item in late:
            self._widen_backlog(item)
        self._untold.update((series, outcome.channels.get(series)) for series in fresh)
        self._waiting.update(fresh)
        self.tick(now_s)

    def tell_state(self, node: str, state: str) -> None:
        """Tell open pages how a node, or the ``gateway`` itself, is from now on."""
        now_ms = self._gateway.clock.wall_ms()
        fields = {"node": node, "state": state, "time": to_rfc3339(now_ms), "t": now_ms}
        self._gateway.events.publish("state", fields)

    def tick(self, now_s: float) -> float:
        """Publish what is due; returns the seconds until something is again."""
        while self._gateway.moved:
            self._waiting.add(self._gateway.moved.popleft())
        if now_s >= self._look_due_s:
            self._look_due_s = now_s + LOOK_EVERY_S
            self._waiting.update(s for s, value in self._shown.items() if value is not None)
        for series in _due(self._untold, self._told_at_s, now_s):
            self._told_at_s[series] = now_s
            tell_reading(self._gateway, self._untold.pop(series))
        for series in _due(self._waiting, self._shown_at_s, now_s):
            self._waiting.discard(series)
            self._show_one(series, now_s)
        if self._backlog and now_s - self._told_backlog_s >= BACKLOG_EVERY_S:
            self._told_backlog_s = now_s
            self._tell_backlog()
        busy = self._waiting or self._untold or self._backlog
        return AT_MOST_EVERY_S if busy else LOOK_EVERY_S

    def _show_one(self, series: Series, now_s: float) -> None:
        latest = self._gateway.present.get(series)
        fresh = latest is not None and latest.quality in ("good", "suspect")
        value = latest.value if latest is not None and fresh else None
        if series in self._shown and self._shown[series] == value:
            return
        self._shown[series] = value
        self._shown_at_s[series] = now_s
        topic = wire.live_topic(series.node, series.channel, self._base)
        self._publish(topic, b"" if value is None else repr(value).encode(), retain=True)

    def _widen_backlog(self, item: Reading | Fault) -> None:
        first, last = self._backlog.get(item.series, (item.at_ms, item.at_ms))
        self._backlog[item.series] = (min(first, item.at_ms), max(last, item.at_ms))

    def _tell_backlog(self) -> None:
        for series, (first, last) in self._backlog.items():
            fields = {"channel": str(series), "backlog": True, "from_ms": first, "to_ms": last}
            self._gateway.events.publish("reading", fields)
        self._backlog.clear()
        self._gateway.advisor.doubt()


def _due(waiting: Iterable[Series], last_s: Mapping[Series, float], now_s: float) -> list[Series]:
    """Those whose last time is a second ago, or more."""
    before_s = now_s - AT_MOST_EVERY_S
    return [series for series in waiting if last_s.get(series, before_s) <= before_s]


def tell_reading(gateway: Gateway, info: ChannelInfo | None) -> None:
    """Tell open pages the present of one channel."""
    latest = gateway.present.get(info.series) if info else None
    if latest is None or info is None:
        return
    meaning = gateway.measured.meaning(info)
    gateway.events.publish(
        "reading",
        {
            "channel": str(info.series),
            "time": to_rfc3339(latest.at_ms),
            "t": latest.at_ms,
            "value": latest.value,
            "unit": meaning.unit,
            "quantity": meaning.quantity,
            "quality": latest.quality,
            "fault": latest.fault,
            "doubt": latest.doubt,
        },
    )


def tell_recalibrated(gateway: Gateway, channels: Iterable[Series]) -> None:
    """Tell open pages that all of the history of ``channels`` has new values."""
    now_ms = gateway.clock.wall_ms()
    gateway.advisor.doubt()
    for series in channels:
        fields = {"channel": str(series), "backlog": True, "from_ms": 0, "to_ms": now_ms}
        gateway.events.publish("reading", fields)
        tell_reading(gateway, gateway.catalogue.channel(series))
