"""The garden's health: what is wrong and what to do, then nodes, computer and quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from gateway.api.quarantine import readable
from gateway.catalogue import ChannelInfo, NodeInfo
from gateway.checks import Check, checks
from gateway.kit.asking import Steward
from gateway.pages import frame, words
from gateway.pages.frame import Reader, reader_of
from gateway.pages.measures import in_order
from gateway.pages.script_texts import of_a_form
from gateway.pages.standing import spoken_in
from gateway.pages.urgent import ICONS, NAMES, urgent
from gateway.pages.vitals import vitals_of
from gateway.pages.words import N_
from gateway.present import Latest
from gateway.quarantine import QuarantineItem
from gateway.retry import retry
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.store.base import Series
from sensor_node.errors import StorageError

PLACE: Final = "/sante"
AT_ONCE: Final = 20
SHOWN_CHARACTERS: Final = 2000
SEE_OTHER: Final = 303
MAX_ID: Final = 2**62
GONE: Final = ("lost", "offline")
CLOCKS: Final = {
    "ntp": N_("l’heure d’internet"),
    "rtc": N_("sa propre horloge à pile"),
    "gateway": N_("l’heure de la passerelle"),
    "estimated": N_("une heure estimée"),
}


@dataclass(frozen=True, slots=True)
class Sensor:
    """One channel of a node."""

    channel: str
    name: str
    model: str
    pin: str
    quality: str
    quality_words: str
    at_ms: int | None
    age: str


@dataclass(frozen=True, slots=True)
class NodeHealth:
    """One node: its state, what waits in its outbox, its sensors. Empty texts are not known."""

    node: str
    state: str
    state_words: str
    seen_ms: int | None
    seen: str
    waiting: str
    dropped: int
    packs: str
    clock: str
    software: str
    interval: str
    sensors: Sequence[Sensor]

    @property
    def ill(self) -> int:
        """How many of its sensors are not well."""
        return sum(one.quality not in ("good", "none") for one in self.sensors)


@dataclass(frozen=True, slots=True)
class Part:
    """One check of the gateway."""

    name: str
    anchor: str
    icon: str
    state: str
    told: str


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing in quarantine."""

    id: int
    where: str
    at_ms: int
    at: str
    why: str
    payload: str
    cut: bool
    encoding: str


def answer(gateway: Gateway, request: Request) -> Response:
    """The page for ``request``; without a database, with all that is known without it."""
    reader = reader_of(gateway, request)
    html = _Page(gateway, reader, request.query_params).render()
    return frame.answer(request, reader, html)


def try_again(gateway: Gateway, request: Request, number: int | None) -> Response:
    """Store what can be stored now, of one thing or of all; then the page says how it went."""
    try:
        accepted = retry(gateway, None if number is None else [number])
    except StorageError as error:
        reader = reader_of(gateway, request)
        html = _Page(gateway, reader, {}, error).render()
        return frame.answer(request, reader, html, 503)
    return RedirectResponse(f"{PLACE}?repris={accepted}", SEE_OTHER)


