"""Trying again what was refused, once its cause is mended (a quantity corrected, say)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.batch import Batch
from gateway.quarantine import QuarantineItem
from gateway.service import Gateway
from sensor_node import wire
from sensor_node.errors import PackRefused


def retry(gateway: Gateway, ids: Sequence[int] | None) -> int:
    """Store what can be stored now of the items ``ids`` (None: all) and take it out of
    quarantine; returns how many items. Raises ``StorageError``: the rest stays where it is.
    """
    mended = [item.id for item in gateway.quarantine.take(ids) if _store_again(gateway, item)]
    gateway.quarantine.remove(mended)
    return len(mended)


def _store_again(gateway: Gateway, item: QuarantineItem) -> bool:
    try:
        pack = wire.decode_pack(item.topic, item.payload)
    except PackRefused:
        return False
    if item.code == "IN_THE_FUTURE" and pack.at_ms > gateway.clock.wall_ms():
        return False
    if item.channel is not None:
        records = tuple(r for r in pack.records if r.channel == item.channel)
        pack = replace(pack, records=records, refused=())
    outcome = Batch(packs=[(pack, item.payload)]).commit(gateway)
    for reading in outcome.readings:
        gateway.present.offer(reading)
    return bool(outcome.readings or outcome.faults)
