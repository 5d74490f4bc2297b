"""The system's packages that a card lacks, from the bundle: no internet, no apt.

What is installed already stays as it is, whatever its version: the system keeps itself up to date.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import Final

from gateway.bundle.manifest import System
from gateway.bundle.opened import Bundle
from gateway.kit.releases import INSTALL_S, Run
from sensor_node.errors import HardwareError

FOLDER: Final = Path("opt/jardin/debs")
_ASK: Final = ("dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\n")


def install_missing(
    bundle: Bundle, system: System, role: str, root: Path = Path("/"), *, run: Run
) -> list[str]:
    """Install those of ``role`` that are not there, all in one go; their names.

    Each can be repeated: dpkg goes on where a power cut stopped it. Raises ``StorageError`` for a
    damaged bundle, ``HardwareError`` where dpkg refuses.
    """
    present = _present(run)
    names = [name for name in system.debs_for(role) if package_of(name) not in present]
    if not names:
        return []
    folder = root / FOLDER
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        paths = bundle.extract(names, folder)
        # Settings that a person changed are theirs; nobody is there to be asked.
        quiet = ["env", "DEBIAN_FRONTEND=noninteractive", "dpkg", "--force-confdef"]
        command = [*quiet, "--force-confold", "--install", *map(str, paths)]
        _must(run(command, INSTALL_S))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return [package_of(name) for name in names]


def package_of(name: str) -> str:
    """The package whose file in the bundle is ``name``."""
    return name.rpartition("/")[2].partition("_")[0]


def _present(run: Run) -> Collection[str]:
    """The packages that are wholly installed; none where the system has no dpkg."""
    try:
        said = run(_ASK, INSTALL_S).stdout
    except OSError:
        return ()
    words = [line.split() for line in said.splitlines()]
    return {name for state, name in words if state == "installed"}


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode == 0:
        return
    last = (done.stderr.strip().splitlines() or ["?"])[-1]
    raise HardwareError(
        "PACKAGES_FAILED",
        fr=f"Les paquets du système ne s'installent pas ({last}) : refaites la carte avec une "
        "image neuve de Raspberry Pi OS Lite 64 bits, ou signalez-le.",
        en=f"The system's packages cannot be installed ({last}): make the card anew with a fresh "
        "image of Raspberry Pi OS Lite 64 bit, or report it.",
    )