class _Page:
    def __init__(
        self,
        gateway: Gateway,
        reader: Reader,
        query: Mapping[str, str],
        away: StorageError | None = None,
    ) -> None:
        self._gateway = gateway
        self._reader = reader
        self._write = reader.write
        self._now_ms = gateway.clock.wall_ms()
        self._before = _number(query.get("avant", ""))
        self._retried = _number(query.get("repris", ""))
        self._away = away
        self._speaks = spoken_in(reader.language)

    def render(self) -> str:
        gateway, reader = self._gateway, self._reader
        last_event_id = gateway.events.last_id
        found = self._checks()
        items = self._refused()
        nodes = gateway.catalogue.nodes()
        present = gateway.present.all()
        return frame.render(
            gateway,
            reader,
            "health.html",
            PLACE,
            away="" if self._away is None else self._away.text(self._speaks),
            urgent=urgent(reader, found, nodes.values(), present.values(), self._now_ms),
            speaks=self._speaks,
            parts=[self._part(check) for check in found if check.name in NAMES],
            nodes=sorted(
                (self._node(node, present) for node in nodes.values()),
                key=lambda one: (one.state not in GONE, -one.ill, one.node),
            ),
            items=items[:AT_ONCE],
            older=items[AT_ONCE - 1].id if len(items) > AT_ONCE else None,
            count=gateway.quarantine.count(),
            newest=self._before is None,
            retried=self._retried,
            is_kit=gateway.settings.kit.is_kit,
            settable=Steward(gateway.settings.kit.requests).is_there,
            may_retry=reader.who.can(Action.RETRY),
            page={
                "now": self._now_ms,
                "language": reader.language,
                "timezone": gateway.settings.timezone,
                "lastEventId": last_event_id,
                "texts": of_a_form(reader.tell),
            },
        )

    def _checks(self) -> list[Check]:
        try:
            return checks(self._gateway)
        except StorageError as error:
            self._away = self._away or error
            return []

    def _part(self, check: Check) -> Part:
        return Part(
            self._reader.tell(NAMES[check.name]),
            f"check-{check.name}",
            ICONS[check.state],
            check.state,
            vitals_of(check, self._reader),
        )

    def _node(self, node: NodeInfo, present: Mapping[Series, Latest]) -> NodeHealth:
        tell, about = self._reader.tell, node.about
        outbox = about.get("outbox") if isinstance(about.get("outbox"), dict) else {}
        waiting = outbox.get("waiting") if isinstance(outbox, dict) else None
        channels = sorted(
            (info for s, info in self._gateway.measured.channels().items() if s.node == node.node),
            key=in_order,
        )
        seen_ms = node.last_seen_ms
        return NodeHealth(
            node=node.node,
            state=node.state,
            state_words=tell(words.NODE_STATES[node.state]),
            seen_ms=seen_ms,
            seen="" if seen_ms is None else self._ago((self._now_ms - seen_ms) / 1000),
            waiting=self._write.number(waiting, 0) if isinstance(waiting, int) else "",
            dropped=node.dropped,
            packs=self._write.number(node.packs, 0),
            clock=tell(CLOCKS[node.clock]) if node.clock in CLOCKS else "",
            software=str(about.get("software", ""))[:60],
            interval=words.lasting(node.interval_s, self._reader.language),
            sensors=[self._sensor(info, present.get(info.series)) for info in channels],
        )

    def _sensor(self, info: ChannelInfo, latest: Latest | None) -> Sensor:
        quality = latest.quality if latest else "none"
        return Sensor(
            channel=info.series.channel,
            name=self._reader.tell(words.look_of(info.quantity).name),
            model=info.sensor or "",
            pin=info.pin or "",
            quality=quality,
            quality_words=self._reader.tell(words.QUALITIES[quality]),
            at_ms=latest.at_ms if latest else None,
            age=self._ago(latest.age_s) if latest else "",
        )

    def _refused(self) -> list[Refused]:
        try:
            found = self._gateway.quarantine.list(AT_ONCE + 1, self._before)
        except StorageError as error:
            self._away = self._away or error
            return []
        return [self._item(item) for item in found]

    def _item(self, item: QuarantineItem) -> Refused:
        payload, encoding = readable(item.payload)
        return Refused(
            id=item.id,
            where="/".join(filter(None, (item.node, item.channel))) or item.topic,
            at_ms=item.received_ms,
            at=self._write.moment(item.received_ms),
            why=item.text_fr if self._speaks == "fr" else item.text_en,
            payload=payload[:SHOWN_CHARACTERS],
            cut=len(payload) > SHOWN_CHARACTERS,
            encoding=encoding,
        )

    def _ago(self, age_s: float) -> str:
        return words.ago(max(0.0, age_s), self._reader.texts, self._reader.language)


def _number(text: str) -> int | None:
    is_one = text.isascii() and text.isdigit() and len(text) < 20
    return min(int(text), MAX_ID) if is_one else None
