"""Handing a kit over: all that one school left is gone, and the next begins with a blank kit.

A small file is the decision. Whoever opens the data folder next carries it out and only then
removes it, so a power cut leaves the old garden or the blank one, never half of it. The keys of the
machines stay: no node needs a new card. What the nodes still keep of before is not taken in again.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from gateway import erasing
from gateway.durable import write_whole
from gateway.erasing import Erased
from gateway.keys.book import Book
from gateway.keys.groups import settle_groups
from gateway.keys.place import Place
from gateway.kit import blank
from gateway.kit.asking import Steward
from gateway.kit.blank import Decision
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.damage import told
from sensor_node.errors import UsageError

TAKEN: Final = erasing.HANDOVER
"""The folder with what can be taken along, and the note that it was."""
WORDS: Final = ("effacer", "erase")
"""Which word is to be typed, in French and in English."""
JOURNAL: Final = "journal"
"""The steward's verb that clears the system's log."""


def decide(gateway: Gateway, word: str, *, without: bool) -> None:
    """Decide that the kit is to be blank; ``without``: although nothing was taken along.

    Raises ``UsageError`` where the ``word`` is not typed or nothing was taken along, and
    ``StorageError``.
    """
    data = gateway.settings.data
    if not without and not was_taken(data):
        raise _take_first()
    if word.strip().lower() not in WORDS:
        raise _no_word()
    newest_ms = max((item.at_ms for item in gateway.store.newest().values()), default=0)
    now_ms = gateway.clock.wall_ms() if gateway.clock.synchronised() else 0
    since_ms = max(newest_ms, now_ms, blank.since_ms(data)) + 1
    blank.decide(data, Decision(gateway.settings.name, since_ms))


def finish(
    settings: GatewaySettings,
    erase: Callable[[GatewaySettings], Erased] = erasing.erase_everything,
) -> Erased | None:
    """Carry out what was decided; None where nothing was. Call it with the data folder alone.

    Raises ``NetworkError`` where the broker does not answer and may still retain something, and
    ``StorageError``: what was decided then stands, and is carried out at the next start.
    """
    data = settings.data
    decision = blank.decided(data)
    if decision is None:
        return None
    done = erase(replace(settings, name=decision.name or settings.name))
    if done.broker is not None:
        raise done.broker
    _forget_groups(data)
    _clear_journal(settings)
    blank.is_blank(data, decision)
    return done


def was_taken(data: Path) -> bool:
    """Whether somebody has taken the data along."""
    return (data / TAKEN / "taken").exists()


def note_taken(data: Path) -> None:
    """Somebody has taken the data along."""
    with told(data / TAKEN):
        (data / TAKEN).mkdir(exist_ok=True)
        write_whole(data / TAKEN / "taken", b"")


def _forget_groups(data: Path) -> None:
    """The broker's accounts of groups stand among those of the machines, and go."""
    place = Place(data)
    if place.is_made:
        with closing(Book(place.book)) as book:
            settle_groups(book, {}, 0)  # the gateway's next start tells the broker


def _clear_journal(settings: GatewaySettings) -> None:
    steward = Steward(settings.kit.requests)
    if steward.is_there:
        steward.ask(JOURNAL, {})


def _take_first() -> UsageError:
    return UsageError(
        "HANDOVER_TAKE_FIRST",
        fr="Emportez d'abord les données (elles ne reviendront pas), ou cochez « Sans rien "
        "emporter ». Rien n'a été effacé.",
        en="Take the data along first (they will not come back), or tick 'Taking nothing along'. "
        "Nothing was erased.",
    )


def _no_word() -> UsageError:
    return UsageError(
        "HANDOVER_NO_WORD",
        fr=f"Pour effacer, écrivez le mot « {WORDS[0]} ». Rien n'a été effacé.",
        en=f"To erase, write the word '{WORDS[1]}'. Nothing was erased.",
    )
