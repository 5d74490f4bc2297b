"""A node keeps every sample, in order, whatever its disk and its clock do."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from sensor_node import __version__
from sensor_node import node as node_module
from sensor_node.clock import FakeClock
from sensor_node.delivery import Delivery
from sensor_node.drivers.base import Channel
from sensor_node.link import Broker
from sensor_node.node import Node, new_boot
from sensor_node.outbox import Outbox
from sensor_node.wire import Record

NOON = 1_763_809_200_000
NOBODY = Broker("127.0.0.1", 1)
"""A port on which no broker ever listens."""


class Counting:
    """Gives 1, 2, 3… and lets ``each`` happen at every sample."""

    def __init__(self) -> None:
        self.channels = [Channel("air", "air_temperature", "DHT22", "GPIO4")]
        self.each: Callable[[int], None] = lambda _number: None
        self.fault: str | None = None
        self._numbers = count(1)

    def sample(self) -> list[Record]:
        number = next(self._numbers)
        self.each(number)
        if self.fault is not None:
            return [Record("air", fault=self.fault * 1000)]
        return [Record("air", "Cel", float(number))]


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "outbox.sqlite")
    yield outbox
    outbox.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
def sampling() -> Counting:
    return Counting()


@pytest.fixture
def node(outbox: Outbox, clock: FakeClock, sampling: Counting) -> Iterator[Node]:
    node = Node("potager-1", sampling, outbox, NOBODY, clock, interval_s=0.0)
    yield node
    node.stop()
    node.run()  # lets go of its link


def values(outbox: Outbox) -> list[str]:
    return [f"{entry.seq} {entry.records}" for entry, _ in outbox.entries()]


def sampled(number: int, *, seq: int | None = None) -> str:
    return f'{seq or number} {{"n":"air","u":"Cel","v":{float(number)}}}'


def fill_disk(outbox: Outbox) -> None:
    """From now on the database may not grow: SQLite answers as on a full disk."""
    (pages,) = outbox._database._connection.execute("PRAGMA page_count").fetchone()
    outbox._database._connection.execute(f"PRAGMA max_page_count = {pages}")


def free_disk(outbox: Outbox) -> None:
    outbox._database._connection.execute("PRAGMA max_page_count = 1000000")


def test_each_sample_is_on_disk_with_the_next_number_of_one_boot(
    node: Node, outbox: Outbox, clock: FakeClock
) -> None:
    for _ in range(3):
        node.sample()
        clock.advance(300)

    entries = [entry for entry, _ in outbox.entries()]
    assert values(outbox) == [sampled(1), sampled(2), sampled(3)]
    assert {entry.boot for entry in entries} == {node.boot}
    assert [entry.at_ms for entry in entries] == [NOON, NOON + 300_000, NOON + 600_000]


def test_a_boot_is_64_random_bits_new_at_every_start() -> None:
    boots = {new_boot() for _ in range(100)}

    assert len(boots) == 100
    assert all(re.fullmatch("[0-9a-f]{16}", boot) for boot in boots)


def test_a_new_start_counts_from_one_in_a_boot_of_its_own(
    node: Node, outbox: Outbox, clock: FakeClock
) -> None:
    node.sample()
    again = Node("potager-1", Counting(), outbox, NOBODY, clock, interval_s=0.0)

    again.sample()
    again.stop()
    again.run()

    assert [entry.seq for entry, _ in outbox.entries()] == [1, 1]
    assert again.boot != node.boot


def test_it_samples_into_the_outbox_without_broker_gateway_or_time(
    outbox: Outbox, sampling: Counting
) -> None:
    clock = FakeClock(0, synchronised=False)
    node = Node("potager-1", sampling, outbox, NOBODY, clock, interval_s=0.0)
    sampling.each = lambda number: node.stop() if number == 3 else clock.advance(60)

    node.run()

    assert [(entry.mono_s, entry.at_ms) for entry, _ in outbox.entries()] == [
        (0.0, None),
        (60.0, None),
        (120.0, None),
    ]


def big_samples(sampling: Counting) -> None:
    """Samples that need a page of their own, so that a full disk is felt at once."""
    sampling.fault = "checksum"


def test_packs_that_a_full_disk_does_not_take_are_kept_and_written_later_in_order(
    node: Node, outbox: Outbox, sampling: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    node.sample()
    fill_disk(outbox)
    big_samples(sampling)
    for _ in range(3):
        node.sample()
    assert [entry.seq for entry, _ in outbox.entries()] == [1]

    free_disk(outbox)
    node.sample()

    assert [entry.seq for entry, _ in outbox.entries()] == [1, 2, 3, 4, 5]
    words = [record.getMessage().split(":")[0] for record in caplog.records]
    assert words == ["DISK_FULL", "STORAGE_BACK"]


def test_a_disk_that_refuses_packs_is_known_until_it_takes_them_again(
    node: Node, outbox: Outbox, sampling: Counting
) -> None:
    node.sample()
    assert not node.disk_refuses
    fill_disk(outbox)
    big_samples(sampling)
    node.sample()
    assert node.disk_refuses
    free_disk(outbox)
    node.sample()

    assert not node.disk_refuses


def test_the_present_is_known_where_the_clock_is_trusted(node: Node, clock: FakeClock) -> None:
    clock.advance(60)

    assert node.now_ms() == NOON + 60_000


def test_the_present_is_unknown_before_anybody_gives_the_time(
    outbox: Outbox, sampling: Counting
) -> None:
    clock = FakeClock(NOON, synchronised=False)
    node = Node("potager-1", sampling, outbox, NOBODY, clock, interval_s=0.0)
    try:
        assert node.now_ms() is None
    finally:
        node.stop()
        node.run()  # lets go of its link


def test_packs_written_later_have_the_time_at_which_they_were_sampled(
    node: Node, outbox: Outbox, clock: FakeClock, sampling: Counting
) -> None:
    fill_disk(outbox)
    big_samples(sampling)
    node.sample()
    clock.advance(300)
    free_disk(outbox)
    node.sample()

    assert [entry.at_ms for entry, _ in outbox.entries()] == [NOON, NOON + 300_000]


def test_packs_held_in_memory_without_a_time_are_dated_once_they_are_on_disk(
    outbox: Outbox, sampling: Counting
) -> None:
    clock = FakeClock(0, synchronised=False)
    node = Node("potager-1", sampling, outbox, NOBODY, clock, interval_s=0.0)
    fill_disk(outbox)
    big_samples(sampling)
    node.sample()
    clock.advance(60)
    clock.set_wall(NOON)
    clock.keeper = "ntp"
    node.dating.tick(None)  # dates all there is: nothing
    free_disk(outbox)
    node.sample()

    node.dating.tick(None)
    node.stop()
    node.run()

    assert [entry.at_ms for entry, _ in outbox.entries()] == [NOON - 60_000, NOON]


def test_when_memory_is_full_too_the_oldest_go_and_are_told_in_about(
    node: Node, outbox: Outbox, sampling: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "MAX_UNWRITTEN", 3)
    fill_disk(outbox)
    big_samples(sampling)
    for _ in range(5):
        node.sample()
    free_disk(outbox)
    node.sample()

    assert [entry.seq for entry, _ in outbox.entries()] == [3, 4, 5, 6]
    assert node._about()["outbox"] == {"waiting": 4, "dropped": 2}


def test_about_says_what_the_contract_asks(node: Node) -> None:
    node.sample()

    about = node._about()

    assert about["software"] == f"jardin-connecte {__version__}"
    assert about["interval_s"] == 0.0
    assert about["clock"] == "ntp"
    assert about["simulated"] is False
    assert about["outbox"] == {"waiting": 1, "dropped": 0}
    assert about["channels"] == {
        "air": {
            "quantity": "air_temperature",
            "unit": "Cel",
            "sensor": "DHT22",
            "pin": "GPIO4",
        }
    }
    assert about["model"]


class DyingLink:
    """A connection whose thread ends by an error that nobody foresaw."""

    def run(self, farewell: object = None) -> None:
        raise AssertionError("unforeseen")

    def wake(self) -> None: ...

    def stop(self) -> None: ...

    def abandon(self) -> None: ...


def test_a_delivery_that_dies_of_the_unforeseen_is_told_to_who_watches(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    died = threading.Event()
    delivery = Delivery(
        "potager-1",
        outbox,
        NOBODY,
        FakeClock(),
        boot=new_boot(),
        about=dict,
        connect=lambda _uplink: DyingLink(),
        on_death=died.set,
    )
    delivery.start()
    assert died.wait(10)
    assert delivery.is_dead
    assert "DELIVERY_DIED" in caplog.text
