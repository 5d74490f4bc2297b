"""The rule of the cable: whether the kit gives addresses on it. Pure: no clock, no network.

The kit gives addresses only after ten seconds in which it asked and nobody else answered. It goes
on asking, and the first answer of another server ends it. It is then a guest until the cable has
been pulled for ten seconds, whatever becomes of the other server: a school's server that is being
restarted must not find a kit in its place. Of two kits on one cable the later one yields; if both
began at once, the one with the greater hardware address.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from ipaddress import IPv4Network
from typing import Final, Literal

from gateway.kit.dhcp import Answer

State = Literal["unplugged", "listening", "serving", "guest", "apart"]

LISTEN_S: Final = 10.0
LISTEN_CAREFULLY_S: Final = 60.0
"""Where a managed switch was heard, which lets nothing through for the first 30 s (IEEE 802.1D),
and after a cable on which there was another server: their silence says little."""
PULLED_S: Final = 10.0
"""A guest's address is NetworkManager's work, which may take the interface down for a moment."""
ASK_S: Final = 2.0
ASK_AGAIN_S: Final = 30.0
OWN_NETWORKS: Final = (IPv4Network("10.42.0.0/24"), IPv4Network("10.42.1.0/24"))
"""Of the kit's own Wi-Fi, and of its cable."""


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, and the hardware address of the machine that it came from."""

    answer: Answer
    hardware: bytes


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the kit stands on its cable. ``plugged``: which plugging in this is; None: no cable."""

    state: State = "unplugged"
    plugged: int | None = None
    since_s: float = 0.0
    ask_at_s: float = 0.0
    listen_s: float = LISTEN_S
    lost_s: float | None = None
    other: Heard | None = None

    @property
    def asks(self) -> bool:
        """Whether questions are sent in this state: a guest's network has no more of them."""
        return self.state in ("listening", "serving")


def after(
    standing: Standing, now_s: float, plugged: int | None, heard: list[Heard], own: bytes,
    *, bridged: bool = False,
) -> Standing:  # fmt: skip
    """The next standing. ``heard``: since the last call; ``own``: this kit's hardware address;
    ``bridged``: a managed switch was heard.
    """
    if plugged != standing.plugged or standing.lost_s is not None:
        standing = _with_cable(standing, now_s, plugged)
    if not standing.asks:
        return standing
    for each in heard:
        if _ends(each, standing, own):
            return replace(standing, state=_as_what(each), since_s=now_s, other=each)
    if standing.state == "serving":
        return standing
    if bridged:
        standing = replace(standing, listen_s=LISTEN_CAREFULLY_S)
    if now_s - standing.since_s >= standing.listen_s:
        return replace(standing, state="serving", since_s=now_s, ask_at_s=now_s + ASK_S)
    return standing


def listening(standing: Standing, now_s: float, plugged: int) -> Standing:
    """From the beginning: of a cable, or because a question could not be sent."""
    return Standing("listening", plugged, now_s, ask_at_s=now_s, listen_s=standing.listen_s)


def asked(standing: Standing, now_s: float) -> Standing:
    """A question was sent."""
    pause_s = ASK_S if standing.state == "listening" else ASK_AGAIN_S
    return replace(standing, ask_at_s=now_s + pause_s)


def _with_cable(standing: Standing, now_s: float, plugged: int | None) -> Standing:
    """What the cable's coming and going makes of ``standing``."""
    if standing.state not in ("guest", "apart"):
        if plugged is None:
            return Standing(since_s=now_s, listen_s=standing.listen_s)
        return listening(standing, now_s, plugged)
    if plugged is not None:
        return replace(standing, plugged=plugged, lost_s=None)
    lost_s = now_s if standing.lost_s is None else standing.lost_s
    if now_s - lost_s < PULLED_S:
        return replace(standing, lost_s=lost_s)
    return Standing(since_s=now_s, listen_s=LISTEN_CAREFULLY_S)


def _ends(heard: Heard, standing: Standing, own: bytes) -> bool:
    if heard.hardware == own:
        return False
    # Of two kits that serve, one has to stay.
    return not (standing.state == "serving" and heard.answer.is_kit and own < heard.hardware)


def _as_what(heard: Heard) -> State:
    """A guest; or nothing at all, where that network has the addresses of the kit's own Wi-Fi."""
    offered = heard.answer.offered
    if offered is None or heard.answer.is_kit:
        return "guest"
    ours = any(offered.network.overlaps(network) for network in OWN_NETWORKS)
    return "apart" if ours else "guest"
