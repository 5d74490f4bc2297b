"""Two nodes of one name: the later one says so and waits."""

from __future__ import annotations

from typing import Any

import pytest

from sensor_node.clock import FakeClock
from sensor_node.namesake import Namesake

OLD, NEW = "7c1e9a52d01b44f3", "00000000000000aa"


class Start:
    """One start of a node, ``seconds`` ago."""

    def __init__(self, boot: str, seconds: float) -> None:
        self.clock = FakeClock()
        self.clock.advance(seconds)
        self.namesake = Namesake(boot, self.clock.monotonic_s)

    def hears(self, other: Start) -> bool:
        return self.namesake.hear(other.namesake.about())


def test_the_one_that_started_later_yields_and_both_say_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    old, new = Start(OLD, 600), Start(NEW, 20)

    assert old.hears(new)
    assert new.hears(old)

    assert (old.namesake.yields, new.namesake.yields) == (False, True)
    assert old.namesake.about() == {"boot": OLD, "running_s": 600.0, "namesake": True}
    assert new.namesake.about() == {"boot": NEW, "running_s": 20.0, "yields": True}
    assert caplog.text.count("NAME_TWICE") == 2


def test_two_that_started_together_agree_on_who_yields() -> None:
    one, two = Start(OLD, 30.0), Start(NEW, 30.4)
    one.hears(two)
    two.hears(one)

    assert (one.namesake.yields, two.namesake.yields) == (True, False)


def test_who_is_known_is_no_news_and_is_not_answered_again() -> None:
    old, new = Start(OLD, 600), Start(NEW, 20)

    assert [old.hears(new) for _ in range(3)] == [True, False, False]


def test_its_own_word_is_no_news() -> None:
    start = Start(OLD, 600)

    assert not start.hears(start)
    assert start.namesake.about() == {"boot": OLD, "running_s": 600.0}


def test_the_one_that_stays_forgets_the_other_after_two_hours_of_silence() -> None:
    old = Start(OLD, 600)
    old.hears(Start(NEW, 20))
    old.clock.advance(7200)
    assert "namesake" in old.namesake.about()
    old.clock.advance(1200)

    assert "namesake" not in old.namesake.about()


def test_the_one_that_yields_does_so_until_it_is_started_again() -> None:
    new = Start(NEW, 20)
    new.hears(Start(OLD, 600))
    new.clock.advance(100_000)

    assert new.namesake.yields


@pytest.mark.parametrize(
    "about",
    [
        {},
        {"boot": NEW},
        {"boot": 7, "running_s": 1},
        {"boot": NEW, "running_s": "long"},
        {"boot": NEW, "running_s": None},
        {"boot": NEW, "running_s": True},
        {"running_s": 4},
    ],
)
def test_an_about_of_another_software_is_no_namesake(about: dict[str, Any]) -> None:
    start = Start(OLD, 600)

    assert not start.namesake.hear(about)
    assert not start.namesake.yields
