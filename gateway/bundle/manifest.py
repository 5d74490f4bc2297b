"""What a bundle says of itself: its version, the systems it is for, and every file with its hash.

Only the standard library: the first boot of a card reads it with nothing installed yet.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from sensor_node.errors import StorageError

FORMAT: Final = 1
MOST_BYTES: Final = 2_000_000
ROLES: Final = ("gateway", "node", "kit")
"""A gateway, a node, or both on one card."""

_FILE: Final = re.compile(r"(wheels|debs/[a-z]+)/[A-Za-z0-9][A-Za-z0-9._+~%!-]*")
_VERSION: Final = re.compile(r"\d{1,5}(\.\d{1,5}){1,3}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_WORD: Final = re.compile(r"[a-z0-9_.]{1,40}")


@dataclass(frozen=True, slots=True)
class Contents:
    """One file of the bundle."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class System:
    """What a card with this system takes: names of files, for a gateway and for a node.

    ``codename``: Debian's (``bookworm``); ``machine``: the processor (``aarch64``);
    ``python``: ``3.11``; ``lends``: modules of Python that the system itself must have, because
    there is no wheel of them (lgpio for 3.13).
    """

    codename: str
    machine: str
    python: str
    wheels: Mapping[str, tuple[str, ...]]
    debs: Mapping[str, tuple[str, ...]]
    lends: tuple[str, ...] = ()

    def wheels_for(self, role: str) -> tuple[str, ...]:
        """The libraries of ``role``; a kit has those of a gateway and of a node."""
        return _union(self.wheels, role)

    def debs_for(self, role: str) -> tuple[str, ...]:
        """The system's packages for ``role``."""
        return _union(self.debs, role)

    def lends_to(self, role: str) -> bool:
        """Whether ``role`` needs what the system lends: only what reads sensors does."""
        return role != "gateway" and bool(self.lends)


@dataclass(frozen=True, slots=True)
class Manifest:
    """All of it. ``made``: seconds since 1970, which tells two builds of one version apart;
    ``pip``: the file that installs the others.
    """

    format: int
    version: str
    made: int
    pip: str
    systems: tuple[System, ...]
    files: Mapping[str, Contents]

    @property
    def order(self) -> tuple[tuple[int, ...], int]:
        """Compares as newer and older do."""
        return order_of(self.version, self.made)

    def to_bytes(self) -> bytes:
        """As it stands in the bundle and is signed: the same content gives the same bytes."""
        return json.dumps(asdict(self), indent=1, sort_keys=True).encode() + b"\n"


def order_of(version: str, made: int) -> tuple[tuple[int, ...], int]:
    """How a build stands among others: its version first, then its moment."""
    return tuple(int(part) for part in version.split(".")), made


def parse(content: bytes) -> Manifest:
    """The manifest that ``content`` is. Raises ``StorageError``."""
    try:
        told: dict[str, Any] = json.loads(content)
        if told["format"] != FORMAT:
            raise _other_format(told["format"])
        return _checked(told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, StorageError):
            raise
        raise not_a_bundle() from error


def not_a_bundle() -> StorageError:
    """For a file that is something else, or only the beginning of a bundle."""
    return StorageError(
        "BUNDLE_DAMAGED",
        fr="Ce fichier n'est pas un paquet du jardin entier : copie inachevée, ou fichier abîmé. "
        "Copiez-le de nouveau. Le jardin n'a pas été touché.",
        en="This file is not a whole bundle of the garden: an unfinished copy, or a damaged file. "
        "Copy it again. The garden was not touched.",
    )


def _checked(told: Mapping[str, Any]) -> Manifest:
    manifest = Manifest(
        format=FORMAT,
        version=_matching(_VERSION, told["version"]),
        made=_number(told["made"]),
        pip=_matching(_FILE, told["pip"]),
        systems=tuple(_system(each) for each in told["systems"]),
        files={
            _matching(_FILE, name): Contents(
                _number(each["bytes"]), _matching(_HASH, each["sha256"])
            )
            for name, each in told["files"].items()
        },
    )
    wanted = {manifest.pip}.union(
        *(names for s in manifest.systems for role in (s.wheels, s.debs) for names in role.values())
    )
    if not wanted <= manifest.files.keys():
        raise ValueError(sorted(wanted - manifest.files.keys())[0])
    return manifest


def _system(told: Mapping[str, Any]) -> System:
    return System(
        codename=_matching(_WORD, told["codename"]),
        machine=_matching(_WORD, told["machine"]),
        python=_matching(_WORD, told["python"]),
        wheels=_by_role(told["wheels"]),
        debs=_by_role(told["debs"]),
        lends=tuple(_matching(_WORD, name) for name in told["lends"]),
    )


def _by_role(told: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {role: tuple(_matching(_FILE, name) for name in told[role]) for role in ROLES[:2]}


def _union(of: Mapping[str, Iterable[str]], role: str) -> tuple[str, ...]:
    parts = of.values() if role == "kit" else [of[role]]
    return tuple(sorted({name for part in parts for name in part}))


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 1 << 50:
        raise ValueError(value)
    return value


def _other_format(told: object) -> StorageError:
    return StorageError(
        "BUNDLE_TOO_NEW",
        fr=f"Ce paquet a une autre forme ({told}) que celle que cette version sait lire "
        f"({FORMAT}) : prenez d'abord une version entre les deux, ou refaites la carte.",
        en=f"This bundle is of another format ({told}) than the one this version can read "
        f"({FORMAT}): take a version in between first, or make the card anew.",
    )
