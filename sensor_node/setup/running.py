"""Whether a node runs already: its pins have one owner, and so has its outbox."""

from __future__ import annotations

import contextlib
import struct
import sys
from pathlib import Path

from sensor_node.errors import HardwareError

_FIRST_LOCK_BYTE, LOCK_BYTES = 0x4000_0000, 512
"""Where SQLite locks a database's file (its documentation, "file format", section 1.6): whoever
has it open, as a node has its outbox, holds a lock there."""
_FLOCK = "hhqqi4x"
"""``struct flock`` of 64-bit Linux: type, whence, start, length, pid."""


def process_holding(outbox: Path) -> int | None:
    """The id of the process that has the outbox open, None where there is none (or no way to
    tell, as anywhere but on Linux). Asks for no lock, and so disturbs nobody.
    """
    if sys.platform != "linux":
        return None
    import fcntl  # noqa: PLC0415 - not on Windows

    question = struct.pack(_FLOCK, fcntl.F_WRLCK, 0, _FIRST_LOCK_BYTE, LOCK_BYTES, 0)
    with contextlib.suppress(OSError), outbox.open("rb") as file:
        kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(file, fcntl.F_GETLK, question))
        return None if kind == fcntl.F_UNLCK else int(pid)
    return None


def node_running(pid: int) -> HardwareError:
    """Why the sensors cannot be read here and now."""
    return HardwareError(
        "NODE_RUNNING",
        fr=f"Le nœud tourne (processus {pid}) et tient ses capteurs : leurs valeurs sont sur la "
        "page du jardin. Pour les lire ici, arrêtez d'abord le nœud.",
        en=f"The node is running (process {pid}) and holds its sensors: their values are on the "
        "garden's page. To read them here, stop the node first.",
    )
