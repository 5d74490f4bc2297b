"""What was received since the last commit, and how it becomes readings, faults and refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gateway.catalogue import ChannelInfo
from gateway.quarantine import Refused
from gateway.service import Gateway
from gateway.store.base import Committed, Fault, Reading, Series
from sensor_node import wire

ESTIMATED = "estimated time"
"""The doubt about readings whose node never learned the time."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a commit brought: everything stored, the states that nodes reported, and in
    ``set_aside`` what went into quarantine.
    """

    committed: Committed
    readings: list[Reading]
    faults: list[Fault]
    states: dict[str, str]
    refused: set[tuple[str, str, int]]
    channels: Mapping[Series, ChannelInfo]
    set_aside: Sequence[Refused]


@dataclass(slots=True)
class Batch:
    """Messages on their way to disk. ``seen``: what to acknowledge then."""

    packs: list[tuple[wire.Pack, bytes]] = field(default_factory=list)
    sayings: list[Reading] = field(default_factory=list)
    abouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    refused: list[Refused] = field(default_factory=list)
    refused_packs: list[tuple[str, str, int]] = field(default_factory=list)
    passed_over: list[tuple[str, str, int]] = field(default_factory=list)
    size: int = 0
    """Readings, or what weighs as much: looked at with every message."""

    def take(self, pack: wire.Pack, payload: bytes) -> None:
        """A pack that is well formed."""
        self.packs.append((pack, payload))
        self.size += len(pack.records)

    def take_saying(self, reading: Reading) -> None:
        """What a simple device said."""
        self.sayings.append(reading)
        self.size += 1

    @property
    def seen(self) -> dict[tuple[str, str], list[int]]:
        """The sequence numbers received of each (node, boot), refused ones too."""
        seen: dict[tuple[str, str], list[int]] = {}
        for pack, _ in self.packs:
            seen.setdefault((pack.node, pack.boot), []).append(pack.seq)
        for node, boot, seq in (*self.refused_packs, *self.passed_over):
            seen.setdefault((node, boot), []).append(seq)
        return seen

    def pass_over(self, pack: wire.Pack) -> None:
        """A pack of a garden that was here before: its node need not keep it."""
        self.passed_over.append((pack.node, pack.boot, pack.seq))
        self.size += 1

    def refuse(self, refused: Refused, address: tuple[str, str, int] | None) -> None:
        """Set a whole message aside; a pack is acknowledged all the same."""
        self.refused.append(refused)
        if address is not None:
            self.refused_packs.append(address)

    def commit(self, gateway: Gateway) -> Outcome:
        """Put everything on disk. Raises ``StorageError``; it may then be called again, for each
        step done twice is done once.
        """
        received_ms = gateway.clock.wall_ms()
        for node, about in self.abouts.items():
            gateway.catalogue.set_about(node, about)
        for node, state in self.states.items():
            gateway.catalogue.set_state(node, state)
        sorted_out = _SortedOut(gateway, received_ms)
        for pack, payload in self.packs:
            sorted_out.take(pack, payload)
        for reading in self.sayings:
            sorted_out.take_saying(reading)
        committed = gateway.store.commit(sorted_out.readings, sorted_out.faults)
        refused = [*self.refused, *sorted_out.refused]
        if refused:
            gateway.quarantine.add(refused)
        if self.packs or self.refused_packs or self.passed_over or self.sayings:
            seen = self.seen
            gateway.catalogue.record_packs(seen, *self._presence(seen, received_ms))
        return Outcome(
            committed,
            sorted_out.readings,
            sorted_out.faults,
            self.states,
            {*self.refused_packs, *sorted_out.refused_packs},
            sorted_out.channels,
            refused,
        )

    def _presence(
        self, seen: Iterable[tuple[str, str]], received_ms: int
    ) -> tuple[dict[str, int], dict[str, str]]:
        """When each node was last heard, and by which clock its packs are dated."""
        nodes = {node for node, _ in seen} | {r.series.node for r in self.sayings}
        return dict.fromkeys(nodes, received_ms), {p.node: p.clock for p, _ in self.packs}


class _SortedOut:
    """Packs taken apart by what the catalogue knows of their channels."""

    def __init__(self, gateway: Gateway, received_ms: int) -> None:
        self.readings: list[Reading] = []
        self.faults: list[Fault] = []
        self.refused: list[Refused] = []
        self.refused_packs: set[tuple[str, str, int]] = set()
        self._catalogue = gateway.catalogue
        self.channels = gateway.catalogue.channels()
        self._fitting: dict[tuple[str, str, str | None], Series] = {}
        self._received_ms = received_ms

    def take(self, pack: wire.Pack, payload: bytes) -> None:
        node, at_ms = pack.node, pack.at_ms
        estimated = ESTIMATED if pack.clock == "estimated" else ""
        for record in pack.records:
            channel, unit, value, fault, suspect = record
            if value is None:
                series = self._channel(Series(node, channel), None, None).series
                self.faults.append(Fault(series, at_ms, fault or ""))
                continue
            # A batch asks this often of few series.
            fitting = self._fitting.get((node, channel, unit)) or self._fit(node, channel, unit)
            if fitting is not None:
                self.readings.append(Reading(fitting, at_ms, value, suspect or estimated))
            else:
                self._set_aside(pack, payload, channel, "UNIT_MISMATCH", record)
        for broken in pack.refused:
            self._set_aside(pack, payload, broken.channel, broken.code, None)

    def take_saying(self, reading: Reading) -> None:
        self._channel(reading.series, None, "number")
        self.readings.append(reading)

    def _fit(self, node: str, channel: str, unit: str | None) -> Series | None:
        """The series, if it measures in ``unit``."""
        series = Series(node, channel)
        if not _fits(self._channel(series, unit, None), unit):
            return None
        self._fitting[node, channel, unit] = series
        return series

    def _channel(self, series: Series, unit: str | None, quantity: str | None) -> ChannelInfo:
        info = self.channels.get(series)
        if info is None or (info.unit is None and info.quantity is None and unit is not None):
            self._catalogue.see_channel(series, unit, quantity)
            self.channels = self._catalogue.channels()
            info = self.channels[series]
        return info

    def _set_aside(
        self, pack: wire.Pack, payload: bytes, channel: str, code: str, record: wire.Record | None
    ) -> None:
        fr, en = _reason(code, channel, record)
        self.refused_packs.add((pack.node, pack.boot, pack.seq))
        self.refused.append(
            Refused(
                node=pack.node,
                topic=wire.pack_topic(pack.node, pack.boot, pack.seq),
                channel=channel,
                code=code,
                text_fr=fr,
                text_en=en,
                payload=payload,
                received_ms=self._received_ms,
                boot=pack.boot,
                seq=pack.seq,
                at_ms=pack.at_ms,
                unit=record.unit if record else None,
                value=record.value if record else None,
            )
        )


def _fits(info: ChannelInfo, unit: str | None) -> bool:
    if info.quantity is not None:
        return wire.QUANTITIES[info.quantity].unit == unit
    return info.unit == unit


def _reason(code: str, channel: str, record: wire.Record | None) -> tuple[str, str]:
    if code == "UNIT_MISMATCH" and record is not None:
        return (
            f"La voie {channel} mesure autre chose que « {record.unit} » : corrigez le capteur "
            "ou sa grandeur, puis réessayez.",
            f"Channel {channel} does not measure in '{record.unit}': correct the sensor or its "
            "quantity, then retry.",
        )
    fr, en = RECORD_REASONS.get(code, ("mesure illisible", "unreadable reading"))
    return f"Voie {channel} : {fr}.", f"Channel {channel}: {en}."


RECORD_REASONS = {
    "NO_VALUE": ("pas de valeur", "no value"),
    "BAD_CHANNEL": ("ce nom ne peut pas servir", "this name cannot be used"),
    "CHANNEL_TWICE": ("deux fois dans le même paquet", "twice in the same pack"),
    "TEXT_VALUE": ("un texte au lieu d'un nombre", "a text instead of a number"),
    "UNKNOWN_UNIT": ("unité inconnue", "unknown unit"),
    "UNSUPPORTED_FIELD": ("un champ SenML que le jardin ne lit pas", "a SenML field not read here"),
    "NOT_FINITE": ("la valeur n'est pas un nombre fini", "the value is not a finite number"),
}
