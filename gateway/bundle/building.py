"""A bundle is built: everything fetched into a folder of its own, described, signed, written."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.bundle import sources, wheels, writing
from gateway.bundle.debs import Apt, package_files
from gateway.bundle.failures import too_large
from gateway.bundle.manifest import Manifest, System
from gateway.bundle.opened import SUFFIX
from gateway.bundle.signature import Sign
from gateway.bundle.target import TARGETS, Target
from sensor_node import __version__

MOST_BYTES: Final = 150_000_000
"""A stick of the cheapest kind, and the Wi-Fi of a phone, take that much."""
Tell = Callable[[str, str], None]
"""Told what begins: ``project``, ``wheels``, ``debs``, ``write``; and of which system."""


@dataclass(frozen=True, slots=True)
class Built:
    """A bundle that was written, and the libraries that its systems must have themselves."""

    path: Path
    manifest: Manifest
    lent: Mapping[str, Sequence[str]]


def build(
    folder: Path,
    sign: Sign,
    *,
    targets: Sequence[Target] = TARGETS,
    mirror: str | None = None,
    tell: Tell = lambda _what, _of: None,
) -> Built:
    """``jardin-<version>.bundle`` in ``folder``, whole or not at all.

    Raises ``GardenError`` with what to do; what was there before is then as it was.
    """
    with tempfile.TemporaryDirectory(prefix="jardin-bundle-") as name:
        work = _Workshop(Path(name), mirror, tell)
        tell("project", __version__)
        own = work.add("wheels", wheels.project_wheel(work.new("own")))
        pip = work.add("wheels", wheels.pip_wheel(work.new("pip")))
        systems = [work.system(target, own) for target in targets]
        tell("write", "")
        manifest = writing.describe(__version__, _made(), pip, systems, work.files)
        size = sum(each.bytes for each in manifest.files.values())
        if size > MOST_BYTES:
            raise too_large(size, MOST_BYTES)
        path = folder / f"jardin-{__version__}{SUFFIX}"
        writing.write(path, manifest, work.files, sign)
    return Built(path, manifest, _lent(systems, targets))


class _Workshop:
    """The folder in which a bundle comes together. ``files``: by their names in the bundle."""

    def __init__(self, folder: Path, mirror: str | None, tell: Tell) -> None:
        self._folder = folder
        self._mirror = mirror
        self._tell = tell
        self.files: dict[str, Path] = {}

    def new(self, *names: str) -> Path:
        """An empty folder in it."""
        folder = self._folder.joinpath(*names)
        folder.mkdir(parents=True)
        return folder

    def add(self, folder: str, path: Path) -> str:
        """The name of ``path`` in the bundle; a wheel that two systems share is in it once."""
        name = f"{folder}/{path.name}"
        self.files[name] = path
        return name

    def system(self, target: Target, own: str) -> System:
        """Everything for ``target``, with the project's wheel ``own``."""
        codename = target.codename
        self._tell("wheels", f"{codename}, Python {target.python}")
        libraries = wheels.library_wheels(target, self.new("wheels", codename))
        self._tell("debs", codename)
        apt = Apt(self.new("apt", codename), target, self._sources(codename))
        packages = package_files(apt, target, self.new("debs", codename))
        return System(
            codename=codename,
            machine=target.machine,
            python=target.python,
            wheels={
                role: (own, *(self.add("wheels", path) for path in paths))
                for role, paths in libraries.items()
            },
            debs={
                role: tuple(self.add(f"debs/{codename}", path) for path in paths)
                for role, paths in packages.items()
            },
            lends=tuple(sorted(target.lends)),
        )

    def _sources(self, codename: str) -> str:
        if self._mirror:
            return sources.of_mirror(self._mirror, codename)
        return sources.of_this_computer(codename)


def _lent(systems: Sequence[System], targets: Sequence[Target]) -> dict[str, list[str]]:
    """By system, the packages that it lends and the bundle does not have."""
    lent = {}
    for system, target in zip(systems, targets, strict=True):
        has = {name.rpartition("/")[2].partition("_")[0] for name in system.debs["node"]}
        lent[system.codename] = [each for each in target.lends.values() if each not in has]
    return lent


def _made() -> int:
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(told) if told.isdigit() else int(time.time())
