"""How far an update has come: one small file, so that a power cut at any step is made up for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from gateway.durable import write_whole
from gateway.kit.releases import HOME
from sensor_node.damage import sync_folder, told

FILE: Final = "update.json"
STEPS: Final = ("install", "stop", "keep", "switch", "trial", "back", "done")
"""``install``: the new environment is made, the old one works. ``stop``: gateway and node stop.
``keep``: the databases are copied. ``switch``: the link changes. ``trial``: the new one works and
is watched. ``back``: the old one is put back. ``done``: the new one is proven, the oldest goes.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """``old`` and ``new``: names of releases; ``old`` is empty where there was none."""

    step: str
    old: str
    new: str


class Ledger:
    """The ledger of the card whose system lies in ``root``."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._path = root / HOME / FILE

    def read(self) -> Entry | None:
        """What is under way; None where nothing is, or where the file says nothing we know."""
        try:
            entry = Entry(**json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return entry if entry.step in STEPS else None

    def note(self, entry: Entry) -> None:
        """``entry.step`` begins. Raises ``StorageError``."""
        with told(self._path):
            write_whole(self._path, json.dumps(asdict(entry)).encode())

    def clear(self) -> None:
        """Nothing is under way any more."""
        with told(self._path):
            self._path.unlink(missing_ok=True)
            sync_folder(self._path.parent)
