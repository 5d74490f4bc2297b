"""The contract's rules of delivery, on a link that only writes down what it is told."""

from __future__ import annotations

import json
import logging
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
import pytest

from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.dating import Dating
from sensor_node.errors import NetworkError
from sensor_node.outbox import DAY_MS, Entry, Outbox
from sensor_node.uplink import DATING_EVERY_S, LONGEST_RESEND_S, MAX_UNDER_WAY, Uplink

NODE, BOOT = "potager-1", "7c1e9a52d01b44f3"
NOON = 1_763_809_200_000
WRONG = 1_000_000_000_000  # 2001, as a Pi without a battery may believe
ABOUT: dict[str, object] = {"interval_s": 300}


@dataclass
class FakeLink:
    """Keeps what is published: (topic without base, payload, qos, retain)."""

    published: list[tuple[str, bytes, int, bool]] = field(default_factory=list)
    subscribed: list[str] = field(default_factory=list)

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        self.published.append((topic.removeprefix("jardin/v1/"), payload, qos, retain))

    def subscribe(self, topics: list[str]) -> None:
        self.subscribed += topics

    def packs(self) -> list[int]:
        """The numbers of the packs published since the last call."""
        topics = [topic.split("/") for topic, *_ in self.published]
        self.published.clear()
        return [int(words[3]) for words in topics if words[1] == "pack"]


@dataclass
class Setting:
    """An uplink with its outbox, clock and link, and the words of a gateway."""

    outbox: Outbox
    clock: FakeClock = field(default_factory=FakeClock)
    link: FakeLink = field(default_factory=FakeLink)
    acks_heard: int = 0
    with_dating: bool = False

    def __post_init__(self) -> None:
        self.uplink = Uplink(
            NODE,
            self.outbox,
            self.clock,
            lambda: {**ABOUT, "waiting": self.outbox.waiting_count()},
            dating=Dating(self.outbox, self.clock, BOOT) if self.with_dating else None,
            rng=random.Random(1),
            on_news=self._count_ack,
        )

    def _count_ack(self) -> None:
        self.acks_heard += 1

    def connect(self) -> None:
        self.uplink.connected(self.link)  # type: ignore[arg-type]

    def gateway(self, state: str = "online", store: str = "store-1") -> None:
        self.hear("gateway/state", json.dumps({"state": state, "store": store}).encode())

    def ready(self) -> None:
        """Connected, with a gateway, and nothing written down yet."""
        self.connect()
        self.gateway()
        self.link.published.clear()

    def ack(self, *ranges: tuple[int, int], store: str = "store-1", **more: Any) -> None:
        self.hear(f"{NODE}/ack", wire.encode_ack(wire.Ack(BOOT, ranges, store, **more)))

    def hear(self, topic: str, payload: bytes) -> None:
        message = mqtt.MQTTMessage(topic=f"jardin/v1/{topic}".encode())
        message.payload = payload
        self.uplink.received(message)

    def keep(self, *seqs: int) -> None:
        at_ms = [NOON + seq * 1000 for seq in seqs]
        self.outbox.append(
            [
                Entry(BOOT, seq, float(seq), at, "ntp", "")
                for seq, at in zip(seqs, at_ms, strict=True)
            ]
        )

    def tick(self) -> list[int]:
        """One tick; the packs it sent."""
        self.uplink.tick(idle=True)
        return self.link.packs()

    def after(self, seconds: float) -> list[int]:
        self.clock.advance(seconds)
        return self.tick()


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    yield outbox
    outbox.close()


@pytest.fixture
def node(outbox: Outbox) -> Setting:
    return Setting(outbox)


# --- whoever else listens ---------------------------------------------------------------------


