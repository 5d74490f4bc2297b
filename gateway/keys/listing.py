"""``jardin-gateway node list``: who has keys, who is awaited, and who was heard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from zoneinfo import ZoneInfo

from gateway import folder
from gateway.catalogue import Catalogue, NodeInfo
from gateway.keys.acl import Identity
from gateway.keys.book import Book, Invitation
from gateway.settings import GatewaySettings
from sensor_node.clock import SystemClock
from sensor_node.console import pick

STATES = {
    "online": ("en ligne", "online"),
    "offline": ("arrêté", "stopped"),
    "lost": ("perdu", "lost"),
    "unknown": ("pas encore entendu", "not heard yet"),
}


def lines(settings: GatewaySettings, book: Book) -> Iterator[str]:
    """One line for each node."""
    accounts = {a.name for a in book.accounts().values() if a.identity == Identity.NODE}
    now_ms = SystemClock().wall_ms()
    awaited = {each.node: each for each in book.invitations() if _is_open(each, now_ms)}
    heard = _heard(settings)
    names = sorted({*accounts, *awaited, *heard})
    if not names:
        yield pick("Aucun nœud : invitez-en un avec « jardin-gateway node add ».",
                   "No node: invite one with 'jardin-gateway node add'.")  # fmt: skip
    zone = ZoneInfo(settings.timezone)
    for name in names:
        words = [_keys(name, accounts, awaited, zone), _state(heard.get(name), zone)]
        yield f"{name:<32}  " + " ; ".join(word for word in words if word)


def _is_open(invitation: Invitation, now_ms: int) -> bool:
    return invitation.used_ms is None and not invitation.is_over(now_ms)


def _heard(settings: GatewaySettings) -> Mapping[str, NodeInfo]:
    path = settings.data / "garden.sqlite"
    if not path.exists():
        return {}
    with folder.shared(settings.data), closing(Catalogue(path)) as catalogue:
        return catalogue.nodes()


def _keys(name: str, accounts: set[str], awaited: Mapping[str, Invitation], zone: ZoneInfo) -> str:
    if name in awaited:
        until = _when(awaited[name].expires_ms, zone)
        return pick(f"invité jusqu'au {until}", f"invited until {until}")
    if name in accounts:
        return pick("a ses clés", "has its keys")
    return pick("sans clés", "without keys")


def _state(info: NodeInfo | None, zone: ZoneInfo) -> str:
    if info is None:
        return pick(*STATES["unknown"])
    state = pick(*STATES[info.state])
    if info.last_seen_ms is None:
        return state
    seen = _when(info.last_seen_ms, zone)
    return state + pick(f", dernière mesure reçue le {seen}", f", last reading received {seen}")


def _when(at_ms: int, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, zone):%Y-%m-%d %H:%M}"
