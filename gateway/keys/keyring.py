"""The keys of a running gateway: what the web door and the health page ask of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from functools import cached_property
from pathlib import Path

from gateway.keys import inviting
from gateway.keys.book import WEB_UNTIL, Book
from gateway.keys.broker import are_published, doors_of, have_saved, publish_tables
from gateway.keys.groups import settle_groups
from gateway.keys.place import Place
from gateway.keys.session import visit
from sensor_node.errors import NetworkError
from sensor_node.link import Broker
from sensor_node.trust import fingerprint

log = logging.getLogger("jardin.keys")


def keyring_of(data: Path, broker: Broker) -> Keyring | None:
    """The keys of the garden in ``data``, None where it was made without. ``broker``: how the
    gateway enters it.
    """
    place = Place(data)
    return Keyring(place, broker) if place.is_made else None


class Keyring:
    """See ``keyring_of``. Everything is opened when it is first asked for. Methods raise
    ``StorageError`` and what the functions of ``inviting`` raise.
    """

    def __init__(self, place: Place, broker: Broker) -> None:
        self.place = place
        self._broker = broker

    @cached_property
    def book(self) -> Book:
        """Accounts and invitations."""
        return Book(self.place.book)

    @cached_property
    def authority(self) -> str:
        """The authority's certificate, PEM."""
        return self.place.authority_text()

    @property
    def broker_port(self) -> int:
        """Where nodes enter the broker."""
        return doors_of(self.book).port

    @property
    def plain_port(self) -> int | None:
        """Where a workshop's groups enter it in the clear, None: nowhere."""
        return doors_of(self.book).plain_port

    @property
    def web_until_ms(self) -> int:
        """When the web door's certificate ends."""
        return int(self.book.fact(WEB_UNTIL, "0"))

    def prove(self, shown: inviting.Shown, now_ms: int) -> str:
        """See ``inviting.prove``."""
        return inviting.prove(self.book, shown, fingerprint(self.authority), now_ms)

    def admit(self, claim: str, password: str, now_ms: int) -> str:
        """Let in whoever shows ``claim``; returns the node's name once the broker knows it.

        Raises also ``NetworkError`` where the broker runs but does not take the account.
        """
        node = inviting.admit(self.book, claim, password, now_ms)
        publish_tables(self.place, self.book, self._broker)
        return node

    def settle(self) -> None:
        """Have the broker's files say what the book says, whatever kill came between the two."""
        with closing(Book(self.place.book)) as book:  # at rest no book lies open
            if are_published(self.place, book):
                return
            try:
                publish_tables(self.place, book, self._broker)
            except NetworkError as error:
                log.warning("%s", error)

    def settle_groups(self, tokens: Mapping[str, str], now_ms: int, *, again: bool = False) -> None:
        """Let in exactly the groups of ``tokens``, by their names. ``again``: tell the broker even
        where nothing has changed. Raises ``StorageError``, and as ``publish_tables``.
        """
        with closing(Book(self.place.book)) as book:
            if settle_groups(book, tokens, now_ms) or again:
                publish_tables(self.place, book, self._broker)

    def have_saved(self) -> None:
        """See ``gateway.keys.broker.have_saved``; raises ``NetworkError`` where it is not there."""
        with visit(self._broker):  # by now whoever was there before has gone, with what it held
            have_saved(self.place)

    def thefts(self) -> list[inviting.Theft]:
        """See ``inviting.thefts``."""
        return inviting.thefts(self.book)

    def close(self) -> None:
        """Let go of the file, where it was opened."""
        if "book" in self.__dict__:
            self.book.close()
