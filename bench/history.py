"""What pages ask of five years of readings, beside the very same SQL asked bare.

Each question is asked in turn of the garden (store and calibrations) and of SQLite alone: the
statements that the garden's question took, on a plain connection. Only what Python adds is judged.
By HTTP, as a browser asks, for information.
"""

from __future__ import annotations

import http.client
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bench.figures import Figure
from bench.gateway import CONFIG, get, running
from bench.timing import in_turn, ms_of, p95
from bench.years import CALIBRATED, DAY_MS, END_MS, TIMEZONE, Years
from gateway.broker import HOST, find_mosquitto, free_port, own_broker
from gateway.catalogue import Catalogue
from gateway.measured import Measured
from gateway.store.sqlite import SqliteStore
from gateway.times import edges, parse_every, to_rfc3339

YEAR_MS = 365 * DAY_MS
GOAL_MS = 6
BYTES_GOAL = 30
START_GOAL_S = 2
STARTS = 5
READINGS_AT_MOST = 1000


class Garden(NamedTuple):
    """Whom a question is asked."""

    store: SqliteStore
    measured: Measured


Question = Callable[[Garden], object]


class Told(SqliteStore):
    """A store that tells what its readers have SQLite do."""

    def __init__(self, path: Path) -> None:
        self.statements: list[str] = []
        super().__init__(path, timezone=TIMEZONE)

    def _borrow(self) -> sqlite3.Connection:
        connection = super()._borrow()
        connection.set_trace_callback(self.statements.append)
        return connection


def measure(folder: Path, data: Years, rounds: int) -> list[Figure]:
    """Room and time that ``data`` takes; ``folder`` is for a gateway's settings and broker."""
    figures = []
    if data.fill_s is not None:
        pace = data.readings / data.fill_s
        figures.append(Figure("filling a store", "readings/s", [pace]))
    each = data.store_path.stat().st_size / data.readings
    name = f"{data.readings / 1e6:.1f} million readings"
    figures.append(Figure(name, "bytes each", [each], most=BYTES_GOAL))
    figures.append(Figure("  opened", "s", [_opening_s(data) for _ in range(STARTS)]))
    figures += _compared(data, rounds)
    if find_mosquitto() is None:
        print("mosquitto is not installed: no gateway is started", file=sys.stderr)
        return figures
    return [*figures, *_served(folder, data, rounds)]


def _opening_s(data: Years) -> float:
    began_s = time.perf_counter()
    store = SqliteStore(data.store_path, timezone=TIMEZONE)
    store.newest()
    took_s = time.perf_counter() - began_s
    store.close()
    return took_s


def _questions() -> Mapping[str, Question]:
    from_ms = END_MS - YEAR_MS
    in_days, in_halves = (
        edges(from_ms, END_MS, parse_every(every), ZoneInfo(TIMEZONE)) for every in ("1d", "12h")
    )
    day = (CALIBRATED, END_MS - DAY_MS, END_MS, READINGS_AT_MOST)
    return {
        "a year in days": lambda g: g.measured.buckets(CALIBRATED, in_days, vector=False),
        "a year in half days": lambda g: g.measured.buckets(CALIBRATED, in_halves, vector=False),
        "a day, each reading": lambda g: g.measured.points(*day),
        "all latest values": lambda g: g.store.newest(),
    }


def _compared(data: Years, rounds: int) -> Iterator[Figure]:
    catalogue = Catalogue(data.folder / "garden.sqlite")
    told, store = Told(data.store_path), SqliteStore(data.store_path, timezone=TIMEZONE)
    bare = sqlite3.connect(data.store_path, isolation_level=None)
    for name, ask in _questions().items():
        told.statements.clear()
        ask(Garden(told, Measured(told, catalogue)))
        ours = partial(ask, Garden(store, Measured(store, catalogue)))
        pairs = in_turn(ours, partial(_run, bare, list(told.statements)), rounds)
        yield Figure(name, "ms", [a for a, _ in pairs])
        yield Figure("  the same SQL bare", "ms", [b for _, b in pairs])
        more = [a - b for a, b in pairs]
        yield Figure("  more than bare, p95", "ms", [p95(more)], most=GOAL_MS)
    bare.close()
    for opened in (told, store, catalogue):
        opened.close()


def _run(db: sqlite3.Connection, statements: list[str]) -> None:
    for statement in statements:
        db.execute(statement).fetchall()


def _served(folder: Path, data: Years, rounds: int) -> Iterator[Figure]:
    broker = own_broker(folder / "broker")
    broker.start()
    port = free_port()
    config = folder / "gateway.toml"
    config.write_text(CONFIG.format(folder=data.folder, host=HOST, port=broker.port, http=port))
    command = [sys.executable, "-m", "gateway", "run", "--config", str(config)]
    try:
        starts = [_start_s(command, port) for _ in range(STARTS)]
        yield Figure("a gateway on them answers", "s", starts, most=START_GOAL_S)
        with running(command):
            get(f"http://{HOST}:{port}/healthz").close()
            door = http.client.HTTPConnection(HOST, port)
            for name, path in _addresses().items():
                took = [ms_of(partial(_fetch, door, path)) for _ in range(rounds + 1)][1:]
                yield Figure(f"  {name} by HTTP", "ms", took)
            door.close()
    finally:
        broker.stop()


def _start_s(command: list[str], port: int) -> float:
    began_s = time.perf_counter()
    with running(command):
        get(f"http://{HOST}:{port}/healthz").close()
        return time.perf_counter() - began_s


def _addresses() -> Mapping[str, str]:
    asked = f"/api/v1/readings?channel={CALIBRATED}&to={to_rfc3339(END_MS)}&from="
    return {
        "a year, every=auto": f"{asked}{to_rfc3339(END_MS - YEAR_MS)}&every=auto",
        "a day, each reading": asked + to_rfc3339(END_MS - DAY_MS),
        "all channels": "/api/v1/channels",
    }


def _fetch(door: http.client.HTTPConnection, path: str) -> None:
    door.request("GET", path)
    answer = door.getresponse()
    answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
