"""Inviting a node from the command line: the file, the QR code and the words around them."""

from __future__ import annotations

from pathlib import Path

from gateway.keys import qr
from gateway.keys.book import Book
from gateway.keys.inviting import invite_by_code, invite_by_link
from gateway.keys.names import usual_host
from gateway.keys.place import Place, write_all
from gateway.settings import GatewaySettings
from sensor_node.clock import SystemClock
from sensor_node.console import pick
from sensor_node.joining import new_link, shown
from sensor_node.trust import fingerprint


def by_link(
    place: Place,
    book: Book,
    settings: GatewaySettings,
    node: str,
    *,
    output: Path,
    address: str | None,
    again: bool,
) -> str:
    """Invite ``node`` by the file ``output`` and a drawing beside it; returns what to say."""
    gateway = f"{address or usual_host()}:{settings.http.port}"
    link = new_link(gateway, node, fingerprint(place.authority_text()))
    invite_by_link(book, link, SystemClock().wall_ms(), again=again)
    drawing = output.with_suffix(".svg")
    write_all(
        output.absolute().parent,
        {output.name: f"{link}\n".encode(), drawing.name: qr.svg(str(link))},
    )
    return "\n".join(
        [
            qr.terminal(str(link)),
            pick(
                f"Invitation de {node}, pour une seule fois, pendant une semaine : {output} (le "
                f"même texte que ce code QR, aussi dans {drawing}). Portez-la au nœud, puis là :",
                f"Invitation of {node}, good once, for a week: {output} (the same text as this QR "
                f"code, also in {drawing}). Carry it to the node, then there:",
            ),
            f"  jardin-node join {output.name}",
        ]
    )


def by_code(book: Book, settings: GatewaySettings, node: str, *, again: bool) -> str:
    """Invite ``node`` by a code; returns what to say."""
    code = shown(invite_by_code(book, node, SystemClock().wall_ms(), again=again))
    return "\n".join(
        [
            pick(
                f"Code de {node}, pour une seule fois, pendant dix minutes : {code}",
                f"Code of {node}, good once, for ten minutes: {code}",
            ),
            pick("Sur le nœud :", "On the node:"),
            f"  jardin-node join {code} --gateway {usual_host()}:{settings.http.port}",
        ]
    )
