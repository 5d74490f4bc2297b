"""All workshops of a garden: which there are, who is in them, and how they begin and go.

Each has a folder below ``workshops/`` in the garden's data. The folder is looked at with every
question, so that what another command begins or erases counts at once, and a gateway that starts
again finds everybody where they were.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from gateway.durable import belong
from gateway.events import EventHub
from gateway.security.access import Who
from gateway.security.codes import plain
from gateway.security.refusals import AccessRefused
from gateway.security.roles import Role
from gateway.security.sessions import Session as Browser
from gateway.workshop.plants import PLANTS
from gateway.workshop.refusals import (
    no_workshop,
    plant_taken,
    token_over,
    unknown_plant,
    unknown_workshop,
    wrong_code,
)
from gateway.workshop.session import PREFIX
from gateway.workshop.tally import Tally
from gateway.workshop.workshop import Workshop
from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.errors import StorageError

FOLDER: Final = "workshops"
GOING: Final = ".erased-"
DAY_MS: Final = 86_400_000
WEEK_MS: Final = 7 * DAY_MS
CHUNK: Final = 1 << 20


class Workshops:
    """The workshops below ``folder``. Safe to use from several threads.

    ``events``: what open pages hear of a group is taken back from there when it is erased.
    ``erased``: how many were, or have been found erased by another command. ``strays``: how often
    something was said on MQTT for a plant that is no group.
    """

    def __init__(
        self,
        data: Path,
        clock: Clock,
        timezone: str,
        tally: Tally,
        events: EventHub | None = None,
    ) -> None:
        self.folder = data / FOLDER
        self._clock = clock
        self._timezone = timezone
        self._tally = tally
        self._events = events
        self.erased = 0
        self.strays = 0
        self._open: dict[str, Workshop] = {}
        self._lock = threading.RLock()
        self._sweep()

    def all(self) -> list[Workshop]:
        """Those that are not erased, oldest first."""
        with self._lock:
            there = self._there()
            for gone in self._open.keys() - there:
                self._open.pop(gone).close()
                self._forget_events()
                self.erased += 1
            for new in there - self._open.keys():
                self._enter(new)
            return sorted(self._open.values(), key=lambda one: one.about.begun_ms)

    def get(self, workshop_id: str) -> Workshop:
        """Raises ``AccessRefused`` where there is none."""
        for one in self.all():
            if one.id == workshop_id:
                return one
        raise unknown_workshop()

    def begin(self, title: str, groups: int, minutes: float) -> Workshop:
        """A new workshop, on from now."""
        workshop_id = secrets.token_hex(4)
        self._making(workshop_id, title, groups, minutes)
        return self.get(workshop_id)

    def by_code(self, code: str) -> tuple[Workshop, str | None]:
        """The workshop that ``code`` opens, and the plant where it is a group's own new code.

        Raises ``AccessRefused``.
        """
        for one in self.all():
            if one.is_over():
                continue
            if plain(one.about.code) == plain(code):
                return one, None
            group = one.session.of_code(code)
            if group is not None:
                return one, group.plant
        raise wrong_code()

    def free_plants(self) -> list[str]:
        """Those that no group has."""
        taken = self.plants()
        return [plant for plant in PLANTS if plant not in taken]

    def join(self, code: str, plant: str | None) -> tuple[Workshop, str]:
        """The workshop of ``code`` with a group ``plant`` in it, which the code may name itself;
        None: any that is free.

        Raises ``AccessRefused``.
        """
        with self._lock:
            workshop, own = self.by_code(code)
            if own is not None:
                return workshop, own
            free = self.free_plants()
            if plant is None:
                plant = next(iter(free), PLANTS[0])
            if plant not in PLANTS:
                raise unknown_plant(plant, [], [])
            if plant not in free:
                raise plant_taken(plant)
            workshop.session.join(plant, self._clock.wall_ms())
            return workshop, plant

    def of_node(self, node: str) -> Workshop | None:
        """Where ``atelier.<plant>`` is a group, None where it is none just now."""
        if not node.startswith(wire.SANDBOX):
            return None
        plant = node.removeprefix(wire.SANDBOX)
        return next((one for one in self.all() if one.session.group(plant) is not None), None)

    def writable(self, node: str) -> Workshop:
        """Where the group ``node`` may write now. Raises ``AccessRefused``."""
        workshop = self.of_node(node)
        if workshop is None:
            raise no_workshop(node.removeprefix(wire.SANDBOX)[:40])
        workshop.check_writable(node.removeprefix(wire.SANDBOX))
        return workshop

    # --- keys, for gateway.security.access ------------------------------------------------------

    def by_token(self, text: str) -> Who | None:
        """The group whose token this is; None for another kind of token. Raises ``AccessRefused``
        for a group's that opens nothing any more.
        """
        plant = text.removeprefix(PREFIX).rpartition("_")[0]
        if not text.startswith(PREFIX) or plant not in PLANTS:
            return None
        for one in self.all():
            group = one.session.of_token(text)
            if group is not None:
                one.see(group.plant)
                own = wire.SANDBOX + group.plant
                return Who(Role.GROUP, own=own, key=one.key_of(group.plant))
        raise token_over()

    def by_session(self, session_id: str, *, secure: bool) -> Who | None:
        """The group that this browser is in, None where it is in none."""
        for one in self.all():
            plant = one.session.plant_in(session_id, secure=secure)
            if plant is not None:
                one.see(plant)
                browser = Browser(session_id, Role.GROUP, plant, one.about.until_ms)
                own = wire.SANDBOX + plant
                return Who(Role.GROUP, own=own, csrf=browser.csrf, signed_in=True)
        return None

    def tell(self, node: str, refusal: AccessRefused) -> None:
        """See ``Workshop.tell``, for the group ``node``."""
        workshop = self.of_node(node)
        if workshop is not None:
            workshop.tell(node.removeprefix(wire.SANDBOX), refusal)

    # --- the end --------------------------------------------------------------------------------

    def end(self, workshop: Workshop) -> None:
        """Nobody writes any more; from now on it counts for the year. Raises ``StorageError``."""
        workshop.end()
        self._tally.put(workshop.count())

    def erase(self, workshop: Workshop) -> None:
        """Nothing of its groups is left but how many they were. Raises ``StorageError``."""
        with self._lock:
            self._tally.put(workshop.count())
            going = self.folder / f"{GOING}{workshop.id}"
            try:
                (self.folder / workshop.id).rename(going)
            except OSError as error:
                raise _not_erased(going, error) from error
            self._open.pop(workshop.id, None)
            workshop.close()
            wipe(going)
            self.erased += 1
        self._forget_events()

    def tidy(self) -> None:
        """Count what is over; erase what ended a day ago, and what ran out a week ago: somebody
        has forgotten it.
        """
        now_ms = self._clock.wall_ms()
        self._count_over()
        for one in self.all():
            about = one.about
            if about.ended_ms is not None:
                forgotten = now_ms - about.ended_ms >= DAY_MS
            else:
                forgotten = now_ms - about.until_ms >= WEEK_MS
            if forgotten:
                self.erase(one)

    def close(self) -> None:
        """Let go of all files; what was written stays."""
        with self._lock:
            for one in self._open.values():
                one.close()
            self._open.clear()

    def plants(self) -> set[str]:
        """The groups of all workshops."""
        return {group.plant for one in self.all() for group in one.session.groups()}

    def _count_over(self) -> None:
        """Those whose time ran out, too: they may lie here for a week."""
        ends = {one.id: one.ended_ms for one in self._tally.all()}
        for one in self.all():
            # A card is spared: what is counted up to its end is not counted again.
            if one.is_over() and ends.get(one.id) != (one.about.ended_ms or one.about.until_ms):
                self._tally.put(one.count())

    def _forget_events(self) -> None:
        if self._events is not None:
            mine = f'"channel":"{wire.SANDBOX}'
            self._events.forget(lambda event: mine in event.data)

    def _there(self) -> set[str]:
        try:
            with os.scandir(self.folder) as entries:
                return {entry.name for entry in entries if not entry.name.startswith(".")}
        except FileNotFoundError:
            return set()

    def _enter(self, workshop_id: str) -> None:
        workshop = Workshop(self.folder / workshop_id, self._clock, self._timezone)
        self._open[workshop_id] = workshop

    def _making(self, workshop_id: str, title: str, groups: int, minutes: float) -> None:
        """Made under a name that is no workshop's yet: a kill leaves none half made."""
        part = self.folder / f"{GOING}{workshop_id}"
        try:
            part.mkdir(parents=True, mode=0o700)
        except OSError as error:
            raise _not_made(self.folder, error) from error
        Workshop.make(part, title, groups, minutes, self._clock.wall_ms())
        belong(self.folder)
        belong(part)
        part.rename(self.folder / workshop_id)

    def _sweep(self) -> None:
        """What a kill left in the middle of being erased or made."""
        for left in _glob(self.folder):
            wipe(left)


