"""What the groups of one workshop have measured: a store and a present of their own.

A group's node is ``atelier.<plant>``, as programs name it; nothing of it is known to the garden's
store, catalogue, quarantine, advice or retained topics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.catalogue import ChannelInfo
from gateway.durable import belong
from gateway.present import Present
from gateway.sent import Sent
from gateway.store.base import LATEST_MS, Reading, Series
from gateway.store.sqlite import SqliteStore
from gateway.times import AHEAD_MS
from gateway.workshop.refusals import sandbox_full
from gateway.workshop.session import Session
from sensor_node import wire
from sensor_node.clock import Clock

INTERVAL_S: Final = 60.0
CHANNELS: Final = 20
READINGS: Final = 100_000
"""Of one group: a reading a second for more than a day."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A reading that cannot be believed, and why; it is not kept."""

    channel: str
    code: str
    fr: str
    en: str

    def text(self, language: str) -> str:
        """Why, in ``language``."""
        return self.fr if language == "fr" else self.en


class Sandbox:
    """In the file ``path``; ``StorageError`` when the disk fails."""

    def __init__(self, path: Path, session: Session, clock: Clock, timezone: str) -> None:
        self.store = SqliteStore(path, timezone=timezone)
        path.chmod(0o600)
        belong(path)
        self.present = Present(clock, lambda _node: INTERVAL_S)
        self.present.load(self.store.newest())
        self._session = session
        self._clock = clock
        self._counts: Counter[str] = Counter()
        for plant in {series.node for series in self.present.all()}:
            self._counts[plant] = self._stored(plant)

    def take(self, plant: str, sent: Sequence[Sent]) -> tuple[list[Series], list[NotTaken]]:
        """Store the readings of ``plant``, on disk when this returns: the channels that moved, and
        what could not be taken. Raises ``AccessRefused`` where it is full.
        """
        node = wire.SANDBOX + plant
        refused = [one for item in sent if (one := self._refused(item)) is not None]
        good = [item for item in sent if self._refused(item) is None]
        self._check_room(plant, node, good)
        known = self._session.channels(plant)
        for channel, unit in {item.channel: item.unit for item in good}.items():
            if (
                known.get((plant, channel), (None, None))[0] != unit
                or (plant, channel) not in known
            ):
                self._session.see_channel(plant, channel, unit, quantity_of(unit))
        readings = [Reading(Series(node, one.channel), one.at_ms, one.value) for one in good]
        self._counts[node] += self.store.commit(readings, []).new
        fresh, _ = self.present.offer_all(readings)
        return list(fresh), refused

    def channel(self, series: Series) -> ChannelInfo | None:
        """What a group's channel is, None where it was never sent."""
        plant = series.node.removeprefix(wire.SANDBOX)
        found = self._session.channels(plant).get((plant, series.channel))
        return None if found is None else _info(series, *found)

    def channels(self, node: str | None = None) -> dict[Series, ChannelInfo]:
        """All channels, or those of one group's node."""
        plant = None if node is None else node.removeprefix(wire.SANDBOX)
        known = self._session.channels(plant)
        return {
            series: _info(series, *meaning)
            for (owner, channel), meaning in known.items()
            for series in [Series(wire.SANDBOX + owner, channel)]
        }

    def close(self) -> None:
        """Let go of the file."""
        self.store.close()

    def _refused(self, item: Sent) -> NotTaken | None:
        if item.unit not in wire.UNITS:
            return NotTaken(
                item.channel,
                "UNKNOWN_UNIT",
                f"Le jardin ne connaît pas l'unité « {item.unit} » : laissez-la vide.",
                f"The garden does not know the unit '{item.unit}': leave it out.",
            )
        if not 0 <= item.at_ms <= self._clock.wall_ms() + AHEAD_MS:
            return NotTaken(
                item.channel,
                "IN_THE_FUTURE",
                "Cette heure n'est pas encore venue : laissez le jardin dater la mesure.",
                "This time has not come yet: let the garden date the reading.",
            )
        return None

    def _check_room(self, plant: str, node: str, good: Sequence[Sent]) -> None:
        if self._counts[node] + len(good) > READINGS:
            raise sandbox_full(READINGS, ("mesures", "readings"))
        known = {channel for _, channel in self._session.channels(plant)}
        if len(known | {item.channel for item in good}) > CHANNELS:
            raise sandbox_full(CHANNELS, ("voies", "channels"))

    def _stored(self, node: str) -> int:
        edges = [0, LATEST_MS]
        found = (
            self.store.buckets(series, edges, vector=False)
            for series in self.present.all()
            if series.node == node
        )
        return sum(bucket.count for buckets in found for bucket in buckets)


def quantity_of(unit: str | None) -> str | None:
    """The quantity of ``unit``; a plain number where it has none."""
    return wire.quantity_of_unit(unit)


def _info(series: Series, unit: str | None, quantity: str | None) -> ChannelInfo:
    simulated = series.channel.startswith(wire.SIMULATED)
    return ChannelInfo(series, quantity, unit, None, None, simulated=simulated)
