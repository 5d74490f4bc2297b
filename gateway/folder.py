"""The gateway's data folder: which databases it holds, and who is at work in it.

A running gateway, an import and a backup share the folder; a restore wants it for itself, and so
does a gateway while it looks its databases over at the start. The kernel lets go of the locks of a
process that is killed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from gateway import catalogue, quarantine, swap
from gateway.durable import belong
from gateway.store import sqlite
from sensor_node.damage import told
from sensor_node.errors import StorageError

DATABASES: Final[Mapping[str, tuple[str, ...]]] = {
    "store.sqlite": sqlite.MIGRATIONS,
    "garden.sqlite": catalogue.MIGRATIONS,
    "quarantine.sqlite": quarantine.MIGRATIONS,
}
"""Each file with the migrations of its schema."""

_RUNNING, _IN_USE, _BACKUP = "gateway.lock", "in-use.lock", "backup.lock"


@contextmanager
def running(data: Path) -> Iterator[Lock]:
    """The folder of a gateway that starts: for itself until the lock is ``share``d, then shared.

    Raises ``StorageError`` where another gateway runs or another command is at work.
    """
    with _held(data, _RUNNING, _gateway_runs), _held(data, _IN_USE, _in_use) as lock:
        swap.finish(data)
        yield lock


@contextmanager
def shared(data: Path) -> Iterator[None]:
    """The folder for a command that reads or adds while a gateway may be running."""
    with _held(data, _IN_USE, _in_use, shared=not swap.is_decided(data)) as lock:
        if swap.is_decided(data):
            swap.finish(data)
        lock.share()
        yield


@contextmanager
def existing(data: Path) -> Iterator[None]:
    """As ``shared``, for a command that has nothing to do where there is no garden."""
    check_made(data)
    with shared(data):
        yield


def check_made(data: Path) -> None:
    """Raises ``StorageError`` where ``data`` holds no garden; makes neither file nor folder."""
    if swap.is_decided(data) or any((data / name).exists() for name in DATABASES):
        return
    raise StorageError(
        "NO_GARDEN_HERE",
        fr=f"Il n'y a pas de jardin dans {data} : vérifiez le réglage « data », et que le disque "
        "des données est monté. Rien n'a été créé.",
        en=f"There is no garden in {data}: check the setting 'data', and that the disk of the "
        "data is mounted. Nothing was made.",
    )


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """The folder for a command that changes everything. Raises ``StorageError``."""
    with _held(data, _RUNNING, _gateway_runs), _held(data, _IN_USE, _in_use):
        swap.finish(data)
        yield


@contextmanager
def backing_up(data: Path) -> Iterator[None]:
    """One backup at a time: by hand and by night do not meet. Raises ``StorageError``."""
    with _held(data, _BACKUP, _in_use):
        yield


class Lock:
    """A lock on the file ``path``, held by this process until it is closed."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Root takes it as well, in a folder that is not root's: no link is followed.
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        self._handle = os.open(path, flags, 0o644)
        belong(path)

    def take(self, *, shared: bool = False) -> bool:
        """Take it, or change how it is held, without waiting; whether that went."""
        if sys.platform == "win32":
            return shared or _take_on_windows(self._handle)
        import fcntl  # noqa: PLC0415 - Windows has none

        try:
            fcntl.flock(self._handle, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Let others in who share it too."""
        self.take(shared=True)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)


def _take_on_windows(handle: int) -> bool:
    import msvcrt  # noqa: PLC0415

    try:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except OSError:
        return False
    return True


@contextmanager
def _held(
    data: Path, name: str, refusal: Callable[[Path], StorageError], *, shared: bool = False
) -> Iterator[Lock]:
    with told(data / name):
        lock = Lock(data / name)
    try:
        if not lock.take(shared=shared):
            raise refusal(data)
        yield lock
    finally:
        lock.close()


def _gateway_runs(data: Path) -> StorageError:
    return StorageError(
        "GATEWAY_RUNNING",
        fr=f"Une passerelle travaille déjà sur {data} : arrêtez-la d'abord "
        "(sudo systemctl stop jardin-gateway, ou Ctrl-C là où elle tourne). Rien n'a été changé.",
        en=f"A gateway is at work on {data} already: stop it first "
        "(sudo systemctl stop jardin-gateway, or Ctrl-C where it runs). Nothing was changed.",
    )


def _in_use(data: Path) -> StorageError:
    return StorageError(
        "DATA_IN_USE",
        fr=f"Une autre commande (import, sauvegarde, restauration) travaille sur {data} : "
        "attendez qu'elle ait fini, puis recommencez. Rien n'a été changé.",
        en=f"Another command (import, backup, restore) is at work on {data}: wait until it has "
        "finished, then try again. Nothing was changed.",
    )
