"""Debian roots for the hardware proofs: made once, kept in the user's cache.

A root is a whole Debian in a folder, the distribution that Raspberry Pi OS is made of, where asked
for with the node's libraries in ``/opt/node`` from the wheels of ``requirements/``. Nothing is
installed on the computer itself, and what is mounted for a run ends with it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement

PROJECT = Path(__file__).parents[2]
REQUIREMENTS = PROJECT / "requirements"
PYTHON = "3.11"
GLIBC = range(17, 37)
"""Debian 12 has 2.36; a wheel for an older one fits as well."""
MAKE_S = 1800.0
"""A whole Debian on an emulated processor, from a slow mirror."""

# $1 is the root, $2 a folder to write to; mounts are this process's own and end with it.
MOUNTS = """
mount -t proc proc "$1/proc"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmp "$1/tmp"
mkdir -p "$1/mnt/code" "$1/mnt/out"
mount --bind "$0" "$1/mnt/code"
mount -o remount,bind,ro "$1/mnt/code"
mount --bind "$2" "$1/mnt/out"
root=$1
shift 2
exec chroot "$root" env -i HOME=/tmp LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
    PYTHONPATH=/mnt/code PYTHONDONTWRITEBYTECODE=1 "$@"
"""


def need(program: str, package: str) -> str:
    """The path of ``program``; the test skips where it is absent."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"needs {program}: apt install {package}")
    return found


def need_root() -> None:
    """The test skips for a user who may not make and enter a root."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs root on Linux to make and enter a Debian root: sudo make prove")
    need("unshare", "util-linux")


@dataclass(frozen=True)
class Root:
    """One root: Debian's name of its architecture, the wheels' name, its packages, its release."""

    arch: str
    machine: str
    packages: tuple[str, ...]
    release: str = "bookworm"

    @property
    def folder(self) -> Path:
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        return cache / "jardin-prove" / f"{self.release}-{self.arch}"

    def make(self, pins: Sequence[str]) -> None:
        """Debian with its packages, and ``pins`` in ``/opt/node``; quick when they are there."""
        with self._lock():
            if not self.has("debian", wanted := " ".join(self.packages)):
                self._install_debian()
                self.mark("debian", wanted)
            if pins and not self.has("pins", wanted := "\n".join(pins)):
                self._install_pins(wanted)
                self.mark("pins", wanted)

    def has(self, step: str, wanted: str) -> bool:
        """Whether ``step`` was done with just what is ``wanted``."""
        stamp = self._stamp(step)
        return stamp.is_file() and stamp.read_text() == _digest(wanted)

    def mark(self, step: str, wanted: str) -> None:
        """``step`` is done."""
        self._stamp(step).write_text(_digest(wanted))

    def command(self, out: Path, *command: str) -> list[str]:
        """What runs ``command`` in the root, in one process; it may write to ``/mnt/out``."""
        mounting = ["sh", "-euc", MOUNTS, str(PROJECT), str(self.folder), str(out), *command]
        return ["unshare", "--mount", *mounting]

    def run(self, out: Path, *command: str, patience_s: float) -> str:
        """What ``command`` prints; the test fails with it unless it ends well and in time."""
        unshare, *rest = self.command(out, *command)
        # In a process namespace of its own: nothing that it started outlives it.
        return checked([unshare, "--pid", "--fork", "--kill-child", *rest], patience_s)

    def _install_debian(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        debootstrap = need("debootstrap", "debootstrap")
        what = [f"--arch={self.arch}", "--variant=minbase", f"--include={','.join(self.packages)}"]
        isolated = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
        checked([*isolated, debootstrap, *what, self.release, str(self.folder)], MAKE_S)
        for package in (self.folder / "var/cache/apt/archives").glob("*.deb"):
            package.unlink()

    def _install_pins(self, pins: str) -> None:
        wheels = self.folder / "opt" / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        wheels.mkdir()
        listed = wheels / "pins.txt"
        listed.write_text(pins)
        platforms = [f"--platform=manylinux_2_{n}_{self.machine}" for n in GLIBC]
        wanted = ["--only-binary=:all:", f"--python-version={PYTHON}", *platforms]
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *wanted]
        checked([*download, "--dest", str(wheels), "--requirement", str(listed)], MAKE_S)
        install = "pip install --quiet --no-index --find-links /opt/wheels -r /opt/wheels/pins.txt"
        script = f"python3 -m venv --clear /opt/node && /opt/node/bin/{install}"
        self.run(wheels, "sh", "-euc", script, patience_s=MAKE_S)

    def _stamp(self, step: str) -> Path:
        return self.folder / "opt" / f".{step}"

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        """Two runs never make one root at the same time."""
        import fcntl  # noqa: PLC0415 - Windows, which skips these tests, has none

        self.folder.parent.mkdir(parents=True, exist_ok=True)
        with self.folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def pins(machine: str, *more: str) -> list[str]:
    """The pins of ``requirements/node.txt`` for ``machine``, and of dev.txt what ``more`` names."""
    lines = _lines("node.txt")
    lines += [line for line in _lines("dev.txt") if line.split("==")[0] in more]
    target = {
        "python_version": PYTHON,
        "python_full_version": f"{PYTHON}.2",
        "platform_machine": machine,
        "sys_platform": "linux",
    }
    wanted = [Requirement(line) for line in lines]
    return [
        f"{pin.name}{pin.specifier}"
        for pin in wanted
        if pin.marker is None or pin.marker.evaluate(target)
    ]


def checked(command: Sequence[str], patience_s: float) -> str:
    """What ``command`` prints; the test fails with its end unless it ends well and in time."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=patience_s,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        said = late.output or b""
        pytest.fail(f"not within {patience_s:g} s: {command[0]}\n{said[-3000:]!r}")
    if done.returncode != 0:
        pytest.fail(f"{command[0]} ended with {done.returncode}:\n{done.stdout[-3000:]}")
    return done.stdout


def _lines(name: str) -> list[str]:
    lines = (REQUIREMENTS / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
