"""The kit's networks in plain words: its cable, its Wi-Fi, the other kits near by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from gateway.kit.network_state import NAME, OLD_S, NetworkState

Values = Mapping[str, int | str | None]
CLASS: Final = 35
"""How many pupils a class of the holiday course has."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing about the networks; the sentences also say what is well, the code does not."""

    name: Literal["cable", "wifi", "kits"]
    state: Literal["good", "warning", "unknown"]
    values: Values
    code: str = ""
    fr: str = ""
    en: str = ""


def found(state: NetworkState, now_s: float) -> list[Found]:
    """What ``state`` says ``now_s`` seconds after the computer's start."""
    if not 0 <= now_s - state.at_s <= OLD_S:
        return [_unguarded(state)]
    return [_cable(state), *_wifi(state), *_kits(state)]


def _unguarded(state: NetworkState) -> Found:
    values: Values = {"interface": state.interface, "cable": "unknown"}
    return Found(
        "cable", "unknown", values, "CABLE_UNGUARDED",
        fr="Le gardien du câble ne dit plus rien : sudo systemctl restart jardin-cable. D'ici là, "
        "débranchez le kit du réseau de l'école.",
        en="The guard of the cable says nothing any more: sudo systemctl restart jardin-cable. "
        "Until then unplug the kit from the school's network.",
    )  # fmt: skip


def _cable(state: NetworkState) -> Found:
    values: Values = {
        "interface": state.interface,
        "cable": state.cable,
        "leases": state.leases,
        "other": state.other or None,
    }
    if state.cable == "guest" and state.other_is_kit:
        return Found(
            "cable", "warning", {**values, "cable": "guest_of_kit"}, "CABLE_TWO_KITS",
            fr="Un autre kit donne déjà les adresses sur ce câble ; celui-ci ne fait que s'y "
            "relier. Si ce n'est pas voulu, débranchez l'un des deux pendant dix secondes.",
            en="Another kit already gives the addresses on this cable; this one only joins. If "
            "that is not wanted, unplug one of the two for ten seconds.",
        )  # fmt: skip
    if state.cable == "apart":
        return Found(
            "cable", "warning", values, "CABLE_SAME_ADDRESSES",
            fr=f"Le câble mène à un réseau ({state.other}) qui a les mêmes adresses que le Wi-Fi "
            "du kit : il n'y entre pas. Débranchez le câble ; le Wi-Fi suffit.",
            en=f"The cable leads to a network ({state.other}) with the same addresses as the "
            "kit's Wi-Fi: the kit does not enter it. Unplug the cable; the Wi-Fi is enough.",
        )  # fmt: skip
    fr, en = _WELL[state.cable]
    return Found("cable", "good", values, fr=fr.format(**values), en=en.format(**values))


_WELL: Final = {
    "unplugged": ("Aucun câble n'est branché.", "No cable is plugged in."),
    "listening": (
        "Le kit écoute le câble : il n'y donne rien avant d'être sûr d'être seul.",
        "The kit listens to the cable: it gives nothing there before it is sure to be alone.",
    ),
    "serving": (
        "Personne d'autre ne donne d'adresses sur le câble : le kit le fait (appareils en ce "
        "moment : {leases}).",
        "Nobody else gives addresses on the cable: the kit does (devices at the moment: {leases}).",
    ),
    "guest": (
        "Le câble mène au réseau de l'école (serveur {other}) : le kit n'y distribue rien.",
        "The cable leads to the school's network (server {other}): the kit gives nothing there.",
    ),
}


def _wifi(state: NetworkState) -> list[Found]:
    radio = state.radio
    if radio.stations is None:
        return []
    values: Values = {"stations": radio.stations, "room": radio.room, "leases": radio.leases}
    fr = f"Appareils sur le Wi-Fi du kit : {radio.stations}, sur {radio.room} au plus. "
    en = f"Devices on the kit's Wi-Fi: {radio.stations}, of {radio.room} at the most. "
    if radio.stations < radio.room:
        fr += f"Pour une classe ({CLASS}), branchez un point d'accès au câble du kit."
        en += f"For a class ({CLASS}), plug an access point into the kit's cable."
        return [Found("wifi", "good", values, fr=fr, en=en)]
    fr += "Les suivants n'y entreront pas : branchez un point d'accès ou un switch à son câble."
    en += "The next ones will not get in: plug an access point or a switch into its cable."
    return [Found("wifi", "warning", values, "WIFI_FULL", fr=fr, en=en)]


def _kits(state: NetworkState) -> list[Found]:
    """The worst of what other kits do to this one; nothing where there is none."""
    radio = state.radio
    values: Values = {
        "same_name": radio.same_name,
        "same_channel": radio.same_channel,
        "name": radio.name or None,
    }
    if radio.same_name:
        return [_same_name(values)]
    if radio.name and radio.name != NAME:
        return [_renamed(radio.name, values)]
    return [_same_channel(values)] if radio.same_channel else []


def _same_name(values: Values) -> Found:
    return Found(
        "kits", "warning", values, "KIT_SAME_NAME",
        fr="Un autre kit de cette salle a le même nom de Wi-Fi : les téléphones iront de "
        "l'un à l'autre. Éteignez-en un, ou refaites sa carte.",
        en="Another kit in this room has the same Wi-Fi name: phones will wander between the two. "
        "Switch one off, or make its card again.",
    )  # fmt: skip


def _renamed(name: str, values: Values) -> Found:
    return Found(
        "kits", "warning", values, "KIT_RENAMED",
        fr=f"Une autre machine s'appelle déjà {NAME} : ce kit répond au nom de {name}, et "
        "toujours à son adresse en chiffres.",
        en=f"Another machine is called {NAME} already: this kit answers to {name}, and as always "
        "to its address in figures.",
    )  # fmt: skip


def _same_channel(values: Values) -> Found:
    return Found(
        "kits", "warning", values, "KIT_SAME_CHANNEL",
        fr="Un autre kit de cette salle émet sur le même canal : les deux seront plus "
        "lents. Éloignez-les, ou changez le canal de l'un d'eux.",
        en="Another kit in this room sends on the same channel: both will be slower. Move them "
        "apart, or change the channel of one.",
    )  # fmt: skip
