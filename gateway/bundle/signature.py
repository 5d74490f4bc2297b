"""Who made a bundle: an ed25519 signature over the bytes of its manifest.

The key is made on the volunteer's computer at the first bundle and stays there; its public half
goes onto each card, which takes no update of anybody else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.bundle.opened import Bundle
from gateway.durable import write_whole
from sensor_node.damage import told
from sensor_node.errors import ConfigError, StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEYS: Final = Path("etc/jardin/update-keys")
"""Where a card has the public keys that it believes."""
PUBLIC: Final = ".pub"
MOST_KEY_BYTES: Final = 10_000

Sign = Callable[[bytes], bytes]


def default_key() -> Path:
    """Where the volunteer's signing key lies unless told otherwise."""
    base = os.environ.get("XDG_CONFIG_HOME") or ""
    config = Path(base) if Path(base).is_absolute() else Path.home() / ".config"
    return config / "jardin" / "bundle.key"


def signer(path: Path) -> Sign:
    """What signs with the key at ``path``, which ``make_key`` made. Raises ``ConfigError``."""
    return _private(path).sign


def make_key(path: Path) -> bool:
    """A key at ``path`` and its public half beside it, unless there is one; whether it was made.

    Only its owner may read it. Raises ``StorageError``.
    """
    if path.exists():
        return False
    from cryptography.hazmat.primitives import serialization as to  # noqa: PLC0415 - 3 MB
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    key = Ed25519PrivateKey.generate()
    secret = key.private_bytes(to.Encoding.PEM, to.PrivateFormat.PKCS8, to.NoEncryption())
    public = key.public_key().public_bytes(to.Encoding.PEM, to.PublicFormat.SubjectPublicKeyInfo)
    with told(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(public_half(path), public)
        write_whole(path, secret, private=True)
    return True


def public_half(path: Path) -> Path:
    """Where the public half of the key at ``path`` lies: what a card gets."""
    return path.with_suffix(PUBLIC)


def check_signature(bundle: Bundle, keys: Iterable[Path]) -> Path:
    """Which of the public ``keys`` signed ``bundle``. Raises ``StorageError`` where none did."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    for path in sorted(keys):
        try:
            key = serialization.load_pem_public_key(path.read_bytes()[:MOST_KEY_BYTES])
            if isinstance(key, Ed25519PublicKey):
                key.verify(bundle.signature, bundle.manifest_bytes)
                return path
        except (OSError, ValueError, UnsupportedAlgorithm, InvalidSignature):
            continue
    raise _not_signed()


def check_signed_by(bundle: Bundle, key: Path) -> None:
    """The same on the computer that has the public ``key``, and in its words."""
    try:
        check_signature(bundle, [key])
    except StorageError as error:
        raise _not_signed_by(key) from error


def keys_of(root: Path = Path("/")) -> list[Path]:
    """The public keys that this card believes."""
    return sorted((root / KEYS).glob(f"*{PUBLIC}"))


def _private(path: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    try:
        if sys.platform != "win32" and path.stat().st_mode & 0o077:
            raise _open_key(path)
        key = serialization.load_pem_private_key(path.read_bytes()[:MOST_KEY_BYTES], None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        if isinstance(error, ConfigError):
            raise
        raise _no_key(path) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path)
    return key


def _not_signed() -> StorageError:
    return StorageError(
        "BUNDLE_NOT_SIGNED",
        fr="Ce paquet n'est pas signé par une clé que cette carte connaît : demandez-le à la "
        "personne qui a préparé la carte. Le jardin n'a pas été touché.",
        en="This bundle is not signed with a key that this card knows: ask whoever prepared the "
        "card for it. The garden was not touched.",
    )


def _not_signed_by(key: Path) -> StorageError:
    return StorageError(
        "BUNDLE_NOT_SIGNED",
        fr=f"Ce paquet n'est pas signé par la clé {key} (ou elle n'est pas là) : donnez avec --key "
        "la moitié publique (.pub) de la clé de qui l'a construit. Rien n'a été écrit.",
        en=f"This bundle is not signed with the key {key} (or it is not there): give with --key "
        "the public half (.pub) of the key of whoever built it. Nothing was written.",
    )


def _no_key(path: Path) -> ConfigError:
    return ConfigError(
        "BUNDLE_KEY_UNREADABLE",
        fr=f"La clé de signature {path} ne se lit pas, ou n'en est pas une (ed25519) : donnez la "
        "bonne avec --key.",
        en=f"The signing key {path} cannot be read, or is none (ed25519): give the right one with "
        "--key.",
    )


def _open_key(path: Path) -> ConfigError:
    return ConfigError(
        "BUNDLE_KEY_OPEN",
        fr=f"D'autres que vous peuvent lire la clé de signature {path} : chmod 600 {path}.",
        en=f"Others than you can read the signing key {path}: chmod 600 {path}.",
    )
