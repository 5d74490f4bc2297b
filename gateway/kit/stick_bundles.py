"""Bundles that lie at the top of a USB stick: found, looked at, offered on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.bundle.host import Host
from gateway.bundle.opened import SUFFIX, opened
from gateway.bundle.signature import check_signature, keys_of
from gateway.kit.releases import current
from gateway.kit.stick import PLACE
from sensor_node.errors import GardenError, UsageError

MOST: Final = 20
"""So many are looked at; a stick of other people's may hold anything."""
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,80}\.bundle")


@dataclass(frozen=True, slots=True)
class Found:
    """A bundle on the stick. ``refusal``: why it is not for this card, None where it is;
    ``is_newer``: than what is in service.
    """

    name: str
    version: str
    is_newer: bool
    refusal: GardenError | None = None


def found(root: Path = Path("/"), host: Host | None = None) -> list[Found]:
    """What lies on the stick that is in, the newest first. Only the signature is checked here, the
    rest when it is installed.
    """
    place = root / PLACE.lstrip("/")
    try:
        names = [path.name for path in place.iterdir() if _NAME.fullmatch(path.name)]
    except OSError:  # no stick, or one that is just being pulled out
        return []
    looked = [_look(place / name, root, host or Host.here(root)) for name in sorted(names)[:MOST]]
    return [each for _, each in sorted(looked, key=lambda one: one[0], reverse=True)]


def named(name: object, root: Path = Path("/")) -> Path:
    """The file of this ``name`` on the stick. Raises ``UsageError`` for what can be none."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _absent(str(name)[:80])
    path = root / PLACE.lstrip("/") / name
    if not path.is_file():
        raise _absent(name)
    return path


def _look(path: Path, root: Path, host: Host) -> tuple[tuple[tuple[int, ...], int], Found]:
    try:
        with opened(path) as bundle:
            check_signature(bundle, keys_of(root))
            host.find(bundle.manifest)
            order, version = bundle.manifest.order, bundle.manifest.version
    except GardenError as error:
        return ((), 0), Found(
            path.name, path.name.removesuffix(SUFFIX), is_newer=False, refusal=error
        )
    here = current(root)
    return order, Found(path.name, version, is_newer=here is not None and order > here.order)


def _absent(name: str) -> UsageError:
    return UsageError(
        "STICK_WITHOUT_BUNDLE",
        fr=f"La clé USB n'a pas de paquet « {name} » : est-elle encore branchée ? Le paquet se "
        "pose à la racine de la clé, pas dans un dossier.",
        en=f"The USB stick has no bundle '{name}': is it still plugged in? The bundle belongs at "
        "the top of the stick, not into a folder.",
    )
