"""The advice of the day for each bed, as the gateway publishes it, retained."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sensor_node import wire
from sensor_node.errors import PackRefused

VERDICTS = frozenset(
    {
        "unknown", "frost", "waterlogged", "seedbed", "no", "soon", "wait_for_rain", "yes",
        "forbidden",
    }
)  # fmt: skip
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

log = logging.getLogger("jardin.signals")


@dataclass(frozen=True, slots=True)
class Advice:
    """What the gateway advises for the day ``on``; ``mm`` is the dose where it gives one."""

    on: date
    verdict: str
    mm: float | None = None


def decode_advice(bed: str, payload: bytes) -> Advice:
    """The advice for ``bed`` in ``payload``; raises ``ValueError`` where there is none."""
    fields = wire.decode_object(payload)
    verdict, on, mm = fields.get("verdict"), fields.get("on"), fields.get("mm")
    if fields.get("bed", bed) != bed:
        raise ValueError(f"it is about another bed: {str(fields['bed'])[:40]!r}")
    if not isinstance(verdict, str) or verdict not in VERDICTS:
        raise ValueError(f"unknown verdict: {str(verdict)[:40]!r}")
    if not isinstance(on, str) or not DAY.fullmatch(on):
        raise ValueError(f"no day: {str(on)[:40]!r}")
    return Advice(date.fromisoformat(on), verdict, mm if wire.is_finite_number(mm) else None)


class Advices:
    """The latest advice of each of ``beds``; heard in the link's thread, read in another."""

    def __init__(self, beds: Sequence[str]) -> None:
        self._latest: dict[str, Advice | None] = dict.fromkeys(beds)
        self._unreadable: set[str] = set()

    def hear(self, bed: str, payload: bytes) -> None:
        """Take the advice for ``bed``; empty: withdrawn. What cannot be read changes nothing."""
        if not payload:
            self._latest[bed] = None
            return
        try:
            self._latest[bed] = decode_advice(bed, payload)
        except (PackRefused, ValueError) as error:
            if bed not in self._unreadable:  # said once, not at every repetition
                log.warning("ADVICE_UNREADABLE: the advice for %s is ignored (%s)", bed, error)
            self._unreadable.add(bed)
        else:
            self._unreadable.discard(bed)

    def of(self, day: date) -> Mapping[str, Advice | None]:
        """Each bed with its advice for ``day``, or None: one of another day is none."""
        return {
            bed: advice if advice is not None and advice.on == day else None
            for bed, advice in self._latest.items()
        }
