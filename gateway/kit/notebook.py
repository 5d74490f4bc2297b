"""Which steps of a card's first start are done, whatever power cut comes in between."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.durable import write_whole
from sensor_node.damage import told

FOLDER: Final = Path("var/lib/jardin-first-boot")
NOTES, DONE = "steps", "done"


class Notebook:
    """The notes for the card of this ``number``, below ``root``; those of another card count for
    nothing. Raises ``StorageError``.
    """

    def __init__(self, root: Path, number: str) -> None:
        self._folder = root / FOLDER
        self._path = self._folder / NOTES
        self._number = number
        with told(self._path):
            self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            lines = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
            if lines[:1] != [number]:
                lines = [number]
                write_whole(self._path, f"{number}\n".encode())
        self._done = set(lines[1:])

    def has(self, step: str) -> bool:
        """Whether ``step`` is done."""
        return step in self._done

    def note(self, step: str) -> None:
        """``step`` is done; all that it wrote must be on disk."""
        with told(self._path):
            lines = [self._number, *sorted(self._done | {step})]
            write_whole(self._path, ("\n".join(lines) + "\n").encode())
        self._done.add(step)

    def close(self) -> None:
        """All is done: systemd starts the program no more."""
        with told(self._path):
            write_whole(self._folder / DONE, f"{self._number}\n".encode())
