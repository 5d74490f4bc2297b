"""Where the node keeps its packs: a disk that outlives a power cut, room on it, a sound outbox."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from sensor_node.database import storage_error
from sensor_node.errors import StorageError
from sensor_node.setup.finding import Finding, bad, good, odd
from sensor_node.setup.running import process_holding
from sensor_node.wiring import Words

FOLDER = Words("dossier", "folder")
ROOM = Words("place", "room")
OUTBOX = Words("boîte d'envoi", "outbox")
VANISHING = frozenset({"tmpfs", "ramfs", "overlay"})
"""Kinds of file system that a power cut empties (an overlay: Raspberry Pi OS's read-only mode)."""
MOUNTS = Path("proc/self/mountinfo")
LITTLE_BYTES, TOO_LITTLE_BYTES = 500 * 2**20, 50 * 2**20


def free_bytes_of(folder: Path) -> int:
    """Bytes free on the disk of ``folder``, or of the nearest folder above it that is there."""
    return shutil.disk_usage(_nearest(folder)).free


def disk(
    data: Path, outbox: Path, root: Path, free_bytes: Callable[[Path], int] = free_bytes_of
) -> Iterator[Finding]:
    """The folder ``data``, its room and its outbox; ``root``: where the kernel's files are."""
    kind = file_system_of(data, root)
    if kind in VANISHING:
        yield bad(FOLDER, data_vanishes(data, kind))
    elif not _is_writable(data):
        yield bad(FOLDER, storage_error(PermissionError(13, "denied"), outbox))
    else:
        yield good(FOLDER, f"{data}, sur disque ({kind})", f"{data}, on disk ({kind})")
    yield _room(data, free_bytes(data))
    yield _outbox(outbox)


def file_system_of(folder: Path, root: Path) -> str:
    """The kind of file system that ``folder`` is on (``ext4``); ``?`` where nothing tells."""
    try:
        lines = (root / MOUNTS).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "?"
    resolved = folder.resolve()
    best, kind = -1, "?"
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        point = Path(fields[4].replace("\\040", " "))
        # The last of several on one point hides those under it.
        if resolved.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split()[0]
    return kind


def check_that_it_stays(data: Path, root: Path = Path("/")) -> None:
    """Raises ``StorageError`` where a power cut would empty the folder ``data``."""
    if (kind := file_system_of(data, root)) in VANISHING:
        raise data_vanishes(data, kind)


def data_vanishes(data: Path, kind: str) -> StorageError:
    """Why a node must not keep its packs here."""
    return StorageError(
        "DATA_VANISHES",
        fr=f"Le dossier {data} est en mémoire ({kind}) : tout y serait perdu à la coupure du "
        "courant. Mettez « data » sur un vrai disque, ou quittez le mode lecture seule "
        "(« sudo raspi-config nonint disable_overlayfs », puis redémarrez).",
        en=f"The folder {data} is in memory ({kind}): everything there would be lost when the "
        "power goes. Put 'data' on a real disk, or leave the read-only mode "
        "('sudo raspi-config nonint disable_overlayfs', then restart).",
    )


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest one above it that exists."""
    return next(one for one in (folder.absolute(), *folder.absolute().parents) if one.exists())


def _is_writable(data: Path) -> bool:
    nearest = _nearest(data)
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


def _room(data: Path, free: int) -> Finding:
    size = f"{free / 2**30:.1f} G" if free >= 2**30 else f"{free / 2**20:.0f} M"
    fr, en = f"{size.replace('.', ',')}o libres", f"{size}B free"
    if free < TOO_LITTLE_BYTES:
        return bad(ROOM, storage_error(OSError(28, "full"), data / "outbox.sqlite"))
    if free < LITTLE_BYTES:
        return odd(ROOM, f"{fr} : faites un peu de place", f"{en}: make some room")
    return good(ROOM, fr, en)


def _outbox(path: Path) -> Finding:
    if not path.exists():
        return good(OUTBOX, "pas encore là : le nœud la crée", "not there yet: the node makes it")
    pid = process_holding(path)
    if pid is not None:
        return good(
            OUTBOX,
            f"le nœud qui tourne (processus {pid}) la tient : son état est sur la page du jardin",
            f"the running node (process {pid}) holds it: its state is on the garden's page",
        )
    try:
        waiting, dropped = _counted(path)
    except sqlite3.Error as error:
        return bad(OUTBOX, storage_error(error, path))
    if dropped:
        return odd(
            OUTBOX,
            f"{waiting} paquets attendent, {dropped} sont perdus faute de place : rallumez la "
            "passerelle plus tôt, ou augmentez « outbox_packs »",
            f"{waiting} packs wait, {dropped} were lost for want of room: bring the gateway back "
            "sooner, or raise 'outbox_packs'",
        )
    return good(OUTBOX, f"{waiting} paquets attendent", f"{waiting} packs wait")


def _counted(path: Path) -> tuple[int, int]:
    """Packs that wait, and packs lost; looked at without writing."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
        (sound,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            raise sqlite3.DatabaseError(sound)
        (waiting,) = db.execute("SELECT count(*) FROM packs WHERE acked = 0").fetchone()
        row = db.execute("SELECT value FROM meta WHERE key = 'dropped'").fetchone()
    return int(waiting), int(row[0] or 0) if row else 0
