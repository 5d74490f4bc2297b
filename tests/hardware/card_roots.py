"""A card's system without a card: a Debian for arm64 as Raspberry Pi OS Lite is made of, in a
folder, with a boot partition beside it. No network reaches it but its own loopback.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hardware.roots import MAKE_S, checked, need

PACKAGES = ("python3", "systemd", "systemd-timesyncd", "tzdata", "iproute2", "dbus")
"""Of those that Raspberry Pi OS Lite has, what a first start uses."""
QUIET = "#!/bin/sh\nexit 101\n"
"""Nothing is started by its installation: there is no systemd here that would."""

# $1 is the root, $2 the boot partition, $3 a folder to write to; all mounts and the network are
# this process's own and end with it.
INSIDE = """
root=$1
mount -t proc proc "$root/proc"
mount -t sysfs sys "$root/sys" 2>/dev/null || true
mount --bind /dev "$root/dev"
mount -t tmpfs tmp "$root/tmp"
mount -t tmpfs run "$root/run"
mkdir -p "$root/boot/firmware" "$root/mnt/out"
mount --bind "$2" "$root/boot/firmware"
mount --bind "$3" "$root/mnt/out"
hostname card
ip link set lo up
echo 80 >/proc/sys/net/ipv4/ip_unprivileged_port_start
shift 3
exec chroot "$root" env -i LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
"""


def pristine(system: str) -> Path:
    """The system as it is before its first start; made once and kept in the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jardin-prove"
    folder = cache / f"card-{system}-arm64"
    stamp = cache / f"card-{system}-arm64.packages"
    if folder.is_dir() and stamp.is_file() and stamp.read_text() == " ".join(PACKAGES):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    what = ["--arch=arm64", "--variant=minbase", f"--include={','.join(PACKAGES)}"]
    isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    debootstrap = need("debootstrap", "debootstrap")
    checked([*isolated, debootstrap, *what, system, str(folder)], MAKE_S)
    for package in (folder / "var/cache/apt/archives").glob("*.deb"):
        package.unlink()
    stamp.write_text(" ".join(PACKAGES))
    return folder


@dataclass(frozen=True)
class CardRoot:
    """A card: its ``root``, its ``boot`` partition, and ``out``, which its programs see as
    ``/mnt/out``.
    """

    root: Path
    boot: Path
    out: Path

    @classmethod
    def new(cls, system: str, folder: Path, boot: Path) -> CardRoot:
        """A card with a fresh ``system`` in ``folder``."""
        root, out = folder / "root", folder / "out"
        out.mkdir(parents=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(pristine(system)), str(root)], check=True)
        policy = root / "usr/sbin/policy-rc.d"
        policy.write_text(QUIET)
        policy.chmod(0o755)
        return cls(root, boot, out)

    def command(self, *command: str) -> list[str]:
        """What runs ``command`` there, with the network cut."""
        apart = ["unshare", "--mount", "--net", "--uts", "--pid", "--fork", "--kill-child"]
        inside = ["sh", "-euc", INSIDE, "sh", str(self.root), str(self.boot), str(self.out)]
        return [*apart, *inside, *command]

    def run(self, *command: str, patience_s: float) -> str:
        """What ``command`` prints; the test fails with it unless it ends well and in time."""
        return checked(self.command(*command), patience_s)

    @contextlib.contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """``command`` at work there, and gone at the end."""
        log = (self.out / "running.log").open("wb")
        with (
            log,
            subprocess.Popen(
                self.command(*command), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            ) as process,
        ):
            try:
                yield process
            finally:
                process.kill()
