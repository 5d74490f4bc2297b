"""A power cut before and after each step of an update: the old version works, or the new one."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cards_updated import NEWER_SCHEMA, UpdatedCard, version

from gateway.kit import releases
from gateway.kit.ledger import STEPS, Ledger
from gateway.kit.updating import Kept, Updater

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the card of a Raspberry Pi")


@pytest.fixture(scope="module")
def card(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UpdatedCard]:
    """A card with the version 0.1.0 in service; 0.2.0 works, 0.3.0 only spoils the garden."""
    made = UpdatedCard(tmp_path_factory.mktemp("card"), tmp_path_factory.mktemp("shelf"))
    version(made.shelf, "0.2.0")
    version(made.shelf, "0.3.0", schema=NEWER_SCHEMA, well=False)
    yield made
    made.close()


def cut_at(card: UpdatedCard, path: Path, step: str, when: str) -> None:
    """Update to ``path`` until ``step``, where the power goes: ``before`` its note, ``after`` it,
    or ``within`` it where databases are copied and put back.
    """
    card.await_health()
    if (pid := os.fork()) == 0:
        try:
            updater_until(card, step, when).update(path)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    assert os.WIFSIGNALED(status), f"{step} was never reached"
    card.system.stop(signal.SIGKILL)


def updater_until(card: UpdatedCard, step: str, when: str) -> Updater:
    def die_at(reached: str) -> None:
        if reached == step and when == "after":
            os.kill(os.getpid(), signal.SIGKILL)

    made = card.card(give_up_s=1)
    if when == "within":
        made = replace(made, kept=CutInTheMiddle(made.kept, step))
    updater = Updater(made, die_at)
    if when == "before":
        updater._ledger = CutLedger(card.root, step)  # type: ignore[assignment]
    return updater


class CutLedger(Ledger):
    """The power goes before a step is noted."""

    def __init__(self, root: Path, step: str) -> None:
        super().__init__(root)
        self._fatal = step

    def note(self, entry: object) -> None:
        if entry.step == self._fatal:  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGKILL)
        super().note(entry)  # type: ignore[arg-type]

    def clear(self) -> None:
        if self._fatal == "clear":
            os.kill(os.getpid(), signal.SIGKILL)
        super().clear()


class CutInTheMiddle:
    """The power goes when the databases were copied or put back, before anything else happens."""

    def __init__(self, kept: Kept, step: str) -> None:
        self._kept = kept
        self._step = step

    def keep(self) -> None:
        self._kept.keep()
        if self._step == "keep":
            os.kill(os.getpid(), signal.SIGKILL)

    def put_back(self) -> None:
        self._kept.put_back()
        if self._step == "back":
            os.kill(os.getpid(), signal.SIGKILL)

    def bytes(self) -> int:
        return self._kept.bytes()


def settled(card: UpdatedCard) -> str:
    """Which version answers after the start that follows the cut."""
    card.updater().settle()
    card.system.run(["systemctl", "start", "jardin-gateway.service"])  # as the system would
    assert card.updater().settle() == "", "one start is enough"
    said = card.says()
    assert releases.current(card.root) == releases.find(card.in_service.name, card.root)
    assert card.in_service.version == said
    assert card.readable_garden() == card.garden
    return said


@pytest.mark.parametrize("step", ["keep", "trial", "back"])
def test_a_cut_in_a_bad_version_leaves_the_old_one(card: UpdatedCard, step: str) -> None:
    cut_at(card, version(card.shelf, "0.3.0"), step, "after")

    assert settled(card) == "0.1.0"


@pytest.mark.prove
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", [step for step in STEPS if step != "done"])
def test_a_cut_at_any_step_of_a_bad_version_leaves_the_old_one(
    card: UpdatedCard, step: str, when: str
) -> None:
    cut_at(card, version(card.shelf, "0.3.0"), step, when)

    assert settled(card) == "0.1.0"


@pytest.mark.prove
@pytest.mark.parametrize("step", ["keep", "back"])
def test_a_cut_when_the_databases_are_copied_leaves_the_old_version(
    card: UpdatedCard, step: str
) -> None:
    cut_at(card, version(card.shelf, "0.3.0"), step, "within")

    assert settled(card) == "0.1.0"


def test_a_cut_of_a_good_version_leaves_the_old_one_until_it_is_proven(card: UpdatedCard) -> None:
    good = version(card.shelf, "0.2.0")
    cut_at(card, good, "done", "before")
    assert settled(card) == "0.1.0"
    cut_at(card, good, "done", "after")
    assert settled(card) == "0.2.0"
    assert releases.proven(card.root).version == "0.2.0"


@pytest.mark.prove
def test_the_next_update_makes_up_for_a_cut_itself(card: UpdatedCard) -> None:
    bad = version(card.shelf, "0.3.0")
    cut_at(card, bad, "trial", "after")
    card.system.run(["systemctl", "start", "jardin-gateway.service"])

    card.updater().update(version(card.shelf, "0.4.0"))
    assert card.says() == "0.4.0"
    assert card.readable_garden() == card.garden
