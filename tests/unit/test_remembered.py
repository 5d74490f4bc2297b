"""What pages remember is given again for the same key, and for no other."""

from __future__ import annotations

from itertools import count

import pytest

from gateway.remembered import Remembered


def test_the_same_is_worked_out_once() -> None:
    numbers, remembered = count(), Remembered(2)
    assert [remembered.get(key, lambda: next(numbers)) for key in "aab"] == [0, 0, 1]


def test_what_was_asked_for_longest_ago_goes_first() -> None:
    numbers, remembered = count(), Remembered(2)
    found = [remembered.get(key, lambda: next(numbers)) for key in "abacab"]
    assert found == [0, 1, 0, 2, 0, 3]


def test_without_a_key_nothing_is_remembered() -> None:
    numbers, remembered = count(), Remembered(2)
    assert [remembered.get(None, lambda: next(numbers)) for _ in range(2)] == [0, 1]


def test_what_failed_is_tried_again() -> None:
    remembered: Remembered = Remembered(2)
    with pytest.raises(ZeroDivisionError):
        remembered.get("a", lambda: 1 / 0)
    assert remembered.get("a", lambda: 1.0) == 1.0
