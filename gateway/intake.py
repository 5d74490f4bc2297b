"""Readings that a program sends by HTTP: they go the way of a node's packs, from the checks on.

Each moment becomes a pack of the program's node, with a boot of this process and a seq of its own:
what is refused stands in quarantine, and can be tried again, like anybody's.
"""

from __future__ import annotations

import secrets
import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from gateway.batch import Batch, Outcome
from gateway.live import tell_reading
from gateway.quarantine import Refused
from gateway.sent import Sent
from gateway.service import Gateway
from gateway.times import AHEAD_MS
from sensor_node import wire
from sensor_node.errors import PackRefused

PER_PACK: Final = 50
"""Readings of one moment in one pack, which has 8 KiB at the most."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: how many are stored, and what is in quarantine instead."""

    stored: int
    refused: Sequence[Refused]


class Intake:
    """Takes readings in, from any thread."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._boot = secrets.token_hex(8)
        self._seqs: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, node: str, sent: Iterable[Sent]) -> Taken:
        """Store the readings of ``node``, on disk when this returns. Raises ``StorageError``."""
        batch = Batch()
        for at_ms, some in sorted(_by_moment(sent).items()):
            for first in range(0, len(some), PER_PACK):
                self._take_pack(batch, node, at_ms, some[first : first + PER_PACK])
        outcome = batch.commit(self._gateway)
        self._tell(outcome)
        return Taken(len(outcome.readings), outcome.set_aside)

    def _take_pack(self, batch: Batch, node: str, at_ms: int, sent: Sequence[Sent]) -> None:
        # A sandbox's pack is checked as one of a node with the plant's name.
        name, seq = node.removeprefix(wire.SANDBOX), self._next_seq(node)
        records = [wire.Record(one.channel, one.unit, one.value) for one in sent]
        payload = wire.seal(name, at_ms, "gateway", wire.encode_records(records))
        try:
            pack = wire.decode_pack(wire.pack_topic(name, self._boot, seq), payload)
            self._check_time(at_ms)
        except PackRefused as error:
            topic = wire.pack_topic(node, self._boot, seq)
            refused = _refused(node, topic, payload, error, self._gateway.clock.wall_ms())
            batch.refuse(refused, (node, self._boot, seq))
        else:
            batch.take(replace(pack, node=node), payload)

    def _next_seq(self, node: str) -> int:
        with self._lock:
            self._seqs[node] += 1
            return self._seqs[node]

    def _check_time(self, at_ms: int) -> None:
        if at_ms > self._gateway.clock.wall_ms() + AHEAD_MS:
            raise PackRefused(
                "IN_THE_FUTURE",
                fr="Paquet refusé : son heure est plus de dix minutes en avance.",
                en="Pack refused: its time is more than ten minutes ahead.",
            )

    def _tell(self, outcome: Outcome) -> None:
        """Tell open pages now; the live topics are the ingest's, which is woken."""
        gateway = self._gateway
        fresh, late = gateway.present.offer_all([*outcome.readings, *outcome.faults])
        for series in fresh:
            tell_reading(gateway, outcome.channels.get(series))
        spans: dict[str, tuple[int, int]] = {}
        for item in late:
            first, last = spans.get(str(item.series), (item.at_ms, item.at_ms))
            spans[str(item.series)] = min(first, item.at_ms), max(last, item.at_ms)
        for channel, (first, last) in spans.items():
            fields = {"channel": channel, "backlog": True, "from_ms": first, "to_ms": last}
            gateway.events.publish("reading", fields)
        if spans:
            gateway.advisor.doubt()
        gateway.moved.extend(fresh)
        gateway.advisor.board.on_change()


def _by_moment(sent: Iterable[Sent]) -> dict[int, list[Sent]]:
    moments: dict[int, list[Sent]] = {}
    for one in sent:
        moments.setdefault(one.at_ms, []).append(one)
    return moments


def _refused(
    node: str, topic: str, payload: bytes, error: PackRefused, received_ms: int
) -> Refused:
    return Refused(
        node=node,
        topic=topic,
        channel=None,
        code=error.code,
        text_fr=error.fr,
        text_en=error.en,
        payload=payload,
        received_ms=received_ms,
    )