def _glob(folder: Path) -> Iterator[Path]:
    return folder.glob(f"{GOING}*")


def wipe(folder: Path) -> None:
    """Write zeros over each file, then remove them. Raises ``StorageError``.

    A memory card may keep old blocks aside all the same; no file and no database has them.
    """
    try:
        for path in folder.iterdir():
            _write_zeros(path)
        shutil.rmtree(folder)
    except OSError as error:
        raise _not_erased(folder, error) from error


def _write_zeros(path: Path) -> None:
    left = path.stat().st_size
    with path.open("r+b") as file:
        while left > 0:
            left -= file.write(bytes(min(left, CHUNK)))
        file.flush()
        os.fsync(file.fileno())


def _not_erased(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        "WORKSHOP_NOT_ERASED",
        fr=f"L'atelier n'est pas effacé ({error}) : {folder}. Recommencez, ou relancez la "
        "passerelle : elle finit l'effacement au démarrage.",
        en=f"The workshop is not erased ({error}): {folder}. Try again, or start the gateway "
        "again: it finishes erasing at its start.",
    )


def _not_made(folder: Path, error: OSError) -> StorageError:
    return StorageError(
        "WORKSHOP_NOT_MADE",
        fr=f"L'atelier ne peut pas commencer : on ne peut pas écrire dans {folder} ({error}).",
        en=f"The workshop cannot begin: {folder} is not writable ({error}).",
    )
