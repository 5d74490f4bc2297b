"""The cards that a bundle is built for: Raspberry Pi OS 64 bits, of two generations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_EVERYWHERE: Final = ("chrony", "avahi-daemon", "libnss-mdns")
PACKAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "gateway": (*_EVERYWHERE, "dnsmasq-base", "mosquitto", "mosquitto-clients"),
    "node": _EVERYWHERE,
}
"""Of Debian, by role."""


@dataclass(frozen=True, slots=True)
class Target:
    """``glibc``: the minor version of its C library; a wheel for an older one fits as well.

    ``lends``: libraries of the locks without a wheel, which the system has, each with its package:
    taken along where the sources of apt offer it (Raspberry Pi's do, Debian's do not).
    """

    codename: str
    python: str
    glibc: int
    machine: str = "aarch64"
    arch: str = "arm64"
    lends: Mapping[str, str] = field(default_factory=dict)


TARGETS: Final = (
    Target("bookworm", "3.11", 36),
    Target("trixie", "3.13", 41, lends={"lgpio": "python3-lgpio"}),
)
