"""The broker's accounts of a workshop's groups: a group's token is its password there.

They stand in the book with the others, so that whoever writes the broker's files writes them too.
"""

from __future__ import annotations

from collections.abc import Mapping

from gateway.keys.acl import Identity
from gateway.keys.book import Account, Book
from gateway.keys.passwords import fits, hashed


def settle_groups(book: Book, tokens: Mapping[str, str], now_ms: int) -> bool:
    """Have ``book`` hold exactly the groups of ``tokens``, by their names; whether that changed it.

    Raises ``StorageError``.
    """
    with book.alone() as entries:
        there = {
            name: account.password
            for name, account in entries.accounts().items()
            if account.identity == Identity.SANDBOX
        }
        gone = there.keys() - tokens.keys()
        new = {n: t for n, t in tokens.items() if n not in there or not fits(t, there[n])}
        for name in gone:
            entries.remove(name)
        for name, token in new.items():
            entries.put(Account(name, Identity.SANDBOX, hashed(token), now_ms))
    return bool(gone or new)
