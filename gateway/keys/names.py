"""By which names the gateway is called: what its certificates say and what a phone types."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sensor_node.errors import ConfigError

GARDEN_NAMES: Final = ("jardin.local", "jardin.lan", "localhost")
PRIVATE_ZONES: Final = ("local", "lan", "home.arpa", "internal", "localhost")
PRIVATE_NETWORKS: Final = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8",
    "::1/128", "fc00::/7", "fe80::/10",
)  # fmt: skip
LOOPBACK: Final = ("127.0.0.1", "::1")
_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_ELSEWHERE = ("192.0.2.1", 9)
"""An address of no machine (RFC 5737): a datagram socket towards it sends nothing, and tells which
of our addresses would be used."""


@dataclass(frozen=True, slots=True)
class Names:
    """``hosts``: names in lower case; ``addresses``: of IP, in their usual form."""

    hosts: tuple[str, ...]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Realm:
    """For which names an authority is good: ``zones`` with all names below them, ``networks``."""

    zones: tuple[str, ...]
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]

    def strangers(self, names: Names) -> list[str]:
        """Those of ``names`` that lie outside."""
        return [
            *(host for host in names.hosts if not any(_is_below(host, z) for z in self.zones)),
            *(text for text in names.addresses if not self._has(text)),
        ]

    def _has(self, text: str) -> bool:
        return any(ipaddress.ip_address(text) in network for network in self.networks)


def realm_of(names: Names) -> Realm:
    """Every private network, and what ``names`` adds to it."""
    private = Realm(PRIVATE_ZONES, tuple(ipaddress.ip_network(text) for text in PRIVATE_NETWORKS))
    more = private.strangers(names)
    return Realm(
        (*private.zones, *(word for word in more if not _is_address(word))),
        (*private.networks, *(ipaddress.ip_network(word) for word in more if _is_address(word))),
    )


def names_here(more: Iterable[str] = (), host: str | None = None) -> Names:
    """This machine's names and addresses, and ``more`` that a person gave. ``host``: the name of
    another machine, for which all this is made.

    Raises ``ConfigError`` for what is neither a name nor an address.
    """
    addresses = [*LOOPBACK, *(_address_here() if host is None else [])]
    host = host or host_here()
    hosts = [*([host, f"{host}.local"] if host != "localhost" else []), *GARDEN_NAMES]
    for word in more:
        (addresses if _is_address(word) else hosts).append(_checked(word))
    return Names(tuple(dict.fromkeys(hosts)), tuple(dict.fromkeys(addresses)))


def host_here() -> str:
    """The machine's own name, without its network's; ``localhost`` where it is no name at all."""
    name = socket.gethostname().split(".", maxsplit=1)[0].lower()
    return name if _NAME.fullmatch(name) else "localhost"


def usual_host() -> str:
    """By which name nodes call the gateway unless a person says otherwise."""
    host = host_here()
    return "jardin.local" if host == "localhost" else f"{host}.local"


def _address_here() -> list[str]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_ELSEWHERE)
        except OSError:
            return []
        return [str(probe.getsockname()[0])]


def _is_below(host: str, zone: str) -> bool:
    return host == zone or host.endswith(f".{zone}")


def _is_address(word: str) -> bool:
    try:
        ipaddress.ip_address(word)
    except ValueError:
        return False
    return True


def _checked(word: str) -> str:
    if _is_address(word):
        return str(ipaddress.ip_address(word))
    if _NAME.fullmatch(word.lower()):
        return word.lower()
    raise ConfigError(
        "NAME_WRONG",
        fr=f"« {word} » n'est ni un nom de machine ni une adresse IP.",
        en=f"'{word}' is neither a machine's name nor an IP address.",
    )
