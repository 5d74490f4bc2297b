"""What is wrong in the whole garden and what to do, what presses most first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.api.health import BAD, health_of
from gateway.catalogue import NodeInfo
from gateway.checks import Check
from gateway.pages import words
from gateway.pages.frame import Reader
from gateway.pages.standing import spoken_in
from gateway.pages.words import N_
from gateway.present import Latest

NAMES: Final = {
    "ingest": N_("Réception"),
    "broker": N_("Serveur MQTT"),
    "commit": N_("Écriture"),
    "queue": N_("File d’attente"),
    "databases": N_("Base de données"),
    "disk": N_("Disque"),
    "backup": N_("Sauvegarde"),
    "quarantine": N_("Quarantaine"),
    "clock": N_("Heure"),
    "forecast": N_("Prévision"),
    "keys": N_("Clés"),
    "messages": N_("Messages"),
    "cable": N_("Câble"),
    "wifi": N_("Wi-Fi du kit"),
    "kits": N_("Autres kits"),
}
ICONS: Final = {"bad": "fault", "warning": "suspect", "unknown": "unknown", "good": "good"}
RANK: Final = {"bad": 0, "warning": 1, "unknown": 2}
REFUSED: Final = N_("Des mesures n’ont pas pu être acceptées : leur raison est plus bas.")
BY_NODE: Final = frozenset({"nodes"})
"""Checks that each node's own words say better."""
BY_SENSOR: Final = frozenset({"SENSOR_FAULT", "SENSOR_SUSPECT", "READINGS_REFUSED"})
"""Troubles of a node that its sensors, or the quarantine, say better."""
GONE: Final = frozenset({"NODE_LOST", "NODE_SILENT", "NODE_OFFLINE"})


@dataclass(frozen=True, slots=True)
class Urgent:
    """One thing that is wrong: where, and in words what and what to do; ``anchor``: more of it.

    ``state``: bad, warning or unknown. ``language``: of ``what``.
    """

    state: str
    where: str
    what: str
    anchor: str
    language: str

    @property
    def icon(self) -> str:
        """Its picture."""
        return ICONS[self.state]


def urgent(
    reader: Reader,
    found: Sequence[Check],
    nodes: Iterable[NodeInfo],
    present: Iterable[Latest],
    now_ms: int,
) -> list[Urgent]:
    """Everything that is not well."""
    by_node: dict[str, list[Latest]] = {}
    for latest in present:
        by_node.setdefault(latest.series.node, []).append(latest)
    told = [
        *_of_checks(reader, found),
        *(
            one
            for node in nodes
            for one in _of_node(reader, node, by_node.get(node.node, []), now_ms)
        ),
    ]
    return sorted(told, key=lambda one: RANK[one.state])


def _of_checks(reader: Reader, found: Sequence[Check]) -> Iterator[Urgent]:
    speaks = spoken_in(reader.language)
    for check in found:
        if check.state != "good" and check.name not in BY_NODE:
            anchor = "quarantine" if check.name == "quarantine" else f"check-{check.name}"
            name, text = reader.tell(NAMES[check.name]), check.text(speaks)
            if check.name == "quarantine":
                yield Urgent(check.state, name, reader.tell(REFUSED), anchor, reader.language)
            else:
                yield Urgent(check.state, name, text, anchor, speaks)


def _of_node(
    reader: Reader, node: NodeInfo, present: Sequence[Latest], now_ms: int
) -> Iterator[Urgent]:
    speaks, anchor = spoken_in(reader.language), f"node-{node.node}"
    health = health_of(node, present, now_ms, speaks)
    for trouble in health.troubles:
        if trouble.code not in BY_SENSOR:
            state = "bad" if trouble.code in BAD else "warning"
            yield Urgent(state, node.node, trouble.text, anchor, speaks)
    if any(trouble.code in GONE for trouble in health.troubles):
        return  # its sensors are silent because it is
    for latest in sorted(present, key=lambda one: one.series):
        yield from _of_sensor(reader, latest, anchor)


def _of_sensor(reader: Reader, latest: Latest, anchor: str) -> Iterator[Urgent]:
    if latest.quality == "good":
        return
    tell = reader.tell
    if latest.quality == "fault":
        meaning, remedy = words.fault_words(latest.fault or "", reader.texts)
    elif latest.quality == "suspect":
        meaning, remedy = words.doubt_words(latest.doubt or "", reader.texts)
    else:
        lasting = words.lasting(latest.age_s, reader.language)
        meaning = tell("pas de nouvelles depuis %(time)s") % {"time": lasting}
        remedy = tell("Vérifiez le capteur et ses fils, puis la pile et le Wi-Fi.")
    state = "bad" if latest.quality == "fault" else "warning"
    what = f"{meaning[:1].upper()}{meaning[1:]}. {remedy}"
    yield Urgent(state, str(latest.series), what, anchor, reader.language)
