"""Boot partitions as Raspberry Pi OS has them, small bundles for their cards, and a system that is
only a folder.
"""

from __future__ import annotations

import os
import platform
import stat
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from bundles import MADE, key, mini_wheel, pip_wheel

from gateway.bundle import signature, writing
from gateway.bundle.manifest import System as BundleSystem
from gateway.kit.system import System

PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}
CMDLINES = {
    "bookworm": "console=serial0,115200 console=tty1 root=PARTUUID=4e639091-02 rootfstype=ext4 "
    "fsck.repair=yes rootwait quiet init=/usr/lib/raspberrypi-sys-mods/firstboot\n",
    "trixie": "console=serial0,115200 console=tty1 root=PARTUUID=6a7d2c11-02 rootfstype=ext4 "
    "fsck.repair=yes rootwait resize\n",
}
ISSUES = {"bookworm": "2025-05-13", "trixie": "2025-10-01"}
CONFIG = """\
# For more options and information see
# http://rptl.io/configtxt
# Some settings may impact device functionality. See link above for details

# Uncomment some or all of these to enable the optional hardware interfaces
#dtparam=i2c_arm=on
#dtparam=i2s=on
#dtparam=spi=on

# Enable audio (loads snd_bcm2835)
dtparam=audio=on

# Automatically load overlays for detected cameras
camera_auto_detect=1

# Automatically load initramfs files, if found
auto_initramfs=1

# Run in 64-bit mode
arm_64bit=1

[cm4]
otg_mode=1

[all]
"""
USER_DATA = """\
#cloud-config

# This is the user-data configuration file for cloud-init.
#hostname: raspberrypi
#users:
#- default
ssh_pwauth: false
"""
FILES = (
    "bcm2710-rpi-3-b.dtb", "bcm2711-rpi-4-b.dtb", "bcm2712-rpi-5-b.dtb", "bootcode.bin",
    "fixup.dat", "initramfs8", "initramfs_2712", "kernel8.img", "kernel_2712.img",
    "LICENCE.broadcom", "start.elf", "start4.elf",
)  # fmt: skip


def boot_partition(folder: Path, system: str) -> Path:
    """A boot partition that was just written with ``system``."""
    (folder / "overlays").mkdir(parents=True)
    (folder / "overlays" / "w1-gpio.dtbo").write_bytes(b"\xd0\x0d\xfe\xed")
    for name in FILES:
        (folder / name).write_bytes(b"\0" * 64)
    (folder / "config.txt").write_text(CONFIG)
    (folder / "cmdline.txt").write_text(CMDLINES[system])
    (folder / "issue.txt").write_text(
        f"Raspberry Pi reference {ISSUES[system]}\n"
        "Generated using pi-gen, https://github.com/RPi-Distro/pi-gen, 891df1e2, stage2\n"
    )
    if system == "trixie":
        (folder / "user-data").write_text(USER_DATA)
        (folder / "meta-data").write_text("dsmode: local\ninstance_id: rpios-image\n")
        (folder / "network-config").write_text(
            "network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n"
        )
    return folder


def card_bundle(folder: Path, systems: Sequence[str] = ("bookworm", "trixie")) -> Path:
    """A bundle for cards with ``systems``, of this project as far as installing it goes, which
    this computer takes too; signed with the key in ``folder``.
    """
    own, pip = mini_wheel(folder, "0.1.0"), pip_wheel(folder)
    deb = folder / "mosquitto_2.0.11-1.2_arm64.deb"
    deb.write_bytes(b"!<arch>\n")
    files = {f"wheels/{path.name}": path for path in (own, pip)}
    files |= {f"debs/{system}/{deb.name}": deb for system in systems}
    libraries = dict.fromkeys(("gateway", "node"), (f"wheels/{own.name}",))
    here = (platform.machine(), f"{sys.version_info[0]}.{sys.version_info[1]}")
    kinds = dict.fromkeys(
        kind for s in systems for kind in ((s, "aarch64", PYTHONS[s]), (s, *here))
    )
    described = [
        BundleSystem(
            *kind, libraries, {"gateway": (f"debs/{kind[0]}/{deb.name}",), "node": ()}
        )
        for kind in kinds
    ]  # fmt: skip
    manifest = writing.describe("0.1.0", MADE, f"wheels/{pip.name}", described, files)
    path = folder / "jardin-0.1.0.bundle"
    writing.write(path, manifest, files, signature.signer(key(folder)))
    return path


class FolderSystem(System):
    """A system in ``root`` whose programs all end well, and are only written down; ``useradd`` and
    ``groupadd`` also change its files.
    """

    def __init__(self, root: Path, system: str = "bookworm") -> None:
        super().__init__(root)
        self.ran: list[list[str]] = []
        etc = root / "etc"
        etc.mkdir(parents=True, exist_ok=True)
        (etc / "os-release").write_text(f"ID=debian\nVERSION_CODENAME={system}\n")
        if not (etc / "passwd").exists():
            (etc / "hosts").write_text("127.0.0.1\tlocalhost\n127.0.1.1\traspberrypi\n")
            (etc / "passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")

    def has(self, program: str) -> bool:
        return True

    def run(
        self, command: Sequence[str], patience_s: float = 60.0
    ) -> subprocess.CompletedProcess[str]:
        self.ran.append(list(command))
        if command[0] == "useradd":
            with (self.root / "etc/passwd").open("a") as passwd:
                passwd.write(f"{command[-1]}:x:0:0::/var/lib/{command[-1]}:/usr/sbin/nologin\n")
        return subprocess.CompletedProcess(command, 0, "", "")

    def sync(self) -> None:
        """The computer of the tests has other things to do."""


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below ``root``, with its rights and its content or target."""
    return {
        str(path.relative_to(root)): (
            (0, os.readlink(path).encode())
            if path.is_symlink()
            else (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
        )
        for path in sorted(root.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
