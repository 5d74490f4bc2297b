"""A bundle that lies somewhere as a file: read once, and nothing leaves it whose hash is wrong.

The manifest is held in memory from the beginning: whoever exchanges the file afterwards changes
nothing, because every file that is taken out is compared with it.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from gateway.bundle.manifest import MOST_BYTES, Manifest, not_a_bundle, parse
from sensor_node.damage import told
from sensor_node.errors import StorageError

SUFFIX: Final = ".bundle"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
SIGNATURE_BYTES: Final = 64
CHUNK: Final = 1 << 20
Progress = Callable[[int], None]
"""Told how many bytes are done."""

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    ValueError,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
)


@contextmanager
def opened(path: Path) -> Iterator[Bundle]:
    """The bundle at ``path``. Raises ``StorageError`` for what is none or cannot be read."""
    with ExitStack() as stack:
        with readable(path):
            if path.exists() and not path.is_file():
                raise not_a_bundle()  # a pipe, say, at whose other end nobody is
            bundle = Bundle(path, stack.enter_context(zipfile.ZipFile(path)))
        yield bundle


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What a file that breaks off or a stick that is pulled out makes of reading ``path``."""
    try:
        yield
    except StorageError:
        raise
    except _BROKEN as error:
        if isinstance(error.__context__, OSError):  # zipfile takes a failing stick for no zip
            raise _unreadable(path, error.__context__) from error
        raise not_a_bundle() from error
    except OSError as error:
        raise _unreadable(path, error) from error


class Bundle:
    """An open bundle. ``name``: of the release that it installs, ``0.2.0-1c2d3e4f``."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self.manifest_bytes = self._small(MANIFEST, MOST_BYTES)
        self.signature = self._small(SIGNATURE, SIGNATURE_BYTES)
        self.manifest: Manifest = parse(self.manifest_bytes)
        digest = hashlib.sha256(self.manifest_bytes).hexdigest()
        self.name = f"{self.manifest.version}-{digest[:8]}"

    def check(self, progress: Progress = lambda _done: None) -> None:
        """Read every file and compare it with the manifest. Raises ``StorageError``."""
        listed = {MANIFEST, SIGNATURE, *self.manifest.files}
        if sorted(self._archive.namelist()) != sorted(listed):
            raise not_a_bundle()
        done = 0
        for name in self.manifest.files:
            for chunk in self._read(name):
                done += len(chunk)
                progress(done)

    def extract(self, names: Iterable[str], folder: Path) -> list[Path]:
        """The files ``names``, each proved by its hash, straight into ``folder``."""
        return [self._extract(name, folder / name.rpartition("/")[2]) for name in names]

    def bytes_of(self, names: Iterable[str]) -> int:
        """How large the files ``names`` are together."""
        return sum(self.manifest.files[name].bytes for name in names)

    def _extract(self, name: str, path: Path) -> Path:
        try:
            with open(path, "wb", opener=_create) as file:
                for chunk in self._read(name):
                    with told(path):
                        file.write(chunk)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path

    def _read(self, name: str) -> Iterator[bytes]:
        """The chunks of ``name``; it raises at the end unless they were what the manifest says."""
        wanted = self.manifest.files[name]
        digest, size = hashlib.sha256(), 0
        with readable(self.path), self._archive.open(name) as file:
            while chunk := file.read(CHUNK):
                size += len(chunk)
                if size > wanted.bytes:
                    raise not_a_bundle()
                digest.update(chunk)
                yield chunk
        if size != wanted.bytes or digest.hexdigest() != wanted.sha256:
            raise not_a_bundle()

    def _small(self, name: str, most: int) -> bytes:
        if self._archive.getinfo(name).file_size > most:
            raise not_a_bundle()
        with self._archive.open(name) as file:
            return _exactly(file, most)


def _exactly(file: IO[bytes], most: int) -> bytes:
    content = file.read(most + 1)
    if len(content) > most:
        raise not_a_bundle()
    return content


def _create(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o644)


def _unreadable(path: Path, error: OSError) -> StorageError:
    return StorageError(
        "BUNDLE_UNREADABLE",
        fr=f"Le paquet {path.name} ne se lit pas ou plus ({error.strerror}) : la clé USB a-t-elle "
        "été retirée ? Remettez-la et recommencez. Le jardin n'a pas été touché.",
        en=f"The bundle {path.name} cannot be read, or no longer ({error.strerror}): was the USB "
        "stick pulled out? Put it back and try again. The garden was not touched.",
    )
