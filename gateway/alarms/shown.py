"""An alert as it is shown: on the page, in the interface, on MQTT and in the event stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from gateway.alerts.alert import Alert, Severity
from gateway.alerts.rules import Values
from gateway.alerts.words import do, place, what
from gateway.times import to_rfc3339
from gateway.watering.reasons import Language


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert in words. Times are RFC 3339; ``where`` is empty for the whole garden.

    ``bed``, ``node``, ``channel``: what it is of, None for none. ``silenced``: whether a person
    wants to hear nothing of it now; ``silenced_by``: that person's role.
    """

    id: int
    code: str
    severity: Severity
    where: str
    what: str
    do: str
    since: str
    ended: str | None
    bed: str | None
    node: str | None
    channel: str | None
    values: Values
    silenced: bool
    silenced_until: str | None
    silenced_by: str | None

    def as_dict(self) -> dict[str, Any]:
        """Its fields, for JSON."""
        return asdict(self)


def shown(alert: Alert, names: Mapping[str, str], language: str, now_ms: int) -> Shown:
    """``alert`` in the reader's language; ``names``: what people call the beds."""
    speaks: Language = "fr" if language == "fr" else "en"
    until_ms = alert.silenced_until_ms
    return Shown(
        id=alert.id,
        code=alert.key.code,
        severity=alert.severity,
        where=place(alert, names, speaks),
        what=what(alert, speaks),
        do=do(alert, speaks),
        since=to_rfc3339(alert.begun_ms),
        ended=None if alert.ended_ms is None else to_rfc3339(alert.ended_ms),
        bed=alert.bed,
        node=alert.node,
        channel=alert.channel,
        values=dict(alert.values),
        silenced=alert.is_silenced(now_ms),
        silenced_until=None if until_ms is None else to_rfc3339(until_ms),
        silenced_by=alert.silenced_by,
    )
