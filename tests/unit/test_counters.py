"""No rain is lost with a pack or a process, and none is reported twice."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from sensor_node import node as node_module
from sensor_node.clock import FakeClock
from sensor_node.counters import Counter, CounterKeeper
from sensor_node.drivers import build_sensors
from sensor_node.errors import StorageError
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Count, Entry, Outbox
from sensor_node.outbox_schema import MIGRATIONS
from sensor_node.sampler import Sampler

NOON = 1_763_809_200_000
NOBODY = Broker("127.0.0.1", 1)
PIN = 6
RAIN = {"type": "rain-gauge", "channel": "rain", "pin": PIN, "mm_per_tip": 1.0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "outbox.sqlite"


@pytest.fixture
def outbox(path: Path) -> Iterator[Outbox]:
    outbox = Outbox(path)
    yield outbox
    outbox.close()


class Garden:
    """A node with a rain gauge of 1 mm a tip, made anew on the same outbox at each start."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.started: list[tuple[Node, Sampler]] = []

    def start(self, tips_before: int = 0) -> Node:
        """A new process: what the last one had in memory is gone."""
        self.end()
        self.board = FakeBoard()
        sampler = Sampler(build_sensors([RAIN], self.board))
        self.tip(tips_before)
        clock = FakeClock(NOON)
        counters = sampler.counters
        node = Node(
            "potager", sampler, self.outbox, NOBODY, clock, interval_s=0.0, counters=counters
        )
        self.started.append((node, sampler))
        return node

    def end(self) -> None:
        if self.started:
            self.started[-1][1].close()

    def tip(self, times: int) -> None:
        self.board.tip(PIN, times)

    def rain(self) -> list[float]:
        """The millimetres of every pack on disk."""
        return [json.loads(entry.records)["v"] for entry, _ in self.outbox.entries()]

    def kept(self) -> Count:
        (count,) = self.outbox.counts()
        return count


@pytest.fixture
def garden(outbox: Outbox) -> Iterator[Garden]:
    garden = Garden(outbox)
    yield garden
    for node, _ in garden.started:
        node.stop()
        node.delivery.start()
        node.delivery.stop()  # lets go of its link
    garden.end()


def fill_disk(outbox: Outbox) -> None:
    """From now on the database takes nothing."""
    outbox._database._connection.execute("PRAGMA query_only = ON")


def free_disk(outbox: Outbox) -> None:
    outbox._database._connection.execute("PRAGMA query_only = OFF")


def test_a_pack_and_what_it_reports_are_on_disk_together(garden: Garden) -> None:
    node = garden.start()
    garden.tip(3)

    node.sample()

    assert garden.rain() == [3.0]
    assert garden.kept() == Count("rain", counted=3, reported=3)


def test_tips_saved_between_two_packs_are_in_the_first_pack_of_the_next_process(
    garden: Garden,
) -> None:
    node = garden.start()
    garden.tip(3)
    node.sample()
    garden.tip(4)
    node._keeper.save()
    garden.tip(2)  # after the last save: these are lost

    garden.start().sample()

    assert garden.rain() == [3.0, 4.0]


def test_a_process_that_dies_after_its_pack_reports_nothing_twice(garden: Garden) -> None:
    node = garden.start()
    garden.tip(3)
    node.sample()

    garden.start().sample()
    garden.start().sample()

    assert garden.rain() == [3.0, 0.0, 0.0]


def test_a_process_that_dies_between_reading_and_writing_loses_no_rain(garden: Garden) -> None:
    node = garden.start()
    garden.tip(3)
    node._keeper.save()
    node._sampler.sample()  # the pack that would hold it is never written

    garden.start().sample()

    assert garden.rain() == [3.0]


def test_a_sample_that_is_no_pack_leaves_its_rain_for_the_next_process(garden: Garden) -> None:
    node = garden.start()
    garden.tip(3)
    node._sampler.sample()
    node._keeper.packed()
    garden.tip(1)
    node.sample()

    garden.start().sample()

    assert garden.rain() == [1.0, 3.0]


def test_tips_before_the_outbox_is_open_are_counted_and_saved(garden: Garden) -> None:
    node = garden.start(tips_before=2)
    node._keeper.save()

    garden.start(tips_before=1).sample()

    assert garden.rain() == [3.0]


def test_packs_that_a_disk_does_not_take_keep_their_rain_in_order(
    garden: Garden, outbox: Outbox
) -> None:
    node = garden.start()
    fill_disk(outbox)
    for tips in (1, 2, 3):
        garden.tip(tips)
        node.sample()
    free_disk(outbox)
    garden.tip(4)
    node.sample()

    assert garden.rain() == [1.0, 2.0, 3.0, 4.0]
    assert garden.kept() == Count("rain", counted=10, reported=10)


def test_packs_that_memory_does_not_hold_leave_their_rain_to_later_ones(
    garden: Garden, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_module, "MAX_UNWRITTEN", 2)
    node = garden.start()
    fill_disk(outbox)
    for tips in (1, 2, 3, 4):
        garden.tip(tips)
        node.sample()
    free_disk(outbox)
    node.sample()

    assert sum(garden.rain()) == 10.0
    assert garden.kept() == Count("rain", counted=10, reported=10)


