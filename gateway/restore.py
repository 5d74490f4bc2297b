"""A backup becomes the garden's data again; what was there is set aside, never deleted.

The restored store has a new id: nodes then send again all that they still have, and what was
measured since the backup comes back by itself.
"""

from __future__ import annotations

import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway import archive, swap
from gateway.archive import Manifest
from gateway.durable import belong, free_name, sync_file
from sensor_node.damage import told


@contextmanager
def prepared(path: Path, data: Path, now_ms: int) -> Iterator[Preparation]:
    """The backup at ``path`` unpacked and looked through inside ``data``, which is unchanged
    until ``Preparation.apply``. Call it with the folder ``alone``.

    Raises ``StorageError`` for a file that is no whole backup or is of a newer version.
    """
    manifest = archive.read_manifest(path)
    try:
        with told(data / "x"):
            folder = swap.stage(data)
            archive.unpack(path, manifest, folder)
            _give_new_id(folder / "store.sqlite")
            for name in manifest.files:
                sync_file(folder / name)
                belong(folder / name)
        yield Preparation(manifest, data, now_ms)
    finally:
        if not swap.is_decided(data):
            shutil.rmtree(data / swap.STAGE, ignore_errors=True)


class Preparation:
    """A backup that is ready to take the place of the data."""

    def __init__(self, manifest: Manifest, data: Path, now_ms: int) -> None:
        self.manifest = manifest
        self._data = data
        moment = datetime.fromtimestamp(now_ms / 1000, UTC)
        self._aside = free_name(data / f"before-restore-{moment:%Y-%m-%d-%H%M%S}")

    def apply(self) -> Path:
        """Put it in place; returns the folder into which the data of before went."""
        swap.decide(self._data, self._aside)
        return self._aside


def _give_new_id(store: Path) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as db:
        db.execute("INSERT OR REPLACE INTO meta VALUES ('store', ?)", (secrets.token_hex(8),))
