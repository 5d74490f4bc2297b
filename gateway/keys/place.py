"""Where the keys lie: two folders below the garden's data, which only the service may enter.

``keys/`` is made once, whole or not at all. ``broker/`` is made of it again at every change.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.durable import belong, write_whole
from sensor_node.damage import sync_folder
from sensor_node.database import storage_error
from sensor_node.errors import ConfigError

PRIVATE_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class Place:
    """The keys of the garden whose data are in ``data``."""

    data: Path

    @property
    def keys(self) -> Path:
        """Authority, certificates, accounts."""
        return self.data / "keys"

    @property
    def broker(self) -> Path:
        """What mosquitto reads, and where it keeps its sessions."""
        return self.data / "broker"

    @property
    def authority_key(self) -> Path:
        """With it certificates are made; nothing else needs it."""
        return self.keys / "authority.key"

    @property
    def authority(self) -> Path:
        """The certificate that nodes pin and the keeper's phone trusts."""
        return self.keys / "authority.crt"

    @property
    def book(self) -> Path:
        """Accounts and invitations."""
        return self.keys / "keys.sqlite"

    @property
    def gateway_password(self) -> Path:
        """With which the gateway enters its broker."""
        return self.keys / "gateway.password"

    def certificate(self, purpose: str) -> Path:
        """The certificate for ``broker`` or ``web``."""
        return self.keys / f"{purpose}.crt"

    def key(self, purpose: str) -> Path:
        """The key of that certificate."""
        return self.keys / f"{purpose}.key"

    @property
    def is_made(self) -> bool:
        """Whether the garden has keys."""
        return self.book.exists()

    def check_made(self) -> None:
        """Raises ``ConfigError`` where the garden has no keys."""
        if not self.is_made:
            raise ConfigError(
                "NO_KEYS",
                fr=f"Ce jardin n'a pas encore de clés ({self.keys}) : lancez d'abord "
                "« jardin-gateway init ».",
                en=f"This garden has no keys yet ({self.keys}): run 'jardin-gateway init' first.",
            )

    def authority_text(self) -> str:
        """The authority's certificate (PEM). Raises ``StorageError``."""
        try:
            return self.authority.read_text(encoding="ascii")
        except OSError as error:
            raise storage_error(error, self.authority) from error


def make_private(folder: Path) -> None:
    """The folder, for its owner alone. Raises ``StorageError``."""
    try:
        folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
        folder.chmod(PRIVATE_FOLDER)
        belong(folder)
    except OSError as error:
        raise storage_error(error, folder) from error


class Fresh:
    """A folder that takes its name only when all is in it: ``with Fresh(keys) as folder``.

    What a kill leaves behind has another name, and the next one clears it away.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._prefix = f".{target.name}-"
        self._folder = Path()

    def __enter__(self) -> Path:
        parent = self._target.parent
        try:
            parent.mkdir(parents=True, exist_ok=True)
            for left in parent.glob(f"{self._prefix}*"):
                shutil.rmtree(left, ignore_errors=True)
            self._folder = Path(tempfile.mkdtemp(dir=parent, prefix=self._prefix))
        except OSError as error:
            raise storage_error(error, self._target) from error
        return self._folder

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            return
        try:
            for each in (self._folder, *self._folder.iterdir()):
                belong(each)
            sync_folder(self._folder)
            self._folder.rename(self._target)
            sync_folder(self._target.parent)
        except OSError as error:
            raise storage_error(error, self._target) from error


def write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    """Each of ``files`` into ``folder``, whole, for its owner alone. Raises ``StorageError``."""
    for name, content in files.items():
        try:
            write_whole(folder / name, content, private=True)
        except OSError as error:
            raise storage_error(error, folder / name) from error
