"""Acknowledgements that nodes are still to be told of, together for each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from sensor_node import wire

Start = tuple[str, str]
"""A node and its boot."""


class PendingAcks:
    """The packs that are committed, or in quarantine, and whose node does not know it yet."""

    def __init__(self) -> None:
        self._seqs: dict[Start, list[int]] = {}
        self._refused: dict[Start, list[int]] = {}

    def __bool__(self) -> bool:
        return bool(self._seqs)

    def add(
        self, seen: Mapping[Start, Sequence[int]], refused: Collection[tuple[str, str, int]]
    ) -> None:
        """Packs ``seen``, by their numbers; ``refused``: those of them that were set aside."""
        for start, seqs in seen.items():
            self._seqs.setdefault(start, []).extend(seqs)
        for node, boot, seq in refused:
            self._refused.setdefault((node, boot), []).append(seq)

    def take(self, store: str) -> Iterator[tuple[str, wire.Ack]]:
        """Each node with its acknowledgement by ``store``; they are no longer pending."""
        seqs, refused = self._seqs, self._refused
        self.clear()
        for (node, boot), some in seqs.items():
            set_aside = wire.ranges_of(refused.get((node, boot), ()))
            yield node, wire.Ack(boot, wire.ranges_of(some), store, set_aside)

    def clear(self) -> None:
        """Forget all: the nodes will ask again."""
        self._seqs, self._refused = {}, {}
