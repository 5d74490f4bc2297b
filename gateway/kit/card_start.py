"""What the steps of a first start are given: the card's answers, its bundle, and the system."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.bundle.opened import Bundle
from gateway.card.answers import Answers
from gateway.kit.system import System
from sensor_node.damage import told
from sensor_node.errors import HardwareError

GATEWAY, NODE = "jardin", "jardin-node"
"""The users: the gateway's and the broker's, and the node's."""
PATIENCE_S: Final = 1800.0


@dataclass(frozen=True, slots=True)
class CardStart:
    """``boot``: the mounted boot partition."""

    boot: Path
    answers: Answers
    bundle: Bundle
    system: System

    def path(self, absolute: str) -> Path:
        """``/etc/hostname`` of the system that is being made."""
        return self.system.root / absolute.lstrip("/")

    def must(self, *command: str, patience_s: float = PATIENCE_S) -> None:
        """Run ``command``. Raises ``HardwareError`` with its last words unless it ends well."""
        try:
            done = self.system.run(command, patience_s)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(command, str(error)) from error
        if done.returncode != 0:
            raise _failed(command, (done.stderr or done.stdout).strip()[-500:])

    def may(self, *command: str) -> None:
        """Run ``command`` where its program is there; whatever comes of it is well."""
        if self.system.has(command[0]):
            self.system.does(*command)

    def give(self, path: Path, user: str, mode: int) -> None:
        """``path`` is of ``user``, as far as we may say so."""
        with told(path):
            path.chmod(mode)
            numbers = self._numbers(user)
            if numbers is not None and os.geteuid() == 0:
                os.chown(path, *numbers)

    def let_read(self, path: Path, user: str) -> None:
        """``path`` stays root's, and ``user`` may read it."""
        numbers = self._numbers(user)
        with told(path):
            if numbers is not None and os.geteuid() == 0:
                os.chown(path, 0, numbers[1])
            path.chmod(0o640)

    def folder(self, absolute: str, user: str, mode: int) -> Path:
        """That folder, of ``user``."""
        path = self.path(absolute)
        with told(path):
            path.mkdir(parents=True, exist_ok=True)
        self.give(path, user, mode)
        return path

    def has_user(self, user: str) -> bool:
        """Whether the system knows ``user``."""
        return self._numbers(user) is not None

    def _numbers(self, user: str) -> tuple[int, int] | None:
        """Number and group of ``user``, by the passwd of the system that is being made."""
        path = self.path("/etc/passwd")
        with told(path):
            lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        for line in lines:
            name, _, number, group, *_ = line.split(":")
            if name == user:
                return int(number), int(group)
        return None


def overwrite(path: Path) -> None:
    """Remove the file ``path`` after its content: a FAT forgets names only."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def remove_tree(path: Path) -> None:
    """Remove the folder ``path`` where it is there."""
    if path.exists():
        shutil.rmtree(path)


def _failed(command: Sequence[str], said: str) -> HardwareError:
    words = " ".join(command)[:120]
    return HardwareError(
        "FIRST_BOOT_COMMAND",
        fr=f"« {words} » a échoué : {said}. Débranchez puis rebranchez le Pi ; si cela recommence, "
        "refaites la carte.",
        en=f"'{words}' failed: {said}. Unplug the Pi and plug it in again; if that goes on, make "
        "the card again.",
    )
