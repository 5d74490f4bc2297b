"""The boot partition of a freshly written card: which system it starts, and what it has room for.

Nothing on a boot partition names its system. What tells it: 32-bit systems have kernels of their
own beside the 64-bit one; bookworm was the first with a kernel for the Pi 5 and its
initramfs, trixie the first with cloud-init's files; no other system has Raspberry Pi OS's
issue.txt. The first start compares it with the system that really runs.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.card.sections import is_customised
from sensor_node.errors import HardwareError

SYSTEMS: Final = ("bookworm", "trixie")
CONFIG, CMDLINE, ISSUE = "config.txt", "cmdline.txt", "issue.txt"
KERNEL, KERNEL_PI5 = "kernel8.img", "kernel_2712.img"
KERNELS_32: Final = ("kernel7l.img", "kernel7.img", "kernel.img")
CLOUD_INIT: Final = ("user-data", "meta-data", "network-config")
MADE_BY: Final = "Raspberry Pi reference"


@dataclass(frozen=True, slots=True)
class Partition:
    """A mounted boot partition. ``system``: Debian's name of what it starts."""

    path: Path
    system: str

    def text(self, name: str) -> str:
        """The text of its file ``name``; empty where there is none. Raises ``HardwareError``."""
        try:
            return (self.path / name).read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def free_bytes(self) -> int:
        """What still fits on it. Raises ``HardwareError``."""
        try:
            return shutil.disk_usage(self.path).free
        except OSError as error:
            raise _unreadable(self.path, error) from error


def look_at(path: Path, system: str | None = None) -> Partition:
    """The boot partition that is mounted at ``path``. ``system``: what a person says it is.

    Raises ``HardwareError`` for anything that no card of ours can be made of.
    """
    if not (path / CONFIG).is_file() or not (path / CMDLINE).is_file():
        raise _no_partition(path)
    if any((path / name).exists() for name in KERNELS_32) or not (path / KERNEL).exists():
        raise _no_64_bits(path)
    found = system or _system(path)
    if found not in SYSTEMS:
        raise _other_system(path, _told(path))
    partition = Partition(path, found)
    if is_customised(partition.text(CMDLINE), partition.text("user-data")):
        raise _customised()
    return partition


def _system(path: Path) -> str | None:
    if MADE_BY not in _told(path):
        return None
    if all((path / name).is_file() for name in CLOUD_INIT):
        return "trixie"
    return "bookworm" if (path / KERNEL_PI5).exists() else None


def _told(path: Path) -> str:
    try:
        lines = (path / ISSUE).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "?"
    return re.sub(r"[^ -~]", "?", lines[0])[:80] if lines else "?"


def _no_partition(path: Path) -> HardwareError:
    return HardwareError(
        "CARD_NOT_BOOT",
        fr=f"{path} n'est pas la partition de démarrage d'une carte Raspberry Pi OS (il y manque "
        f"{CONFIG} ou {CMDLINE}). Écrivez d'abord la carte avec Raspberry Pi Imager, retirez-la, "
        "remettez-la, et donnez le dossier où « bootfs » apparaît. Rien n'a été écrit.",
        en=f"{path} is not the boot partition of a Raspberry Pi OS card ({CONFIG} or {CMDLINE} is "
        "missing). First write the card with Raspberry Pi Imager, take it out, put it in again, "
        "and give the folder where 'bootfs' appears. Nothing was written.",
    )


def _no_64_bits(path: Path) -> HardwareError:
    return HardwareError(
        "CARD_NOT_64_BITS",
        fr=f"La carte dans {path} porte un système 32 bits (ou incomplet) : choisissez dans Imager "
        "« Raspberry Pi OS Lite (64-bit) ». Rien n'a été écrit.",
        en=f"The card in {path} carries a 32-bit (or incomplete) system: choose 'Raspberry Pi OS "
        "Lite (64-bit)' in Imager. Nothing was written.",
    )


def _other_system(path: Path, told: str) -> HardwareError:
    return HardwareError(
        "CARD_OTHER_SYSTEM",
        fr=f"La carte dans {path} porte un autre système ({told}) : il faut Raspberry Pi OS Lite "
        "64 bits, bookworm ou trixie. Si c'en est un, dites-le avec --system. Rien n'a été écrit.",
        en=f"The card in {path} carries another system ({told}): Raspberry Pi OS Lite 64-bit, "
        "bookworm or trixie, is needed. If it is one, say so with --system. Nothing was written.",
    )


def _customised() -> HardwareError:
    return HardwareError(
        "CARD_CUSTOMISED",
        fr="Cette carte a déjà des réglages d'Imager (nom, Wi-Fi, SSH ou compte), que le jardin "
        "effacerait : réécrivez-la en répondant « Non » aux réglages. Rien n'a été écrit.",
        en="This card has settings of Imager already (name, Wi-Fi, SSH or an account), which the "
        "garden would wipe out: write it again and answer 'No' to settings. Nothing was written.",
    )


def _unreadable(path: Path, error: OSError) -> HardwareError:
    return HardwareError(
        "CARD_UNREADABLE",
        fr=f"La carte dans {path} ne se lit pas ({error.strerror}) : retirez-la, remettez-la.",
        en=f"The card in {path} cannot be read ({error.strerror}): take it out, put it in again.",
    )
