"""The environments of a card, beside one another, and the link that says which one is in service.

``/opt/jardin/releases/<version>-<hash>/`` is one, made at its final path from a bundle alone.
``/opt/jardin/current`` is the link to the one in service, ``/opt/jardin/proven`` to the one that
has been healthy: what takes back a failed update runs from there. A folder without its
``release.json``, written last, is half made and counts for nothing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from gateway.bundle.host import Host
from gateway.bundle.manifest import ROLES, System, order_of
from gateway.bundle.opened import Bundle
from gateway.durable import link_whole, write_whole
from sensor_node.damage import sync_folder, told
from sensor_node.errors import HardwareError, StorageError, UsageError

HOME: Final = Path("opt/jardin")
MARK: Final = "release.json"
INSTALL_S: Final = 1800.0
CHECK_S: Final = 300.0
KEEP: Final = 2
UNPACKED: Final = 6
"""A wheel and its compiled modules, on disk, to the wheel itself: 5.3 for a kit's."""
SPARE_BYTES: Final = 100_000_000
"""What stays free for the garden."""

_NAME: Final = re.compile(r"\d+(\.\d+)*-[0-9a-f]{8}")

Run = Callable[[Sequence[str], float], "subprocess.CompletedProcess[str]"]
"""Runs a command for at most so many seconds; ``OSError`` and ``TimeoutExpired`` as subprocess."""
Tell = Callable[[str], None]
"""Told the name of the step that begins: ``unpack``, ``environment``, ``libraries``, ``check``."""


@dataclass(frozen=True, slots=True)
class Release:
    """An environment that is whole. ``made``: when its bundle was, in seconds since 1970."""

    path: Path
    version: str
    made: int
    role: str

    @property
    def name(self) -> str:
        """``0.2.0-1c2d3e4f``."""
        return self.path.name

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.path / "bin" / "python"

    @property
    def order(self) -> tuple[tuple[int, ...], int]:
        """Compares as newer and older do, also with a manifest's."""
        return order_of(self.version, self.made)


# --- making one ----------------------------------------------------------------------------------


def install(
    bundle: Bundle,
    role: str,
    root: Path = Path("/"),
    *,
    host: Host | None = None,
    run: Run,
    tell: Tell = lambda _step: None,
    spare_bytes: int = SPARE_BYTES,
) -> Release:
    """The environment of ``role`` (gateway, node, kit) from ``bundle``, beside the others of
    ``root``; the one that is there already where it is whole. It is not put into service.
    ``spare_bytes``: what must stay free.

    Raises ``UsageError`` where the bundle is for another computer, ``StorageError`` for a damaged
    bundle or want of room, ``HardwareError`` where the environment does not work.
    """
    if role not in ROLES:
        raise ValueError(role)
    system = (host or Host.here(root)).find(bundle.manifest)
    home = root / HOME / "releases"
    release = Release(home / bundle.name, bundle.manifest.version, bundle.manifest.made, role)
    there = _read(release.path)
    if there == release:
        return release
    if there is not None:
        raise _other_role(there)
    with told(home / "x"):
        home.mkdir(parents=True, exist_ok=True)
        clear_half_made(root)
    _require_room(bundle, system, role, home, spare_bytes)
    with _whole_or_gone(release.path):
        _make(release, bundle, system, run, tell)
    return release


def _make(release: Release, bundle: Bundle, system: System, run: Run, tell: Tell) -> None:
    tell("unpack")
    wheels = release.path / "wheels"
    with told(wheels):
        shutil.rmtree(release.path, ignore_errors=True)
        wheels.mkdir(parents=True)
    names = system.wheels_for(release.role)
    libraries = bundle.extract(names, wheels)
    (pip,) = bundle.extract([bundle.manifest.pip], wheels)
    tell("environment")
    # From an environment in service, the Python that it was made with.
    base = getattr(sys, "_base_executable", sys.executable)
    make = [base, "-I", "-m", "venv", "--without-pip"]
    if system.lends_to(release.role):
        make.append("--system-site-packages")
    _must(run, [*make, str(release.path)], release, INSTALL_S)
    tell("libraries")
    python, installer = str(release.python), f"{pip}/pip"
    offline = ["--isolated", "--no-input", "--disable-pip-version-check", "--no-cache-dir"]
    put = ["install", "--quiet", "--no-index", "--no-deps", "--ignore-installed"]
    _must(run, [python, installer, *offline, *put, *map(str, libraries)], release, INSTALL_S)
    tell("check")
    check = [python, "-I", "-m", "gateway.kit.self_check", release.role, release.version]
    _must(run, check, release, CHECK_S)
    with told(release.path):
        shutil.rmtree(wheels)
        os.sync()  # pip flushes nothing, and the mark vouches for what it wrote
        mark = {name: value for name, value in asdict(release).items() if name != "path"}
        write_whole(release.path / MARK, json.dumps(mark).encode())
        sync_folder(release.path.parent)


