"""What pages remember is given again for the same version, and for no other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest

from gateway.remembered import Remembered


def found(remembered: Remembered, asked: Sequence[tuple[str, int | None]]) -> list[int]:
    """The number that each gets; what is made has the next one."""
    numbers = count()
    return [remembered.get(*one, lambda: next(numbers)) for one in asked]


def test_the_same_is_worked_out_once() -> None:
    assert found(Remembered(2), [("a", 1), ("a", 1), ("b", 1)]) == [0, 0, 1]


def test_of_each_thing_the_last_version_alone_is_kept() -> None:
    assert found(Remembered(2), [("a", 1), ("a", 2), ("a", 2), ("a", 1)]) == [0, 1, 1, 2]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    asked = [(name, 1) for name in "abacab"]
    assert found(Remembered(2), asked) == [0, 1, 0, 2, 0, 3]


def test_without_a_version_nothing_is_remembered() -> None:
    asked = [("a", None), ("a", None), ("a", 1)]
    assert found(Remembered(2), asked) == [0, 1, 2]


def test_a_version_that_cannot_be_said_just_now_leaves_what_was_remembered() -> None:
    asked = [("a", 1), ("a", None), ("a", None), ("a", 1)]
    assert found(Remembered(2), asked) == [0, 1, 2, 0]


def test_what_failed_is_tried_again() -> None:
    remembered: Remembered = Remembered(2)
    with pytest.raises(ZeroDivisionError):
        remembered.get("a", 1, lambda: 1 / 0)
    assert remembered.get("a", 1, lambda: 1.0) == 1.0
