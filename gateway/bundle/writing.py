"""A bundle is written: an uncompressed zip, its files in order, nothing half made left."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from gateway.bundle.manifest import FORMAT, Contents, Manifest, System
from gateway.bundle.opened import CHUNK, MANIFEST, SIGNATURE
from gateway.bundle.signature import Sign
from gateway.durable import sync_file
from sensor_node.damage import beside, sync_folder, told

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The moment of every member: the same files give the same bundle."""


def describe(
    version: str, made: int, pip: str, systems: Iterable[System], files: Mapping[str, Path]
) -> Manifest:
    """The manifest of ``files``: each name in the bundle, and where it lies now."""
    return Manifest(
        format=FORMAT,
        version=version,
        made=made,
        pip=pip,
        systems=tuple(systems),
        files={name: _contents(files[name]) for name in sorted(files)},
    )


def write(path: Path, manifest: Manifest, files: Mapping[str, Path], sign: Sign) -> None:
    """The bundle at ``path``, whole or not at all. Raises ``StorageError``."""
    part = beside(path, ".part")
    content = manifest.to_bytes()
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                archive.writestr(_member(MANIFEST), content)
                archive.writestr(_member(SIGNATURE), sign(content))
                for name in sorted(manifest.files):
                    _add(archive, name, files[name])
            sync_file(part)
            part.replace(path)
            sync_folder(path.parent)
        finally:
            part.unlink(missing_ok=True)


def _add(archive: zipfile.ZipFile, name: str, source: Path) -> None:
    with source.open("rb") as file, archive.open(_member(name), "w", force_zip64=True) as to:
        while chunk := file.read(CHUNK):
            to.write(chunk)


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, EPOCH)
    member.external_attr = 0o644 << 16
    return member


def _contents(path: Path) -> Contents:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Contents(path.stat().st_size, digest)