@contextmanager
def _whole_or_gone(path: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _must(run: Run, command: Sequence[str], release: Release, patience_s: float) -> None:
    try:
        done = run(command, patience_s)
        said = "" if done.returncode == 0 else (done.stderr or done.stdout)
        well = done.returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        well, said = False, str(error)
    if well:
        return
    if "No space left on device" in said:
        raise _no_room(release.path.parent, 0)
    last = (said.strip().splitlines() or ["?"])[-1]
    raise HardwareError(
        "RELEASE_FAILED",
        fr=f"La version {release.version} ne s'installe pas sur cet ordinateur ({last}) : "
        "celle en service continue. Refaites le paquet, ou signalez-le.",
        en=f"Version {release.version} cannot be installed on this computer ({last}): the one in "
        "service goes on. Make the bundle again, or report it.",
    )


def _require_room(bundle: Bundle, system: System, role: str, home: Path, spare_bytes: int) -> None:
    needed = UNPACKED * bundle.bytes_of(system.wheels_for(role)) + spare_bytes
    if shutil.disk_usage(home).free < needed:
        raise _no_room(home, needed)


def _other_role(there: Release) -> UsageError:
    return UsageError(
        "RELEASE_OTHER_ROLE",
        fr=f"Cette carte a déjà la version {there.name}, comme « {there.role} » : refaites la "
        "carte pour changer de rôle.",
        en=f"This card has the version {there.name} already, as '{there.role}': make the card "
        "anew to change its role.",
    )


def _no_room(home: Path, needed: int) -> StorageError:
    free = shutil.disk_usage(home).free // 10**6
    wanted = f" ({needed // 10**6 + 1} Mo)" if needed else ""
    wanted_en = f" ({needed // 10**6 + 1} MB)" if needed else ""
    return StorageError(
        "UPDATE_NO_ROOM",
        fr=f"Pas assez de place sur la carte pour une autre version{wanted} : {free} Mo sont "
        "libres. Déplacez des sauvegardes ou des fichiers. Le jardin n'a pas été touché.",
        en=f"Not enough room on the card for another version{wanted_en}: {free} MB are free. "
        "Move backups or files away. The garden was not touched.",
    )


# --- those that are there ------------------------------------------------------------------------


def installed(root: Path = Path("/")) -> list[Release]:
    """The whole ones, oldest first."""
    home = root / HOME / "releases"
    found = [_read(path) for path in home.iterdir()] if home.is_dir() else []
    return sorted((r for r in found if r is not None), key=lambda r: (r.order, r.name))


def find(name: str, root: Path = Path("/")) -> Release:
    """The whole one of this ``name``. Raises ``UsageError``."""
    release = _read(root / HOME / "releases" / name) if _NAME.fullmatch(name) else None
    if release is None:
        raise UsageError(
            "RELEASE_ABSENT",
            fr=f"La version {name} n'est pas (entière) sur cette carte.",
            en=f"The version {name} is not (whole) on this card.",
        )
    return release


def current(root: Path = Path("/")) -> Release | None:
    """The one in service; None where nothing is yet."""
    return _linked(root / HOME / "current")


def proven(root: Path = Path("/")) -> Release | None:
    """The one that was healthy when it was looked at last; None before the first."""
    return _linked(root / HOME / "proven")


def switch(release: Release, root: Path = Path("/")) -> None:
    """Put ``release`` into service at once: whoever starts from now on starts it. The first one of
    a card counts as proven.
    """
    if proven(root) is None:
        prove(release, root)
    _link(root / HOME / "current", release)


def prove(release: Release, root: Path = Path("/")) -> None:
    """``release`` is healthy: it is what may take back the next one."""
    _link(root / HOME / "proven", release)


def clear_half_made(root: Path = Path("/")) -> None:
    """What a kill left of an installation goes."""
    home = root / HOME / "releases"
    for path in home.iterdir() if home.is_dir() else ():
        if _NAME.fullmatch(path.name) and _read(path) is None:
            shutil.rmtree(path, ignore_errors=True)


def prune(root: Path = Path("/")) -> list[Release]:
    """The oldest ones go until ``KEEP`` are left, never one in service or proven."""
    held = {release.name for release in (current(root), proven(root)) if release}
    found = installed(root)
    loose = [release for release in found if release.name not in held]
    gone = loose[: max(0, len(found) - KEEP)]
    for release in gone:
        # The mark first: a kill in between leaves a folder that counts for nothing.
        (release.path / MARK).unlink(missing_ok=True)
        sync_folder(release.path)
        shutil.rmtree(release.path, ignore_errors=True)
    return gone


def _link(link: Path, release: Release) -> None:
    link_whole(link, release.path.relative_to(link.parent))


def _linked(link: Path) -> Release | None:
    try:
        target = os.readlink(link)
    except OSError:
        return None
    return _read(link.parent / target)


def _read(path: Path) -> Release | None:
    """What its mark says; None for a folder that is half made."""
    try:
        told = json.loads((path / MARK).read_text(encoding="utf-8"))
        return Release(path, str(told["version"]), int(told["made"]), str(told["role"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