def test_a_process_that_dies_with_packs_in_memory_reports_what_was_saved(
    garden: Garden, outbox: Outbox
) -> None:
    node = garden.start()
    garden.tip(5)
    node._keeper.save()
    fill_disk(outbox)
    node.sample()
    free_disk(outbox)

    garden.start().sample()

    assert garden.rain() == [5.0]


def test_a_pack_that_fails_in_its_transaction_reports_nothing(outbox: Outbox) -> None:
    pack = Entry("7c1e9a52d01b44f3", 1, 0.0, NOON, "ntp", "{}")
    outbox.append([pack], [Count("rain", 3, 3)])

    with pytest.raises(StorageError):
        outbox.append([pack], [Count("rain", 9, 6)])

    assert outbox.counts() == [Count("rain", 3, 3)]


def test_a_count_never_goes_back(outbox: Outbox) -> None:
    outbox.save_counts({"rain": 9})
    outbox.save_counts({"rain": 4})
    outbox.append([], [Count("rain", 5, 2)])

    assert outbox.counts() == [Count("rain", 9, 2)]


def test_a_clean_stop_saves_the_last_tips(garden: Garden) -> None:
    node = garden.start()
    node.sample()
    garden.tip(2)

    node._keeper.stop()

    assert garden.kept() == Count("rain", counted=2, reported=0)


def test_a_counter_that_did_not_move_is_not_written_again(garden: Garden, outbox: Outbox) -> None:
    node = garden.start()
    garden.tip(1)
    node._keeper.save()
    before = outbox._database._connection.total_changes

    node._keeper.save()

    assert outbox._database._connection.total_changes == before


def test_a_save_that_fails_is_told_once_and_made_good(
    garden: Garden, outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    node = garden.start()
    garden.tip(2)
    fill_disk(outbox)
    node._keeper.save()
    node._keeper.save()
    assert len(caplog.records) == 1
    assert outbox.counts() == []

    free_disk(outbox)
    node._keeper.save()
    assert garden.kept().counted == 2


class Noting(Outbox):
    """Says when a count is saved."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.saved = threading.Event()

    def save_counts(self, counted: Mapping[str, int]) -> None:
        super().save_counts(counted)
        self.saved.set()


def test_counts_are_saved_while_nothing_is_sampled(tmp_path: Path) -> None:
    outbox = Noting(tmp_path / "noting.sqlite")
    counter = Counter("rain")
    keeper = CounterKeeper([counter], outbox, every_s=0.01)
    keeper.start()
    counter.count()

    assert outbox.saved.wait(10)
    assert outbox.counts() == [Count("rain", 1, 0)]
    keeper.stop()
    outbox.close()


def test_pulses_of_several_threads_are_all_counted() -> None:
    counter = Counter("rain")
    taken: list[int] = []

    def counting() -> None:
        for _ in range(5000):
            counter.count()

    threads = [threading.Thread(target=counting) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        taken.append(counter.take())
    taken.append(counter.take())

    assert sum(taken) == counter.counted == counter.packed() == 20_000


def test_each_gauge_has_its_own_count(outbox: Outbox) -> None:
    board = FakeBoard()
    tables = [RAIN, RAIN | {"channel": "roof", "pin": 5}]
    sampler = Sampler(build_sensors(tables, board))
    keeper = CounterKeeper(sampler.counters, outbox)
    board.tip(PIN, 2)
    board.tip(5, 7)

    keeper.save()

    assert outbox.counts() == [Count("rain", 2, 0), Count("roof", 7, 0)]
    sampler.close()


def test_an_outbox_of_before_there_were_counters_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as old:
        old.executescript(f"{MIGRATIONS[0]}; PRAGMA user_version = 1;")
        old.execute("INSERT INTO packs VALUES (1, 'b', 1, 0.0, 5, 'ntp', '{}', 0)")
        old.commit()

    outbox = Outbox(path)

    assert outbox.waiting_count() == 1
    assert outbox.counts() == []
    outbox.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from sensor_node.clock import FakeClock
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler

table = {"type": "rain-gauge", "channel": "rain", "pin": 6, "mm_per_tip": 1.0}
board = FakeBoard()
sampler = Sampler(build_sensors([table], board))
outbox = Outbox(Path(sys.argv[1]))
node = Node("a", sampler, outbox, Broker("127.0.0.1", 1), FakeClock(), interval_s=0.0,
            counters=sampler.counters)
board.tip(6, 3)
node.sample()
board.tip(6, 4)
node._keeper.save()
board.tip(6, 2)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_real_kill_loses_only_the_tips_since_the_last_save(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -9

    outbox = Outbox(path)
    garden = Garden(outbox)
    node = garden.start()
    node.sample()

    assert garden.rain() == [3.0, 4.0]
    node.delivery.start()
    node.delivery.stop()
    garden.end()
    outbox.close()
