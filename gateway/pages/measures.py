"""The measures: every channel of every node, its week, and what needs a look."""

from __future__ import annotations

import gettext
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import Request
from fastapi.responses import Response

from gateway.catalogue import DEFAULT_INTERVAL_S, ChannelInfo, NodeInfo
from gateway.checks import for_the_page
from gateway.pages import frame, words
from gateway.pages.cards import NodeView, Writer
from gateway.pages.frame import Reader, reader_of
from gateway.pages.script_texts import of_every_page
from gateway.pages.week import week_until
from gateway.service import Gateway
from sensor_node.errors import StorageError

# What needs a look, the most urgent first; a silent node comes before all of them.
URGENCY: Final = ("fault", "stale", "suspect")


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that needs a look: where on the page, which part of the garden, what it has."""

    anchor: str
    where: str
    what: str
    quality: str


def answer(gateway: Gateway, request: Request) -> Response:
    """The page for ``request``."""
    reader = reader_of(gateway, request)
    return frame.answer(request, reader, render(gateway, reader))


def render(gateway: Gateway, reader: Reader) -> str:
    """The page for ``reader``; without the store, with all that is known without it."""
    # Taken first: the stream then repeats what happens while the page is made, and misses nothing.
    last_event_id = gateway.events.last_id
    now_ms = gateway.clock.wall_ms()
    texts, write = reader.texts, reader.write
    span = week_until(now_ms, write.zone)
    writer = Writer(gateway.measured, span, write, texts, now_ms, cards=gateway.cards)
    views = _views(gateway, writer)
    own = own_troubles(gateway, reader.language, texts, writer.away)
    return frame.render(
        gateway,
        reader,
        "measures.html",
        "/mesures",
        nodes=views,
        troubles=[*own, *troubles(views)],
        channel_count=sum(len(view.cards) for view in views),
        simulated=any(view.simulated for view in views),
        page={
            "now": now_ms,
            "from": span.from_ms,
            "to": span.to_ms,
            "days": span.days_ms,
            "language": reader.language,
            "timezone": gateway.settings.timezone,
            "lastEventId": last_event_id,
            "texts": script_texts(texts),
        },
    )


def _views(gateway: Gateway, writer: Writer) -> list[NodeView]:
    nodes = gateway.catalogue.nodes()
    present = gateway.present.all()
    by_node: dict[str, list[ChannelInfo]] = {name: [] for name in nodes}
    for channel in sorted(gateway.measured.channels().values(), key=in_order):
        by_node.setdefault(channel.series.node, []).append(channel)
    views = []
    for name, channels in sorted(by_node.items()):
        node = nodes.get(name) or _unheard(name)
        latest = [present.get(channel.series) for channel in channels]
        heard = [one.quality for one in latest if one is not None]
        silent = bool(heard) and set(heard) == {"stale"}
        cards = [
            writer.card(*pair, node.interval_s, silent=silent)
            for pair in zip(channels, latest, strict=True)
        ]
        views.append(writer.node(node, cards, silent=silent))
    return views


def in_order(channel: ChannelInfo) -> tuple[int, str, int, str]:
    """The place of a channel among others: as a gardener looks at them, ``pot-2`` before 10."""
    name = channel.series.channel
    return words.RANK.get(channel.quantity or "", len(words.RANK)), *by_number(name)


def by_number(name: str) -> tuple[str, int, str]:
    """By what orders names that end in a number."""
    stem = name.rstrip("0123456789")
    return stem, int(name[len(stem) :] or 0), name


def _unheard(name: str) -> NodeInfo:
    return NodeInfo(name, "unknown", None, {}, DEFAULT_INTERVAL_S, 0, None, 0, 0)


def own_troubles(
    gateway: Gateway,
    language: str,
    texts: gettext.NullTranslations,
    away: StorageError | None = None,
) -> Sequence[Trouble]:
    """What is wrong with the gateway itself, or its store ``away``: before everything else."""
    where, found = texts.gettext("Passerelle"), []
    if (error := gateway.commit_error or away) is not None:
        found.append(Trouble("main", where, error.text(language), "fault"))
    if gateway.ingest_alive and not gateway.broker_up:
        what = texts.gettext(
            "Le serveur MQTT ne répond pas : rien de nouveau n’arrive. Vérifiez qu’il est allumé ; "
            "les nœuds gardent leurs mesures et les enverront."
        )
        found.append(Trouble("main", where, what, "fault"))
    for check in for_the_page(gateway):
        quality = "fault" if check.state == "bad" else "suspect"
        found.append(Trouble("main", where, check.text(language), quality))
    return found


def troubles(views: Iterable[NodeView]) -> Sequence[Trouble]:
    """What needs a look, the most urgent first."""
    found: list[tuple[int, Trouble]] = []
    for view in views:
        if view.silent:
            found.append((0, Trouble(f"node-{view.node}", view.node, view.silent, "stale")))
            continue
        if view.twice:
            found.append((0, Trouble(f"node-{view.node}", view.node, view.twice, "fault")))
        for card in view.cards:
            if card.quality in URGENCY:
                where = f"{view.node} · {card.label}"
                trouble = Trouble(card.id, where, card.trouble, card.quality)
                found.append((1 + URGENCY.index(card.quality), trouble))
    return [trouble for _, trouble in sorted(found, key=lambda pair: pair[0])]


def script_texts(texts: gettext.NullTranslations) -> dict[str, object]:
    """What the scripts say; they carry no word of their own."""
    tell = texts.gettext
    return {
        **of_every_page(tell),
        "between": tell("Entre %(low)s et %(high)s cette semaine."),
        "total": tell("%(total)s en sept jours."),
        "yes": tell("oui"),
        "no": tell("non"),
        "winds": [tell(wind) for wind in words.WINDS],
        "qualities": {name: tell(text) for name, text in words.QUALITIES.items()},
        "states": {name: tell(text) for name, text in words.NODE_STATES.items()},
    }
