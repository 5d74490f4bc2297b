"""A bundle that comes over the network: written to disk as it comes, never held in memory."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Final

from sensor_node.damage import told
from sensor_node.errors import StorageError, UsageError

UPLOAD: Final = "update.bundle"
"""Its name in the folder of the requests."""
MOST_BYTES: Final = 200_000_000
LEAST_FREE_BYTES: Final = 200_000_000
"""What is left for readings in any case."""


class Upload:
    """The file in ``folder`` that a bundle is written to; whole after ``finish``, else gone.

    ``most_bytes``: more is refused. Raises ``StorageError`` where there is no room for as much.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._part = folder / f".{UPLOAD}.part"
        self._path = folder / UPLOAD
        self._written = 0
        with told(self._part):
            if shutil.disk_usage(folder).free < LEAST_FREE_BYTES + most_bytes:
                raise _no_room()
            self._part.unlink(missing_ok=True)
            self._file = self._part.open("xb")

    def write(self, chunk: bytes) -> None:
        """The next piece. Raises ``UsageError`` where it is too much, ``StorageError``."""
        self._written += len(chunk)
        if self._written > self._most:
            raise _too_large(self._most)
        with told(self._part):
            self._file.write(chunk)

    def finish(self) -> Path:
        """Have it whole on disk; where it lies."""
        if self._written == 0:
            raise _nothing()
        with told(self._part):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._part.replace(self._path)
        return self._path

    def close(self) -> None:
        """Let go of it; what is not finished goes."""
        self._file.close()
        self._part.unlink(missing_ok=True)


def _no_room() -> StorageError:
    return StorageError(
        "UPLOAD_NO_ROOM",
        fr="La carte n'a pas la place de recevoir un paquet : déplacez des sauvegardes ou des "
        "fichiers. Le jardin n'a pas été touché.",
        en="The card has no room to take in a bundle: move backups or files away. The garden was "
        "not touched.",
    )


def _too_large(most: int) -> UsageError:
    return UsageError(
        "UPLOAD_TOO_LARGE",
        fr=f"Ce fichier dépasse {most // 10**6} Mo : ce n'est pas un paquet du jardin. Il "
        "n'a pas été gardé.",
        en=f"This file is over {most // 10**6} MB: it is no bundle of the garden. It was not kept.",
    )


def _nothing() -> UsageError:
    return UsageError(
        "UPLOAD_EMPTY",
        fr="Aucun fichier n'est arrivé : choisissez le paquet (.bundle), puis envoyez.",
        en="No file has come: choose the bundle (.bundle), then send.",
    )
