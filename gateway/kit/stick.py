"""The USB stick of the nightly backup: ``python -m gateway.kit.stick /dev/sda1``, by root
(jardin-stick@.service, which udev starts).

Mounted at /media/jardin, where gateway.toml has the folder ``jardin`` on it for the backups; the
gateway never makes that folder itself, so that no backup lands on the card.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path
from typing import Final

from gateway.kit.system import System
from sensor_node.console import run_command
from sensor_node.errors import HardwareError

PLACE: Final = "/media/jardin"
FOLDER: Final = "jardin"
USER: Final = "jardin"
SAFE: Final = "nosuid,nodev,noexec,sync"
"""`sync`: a stick is pulled out when nobody thinks of it."""
OWNERLESS: Final = ("vfat", "exfat", "ntfs", "ntfs3")
KNOWN: Final = (*OWNERLESS, "ext4", "ext3", "ext2", "btrfs", "f2fs")


def mount(device: str, system: System, owner: tuple[int, int] | None = None) -> Path:
    """``device`` at its place; all on one that knows no owners is of the user and group ``owner``.

    Raises ``HardwareError`` for what is no stick that we know.
    """
    kind = system.run(["blkid", "-o", "value", "-s", "TYPE", device]).stdout.strip()
    if kind not in KNOWN:
        raise _useless(device, kind or "?")
    options = SAFE
    if owner is not None and kind in OWNERLESS:
        options += ",uid={},gid={},umask=0027".format(*owner)
    place = system.root / PLACE.lstrip("/")
    place.mkdir(parents=True, exist_ok=True)
    done = system.run(["mount", "-t", kind, "-o", options, device, str(place)])
    if done.returncode != 0:
        raise _useless(device, (done.stderr or kind).strip())
    return place


def backup_folder(device: str, system: System, owner: tuple[int, int]) -> Path:
    """The folder of the backups on ``device``, mounted, of the user and group ``owner``.

    Raises ``HardwareError`` for what is no stick for backups: also one on which that folder is a
    link, which leads to this computer's own files.
    """
    folder = mount(device, system, owner) / FOLDER
    if folder.is_symlink():
        leads = f"{FOLDER} -> {folder.readlink()}"
        system.run(["umount", str(folder.parent)])
        raise _useless(device, leads)
    folder.mkdir(exist_ok=True)
    found = folder.stat()
    if (found.st_uid, found.st_gid) != owner:
        os.chown(folder, *owner, follow_symlinks=False)
    return folder


def _useless(device: str, why: str) -> HardwareError:
    return HardwareError(
        "STICK_USELESS",
        fr=f"La clé USB ({device}) ne se monte pas ({why}) : formatez-la en FAT32, exFAT ou ext4.",
        en=f"The USB stick ({device}) cannot be mounted ({why}): format it as FAT32, exFAT or "
        "ext4.",
    )


def main(device: str) -> int:
    """Mount it; returns 0."""
    user = pwd.getpwnam(USER)
    print(backup_folder(device, System(), (user.pw_uid, user.pw_gid)))
    return 0


if __name__ == "__main__":
    sys.exit(run_command(lambda: main(sys.argv[1])))