def test_who_listens_to_a_topic_hears_it_from_the_next_connection_on(node: Setting) -> None:
    heard: list[bytes] = []
    node.uplink.listen("jardin/v1/live/beds/bac-1/advice", heard.append)
    node.connect()
    assert "jardin/v1/live/beds/bac-1/advice" in node.link.subscribed

    node.hear("live/beds/bac-1/advice", b"water")
    node.hear("live/beds/bac-2/advice", b"not for us")

    assert heard == [b"", b"water"]


def test_what_was_withdrawn_while_the_broker_was_away_is_forgotten_at_the_next_connection(
    node: Setting,
) -> None:
    heard: list[bytes] = []
    node.uplink.listen("jardin/v1/live/beds/bac-1/advice", heard.append)
    node.connect()
    node.hear("live/beds/bac-1/advice", b"water")
    node.uplink.disconnected(stopping=False)
    node.connect()

    assert heard[-1] == b""


# --- order and limits ---------------------------------------------------------------------------


def test_without_a_connection_nothing_is_sent(node: Setting) -> None:
    node.keep(1)

    assert node.tick() == []


def test_a_pack_travels_as_the_contract_says(node: Setting) -> None:
    node.outbox.append([Entry(BOOT, 1, 0.0, NOON, "ntp", '{"n":"air","u":"Cel","v":21.4}')])
    node.ready()
    node.uplink.tick(idle=True)

    topic, payload, qos, retain = node.link.published[-1]

    assert (topic, qos, retain) == (f"{NODE}/pack/{BOOT}/1", 1, False)
    assert wire.decode_pack(f"jardin/v1/{topic}", payload) == wire.Pack(
        NODE, BOOT, 1, NOON, "ntp", (wire.Record("air", "Cel", 21.4),)
    )


def test_the_newest_goes_out_at_once_and_the_others_oldest_first(node: Setting) -> None:
    node.keep(*range(1, 6))
    node.ready()

    assert node.tick() == [5, 1, 2, 3, 4]


def test_what_is_sampled_while_the_backlog_leaves_overtakes_it(node: Setting) -> None:
    node.keep(*range(1, 301))
    node.ready()
    node.tick()

    node.keep(301)

    assert node.tick() == [301]


