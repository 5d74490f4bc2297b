"""The alerts of each bed, as the gateway publishes them, retained while they hold."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from sensor_node import wire
from sensor_node.errors import PackRefused

FROST = frozenset({"frost_watch", "frost_alert"})
"""Codes that ask somebody to cover plants; all others ask to look at the page."""
NONE: frozenset[str] = frozenset()

log = logging.getLogger("jardin.signals")


def decode_alerts(bed: str, payload: bytes) -> frozenset[str]:
    """The codes of what holds at ``bed``; raises ``ValueError`` where ``payload`` has none."""
    fields = wire.decode_object(payload)
    listed = fields.get("alerts")
    if fields.get("bed", bed) != bed:
        raise ValueError(f"it is about another bed: {str(fields['bed'])[:40]!r}")
    if not isinstance(listed, list):
        raise ValueError("no list of alerts")
    return frozenset(_code_of(one) for one in listed)


def _code_of(alert: object) -> str:
    code = alert.get("code") if isinstance(alert, dict) else None
    if not isinstance(code, str):
        raise ValueError("an alert without a code")
    return code


class Alerts:
    """What holds at each of ``beds``; heard in the link's thread, read in another."""

    def __init__(self, beds: Sequence[str]) -> None:
        self._hold = dict.fromkeys(beds, NONE)
        self._unreadable: set[str] = set()

    def hear(self, bed: str, payload: bytes) -> None:
        """Take the alerts of ``bed``; empty: all over. What cannot be read changes nothing."""
        if not payload:
            self._hold[bed] = NONE
            return
        try:
            self._hold[bed] = decode_alerts(bed, payload)
        except (PackRefused, ValueError) as error:
            if bed not in self._unreadable:  # said once, not at every repetition
                log.warning("ALERT_UNREADABLE: the alerts of %s are ignored (%s)", bed, error)
            self._unreadable.add(bed)
        else:
            self._unreadable.discard(bed)

    def now(self, *, gateway_online: bool) -> Mapping[str, frozenset[str]]:
        """Each bed with its codes; without the gateway nobody knows whether they still hold."""
        return dict(self._hold) if gateway_online else dict.fromkeys(self._hold, NONE)
