"""One workshop: its session and its sandbox, and what a facilitator does with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.present import Latest
from gateway.security.refusals import AccessRefused
from gateway.sent import Sent
from gateway.store.base import Series
from gateway.workshop.refusals import frozen, over, paused
from gateway.workshop.sandbox import NotTaken, Sandbox
from gateway.workshop.session import About, Group, Session
from gateway.workshop.tally import Count
from sensor_node import wire
from sensor_node.clock import Clock

MINUTE_MS: Final = 60_000
HERE_S: Final = 30.0
"""A group that was heard within this is connected: its page asks every five seconds."""
TOLD_S: Final = 30.0
"""So long a group is told what was not taken."""
SESSION, READINGS = "session.sqlite", "readings.sqlite"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a group stands, for the wall. ``heard_s``: how long ago its page or program was heard,
    None: not since the gateway started. ``told``: why something was not taken a moment ago.
    """

    group: Group
    heard_s: float | None
    latest: Latest | None
    told: AccessRefused | None

    @property
    def here(self) -> bool:
        return self.heard_s is not None and self.heard_s <= HERE_S


class Workshop:
    """In ``folder``, which was made before; ``StorageError`` when the disk fails."""

    def __init__(self, folder: Path, clock: Clock, timezone: str) -> None:
        self.id = folder.name
        self.session = Session(folder / SESSION)
        try:
            self.sandbox = Sandbox(folder / READINGS, self.session, clock, timezone)
        except BaseException:
            self.session.close()
            raise
        self._clock = clock
        self._heard_s: dict[str, float] = {}
        self._told: dict[str, tuple[AccessRefused, float]] = {}
        self._lock = threading.Lock()

    @staticmethod
    def make(folder: Path, title: str, groups: int, minutes: float, now_ms: int) -> None:
        """Write a new workshop into the empty ``folder``."""
        session = Session(folder / SESSION)
        with session.closing():
            session.begin(title, groups, minutes, now_ms)

    @property
    def about(self) -> About:
        """What it is now."""
        about = self.session.about()
        assert about is not None  # noqa: S101 - it was made before it was here
        return about

    def is_over(self) -> bool:
        """Whether its time is up, or it was ended."""
        about = self.about
        if about.ended_ms is not None:
            return True
        return not about.paused and self._clock.wall_ms() >= about.until_ms

    def left_ms(self) -> int:
        """What is left of its time."""
        about = self.about
        if about.ended_ms is not None:
            return 0
        if about.left_ms is not None:
            return about.left_ms
        return max(0, about.until_ms - self._clock.wall_ms())

    def check_writable(self, plant: str) -> None:
        """Raises ``AccessRefused`` where the group may not write now."""
        about = self.about
        if self.is_over():
            raise over()
        if about.paused:
            raise paused()
        if self.session.known(plant).frozen:
            raise frozen()

    def take(self, plant: str, sent: Sequence[Sent]) -> tuple[list[Series], list[NotTaken]]:
        """Store readings of a group. Raises ``AccessRefused`` where it may not write now."""
        self.check_writable(plant)
        return self.sandbox.take(plant, sent)

    def write(self, plant: str, text: str) -> None:
        """Keep a note of a group. Raises ``AccessRefused``."""
        self.check_writable(plant)
        self.session.write(plant, text, self._clock.wall_ms())

    def raise_hand(self, plant: str, *, up: bool) -> None:
        """A group calls for help, or has been helped; a hand that is up keeps its time."""
        raised = self.session.known(plant).hand_ms
        if not up or raised is None:
            self.session.mark(plant, hand_ms=self._clock.wall_ms() if up else None)

    def water_pot(self, plant: str) -> None:
        """A simulated pot for a group, freshly watered. Raises ``AccessRefused``."""
        self.check_writable(plant)
        self.session.mark(plant, pot_ms=self._clock.wall_ms())

    def pause(self) -> None:
        """All stop, and so does the time."""
        if not self.is_over() and not self.about.paused:
            self.session.change(left_ms=self.left_ms())

    def resume(self) -> None:
        """All go on, with what was left of the time."""
        left_ms = self.about.left_ms
        if left_ms is not None:
            self.session.change(until_ms=self._clock.wall_ms() + left_ms, left_ms=None)

    def extend(self, minutes: float) -> None:
        """So many minutes more, from now where the time is up."""
        about, more_ms = self.about, round(minutes * MINUTE_MS)
        if about.ended_ms is not None:
            raise over()
        if about.left_ms is not None:
            self.session.change(left_ms=about.left_ms + more_ms)
        else:
            self.session.change(until_ms=max(about.until_ms, self._clock.wall_ms()) + more_ms)

    def end(self) -> None:
        """Nobody writes any more; what was measured can still be taken home."""
        if self.about.ended_ms is None:
            self.session.change(ended_ms=self._clock.wall_ms(), left_ms=None)

    def see(self, plant: str) -> None:
        """A group's page or program was heard just now."""
        with self._lock:
            self._heard_s[plant] = self._clock.monotonic_s()

    def tell(self, plant: str, refusal: AccessRefused) -> None:
        """Why something of a group was not taken: its page and the wall say it for a while."""
        with self._lock:
            self._told[plant] = refusal, self._clock.monotonic_s()

    def told(self, plant: str) -> AccessRefused | None:
        """What a group has to know just now."""
        with self._lock:
            refusal, at_s = self._told.get(plant, (None, 0.0))
            return refusal if self._clock.monotonic_s() - at_s <= TOLD_S else None

    def key_of(self, plant: str) -> str:
        """Under which name a group's pace is counted, whichever way its programs come."""
        return f"{self.id} {plant}"

    def standings(self) -> list[Standing]:
        """How all groups stand; those who call for help first."""
        newest = self._newest()
        with self._lock:
            heard, now_s = dict(self._heard_s), self._clock.monotonic_s()
        found = [
            Standing(
                group,
                now_s - heard[group.plant] if group.plant in heard else None,
                newest.get(group.plant),
                self.told(group.plant),
            )
            for group in self.session.groups()
        ]
        return sorted(found, key=lambda one: one.group.hand_ms or 2**62)

    def count(self) -> Count:
        """What stays of it."""
        about = self.about
        ended_ms = about.ended_ms or min(about.until_ms, self._clock.wall_ms())
        groups, readings = len(self.session.groups()), self.sandbox.store.count()
        notes = len(self.session.notes())
        return Count(self.id, about.begun_ms, ended_ms, groups, readings, notes)

    def close(self) -> None:
        """Let go of the files."""
        self.sandbox.close()
        self.session.close()

    def _newest(self) -> dict[str, Latest]:
        found: dict[str, Latest] = {}
        for series, latest in self.sandbox.present.all().items():
            plant = series.node.removeprefix(wire.SANDBOX)
            if plant not in found or found[plant].at_ms < latest.at_ms:
                found[plant] = latest
        return found
