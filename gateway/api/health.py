"""How a node is, in words: what is wrong with it, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.catalogue import NodeInfo
from gateway.present import STALE_AFTER_INTERVALS, Latest

BAD = frozenset({"NAME_TWICE", "NODE_LOST", "NODE_SILENT", "READINGS_DROPPED"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is not as it should be; ``text`` for a person."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Health:
    """How a node is; what is wrong, worst first."""

    state: Literal["good", "warning", "bad", "unknown"]
    troubles: Sequence[Trouble]


def health_of(node: NodeInfo, present: Iterable[Latest], now_ms: int, language: str) -> Health:
    """The health of ``node``, whose channels' newest values are ``present``."""
    troubles = [
        Trouble(code=code, text=fr if language == "fr" else en)
        for code, fr, en in [*_of_node(node, now_ms), *_of_channels(present)]
    ]
    troubles.sort(key=lambda trouble: trouble.code not in BAD)
    if node.last_seen_ms is None and node.state == "unknown":
        return Health(state="unknown", troubles=troubles)
    if not troubles:
        return Health(state="good", troubles=[])
    return Health(state="bad" if troubles[0].code in BAD else "warning", troubles=troubles)


Words = Iterator[tuple[str, str, str]]


def _of_node(node: NodeInfo, now_ms: int) -> Words:
    if node.state == "lost":
        yield (
            "NODE_LOST",
            "La liaison s'est coupée sans prévenir : vérifiez le courant et le Wi-Fi du nœud.",
            "The link broke without a word: check the node's power and Wi-Fi.",
        )
    elif node.state == "offline":
        yield "NODE_OFFLINE", "Le nœud a été arrêté.", "The node was stopped."
    elif node.last_seen_ms is not None:
        yield from _silence(node, (now_ms - node.last_seen_ms) / 1000)
    if node.about.get("namesake") is True:
        yield (
            "NAME_TWICE",
            "Un autre nœud porte ce nom ; il se tait et garde ses mesures. Donnez-lui un nom à lui "
            "dans son node.toml, puis relancez-le.",
            "Another node has this name; it stays silent and keeps its readings. Give it a name of "
            "its own in its node.toml, then start it again.",
        )
    if node.clock == "estimated":
        yield (
            "CLOCK_ESTIMATED",
            "Le nœud ne connaît pas l'heure : ses dates sont estimées.",
            "The node does not know the time: its dates are estimated.",
        )
    if node.dropped:
        yield (
            "READINGS_DROPPED",
            f"{node.dropped} paquets sont perdus : la mémoire du nœud était pleine.",
            f"{node.dropped} packs are lost: the node's memory was full.",
        )
    if node.quarantined:
        yield (
            "READINGS_REFUSED",
            f"Refusés et gardés en quarantaine : {node.quarantined}.",
            f"Refused and kept in quarantine: {node.quarantined}.",
        )


def _silence(node: NodeInfo, silence_s: float) -> Words:
    if silence_s > STALE_AFTER_INTERVALS * node.interval_s:
        minutes = round(silence_s / 60)
        yield (
            "NODE_SILENT",
            f"Rien n'est arrivé depuis {minutes} min : vérifiez le nœud.",
            f"Nothing has come for {minutes} min: check the node.",
        )


def _of_channels(present: Iterable[Latest]) -> Words:
    for latest in sorted(present, key=lambda latest: latest.series):
        if latest.quality == "fault":
            name = latest.series.channel
            yield (
                "SENSOR_FAULT",
                f"« {name} » ne mesure plus ({latest.fault}) : vérifiez le capteur et ses fils.",
                f"'{name}' gives no value ({latest.fault}): check the sensor and its wires.",
            )
        elif latest.quality == "suspect":
            name = latest.series.channel
            yield (
                "SENSOR_SUSPECT",
                f"« {name} » est douteuse ({latest.doubt}) : comparez avec un autre capteur.",
                f"'{name}' is doubtful ({latest.doubt}): compare it with another sensor.",
            )