def test_a_pack_under_way_is_not_sent_a_second_time_before_its_time(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()

    assert node.after(29.9) == []


def test_at_most_a_hundred_packs_are_under_way(node: Setting) -> None:
    node.keep(*range(1, 301))
    node.ready()

    sent = node.tick()

    assert sent == [300, *range(1, 99)]  # one of a hundred places is for the next newest
    assert len(sent) == MAX_UNDER_WAY - 1 == 99
    assert node.tick() == []


def test_at_most_a_hundred_are_under_way_while_a_silent_gateway_lets_new_ones_come(
    node: Setting,
) -> None:
    node.keep(*range(1, 301))
    node.ready()
    node.tick()
    for seq in range(301, 311):
        node.keep(seq)
        assert node.tick() == [seq]

    again = node.after(40)  # every pack under way is due

    assert len(again) == 100
    assert sorted(again) == [*range(1, 99), 300, 310]


def test_the_newest_that_made_room_for_a_newer_one_takes_its_turn_later(node: Setting) -> None:
    node.keep(*range(1, 100))
    node.ready()
    node.tick()
    for seq in (100, 101):  # 100 takes the last place, and gives it up to 101
        node.keep(seq)
        node.tick()

    node.ack((1, 50))

    assert node.tick() == [100]


def test_an_ack_frees_places_for_the_next_oldest(node: Setting) -> None:
    node.keep(*range(1, 301))
    node.ready()
    node.tick()

    node.ack((1, 10))

    assert node.tick() == list(range(99, 109))


def test_a_pack_that_left_keeps_its_time_and_what_waits_for_the_gateway_gets_a_better_one(
    node: Setting,
) -> None:
    node.outbox.append([Entry(BOOT, n, float(n), NOON, "ntp", "") for n in (1, 2)], settled=False)
    assert not node.uplink.sends_at_once
    node.connect()
    assert node.uplink.sends_at_once
    node.link.published.clear()
    assert node.tick() == [2]

    node.outbox.redate(BOOT, NOON, "gateway")
    node.gateway()
    node.tick()
    node.outbox.redate(BOOT, NOON + DAY_MS, "gateway")

    assert [(e.at_ms, e.clock) for e, _ in node.outbox.entries()] == [
        (NOON + 1000, "gateway"),
        (NOON, "ntp"),
    ]


# --- the gateway's state ------------------------------------------------------------------------


def test_only_the_newest_is_sent_while_no_gateway_is_there(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.connect()
    node.link.published.clear()

    assert node.tick() == [3]
    assert node.after(60) == []


def test_only_the_newest_is_sent_each_time_while_the_gateway_is_away(node: Setting) -> None:
    node.keep(1, 2)
    node.connect()
    node.gateway("lost")
    node.link.published.clear()
    node.tick()

    node.keep(3)

    assert node.tick() == [3]


def test_all_that_waits_is_sent_as_soon_as_the_gateway_is_online(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.connect()
    node.tick()

    node.gateway("online")

    assert sorted(node.tick()) == [1, 2, 3]


@pytest.mark.parametrize("word", [b"lost", b'{"state": "lost"}', b'{"state": "offline"}'])
def test_a_gateway_that_leaves_stops_the_backlog(node: Setting, word: bytes) -> None:
    node.keep(*range(1, 301))
    node.ready()
    node.tick()

    node.hear("gateway/state", word)
    node.ack((1, 50))

    assert node.after(60) == []
    assert not node.uplink.gateway_online


def test_a_gateway_that_comes_back_gets_what_was_under_way_at_once(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()

    node.gateway("lost")
    node.gateway("online")

    assert sorted(node.tick()) == [1, 2, 3]


def test_a_gateway_that_says_again_that_it_is_online_gets_nothing_twice(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()

    node.gateway("online")

    assert node.tick() == []


def test_seven_days_without_a_gateway_are_delivered_whole_in_order_and_with_their_times(
    outbox: Outbox,
) -> None:
    node = Setting(outbox, FakeClock(WRONG, synchronised=False), with_dating=True)
    dating = node.uplink._dating
    assert isinstance(dating, Dating)
    packs = 7 * 24 * 12
    for seq in range(1, packs + 1):
        node.clock.advance(300)
        stamp = dating.stamp()
        outbox.append([Entry(BOOT, seq, stamp.mono_s, stamp.at_ms, stamp.clock, "")])
    assert node.tick() == []
    node.ready()
    node.uplink.tick(idle=True)
    (question,) = [json.loads(p) for topic, p, *_ in node.link.published if "clock" in topic]
    answer = {"id": question["id"], "t": NOON / 1000, "trusted": True}
    node.link.published.clear()

    node.hear(f"{NODE}/clock/answer", json.dumps(answer).encode())
    times: dict[int, int] = {}
    order: list[int] = []
    while outbox.waiting_count():
        node.uplink.tick(idle=True)
        sent = [
            wire.decode_pack(f"jardin/v1/{topic}", payload)
            for topic, payload, *_ in node.link.published
            if "/pack/" in topic
        ]
        node.link.published.clear()
        assert 0 < len(sent) <= MAX_UNDER_WAY
        order += [pack.seq for pack in sent]
        times |= {pack.seq: pack.at_ms for pack in sent}
        node.ack(*[(pack.seq, pack.seq) for pack in sent])

    assert order == [packs, *range(1, packs)]
    assert times == {seq: NOON - (packs - seq) * 300_000 for seq in range(1, packs + 1)}
    assert (outbox.dropped(), node.uplink.tally.resent) == (0, 0)


# --- acknowledgements ---------------------------------------------------------------------------


def test_an_ack_marks_and_is_told_to_whoever_waits_for_it(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()

    node.ack((1, 2))

    assert [done for _, done in node.outbox.entries()] == [True, True, False]
    assert node.acks_heard == 1
    assert node.uplink.tally.acknowledged == 2


def test_an_acknowledged_pack_is_never_sent_again(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()
    node.ack((1, 1), (3, 3))

    assert node.after(1000) == [2]


def test_an_ack_that_comes_twice_counts_once(node: Setting) -> None:
    node.keep(1, 2)
    node.ready()
    node.tick()

    for _ in range(2):
        node.ack((1, 2), refused=((2, 2),))

    assert (node.uplink.tally.acknowledged, node.uplink.tally.refused) == (2, 1)


def test_no_confirmation_but_the_gateways_marks_a_pack(node: Setting) -> None:
    # An uplink has no way to learn of a PUBACK: the broker took all packs, and all still wait.
    node.keep(1, 2)
    node.ready()
    node.tick()

    assert not [name for name in dir(node.uplink) if "publish" in name and name[0] != "_"]
    assert node.outbox.waiting_count() == 2
    assert sorted(node.after(40)) == [1, 2]


def test_an_ack_of_a_new_store_has_everything_sent_again(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()
    node.ack((1, 3))

    node.keep(4)
    node.tick()
    node.ack((4, 4), store="store-2")

    assert sorted(node.tick()) == [1, 2, 3]


def test_a_gateway_with_a_new_store_gets_everything_that_is_still_here(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()
    node.ack((1, 3))

    node.gateway(store="store-2")

    assert sorted(node.tick()) == [1, 2, 3]


def test_a_new_store_is_noticed_while_the_gateway_says_that_it_is_lost(node: Setting) -> None:
    node.keep(1, 2)
    node.ready()
    node.tick()
    node.ack((1, 2))

    node.gateway("lost", store="store-2")
    assert node.tick() == [2]

    node.gateway("online", store="store-2")
    assert sorted(node.tick()) == [1, 2]


def test_a_late_ack_of_the_old_store_costs_a_repetition_and_loses_nothing(node: Setting) -> None:
    node.keep(1, 2)
    node.ready()
    node.tick()
    node.gateway(store="store-2")
    node.tick()

    node.ack((1, 1), store="store-1")
    node.ack((2, 2), store="store-2")

    assert [e.seq for e in node.outbox.waiting(5)] == [1]
    assert node.tick() == [1]


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        (f"{NODE}/ack", b"\xff"),
        (f"{NODE}/ack", b'{"boot": "a", "seq": [[1]], "store": "s"}'),
        ("gateway/state", b""),
        ("gateway/state", b"[1, 2"),
        (f"{NODE}/clock/answer", b"noon"),
        (f"{NODE}/clock/answer", b'{"id": null, "t": 1e400}'),
    ],
)
def test_a_broken_message_is_said_and_stops_nothing(
    outbox: Outbox, caplog: pytest.LogCaptureFixture, topic: str, payload: bytes
) -> None:
    node = Setting(outbox, with_dating=True)
    node.keep(1, 2)
    node.ready()

    node.hear(topic, payload)

    assert len(caplog.records) == 1
    assert node.tick() == [2, 1]


@pytest.mark.parametrize("store", [None, 7, "", ["store-9"]])
def test_a_state_without_a_proper_store_adopts_none(node: Setting, store: object) -> None:
    node.keep(1)
    node.ready()
    node.tick()
    node.ack((1, 1))

    node.hear("gateway/state", json.dumps({"state": "online", "store": store}).encode())

    assert node.outbox.waiting_count() == 0


# --- sending again ------------------------------------------------------------------------------


def waits_between_sendings(node: Setting, times: int) -> list[float]:
    """Seconds between the first sendings of one pack that nobody acknowledges."""
    node.keep(1)
    node.ready()
    node.tick()
    waits: list[float] = []
    waited = 0.0
    while len(waits) < times:
        waited += 0.5
        if node.after(0.5):
            waits.append(waited)
            waited = 0.0
    return waits


def test_a_pack_goes_again_after_30_s_doubling_to_ten_minutes_with_jitter(node: Setting) -> None:
    waits = waits_between_sendings(node, 8)

    for wait, least in zip(waits, [30, 60, 120, 240, 480, 600, 600, 600], strict=True):
        assert least <= wait <= least * 1.25 + 0.5
    assert len(set(waits[-3:])) > 1
    assert node.uplink.tally.resent == 8


def test_two_nodes_that_start_together_do_not_repeat_together(tmp_path: Path) -> None:
    times = set()
    for seed in range(5):
        outbox = Outbox(tmp_path / f"{seed}.sqlite")
        node = Setting(outbox)
        node.uplink._rng.seed(seed)
        times.add(tuple(waits_between_sendings(node, 3)))
        outbox.close()

    assert len(times) > 1


def test_the_wait_starts_again_at_30_s_after_a_new_connection(node: Setting) -> None:
    waits_between_sendings(node, 6)
    node.uplink.disconnected(stopping=False)
    node.ready()
    assert node.tick() == [1]

    assert node.after(38) == [1]


def test_the_uplink_asks_to_be_called_when_the_next_pack_is_due(node: Setting) -> None:
    node.keep(1)
    node.ready()

    wait_s = node.uplink.tick(idle=True)

    assert 30 <= wait_s <= 37.5
    node.clock.advance(wait_s - 1)
    assert node.uplink.tick(idle=True) == pytest.approx(1)


def test_it_looks_for_the_time_each_second_only_until_it_is_known(outbox: Outbox) -> None:
    clock = FakeClock(NOON, synchronised=False)
    node = Setting(outbox, clock, with_dating=True)
    node.ready()
    assert node.uplink.tick(idle=True) == DATING_EVERY_S

    clock.keeper = "ntp"

    assert node.uplink.tick(idle=True) > DATING_EVERY_S


def test_however_long_it_goes_on_the_wait_stays_bounded(node: Setting) -> None:
    assert all(
        LONGEST_RESEND_S <= node.uplink._resend_wait_s(sent) <= 1.25 * LONGEST_RESEND_S
        for sent in (6, 100, 10_000_000)
    )


# --- connections --------------------------------------------------------------------------------


def test_state_and_about_are_published_and_subscriptions_renewed_at_every_connection(
    node: Setting,
) -> None:
    for _ in range(2):
        node.link.published.clear()
        node.link.subscribed.clear()
        node.connect()
        node.uplink.tick(idle=True)

        assert node.link.published == [
            (f"{NODE}/state", b"online", 1, True),
            (f"{NODE}/about", b'{"interval_s":300,"waiting":0}', 1, True),
        ]
        assert node.link.subscribed == [
            f"jardin/v1/{NODE}/ack",
            f"jardin/v1/{NODE}/clock/answer",
            "jardin/v1/gateway/state",
        ]
        node.uplink.disconnected(stopping=False)


def test_about_is_said_again_every_hour(node: Setting) -> None:
    node.connect()
    node.tick()
    node.clock.advance(3599)
    node.uplink.tick(idle=True)
    assert node.link.published == []

    node.clock.advance(1)
    node.uplink.tick(idle=True)

    assert [topic for topic, *_ in node.link.published] == [f"{NODE}/about"]


def test_the_last_will_and_the_goodbye_are_retained_states(node: Setting) -> None:
    assert node.uplink.will == (f"jardin/v1/{NODE}/state", b"lost")
    node.ready()

    node.uplink.farewell()

    assert node.link.published == [(f"{NODE}/state", b"offline", 1, True)]


def test_after_a_broken_connection_what_was_under_way_starts_again(node: Setting) -> None:
    node.keep(1, 2, 3)
    node.ready()
    node.tick()

    node.uplink.disconnected(stopping=False)
    assert node.after(1000) == []

    node.connect()
    assert node.tick() == [3]  # the gateway's state has not come yet
    node.gateway()
    assert sorted(node.tick()) == [1, 2, 3]


def test_an_absent_broker_is_said_once_and_its_return_once(
    node: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    absent = NetworkError("BROKER_ABSENT", fr="absent", en="absent")
    node.connect()
    node.uplink.disconnected(stopping=False)
    for _ in range(5):
        node.uplink.failed(absent)
    assert node.uplink.refusal is absent

    node.connect()

    words = [record.getMessage().split(":")[0] for record in caplog.records]
    assert words == ["BROKER_LOST", "BROKER_ABSENT", "BROKER_BACK"]
    assert node.uplink.refusal is None


def test_a_clean_stop_is_no_loss(node: Setting, caplog: pytest.LogCaptureFixture) -> None:
    node.connect()
    node.uplink.disconnected(stopping=True)

    assert caplog.records == []


# --- a disk that fails --------------------------------------------------------------------------


def break_disk(outbox: Outbox) -> sqlite3.Connection:
    """Have every use of the outbox fail; returns the connection that mends it."""
    good = outbox._database._connection
    outbox._database._connection = sqlite3.connect(":memory:", isolation_level=None)
    outbox._database._connection.close()
    return good


def test_a_failing_disk_is_said_once_and_tried_again_in_seconds(
    node: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    node.keep(1)
    node.ready()
    good = break_disk(node.outbox)

    waits = [node.uplink.tick(idle=True) for _ in range(4)]
    node.outbox._database._connection = good
    sent = node.tick()

    assert waits == [5.0] * 4
    assert sent == [1]
    words = [record.getMessage().split(":")[0] for record in caplog.records]
    assert words == ["STORAGE_FAILED", "STORAGE_BACK"]


def test_a_second_failure_of_the_disk_is_said_again(
    node: Setting, caplog: pytest.LogCaptureFixture
) -> None:
    node.connect()
    for _ in range(2):
        good = break_disk(node.outbox)
        node.after(3600)  # about is due
        node.outbox._database._connection = good
        node.tick()

    assert [record.levelname for record in caplog.records] == ["ERROR", "ERROR"]


def test_a_disk_that_fails_at_the_moment_of_connecting_delays_about_and_no_more(
    node: Setting,
) -> None:
    good = break_disk(node.outbox)
    node.connect()
    node.uplink.tick(idle=True)
    node.outbox._database._connection = good

    node.uplink.tick(idle=True)

    assert [topic for topic, *_ in node.link.published] == [f"{NODE}/state", f"{NODE}/about"]


def test_an_ack_that_cannot_be_written_is_not_believed(node: Setting) -> None:
    node.keep(1)
    node.ready()
    node.tick()
    good = break_disk(node.outbox)
    node.ack((1, 1))
    node.outbox._database._connection = good

    assert node.after(40) == [1]  # so that the gateway says it again
    node.ack((1, 1))
    assert node.outbox.waiting_count() == 0


# --- expiry -------------------------------------------------------------------------------------


def test_acknowledged_packs_leave_thirty_days_before_the_newest(node: Setting) -> None:
    node.keep(1)
    node.ready()
    node.tick()
    node.ack((1, 1))
    node.outbox.append([Entry(BOOT, 2, 0.0, NOON + 31 * DAY_MS, "ntp", "")])
    node.clock.set_wall(NOON + 31 * DAY_MS)

    node.after(3600)

    assert [e.seq for e, _ in node.outbox.entries()] == [2]


def test_a_wall_clock_that_is_years_ahead_deletes_nothing(node: Setting) -> None:
    node.keep(1, 2)
    node.ready()
    node.tick()
    node.ack((1, 1))
    node.clock.set_wall(NOON + 4000 * DAY_MS)

    node.after(3600)

    assert [e.seq for e, _ in node.outbox.entries()] == [1, 2]
