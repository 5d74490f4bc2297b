"""A new version on trial: how long it has, and what counts as well."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain, repeat

from gateway.kit.health import ANSWERS, GIVE_UP_S, STEADY, Watch, needed_of

WELL = frozenset({ANSWERS, "store", "ingest", "broker"})
GONE: frozenset[str] = frozenset()


class Trial:
    """A watch over ``states``, one a look, on a clock that only it moves."""

    def __init__(self, states: Iterable[frozenset[str]], look_s: float = 0.0) -> None:
        self._states = iter(states)
        self._look_s = look_s
        self.at_s = 0.0
        self.watch = Watch(self._look, self._wait, now_s=lambda: self.at_s)

    def _look(self) -> frozenset[str]:
        self.at_s += self._look_s
        return next(self._states)

    def _wait(self, seconds: float) -> None:
        self.at_s += seconds


def test_a_version_that_starts_slowly_has_four_minutes() -> None:
    slow = Trial(chain(repeat(GONE, 100), repeat(WELL)))

    assert slow.watch.lacks(WELL) == GONE
    assert slow.at_s < GIVE_UP_S


def test_one_that_never_answers_is_given_up_after_that_however_long_each_look_takes() -> None:
    hanging = Trial(repeat(GONE), look_s=5.0)

    assert hanging.watch.lacks(WELL) == WELL
    assert GIVE_UP_S <= hanging.at_s < GIVE_UP_S + 10


def test_one_that_starts_again_and_again_is_not_well() -> None:
    loop = Trial(chain.from_iterable(repeat([*[WELL] * (STEADY - 1), GONE])))

    assert loop.watch.lacks(WELL) == WELL


def test_what_was_ill_before_is_not_asked_for_and_an_answer_always_is() -> None:
    assert needed_of("gateway", WELL - {"broker"}) == WELL - {"broker"}
    assert needed_of("kit", GONE) == {ANSWERS}
    assert needed_of("node", GONE) == GONE
    assert Trial(repeat(WELL - {"broker"})).watch.lacks(WELL - {"broker"}) == GONE


def test_a_gateway_that_is_just_starting_is_looked_at_more_than_once() -> None:
    starting = Trial(chain([GONE, GONE], repeat(WELL)))

    assert starting.watch.usual() == WELL
