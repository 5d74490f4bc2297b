"""The programs that the kill tests start and kill: a gateway and a node, as their own processes.

They are the real ones, built from the package's own parts; what a test adds goes in by the seams
(a store that dies after its commit, an outbox that dies before it marks). A server that has
imported everything forks them, so that a thousand starts do not take an hour.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.run import GatewayProcess
from gateway.service import Gateway
from gateway.settings import GatewaySettings, Http
from gateway.store.base import Committed, Fault, Reading
from gateway.store.sqlite import SqliteStore
from sensor_node import link
from sensor_node.clock import SystemClock
from sensor_node.console import stopped_by_signals
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker
from sensor_node.node import Node
from sensor_node.outbox import Count, Entry, Outbox
from sensor_node.sampler import Sampler
from sensor_node.wire import Record

HOST = "127.0.0.1"
NODE = "potager-1"
RAIN_PIN = 6
MM_PER_TIP = 1.0
TIPS_A_SAMPLE = 2


def die() -> None:
    """End as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


class DiesAfterCommit(SqliteStore):
    """On disk, and dead before anybody is told."""

    def __init__(self, store: SqliteStore, commits: int) -> None:
        self.__dict__.update(store.__dict__)
        self._left = commits

    def commit(self, readings: Sequence[Reading], faults: Sequence[Fault]) -> Committed:
        committed = super().commit(readings, faults)
        if readings:
            self._left -= 1
            if self._left == 0:
                die()
        return committed


class DiesBeforeMark(Outbox):
    """Told by the gateway, and dead before the acknowledgement is on disk."""

    marks_left = 0

    def _write_marks(self, db: sqlite3.Connection) -> None:
        if self._marked:
            self.marks_left -= 1
            if self.marks_left == 0:
                die()
        super()._write_marks(db)


def run_gateway(data: Path, broker_port: int, http_port: int, die_after_commits: int) -> None:
    """A gateway with everything on; ``die_after_commits`` 0: it lives until it is killed."""

    def set_trap(gateway: Gateway) -> None:
        if die_after_commits:
            gateway.store = DiesAfterCommit(gateway.store, die_after_commits)  # type: ignore[arg-type]

    settings = GatewaySettings(
        data=data,
        clock="system",
        broker=Broker(host=HOST, port=broker_port),
        http=Http(host=HOST, port=http_port),
    )
    GatewayProcess(settings, before=set_trap).run()


class Telling(DiesBeforeMark):
    """Writes down beside itself what it has on disk: the boot, the number and the tips counted."""

    def append(
        self, entries: Sequence[Entry], counts: Sequence[Count] = (), *, settled: bool = True
    ) -> None:
        super().append(entries, counts, settled=settled)
        tell(
            self.path.with_name("told.txt"),
            *(f"{e.boot} {e.seq} {max(c.counted for c in counts)}" for e in entries),
        )


def tell(path: Path, *lines: str) -> None:
    """Add lines that a kill of this process does not take back."""
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


class Wet:
    """Samples the fakes; every reading differs from the one before it, and it rains all the time:
    two tips of the gauge a sample, each written down before it falls.
    """

    def __init__(self, sampler: Sampler, board: FakeBoard, tips: Path) -> None:
        self._sampler = sampler
        self._board = board
        self._tips = tips
        self.channels = sampler.channels

    def sample(self) -> list[Record]:
        self._board.let_pass(10)
        part = self._board.dht22_parts[4]
        part.temperature_c = (part.temperature_c + 0.1) % 40
        tell(self._tips, *["tip"] * TIPS_A_SAMPLE)
        self._board.tip(RAIN_PIN, TIPS_A_SAMPLE)
        return self._sampler.sample()


def run_node(data: Path, broker_port: int, die_before_mark: int, sampling: bool) -> None:
    """A node that samples 25 times a second, or one that only delivers what is left."""
    board = FakeBoard(counts=600)
    tables: list[dict[str, object]] = [
        {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 0, "samples": 1},
        {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"},
        {"type": "rain-gauge", "channel": "rain", "pin": RAIN_PIN, "mm_per_tip": MM_PER_TIP},
    ]
    sampler = Sampler(build_sensors(tables, board))
    outbox = Telling(data / "outbox.sqlite")
    outbox.marks_left = die_before_mark
    node = Node(
        NODE,
        Wet(sampler, board, data / "tips.txt"),
        outbox,
        Broker(host=HOST, port=broker_port),
        SystemClock(trusted=True),
        interval_s=0.04,
        counters=sampler.counters,
    )
    if sampling:
        with stopped_by_signals(node.stop):
            node.run()
    else:
        node.delivery.start()
        pause = threading.Event()
        while outbox.waiting_count():
            pause.wait(0.05)
        node.delivery.stop()
    outbox.close()


def run(program: Callable[..., None], log: Path, *arguments: object) -> None:
    """Run ``program`` in this process, which says what it says to ``log``."""
    with log.open("ab") as file:
        for standard in (1, 2):
            os.dup2(file.fileno(), standard)
    link.ABSENT = link.Backoff(0.05, 1.0)  # seconds of rest would prove nothing more
    program(*arguments)
