"""Nothing measured is lost or counted twice while gateway, broker and node are killed.

`kill -9` at random moments from a printed seed (set JARDIN_SEED to repeat one), and at the two
moments that matter most: after the commit before the ack, and after the ack before the mark.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import programs
import pytest
from harness import eventually, new_mosquitto
from programs import MM_PER_TIP, TIPS_A_SAMPLE

from gateway.broker import free_port
from sensor_node.outbox import Outbox

KILLS = 50
MANY_KILLS = 1000
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["programs"])
Multiset = Counter[tuple[str, int, str, float]]


class Garden:
    """A broker, a gateway and a node, each a process that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.node_kills = 0
        self.broker = new_mosquitto(folder / "broker")
        self.broker.start()
        self._http_port = free_port()
        self.gateway: ForkServerProcess | None = None
        self.node: ForkServerProcess | None = None

    def start_gateway(self, die_after_commits: int = 0) -> None:
        self.gateway = self._start(
            programs.run_gateway, "gateway", self._http_port, die_after_commits
        )

    def start_node(self, die_before_mark: int = 0, *, sampling: bool = True) -> None:
        self.node = self._start(programs.run_node, "node", die_before_mark, sampling)

    def kill_node(self) -> None:
        self.node_kills += 1
        kill(self.node)

    def restart_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def _start(self, program: Callable[..., None], name: str, *arguments: int) -> ForkServerProcess:
        log, data = self.folder / f"{name}.log", self.folder / name
        process = SERVER.Process(
            target=programs.run,
            args=(program, log, data, self.broker.port, *arguments),
            daemon=True,
        )
        process.start()
        return process

    def stored_count(self) -> int:
        path = self.folder / "gateway" / "store.sqlite"
        if not path.exists():
            return 0
        with closing(sqlite3.connect(path, timeout=10)) as db:
            try:
                return int(db.execute("SELECT count(*) FROM readings").fetchone()[0])
            except sqlite3.OperationalError:
                return 0  # killed before its first migration

    def grows(self, by: int) -> None:
        """Wait until that many more readings are stored."""
        goal = self.stored_count() + by
        eventually(lambda: self.stored_count() >= goal, f"{by} more readings", 60)

    def deliver_the_rest(self) -> None:
        """Stop sampling, and let a node deliver what is still in the outbox."""
        self.kill_node()
        self.start_node(sampling=False)
        assert self.node is not None
        assert ended(self.node, 120) == 0

    def in_outbox(self) -> Multiset:
        outbox = Outbox(self.folder / "node" / "outbox.sqlite")
        found: Multiset = Counter()
        for entry, acknowledged in outbox.entries():
            assert acknowledged
            for record in json.loads(f"[{entry.records}]"):
                assert entry.at_ms is not None
                found["potager-1", entry.at_ms, record["n"], record["v"]] += 1
        outbox.close()
        return found

    def in_store(self) -> Multiset:
        with closing(sqlite3.connect(self.folder / "gateway" / "store.sqlite")) as db:
            rows = db.execute(
                "SELECT node, at_ms, channel, value FROM readings"
                " JOIN series ON series.id = readings.series"
            ).fetchall()
        return Counter(tuple(row) for row in rows)

    def close(self) -> None:
        for process in (self.node, self.gateway):
            kill(process)
        self.broker.kill()


def kill(process: ForkServerProcess | None) -> None:
    """``kill -9``."""
    if process is not None:
        process.kill()
        process.join()


def ended(process: ForkServerProcess, patience_s: float = 60) -> int | None:
    """How the process ended by itself."""
    process.join(patience_s)
    return process.exitcode


@pytest.fixture
def garden(tmp_path: Path):  # type: ignore[no-untyped-def]
    garden = Garden(tmp_path)
    yield garden
    garden.close()


def assert_nothing_lost_or_doubled(garden: Garden, at_least: int) -> None:
    garden.deliver_the_rest()
    measured, stored = garden.in_outbox(), garden.in_store()
    assert sum(measured.values()) >= at_least
    assert stored == measured
    assert_all_that_was_on_disk_is_there(garden)
    assert_rain_is_told_once(garden)


def assert_all_that_was_on_disk_is_there(garden: Garden) -> None:
    """At most the sample in hand is missing after a kill: no number is left out."""
    kept: dict[str, list[int]] = {}
    with closing(Outbox(garden.folder / "node" / "outbox.sqlite")) as outbox:
        for entry, _ in outbox.entries():
            kept.setdefault(entry.boot, []).append(entry.seq)
    for seqs in kept.values():
        assert seqs == list(range(1, len(seqs) + 1))
    told = [line.split() for line in read_lines(garden.folder / "node" / "told.txt")]
    assert {(boot, int(seq)) for boot, seq, _ in told} <= {
        (boot, seq) for boot, seqs in kept.items() for seq in seqs
    }


def assert_rain_is_told_once(garden: Garden) -> None:
    """No tip twice, and none missing but those of the sample that a kill of the node met."""
    fallen = len(read_lines(garden.folder / "node" / "tips.txt"))
    told = max(int(line.split()[2]) for line in read_lines(garden.folder / "node" / "told.txt"))
    rain = sum(
        round(value / MM_PER_TIP) * times
        for (_, _, channel, value), times in garden.in_store().items()
        if channel == "rain"
    )
    assert told <= rain <= fallen
    assert fallen - rain <= TIPS_A_SAMPLE * garden.node_kills


def read_lines(path: Path) -> list[str]:
    """The whole lines of a file whose writer was killed."""
    return [line for line in path.read_text().splitlines(keepends=True) if line.endswith("\n")]


def test_a_gateway_killed_between_commit_and_ack_loses_nothing(garden: Garden) -> None:
    garden.start_node()
    garden.start_gateway(die_after_commits=3)
    assert garden.gateway is not None
    assert ended(garden.gateway) == -9
    committed = garden.stored_count()
    assert committed > 0
    garden.start_gateway()
    garden.grows(60)
    assert_nothing_lost_or_doubled(garden, committed + 60)


def test_a_node_killed_between_ack_and_mark_sends_again_and_is_stored_once(
    garden: Garden,
) -> None:
    garden.start_gateway()
    garden.start_node(die_before_mark=3)
    assert garden.node is not None
    assert ended(garden.node) == -9
    garden.node_kills += 1
    committed = garden.stored_count()
    assert committed > 0
    garden.start_node()
    garden.grows(60)
    assert_nothing_lost_or_doubled(garden, committed + 60)


def kill_at_random(garden: Garden, kills: int) -> None:
    seed = int(os.environ.get("JARDIN_SEED") or random.SystemRandom().randrange(10**6))
    print(f"JARDIN_SEED={seed}")
    rng = random.Random(seed)
    garden.start_gateway()
    garden.start_node()
    for number in range(kills):
        garden.grows(rng.randrange(1, 40))
        victim = (
            ("gateway", "broker", "node")[number % 3]
            if number < 3
            else rng.choice(("gateway", "broker", "node"))
        )
        if victim == "broker":
            garden.restart_broker()
        elif victim == "gateway":
            kill(garden.gateway)
            garden.start_gateway()
        else:
            garden.kill_node()
            garden.start_node()
    garden.grows(30)
    assert_nothing_lost_or_doubled(garden, 3 * kills)


def test_random_kills_of_gateway_broker_and_node_lose_nothing_and_double_nothing(
    garden: Garden,
) -> None:
    kill_at_random(garden, KILLS)


@pytest.mark.prove
def test_a_thousand_random_kills_lose_nothing_and_double_nothing(garden: Garden) -> None:
    kill_at_random(garden, MANY_KILLS)
