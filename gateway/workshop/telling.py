"""Open pages and programs are told what a group has measured, as of the garden's own channels."""

from __future__ import annotations

from gateway.service import Gateway
from gateway.store.base import Series
from gateway.times import to_rfc3339
from gateway.workshop.workshop import Workshop


def tell_group_reading(gateway: Gateway, workshop: Workshop, series: Series) -> None:
    """Tell the newest value of a group's channel. Not on MQTT: nothing there is retained."""
    latest, info = workshop.sandbox.present.get(series), workshop.sandbox.channel(series)
    if latest is None or info is None:
        return
    gateway.events.publish(
        "reading",
        {
            "channel": str(series),
            "time": to_rfc3339(latest.at_ms),
            "t": latest.at_ms,
            "value": latest.value,
            "unit": info.unit,
            "quantity": info.quantity,
            "quality": latest.quality,
            "fault": latest.fault,
            "doubt": latest.doubt,
        },
    )
