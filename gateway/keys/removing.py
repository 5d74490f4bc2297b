"""Shutting a node out: account, connection, invitations, and what is retained in its name."""

from __future__ import annotations

from gateway.keys.acl import Identity
from gateway.keys.book import Book
from gateway.keys.broker import publish_tables, running_pid
from gateway.keys.place import Place
from gateway.keys.session import visit
from sensor_node import wire
from sensor_node.errors import UsageError
from sensor_node.link import Broker

FENCE = f"{wire.BASE}/gateway/keys"


def remove_node(place: Place, book: Book, broker: Broker, node: str) -> int | None:
    """Shut ``node`` out, at once where the broker runs; returns how many retained topics were
    cleared, None where it does not run.

    Asking again for one that is out already clears what stands in its name. ``broker``: as the
    gateway enters it. Raises ``UsageError`` for a node that never had keys, ``StorageError``, and
    ``NetworkError``.
    """
    with book.alone() as entries:
        account = entries.accounts().get(node)
        is_node = account is not None and account.identity == Identity.NODE
        if not is_node and not entries.was_invited(node):
            raise _unknown(node)
        entries.remove(node)
        entries.forget_invitations(node)
    publish_tables(place, book, broker)
    return None if running_pid(place) is None else _clear(broker, node)


def _clear(broker: Broker, node: str) -> int:
    filters = [f"{wire.BASE}/{node}/#", f"{wire.BASE}/live/channel/{node}/#"]
    with visit(broker) as session:
        topics = session.retained(filters, FENCE)
        session.clear(topics)
    return len(topics)


def _unknown(node: str) -> UsageError:
    return UsageError(
        "NODE_WITHOUT_KEYS",
        fr=f"« {node} » n'a jamais été invité dans ce jardin : « jardin-gateway node list » dit "
        "qui l'a été.",
        en=f"'{node}' was never invited to this garden: 'jardin-gateway node list' says who was.",
    )
