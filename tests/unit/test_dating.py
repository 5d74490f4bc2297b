"""Dating: nothing is sent with a time that cannot be trusted, and nothing is dated twice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sensor_node.clock import FakeClock
from sensor_node.dating import Dating, Stamp
from sensor_node.errors import PackRefused
from sensor_node.outbox import Entry, Outbox

BOOT, EARLIER, EARLIEST = "7c1e9a52d01b44f3", "00000000000000bb", "00000000000000aa"
NOON = 1_763_809_200_000
WRONG = 1_000_000_000_000  # 2001, as a Pi without a battery may believe


class Node:
    """A dating with an outbox, and a gateway that answers when told."""

    def __init__(self, outbox: Outbox, clock: FakeClock) -> None:
        self.outbox = outbox
        self.clock = clock
        self.dating = Dating(outbox, clock, BOOT)
        self.asked: list[dict[str, Any]] = []
        self._seq = 0

    def sample(self, *, settled: bool = True) -> Stamp:
        stamp = self.dating.stamp()
        self._seq += 1
        entry = Entry(BOOT, self._seq, stamp.mono_s, stamp.at_ms, stamp.clock, "")
        self.outbox.append([entry], settled=settled)
        if stamp.at_ms is None:
            self.dating.undated()
        return stamp

    def tick(self) -> bool:
        return self.dating.tick(lambda payload: self.asked.append(json.loads(payload)))

    def answer(self, t_s: object, *, trusted: object = True, question: int = -1) -> None:
        fields = {"id": self.asked[question]["id"], "t": t_s, "trusted": trusted}
        self.dating.receive(json.dumps(fields).encode())

    def times(self) -> list[tuple[int | None, str | None]]:
        return [(entry.at_ms, entry.clock) for entry, _ in self.outbox.entries()]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    yield outbox
    outbox.close()


@pytest.fixture
def lost(outbox: Outbox) -> Node:
    """A node that does not know the time."""
    return Node(outbox, FakeClock(WRONG, synchronised=False))


# --- NTP ----------------------------------------------------------------------------------------


def test_with_ntp_a_sample_has_its_time_at_once(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.clock.advance(12.5)

    assert node.sample() == Stamp(12.5, NOON + 12_500, "ntp")
    assert node.dating.source() == "ntp"


def test_without_a_trusted_clock_a_sample_has_no_time_and_is_not_given_out(lost: Node) -> None:
    assert lost.sample() == Stamp(0.0, None, None)
    assert not lost.tick()
    assert lost.outbox.waiting(5) == []
    assert lost.dating.source() is None


def test_a_clock_that_calls_itself_synchronised_in_2001_is_not_believed(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(WRONG, synchronised=True))

    assert node.sample().at_ms is None


def test_when_ntp_comes_what_waits_is_dated_by_the_seconds_since_the_start(lost: Node) -> None:
    lost.sample()
    lost.clock.advance(300)
    lost.sample()
    lost.clock.advance(60)
    lost.clock.set_wall(NOON)
    lost.clock.keeper = "ntp"

    assert lost.tick()

    assert lost.times() == [(NOON - 360_000, "ntp"), (NOON - 60_000, "ntp")]
    assert not lost.tick()


def test_a_step_of_the_wall_clock_does_not_shift_what_was_sampled_before_it(lost: Node) -> None:
    lost.sample()
    lost.clock.advance(10)
    lost.clock.set_wall(WRONG - 5_000_000)
    lost.clock.advance(10)
    lost.clock.set_wall(NOON)
    lost.clock.keeper = "ntp"

    lost.tick()

    assert lost.times() == [(NOON - 20_000, "ntp")]


def test_a_sample_without_a_time_that_came_after_the_others_were_dated_is_dated_too(
    lost: Node,
) -> None:
    late = lost.dating.stamp()
    lost.clock.set_wall(NOON)
    lost.clock.keeper = "ntp"
    lost.tick()

    lost.outbox.append([Entry(BOOT, 1, late.mono_s, late.at_ms, late.clock, "")])
    lost.dating.undated()

    assert lost.tick()
    assert lost.times() == [(NOON, "ntp")]


# --- steps of the wall clock --------------------------------------------------------------------

HOUR_MS = 3_600_000
STEPS = {
    "to 1970": -NOON,
    "to 2038": 2_147_483_648_000 - NOON,
    "an hour on": HOUR_MS,
    "an hour back": -HOUR_MS,
    "ten seconds on": 10_000,
}


def test_a_clock_that_is_being_corrected_is_followed(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    for _ in range(3):
        node.clock.advance(60)
        node.clock.set_wall(node.clock.wall_ms() + 1500)
        node.sample()

    assert [at_ms for at_ms, _ in node.times()] == [NOON + 61_500, NOON + 123_000, NOON + 184_500]


@pytest.mark.parametrize("by_ms", STEPS.values(), ids=STEPS.keys())
def test_a_step_of_a_clock_that_was_right_moves_nothing(
    outbox: Outbox, by_ms: int, caplog: pytest.LogCaptureFixture
) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.sample()
    node.clock.set_wall(NOON + by_ms)
    for _ in range(2):
        node.clock.advance(10)
        node.sample()
        node.tick()
    node.clock.set_wall(NOON + 20_000)
    node.clock.advance(10)
    node.sample()
    node.tick()

    assert node.times() == [(NOON + n * 10_000, "ntp") for n in range(4)]
    assert caplog.text.count("CLOCK_STEPPED") == 1


def test_after_a_step_the_gateway_is_asked_at_once_and_may_confirm_the_time_before(
    outbox: Outbox,
) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.tick()
    assert node.asked == []
    node.clock.set_wall(NOON + HOUR_MS)
    node.tick()
    node.answer(NOON / 1000)
    node.tick()

    assert node.sample() == Stamp(0.0, NOON, "ntp")


def test_a_step_that_the_gateway_confirms_is_followed_and_what_waits_is_dated_anew(
    outbox: Outbox,
) -> None:
    node = Node(outbox, FakeClock(NOON - HOUR_MS))
    node.sample(settled=True)
    node.clock.advance(10)
    node.sample(settled=False)
    node.clock.set_wall(NOON + 10_000)
    node.tick()
    node.answer(NOON / 1000 + 10)
    node.tick()

    assert node.times() == [(NOON - HOUR_MS, "ntp"), (NOON + 10_000, "ntp")]
    assert node.sample().at_ms == NOON + 10_000


def test_after_a_step_nothing_leaves_until_the_gateway_has_answered(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.tick()
    assert not node.dating.is_held
    node.clock.set_wall(NOON + HOUR_MS)
    node.tick()
    assert node.dating.is_held

    node.answer(NOON / 1000)

    assert not node.dating.is_held


def test_a_gateway_that_does_not_know_the_time_holds_nothing_up(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.tick()
    node.clock.set_wall(NOON + HOUR_MS)
    node.tick()
    node.answer(NOON / 1000, trusted=False)

    assert not node.dating.is_held


def test_a_gateway_that_never_answers_holds_nothing_up_for_longer_than_three_questions(
    outbox: Outbox,
) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.clock.keeper = "rtc"
    held = []
    for _ in range(20):
        node.tick()
        held.append(node.dating.is_held)
        node.clock.advance(1)

    assert held == [True] * 15 + [False] * 5


def test_a_gateway_that_agrees_with_neither_is_believed_and_the_wall_clock_no_more(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    node = Node(outbox, FakeClock(NOON - HOUR_MS))
    node.sample(settled=False)
    node.clock.set_wall(NOON + HOUR_MS)
    node.tick()
    node.answer(NOON / 1000)
    for _ in range(3):
        node.tick()

    assert node.times() == [(NOON, "gateway")]
    assert node.sample() == Stamp(0.0, NOON, "gateway")
    assert "CLOCK_DISAGREES" in caplog.text


def test_a_step_is_followed_once_ntp_has_lost_and_found_the_time(outbox: Outbox) -> None:
    """As after ``date -s`` by hand: the kernel says so until NTP has mended it."""
    node = Node(outbox, FakeClock(NOON - HOUR_MS))
    node.sample(settled=False)
    node.clock.keeper = None
    node.clock.set_wall(NOON)
    node.tick()
    assert node.sample(settled=False).at_ms == NOON - HOUR_MS
    node.clock.keeper = "ntp"
    node.tick()

    assert node.times() == [(NOON, "ntp"), (NOON, "ntp")]


def test_a_node_that_loses_ntp_goes_on_by_the_time_it_knew(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.sample()
    node.clock.keeper = None
    node.clock.advance(300)

    assert node.sample() == Stamp(300.0, NOON + 300_000, "ntp")


def test_what_the_drift_of_a_week_explains_leaves_older_packs_as_they_are(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.sample(settled=False)
    node.clock.keeper = None
    node.tick()
    node.clock.advance(7 * 86_400)
    node.clock.set_wall(node.clock.wall_ms() + 30_000)
    node.clock.keeper = "ntp"
    node.tick()

    assert node.times() == [(NOON, "ntp")]
    assert node.sample().at_ms == NOON + 7 * 86_400_000 + 30_000


# --- a clock with a battery ---------------------------------------------------------------------


def test_a_clock_with_a_battery_dates_samples_where_there_is_no_ntp(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON, synchronised=False))
    node.clock.keeper = "rtc"

    assert node.sample() == Stamp(0.0, NOON, "rtc")
    assert node.dating.source() == "rtc"


def test_a_clock_with_a_battery_is_asked_once_and_its_steps_move_nothing(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.clock.keeper = "rtc"
    node.sample()
    node.clock.set_wall(NOON + HOUR_MS)
    node.clock.advance(10)

    assert node.sample() == Stamp(10.0, NOON + 10_000, "rtc")


def test_a_battery_clock_that_is_wrong_yields_to_ntp_and_what_has_not_left_is_dated_anew(
    outbox: Outbox,
) -> None:
    node = Node(outbox, FakeClock(NOON + HOUR_MS))
    node.clock.keeper = "rtc"
    node.sample(settled=True)
    node.sample(settled=False)
    node.clock.set_wall(NOON)
    node.clock.keeper = "ntp"
    node.tick()

    assert node.times() == [(NOON + HOUR_MS, "rtc"), (NOON, "ntp")]


def test_a_battery_clock_that_is_wrong_yields_to_the_gateway(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    node = Node(outbox, FakeClock(NOON + HOUR_MS))
    node.clock.keeper = "rtc"
    node.sample(settled=False)
    node.tick()
    node.answer(NOON / 1000)
    node.tick()

    assert node.times() == [(NOON, "gateway")]
    assert "CLOCK_DISAGREES" in caplog.text


def test_a_battery_clock_that_agrees_with_the_gateway_keeps_its_name(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.clock.keeper = "rtc"
    node.sample()
    node.tick()
    node.answer(NOON / 1000 + 3)

    assert node.sample() == Stamp(0.0, NOON, "rtc")


# --- the gateway's clock ------------------------------------------------------------------------


def test_a_node_without_time_asks_the_gateway(lost: Node) -> None:
    lost.tick()

    assert lost.asked[0].keys() == {"id", "t_node"}
    assert lost.asked[0]["t_node"] == WRONG / 1000


def test_a_node_with_time_asks_nobody(outbox: Outbox) -> None:
    node = Node(outbox, FakeClock(NOON))
    node.tick()

    assert node.asked == []


def test_without_a_link_nobody_is_asked(lost: Node) -> None:
    lost.dating.tick(None)
    lost.tick()

    assert len(lost.asked) == 1


def test_the_gateways_answer_dates_what_waits_from_the_middle_of_the_round_trip(lost: Node) -> None:
    lost.sample()
    lost.clock.advance(100)
    lost.tick()
    lost.clock.advance(1)
    lost.answer(NOON / 1000)

    assert lost.tick()

    assert lost.times() == [(NOON - 100_500, "gateway")]
    assert lost.sample() == Stamp(101.0, NOON + 500, "gateway")
    assert lost.dating.source() == "gateway"


def test_ntp_is_preferred_to_the_gateway(lost: Node) -> None:
    lost.tick()
    lost.answer(NOON / 1000)
    lost.clock.set_wall(NOON + 7)
    lost.clock.keeper = "ntp"

    assert lost.sample() == Stamp(0.0, NOON + 7, "ntp")


def test_when_ntp_comes_a_pack_that_has_left_keeps_its_time_and_one_that_has_not_is_dated_anew(
    lost: Node,
) -> None:
    lost.sample()
    lost.tick()
    lost.answer(NOON / 1000)
    lost.tick()
    assert len(lost.outbox.waiting(5)) == 1  # given out to be sent
    lost.sample(settled=False)
    lost.clock.set_wall(NOON + 60_000)
    lost.clock.keeper = "ntp"
    lost.tick()

    assert lost.times() == [(NOON, "gateway"), (NOON + 60_000, "ntp")]


def test_a_round_trip_of_two_seconds_is_still_believed(lost: Node) -> None:
    lost.tick()
    lost.clock.advance(2.0)
    lost.answer(NOON / 1000)

    assert lost.dating.source() == "gateway"


def test_an_answer_that_took_longer_is_not_believed(lost: Node) -> None:
    lost.tick()
    lost.clock.advance(2.001)
    lost.answer(NOON / 1000)

    assert lost.dating.source() is None


@pytest.mark.parametrize("trusted", [False, None, 1, "yes"])
def test_a_gateway_that_does_not_trust_its_own_clock_is_not_believed(
    lost: Node, trusted: object
) -> None:
    lost.tick()
    lost.answer(NOON / 1000, trusted=trusted)

    assert lost.dating.source() is None


def test_an_answer_to_another_question_is_not_believed(lost: Node) -> None:
    lost.tick()
    lost.clock.advance(5)
    lost.tick()
    lost.answer(NOON / 1000, question=0)

    assert lost.dating.source() is None


def test_an_answer_is_believed_once(lost: Node) -> None:
    lost.tick()
    lost.answer(NOON / 1000)
    lost.answer(NOON / 1000 + 999)

    assert lost.sample().at_ms == NOON


def test_an_answer_to_no_question_is_not_believed(lost: Node) -> None:
    lost.dating.receive(b'{"t": 1763809200, "trusted": true}')
    lost.dating.receive(b'{"id": null, "t": 1763809200, "trusted": true}')

    assert lost.dating.source() is None


@pytest.mark.parametrize(
    "t_s", ["noon", None, True, 1e308, -1.0, 0, WRONG / 1000, 10**400, 253_402_300_800]
)
def test_an_answer_that_is_no_present_time_is_refused(lost: Node, t_s: object) -> None:
    lost.tick()

    with pytest.raises(PackRefused, match="BAD_TIME"):
        lost.answer(t_s)

    assert lost.dating.source() is None


def seconds_between_questions(node: Node, seconds: int) -> list[int]:
    gaps, since = [], 0
    for _ in range(seconds):
        before = len(node.asked)
        node.tick()
        if len(node.asked) > before:
            gaps.append(since)
            since = 0
        node.clock.advance(1)
        since += 1
    return gaps


def test_without_an_answer_it_asks_again_ever_less_often(lost: Node) -> None:
    assert seconds_between_questions(lost, 1300) == [0, 5, 10, 20, 40, 80, 160, 300, 300, 300]


def test_with_an_answer_it_asks_again_after_an_hour(lost: Node) -> None:
    lost.tick()
    lost.answer(NOON / 1000)

    assert seconds_between_questions(lost, 3602) == [3600]


# --- earlier starts -----------------------------------------------------------------------------


def test_earlier_starts_that_never_knew_the_time_are_laid_in_order_before_this_one(
    outbox: Outbox,
) -> None:
    outbox.append([Entry(EARLIEST, n, n * 10.0, None, None, "") for n in (1, 2)])
    outbox.append([Entry(EARLIER, n, n * 100.0, None, None, "") for n in (1, 2)])
    node = Node(outbox, FakeClock(NOON))
    node.sample()

    assert node.tick()

    times = node.times()
    assert times == [
        (NOON - 201_000 - 11_000, "estimated"),
        (NOON - 201_000 - 1_000, "estimated"),
        (NOON - 101_000, "estimated"),
        (NOON - 1_000, "estimated"),
        (NOON, "ntp"),
    ]


def test_an_earlier_start_waits_with_this_one_until_the_time_is_known(lost: Node) -> None:
    lost.outbox.append([Entry(EARLIER, 1, 10.0, None, None, "")])
    lost.sample()
    lost.tick()

    assert lost.outbox.waiting(5) == []

    lost.answer(NOON / 1000)
    lost.tick()

    assert lost.times() == [(NOON - 1000, "estimated"), (NOON, "gateway")]


def test_an_earlier_start_that_knew_the_time_keeps_it(outbox: Outbox) -> None:
    outbox.append([Entry(EARLIER, 1, 10.0, NOON - 999_000, "ntp", "")])
    node = Node(outbox, FakeClock(NOON))
    node.tick()

    assert node.times() == [(NOON - 999_000, "ntp")]


def test_a_node_that_cannot_learn_the_time_says_so_once(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    clock = FakeClock(0, synchronised=False)
    dating = Dating(outbox, clock, BOOT)
    for _ in range(3):
        clock.advance(10)
        dating.tick(None)
    assert caplog.text.count("TIME_UNKNOWN") == 1
