"""Whether the kit gives addresses on a cable: the rule alone, second by second."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.kit import cable_rule
from gateway.kit.cable_rule import Heard, Standing
from gateway.kit.dhcp import Answer

OWN = bytes.fromhex("dca632000005")
LOWER, HIGHER = bytes.fromhex("dca632000001"), bytes.fromhex("dca632000009")


def school(offered: str | None = "10.21.3.7/16") -> Heard:
    address = None if offered is None else IPv4Interface(offered)
    return Heard(Answer(IPv4Address("10.21.0.1"), address, is_kit=False), HIGHER)


def kit(hardware: bytes) -> Heard:
    return Heard(Answer(IPv4Address("10.42.1.1"), IPv4Interface("10.42.1.20/24"), True), hardware)


@dataclass
class Cable:
    """A kit on a cable, half a second at a time."""

    now_s: float = 100.0
    plugged: int | None = 1
    standing: Standing = field(default_factory=Standing)
    asked_s: list[float] = field(default_factory=list)
    been: list[str] = field(default_factory=list)

    def turn(self, *heard: Heard, bridged: bool = False) -> str:
        self.standing = cable_rule.after(
            self.standing, self.now_s, self.plugged, list(heard), OWN, bridged=bridged
        )
        if self.standing.asks and self.now_s >= self.standing.ask_at_s:
            self.asked_s.append(self.now_s)
            self.standing = cable_rule.asked(self.standing, self.now_s)
        self.been.append(self.standing.state)
        return self.standing.state

    def passes(self, seconds: float, *heard: Heard, bridged: bool = False) -> str:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s += 0.5
            self.turn(*heard, bridged=bridged)
        return self.standing.state


def serving() -> Cable:
    cable = Cable()
    cable.turn()
    assert cable.passes(10) == "serving"
    return cable


def test_on_a_silent_cable_the_kit_serves_after_ten_seconds_and_five_questions() -> None:
    cable = Cable()
    assert cable.turn() == "listening"
    assert cable.passes(9.5) == "listening"
    assert cable.asked_s == [100, 102, 104, 106, 108]
    assert cable.passes(0.5) == "serving"


def test_while_it_serves_it_goes_on_asking() -> None:
    cable = serving()
    before = len(cable.asked_s)
    cable.passes(92)
    assert [at - 110 for at in cable.asked_s[before:]] == [2, 32, 62, 92]


def test_without_a_cable_nothing_is_asked() -> None:
    cable = Cable(plugged=None)
    assert cable.passes(60) == "unplugged"
    assert cable.asked_s == []


@pytest.mark.parametrize("after_s", [0.5, 5, 9.5])
def test_a_server_that_answers_makes_a_guest_that_asks_no_more(after_s: float) -> None:
    cable = Cable()
    cable.turn()
    cable.passes(after_s)
    assert cable.turn(school()) == "guest"
    asked = len(cable.asked_s)
    assert cable.passes(3600) == "guest"
    assert len(cable.asked_s) == asked
    assert "serving" not in cable.been


def test_a_server_that_appears_later_ends_the_serving_at_once_and_for_good() -> None:
    cable = serving()
    assert cable.turn(school()) == "guest"
    assert cable.passes(24 * 3600) == "guest"


@pytest.mark.parametrize(
    ("offered", "state"),
    [
        ("10.42.0.9/24", "apart"),
        ("10.42.7.9/16", "apart"),
        ("10.0.0.9/8", "apart"),
        ("10.42.2.9/24", "guest"),
        ("192.168.1.9/24", "guest"),
        (None, "guest"),
    ],
)
def test_a_school_with_the_kits_own_addresses_is_not_entered(
    offered: str | None, state: str
) -> None:
    cable = Cable()
    cable.turn()
    assert cable.turn(school(offered)) == state
    assert cable.passes(60) == state


def test_pulling_the_cable_ends_the_serving_and_plugging_it_begins_anew() -> None:
    cable = serving()
    cable.plugged = None
    assert cable.turn() == "unplugged"
    cable.plugged = 3
    assert cable.turn() == "listening"
    assert cable.passes(10) == "serving"


def test_a_cable_that_was_changed_between_two_looks_is_another_one() -> None:
    cable = serving()
    cable.plugged = 3
    assert cable.turn() == "listening"
    assert cable.turn(school()) == "guest"


def test_a_guest_whose_interface_blinks_is_a_guest_still() -> None:
    """NetworkManager may switch it off and on when it is handed over."""
    cable = Cable()
    cable.turn()
    cable.turn(school())
    cable.plugged = None
    assert cable.passes(9) == "guest"
    cable.plugged = 3
    assert cable.passes(3600) == "guest"


def test_after_a_school_the_kit_listens_for_a_minute_before_it_serves() -> None:
    """A power cut at school: the switch is back long before the server."""
    cable = Cable()
    cable.turn()
    cable.turn(school())
    cable.plugged = None
    assert cable.passes(10.5) == "unplugged"
    cable.plugged = 3
    assert cable.turn() == "listening"
    assert cable.passes(59.5) == "listening"
    assert cable.passes(0.5) == "serving"


def test_a_managed_switch_is_given_the_time_to_let_something_through() -> None:
    cable = Cable()
    cable.turn()
    cable.passes(2, bridged=True)
    assert cable.passes(57) == "listening"
    assert cable.turn(school()) == "guest"


def test_of_two_kits_the_later_one_yields_whatever_its_address() -> None:
    for other in (LOWER, HIGHER):
        cable = Cable()
        cable.turn()
        cable.passes(5)
        assert cable.turn(kit(other)) == "guest"


def test_of_two_kits_that_began_at_once_exactly_one_stays() -> None:
    assert serving().turn(kit(HIGHER)) == "serving"
    assert serving().turn(kit(LOWER)) == "guest"


def test_its_own_answers_are_nobody_elses() -> None:
    assert serving().turn(kit(OWN)) == "serving"


def test_a_question_that_could_not_be_sent_begins_the_silence_anew() -> None:
    cable = Cable()
    cable.turn()
    cable.passes(8)
    cable.standing = cable_rule.listening(cable.standing, cable.now_s, 1)
    assert cable.passes(9.5) == "listening"
    assert cable.passes(0.5) == "serving"


events = st.lists(
    st.tuples(
        st.sampled_from([0.5, 1.0, 5.0, 9.5, 10.0, 61.0]),
        st.sampled_from(
            ["", "", "", "school", "lower kit", "higher kit", "pull", "plug", "bridge"]
        ),
    ),
    max_size=60,
)


@settings(deadline=None)  # a busy machine is no fault
@given(events)
def test_whatever_happens_it_serves_only_after_ten_silent_seconds_of_one_cable(
    happens: list[tuple[float, str]],
) -> None:
    cable, number, silent_since_s = Cable(), 1, 100.0
    others = {"school": school(), "lower kit": kit(LOWER), "higher kit": kit(HIGHER)}
    cable.turn()
    for wait_s, what in happens:
        before = cable.passes(wait_s)
        if what in ("pull", "plug"):
            number += 1
            cable.plugged, silent_since_s = (None if what == "pull" else number), cable.now_s
        heard = [others[what]] if what in others else []
        state = cable.turn(*heard, bridged=what == "bridge")
        if heard and not (before == "serving" and what == "higher kit"):
            silent_since_s = cable.now_s
            assert state != "serving"
        if state == "serving":
            assert cable.standing.since_s - silent_since_s >= 10
