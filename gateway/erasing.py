"""Everything that a garden has kept, gone: databases, copies, backups, what MQTT still holds.

The keys of the machines stay: they say nothing of people, and the nodes come in as before.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from gateway import carebook, mend, swap
from gateway.folder import DATABASES
from gateway.ingest import client_id
from gateway.keys.broker import running_pid
from gateway.keys.place import Place
from gateway.keys.removing import FENCE
from gateway.keys.session import visit
from gateway.kit import blank, garden
from gateway.nightly import is_backup
from gateway.settings import GatewaySettings
from gateway.store.opening import open_store
from gateway.workshop import workshops
from sensor_node import wire
from sensor_node.damage import sync_folder, told
from sensor_node.errors import NetworkError

ASIDE: Final = "before-"
"""What was set aside before a restore, or copied before an update."""
SESSIONS: Final = "mosquitto.db"
HANDOVER: Final = "handover"
"""What a school takes along is made there."""
_OURS: Final = (
    *DATABASES,
    carebook.FILE,
    swap.STAGE,
    ASIDE,
    mend.RUNNING,
    workshops.FOLDER,
    garden.FILE,
    HANDOVER,
)
"""How the names begin of what lies in the data folder, with all that is set aside beside it."""
_STAYS: Final = frozenset(
    {
        "keys",
        "broker",
        "requests",
        "gateway.lock",
        "in-use.lock",
        "backup.lock",
        blank.DECISION,
        blank.SINCE,
    }
)


@dataclass(slots=True)
class Erased:
    """What was done. ``left``: what else lies in the data folder; ``broker``: why what MQTT holds
    could not be cleared, None where it was.
    """

    files: int = 0
    backups: int = 0
    topics: int = 0
    left: list[Path] = field(default_factory=list)
    broker: NetworkError | None = None


def copies(settings: GatewaySettings) -> list[Path]:
    """What was set aside in the data folder: before a restore, or because it was damaged."""
    found = [*settings.data.glob(f"{ASIDE}*"), *settings.data.glob("*.damaged-*")]
    return sorted(found)


def backups(settings: GatewaySettings) -> list[Path]:
    """The garden's backups that are known: those of the folder, and the last one made by hand."""
    folder = settings.backup.folder
    found = set(folder.iterdir()) if folder is not None and folder.is_dir() else set()
    found = {path for path in found if is_backup(path, settings.name)}
    last = carebook.Carebook(settings.data).last_backup
    if last is not None and Path(last.path).is_file():
        found.add(Path(last.path))
    return sorted(found)


def erase_everything(settings: GatewaySettings) -> Erased:
    """Erase the garden of ``settings``. Call it with the data folder ``alone``.

    Raises ``StorageError`` where a disk refuses; what is gone by then is gone.
    """
    done = Erased()
    _empty_server(settings)
    try:
        done.topics = _clear_broker(settings)
    except NetworkError as error:
        done.broker = error
    place = Place(settings.data)
    if done.broker is not None and place.is_made and running_pid(place) is None:
        # A broker of ours that does not run has all it remembers in this file.
        (place.broker / SESSIONS).unlink(missing_ok=True)
        done.broker = None
    done.backups = remove(backups(settings))  # before the note of where they are
    done.files = remove(p for p in settings.data.iterdir() if p.name.startswith(_OURS))
    with told(settings.data / "x"):
        sync_folder(settings.data)
        done.left = sorted(p for p in settings.data.iterdir() if p.name not in _STAYS)
    return done


def remove(paths: Iterable[Path]) -> int:
    """Remove these files and folders; how many there were. Raises ``StorageError``."""
    found = list(paths)
    for path in found:
        with told(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(found)


def _empty_server(settings: GatewaySettings) -> None:
    """The readings of a garden whose store is a server of its own."""
    if settings.store.engine == "sqlite":
        return
    with closing(open_store(settings.store, settings.data, settings.timezone)) as store:
        for series in store.newest():
            store.delete(series, 0, 2**53)


def _clear_broker(settings: GatewaySettings) -> int:
    """Nothing is retained for anybody, nor waits for the gateway; how many topics there were."""
    with visit(settings.broker, client_id(settings.broker)) as session:
        topics = [topic for topic in session.retained([f"{wire.BASE}/#"], FENCE) if topic != FENCE]
        session.clear(topics)
    pid = running_pid(Place(settings.data))
    if pid is not None and hasattr(signal, "SIGUSR1"):
        os.kill(pid, signal.SIGUSR1)  # mosquitto writes its file anew, without them
    return len(topics)
