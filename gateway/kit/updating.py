"""An update: a new version beside the old one, tried, and taken back where it does not work.

Every step is noted before it begins (gateway.kit.ledger); ``settle`` finishes or takes back what a
power cut has interrupted: after it either the old version is in service or the new one, with
databases that it can read. It is called at each start, before gateway and node, from the version
that was proven last.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from gateway.bundle.host import Host
from gateway.bundle.opened import Bundle, opened
from gateway.bundle.signature import check_signature, keys_of
from gateway.folder import Lock
from gateway.kit import packages, refusals, releases
from gateway.kit.health import GATEWAY_UNIT, NODE_UNIT, Watch, needed_of
from gateway.kit.ledger import Entry, Ledger
from gateway.kit.releases import Release
from gateway.kit.system import System
from sensor_node.damage import told
from sensor_node.errors import StorageError

UNITS: Final = {
    "gateway": (GATEWAY_UNIT,),
    "node": (NODE_UNIT,),
    "kit": (GATEWAY_UNIT, NODE_UNIT),
}
BESIDES: Final = ("jardin-cable.service",)
"""What else runs for long from the version in service; not every card has it."""
LOCK: Final = "update.lock"
START_S: Final = 300.0
Tell = Callable[[str], None]
"""Told the step that begins: those of the ledger and of ``releases.install``, and ``check``."""


class Kept(Protocol):
    """The databases of the card, as they were."""

    def keep(self) -> None:
        """Copy them. Raises ``StorageError``."""

    def put_back(self) -> None:
        """Where the newer version has changed their layout, the copies come back."""

    def bytes(self) -> int:
        """How much room a copy may take."""


@dataclass(frozen=True, slots=True)
class Card:
    """What an update works on. ``pause`` and ``watch`` are how it waits for health."""

    role: str
    system: System
    kept: Kept
    watch: Watch
    host: Host

    @property
    def root(self) -> Path:
        """Where its system lies."""
        return self.system.root


class Updater:
    """Brings ``card`` from one version to another."""

    def __init__(self, card: Card, tell: Tell = lambda _step: None) -> None:
        self._card = card
        self._tell = tell
        self._ledger = Ledger(card.root)

    def update(self, path: Path, *, older: bool = False) -> Release:
        """Install the bundle at ``path`` and put it into service for good.

        ``older``: also an older version. Raises ``GardenError`` with what to do; the version of
        before is then in service.
        """
        with self._alone():
            return self._update(path, older=older)

    def settle(self) -> str:
        """Make up for an interrupted update: ``""`` (there was none), ``old`` or ``new``: which
        version is in service now. Services are started without waiting for them.

        Raises ``UsageError`` while an update is under way.
        """
        with self._alone():
            return self._settle()

    def _update(self, path: Path, *, older: bool) -> Release:
        self._settle()
        old = releases.current(self._card.root)
        if old is None:
            raise refusals.no_card()
        with opened(path) as bundle:
            self._judge(bundle, old, older=older)
            entry = Entry("install", old.name, bundle.name)
            new = self._install(bundle, entry)
        self._exchange(old, new, entry)
        return new

    def _settle(self) -> str:
        entry = self._ledger.read()
        root = self._card.root
        if entry is None:
            return ""
        if entry.step == "done":
            self._finish(releases.find(entry.new, root))
            return "new"
        if entry.step in ("switch", "trial", "back"):
            self._take_back(releases.find(entry.old, root), entry, wait=False)
            return "old"
        releases.clear_half_made(root)
        self._start(wait=False)
        self._ledger.clear()
        return "old"

    def _judge(self, bundle: Bundle, old: Release, *, older: bool) -> None:
        """Raises ``GardenError`` unless ``bundle`` may come into service here."""
        self._tell("verify")
        check_signature(bundle, keys_of(self._card.root))
        self._card.host.find(bundle.manifest)
        if bundle.name == old.name:
            raise refusals.same_version(old.version)
        if bundle.manifest.order < old.order and not older:
            raise refusals.older_version(bundle.manifest.version, old.version)
        bundle.check()

    def _install(self, bundle: Bundle, entry: Entry) -> Release:
        card = self._card
        self._note(entry, "install")
        spare = releases.SPARE_BYTES + card.kept.bytes()
        try:
            new = releases.install(
                bundle,
                card.role,
                card.root,
                host=card.host,
                run=card.system.run,
                tell=self._tell,
                spare_bytes=spare,
            )
            system = card.host.find(bundle.manifest)
            packages.install_missing(bundle, system, card.role, card.root, run=card.system.run)
        except BaseException:
            self._ledger.clear()
            raise
        return new

    def _exchange(self, old: Release, new: Release, entry: Entry) -> None:
        card = self._card
        needed = needed_of(card.role, card.watch.usual())
        try:
            self._note(entry, "stop")
            self._stop()
            self._note(entry, "keep")
            card.kept.keep()
        except BaseException:
            self._start(wait=False)
            self._ledger.clear()
            raise
        try:
            self._note(entry, "switch")
            releases.switch(new, card.root)
            self._note(entry, "trial")
            self._start(wait=True)
            lacking = card.watch.lacks(needed)
        except BaseException:
            self._take_back(old, entry, wait=False)
            raise
        if lacking:
            self._take_back(old, entry, wait=True)
            raise refusals.taken_back(new.version, old.version, lacking)
        self._note(entry, "done")
        self._finish(new)

    def _finish(self, new: Release) -> None:
        releases.prove(new, self._card.root)
        releases.prune(self._card.root)
        self._ledger.clear()

    def _take_back(self, old: Release, entry: Entry, *, wait: bool) -> None:
        with suppress(StorageError):  # on a full disk "trial" stays noted, and means the same
            self._note(entry, "back")
        self._stop()
        releases.switch(old, self._card.root)
        try:
            self._card.kept.put_back()
        finally:
            self._start(wait=wait)
        self._ledger.clear()

    def _note(self, entry: Entry, step: str) -> None:
        self._ledger.note(replace(entry, step=step))
        self._tell(step)

    def _stop(self) -> None:
        self._systemctl("stop", *UNITS[self._card.role])

    def _start(self, *, wait: bool) -> None:
        # At the start of the card they come after us: waiting for them would be for ever.
        how = () if wait else ("--no-block",)
        self._systemctl(*how, "start", *UNITS[self._card.role])
        self._systemctl(*how, "try-restart", *BESIDES)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One at a time: from the page, a stick, a terminal and at the start of the card."""
        path = self._card.root / releases.HOME / LOCK
        with told(path):
            lock = Lock(path)
        try:
            if not lock.take():
                raise refusals.under_way()
            yield
        finally:
            lock.close()

    def _systemctl(self, *words: str) -> None:
        """What a unit that does not start means is judged by its health."""
        command: Sequence[str] = ("systemctl", *words)
        try:
            self._card.system.run(command, START_S)
        except subprocess.TimeoutExpired:
            return
        except OSError as error:
            raise refusals.no_systemd(error) from error
