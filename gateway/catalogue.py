"""What the gateway knows of its nodes and channels, and what was imported.

The readings' meaning stands here, their values in the store.
"""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway import calibrations
from gateway.alarms import outbox as notices
from gateway.alarms import records as alerts
from gateway.beds import (
    carried,
    given,
    journal,
    notes,
    own_crops,
    rainbook,
    records,
    restrictions,
    watches,
)
from gateway.forecast import kept
from gateway.security import keyring
from gateway.store.base import Series
from gateway.workshop import tally
from gateway.yearly import attendance
from sensor_node import wire
from sensor_node.database import Database, transaction

STATES = ("online", "offline", "lost", "unknown")
DEFAULT_INTERVAL_S = 300.0

MIGRATIONS = (
    """
    CREATE TABLE nodes (
        node         TEXT PRIMARY KEY,
        state        TEXT NOT NULL DEFAULT 'unknown',
        last_seen_ms INTEGER,
        about        TEXT NOT NULL DEFAULT '{}',
        clock        TEXT
    ) WITHOUT ROWID;
    CREATE TABLE channels (
        node      TEXT NOT NULL,
        channel   TEXT NOT NULL,
        quantity  TEXT,
        unit      TEXT,
        sensor    TEXT,
        pin       TEXT,
        simulated INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (node, channel)
    ) WITHOUT ROWID;
    CREATE TABLE packs (                    -- what was received, as ranges that never touch
        node  TEXT    NOT NULL,
        boot  TEXT    NOT NULL,
        first INTEGER NOT NULL,
        last  INTEGER NOT NULL,
        PRIMARY KEY (node, boot, first)
    ) WITHOUT ROWID;
    CREATE TABLE imports (
        id        INTEGER PRIMARY KEY AUTOINCREMENT,
        label     TEXT    NOT NULL,
        from_ms   INTEGER NOT NULL,
        to_ms     INTEGER NOT NULL,
        simulated INTEGER NOT NULL,
        rows      INTEGER NOT NULL
    );
    """,
    calibrations.MIGRATION,
    records.MIGRATION
    + watches.MIGRATION
    + journal.MIGRATION
    + given.MIGRATION
    + restrictions.MIGRATION,
    keyring.MIGRATION,
    rainbook.MIGRATION + kept.MIGRATION,
    alerts.MIGRATION + notices.MIGRATION,
    journal.KEYS,
    notes.MIGRATION,
    own_crops.MIGRATION,
    tally.MIGRATION + attendance.MIGRATION,
)

_NODES = (
    "SELECT node, state, last_seen_ms, about, clock,"
    " (SELECT total(last - first + 1) FROM packs WHERE packs.node = nodes.node) FROM nodes"
)
_CHANNELS = "SELECT node, channel, quantity, unit, sensor, pin, simulated FROM channels"


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """A node as the gateway knows it.

    ``about``: as last received, {} before. ``interval_s``: between two packs. ``packs``: distinct
    ones received. ``clock``: whose time its newest pack has. ``quarantined``: refused things of
    it that wait for a person. ``dropped``: packs that it lost for want of room.
    """

    node: str
    state: str
    last_seen_ms: int | None
    about: dict[str, Any]
    interval_s: float
    packs: int
    clock: str | None
    quarantined: int
    dropped: int


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """What a channel's numbers mean; ``quantity`` None: no one has said it yet.

    ``simulated``: some of its readings come from a model, by import or from a node on fakes.
    """

    series: Series
    quantity: str | None
    unit: str | None
    sensor: str | None
    pin: str | None
    simulated: bool


@dataclass(frozen=True, slots=True)
class ImportInfo:
    """One import: its readings lie in ``[from_ms, to_ms)``; ``rows``: lines that were taken."""

    id: int
    label: str
    from_ms: int
    to_ms: int
    simulated: bool
    rows: int


class Catalogue:
    """Nodes, channels and imports in the file ``path``. Safe to use from several threads.

    ``quarantined``: gives how many things of each node are in quarantine (``Quarantine.by_node``).
    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(
        self, path: Path, *, quarantined: Callable[[], Mapping[str, int]] = dict[str, int]
    ) -> None:
        self.path = path
        self._quarantined = quarantined
        self._database = Database(path, MIGRATIONS, secure_delete=True)
        self._seen: set[tuple[Series, str | None, str | None]] = set()
        self._intervals_s: dict[str, float] = {}
        self._quantities: dict[Series, str | None] = {}
        self._channels: tuple[int, dict[Series, ChannelInfo]] | None = None
        self.calibrations = calibrations.Calibrations(self._database, self.quantity)
        self.crops = own_crops.OwnCrops(self._database)
        self.beds = records.Beds(self._database, self.crops)
        self.watches = watches.Watches(self._database, self.quantity)
        self.journal = journal.Journal(self._database)
        self.notes = notes.Notes(self._database)
        self.advice = given.GivenAdvice(self._database)
        self.carried = carried.Carried(self._database)
        self.restrictions = restrictions.Restrictions(self._database)
        self.rain = rainbook.RainBook(self._database)
        self.forecast = kept.KeptForecast(self._database)
        self.keyring = keyring.Keyring(self._database)
        self.alerts = alerts.Alerts(self._database)
        self.notices = notices.Outbox(self._database)
        self.tally = tally.Tally(self._database)
        self.attendance = attendance.Attendance(self._database)

    # --- what is known --------------------------------------------------------------------

    def nodes(self) -> dict[str, NodeInfo]:
        """All nodes by name, in the order of their names."""
        quarantined = self._quarantined()
        with self._database.reading() as db:
            rows = db.execute(f"{_NODES} ORDER BY node").fetchall()
        return {row[0]: _node_info(row, quarantined.get(row[0], 0)) for row in rows}

    def node(self, name: str) -> NodeInfo | None:
        """The node ``name``, or None if it was never heard of."""
        with self._database.reading() as db:
            row = db.execute(f"{_NODES} WHERE node = ?", (name,)).fetchone()
        return _node_info(row, self._quarantined().get(name, 0)) if row else None

    def interval_s(self, name: str) -> float:
        """How far apart the packs of ``name`` are, in seconds; asked for at every reading."""
        known = self._intervals_s.get(name)
        if known is None:
            with self._database.reading() as db:
                row = db.execute("SELECT about FROM nodes WHERE node = ?", (name,)).fetchone()
                known = self._intervals_s[name] = _interval_s(json.loads(row[0]) if row else {})
        return known

    def channels(self) -> Mapping[Series, ChannelInfo]:
        """All channels, in the order of their names; asked for at every commit."""
        with self._database.reading() as db:
            # Another program, an import say, may have learned something meanwhile.
            (version,) = db.execute("PRAGMA data_version").fetchone()
            if self._channels is None or self._channels[0] != version:
                rows = db.execute(f"{_CHANNELS} ORDER BY node, channel").fetchall()
                self._channels = version, {info.series: info for info in map(_channel_info, rows)}
            return self._channels[1]

    def channel(self, series: Series) -> ChannelInfo | None:
        """The channel ``series``, or None if it was never heard of."""
        with self._database.reading() as db:
            row = db.execute(f"{_CHANNELS} WHERE node = ? AND channel = ?", series).fetchone()
        return _channel_info(row) if row else None

    def quantity(self, series: Series) -> str | None:
        """What ``series`` measures, None where nobody has said; asked for at every reading."""
        if series not in self._quantities:
            info = self.channel(series)
            self._quantities[series] = info.quantity if info else None
        return self._quantities[series]

    def imports(self) -> list[ImportInfo]:
        """All imports, oldest first."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT id, label, from_ms, to_ms, simulated, rows FROM imports ORDER BY id"
            ).fetchall()
        return [
            ImportInfo(number, label, from_ms, to_ms, bool(simulated), count)
            for number, label, from_ms, to_ms, simulated, count in rows
        ]

    # --- what is learned ------------------------------------------------------------------

    def set_state(self, node: str, state: str) -> bool:
        """The node's own word about itself; returns whether it is another than before.

        ``ValueError`` for a word that is none of ``STATES``.
        """
        if state not in STATES:
            raise ValueError(f"{state!r} is none of {', '.join(STATES)}")
        with self._database.writing() as db:
            _ensure_node(db, node)
            return bool(
                db.execute(
                    "UPDATE nodes SET state = ? WHERE node = ? AND state != ?", (state, node, state)
                ).rowcount
            )

    def set_about(self, node: str, about: Mapping[str, Any]) -> None:
        """What the node says of itself and its channels.

        A channel whose id or quantity is not of the contract, or whose unit is not its
        quantity's, is left out of the channels and stays visible in ``about``. The channels of a
        node on fakes (``simulated``) are marked as such for ever.
        """
        clean = _clean(about)
        with self._database.writing() as db:
            _ensure_node(db, node)
            db.execute("UPDATE nodes SET about = ? WHERE node = ?", (json.dumps(clean), node))
            self._intervals_s.pop(node, None)
            self._quantities.clear()
            self._channels = None
            for channel, quantity, sensor, pin in _channels_of(clean):
                db.execute(
                    "INSERT INTO channels (node, channel, quantity, unit, sensor, pin)"
                    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                    " quantity = excluded.quantity, unit = excluded.unit,"
                    " sensor = excluded.sensor, pin = excluded.pin",
                    (node, channel, quantity, wire.QUANTITIES[quantity].unit, sensor, pin),
                )
            if clean.get("simulated") is True:
                db.execute("UPDATE channels SET simulated = 1 WHERE node = ?", (node,))

    def see_channel(self, series: Series, unit: str | None, quantity: str | None = None) -> None:
        """Something of ``series`` was met: the channel exists from now on.

        ``unit`` None without a ``quantity``: only a fault was met, which tells neither. A unit
        that only one quantity has tells that; what is known already stays.
        """
        if (series, unit, quantity) in self._seen:
            return
        with self._database.writing() as db:
            self._channels = None
            _ensure_node(db, series.node)
            db.execute(
                "INSERT INTO channels (node, channel, quantity, unit) VALUES (?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET quantity = excluded.quantity, unit = excluded.unit"
                " WHERE quantity IS NULL AND (unit IS NULL OR unit IS excluded.unit)",
                (*series, quantity or (unit and wire.quantity_of_unit(unit)), unit),
            )
        self._seen.add((series, unit, quantity))
        self._quantities.pop(series, None)

    def record_packs(
        self,
        seen: Mapping[tuple[str, str], Sequence[int]],
        last_seen: Mapping[str, int],
        clocks: Mapping[str, str],
    ) -> None:
        """Packs were received: ``seq`` numbers by (node, boot), a pack met twice counts once.

        ``last_seen``: when, in milliseconds UTC; ``clocks``: whose time the newest pack has; both
        by node. Not flushed to the disk by itself: a power cut may cost the last of these
        counts, never a reading, and the gateway's pace does not hang on them.
        """
        with self._database.reading() as db, _unhurried(db), transaction(db):
            for node in {*(node for node, _ in seen), *last_seen, *clocks}:
                _ensure_node(db, node)
                db.execute(
                    "UPDATE nodes SET clock = coalesce(?, clock),"
                    " last_seen_ms = max(coalesce(?, last_seen_ms), coalesce(last_seen_ms, 0))"
                    " WHERE node = ?",
                    (clocks.get(node), last_seen.get(node), node),
                )
            for (node, boot), numbers in seen.items():
                for first, last in wire.ranges_of(numbers):
                    _add_range(db, node, boot, first, last)

    def add_import(
        self, label: str, from_ms: int, to_ms: int, simulated: bool, rows: int
    ) -> ImportInfo:
        """Record that ``rows`` lines of ``label`` were imported into ``[from_ms, to_ms)``."""
        with self._database.writing() as db:
            number = db.execute(
                "INSERT INTO imports (label, from_ms, to_ms, simulated, rows)"
                " VALUES (?, ?, ?, ?, ?)",
                (label, from_ms, to_ms, simulated, rows),
            ).lastrowid
        return ImportInfo(number or 0, label, from_ms, to_ms, simulated, rows)

    def mark_simulated(self, channels: Iterable[Series]) -> None:
        """Some readings of these ``channels`` are simulated; nothing takes that back."""
        with self._database.writing() as db:
            self._channels = None
            db.executemany(
                "UPDATE channels SET simulated = 1 WHERE node = ? AND channel = ?", list(channels)
            )

    def version(self) -> Hashable:
        """Something that is another one as soon as anything is learned or told; packs that were
        only counted apart.
        """
        return self._database.version()

    def close(self) -> None:
        """Close the file; whatever was learned is written already."""
        self._database.close()


@contextmanager
def _unhurried(db: sqlite3.Connection) -> Iterator[None]:
    """Commits inside reach the disk with the next one that must."""
    db.execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        db.execute("PRAGMA synchronous = FULL")


def _ensure_node(db: sqlite3.Connection, node: str) -> None:
    db.execute("INSERT INTO nodes (node) VALUES (?) ON CONFLICT DO NOTHING", (node,))


def _add_range(db: sqlite3.Connection, node: str, boot: str, first: int, last: int) -> None:
    """Merge ``first`` to ``last`` with the ranges that it meets or touches."""
    met = db.execute(
        "SELECT first, last FROM packs WHERE node = ? AND boot = ? AND first <= ? AND last >= ?",
        (node, boot, last + 1, first - 1),
    ).fetchall()
    if any(f <= first and last <= t for f, t in met):
        return
    db.executemany(
        "DELETE FROM packs WHERE node = ? AND boot = ? AND first = ?",
        [(node, boot, f) for f, _ in met],
    )
    first, last = min([first, *(f for f, _ in met)]), max([last, *(t for _, t in met)])
    db.execute("INSERT INTO packs VALUES (?, ?, ?, ?)", (node, boot, first, last))


def _node_info(row: tuple[Any, ...], quarantined: int) -> NodeInfo:
    node, state, last_seen_ms, about_json, clock, packs = row
    about = json.loads(about_json)
    outbox = about.get("outbox")
    dropped = _number(outbox.get("dropped")) if isinstance(outbox, dict) else None
    return NodeInfo(
        node=node,
        state=state,
        last_seen_ms=last_seen_ms,
        about=about,
        interval_s=_interval_s(about),
        packs=int(packs),
        clock=clock,
        quarantined=quarantined,
        dropped=int(dropped or 0),
    )


def _interval_s(about: Mapping[str, Any]) -> float:
    return _number(about.get("interval_s", about.get("interval"))) or DEFAULT_INTERVAL_S


def _number(value: object) -> float | None:
    """``value`` if it is a finite number that is not negative."""
    if not wire.is_finite_number(value):
        return None
    number = float(str(value))
    return number if number >= 0 and math.isfinite(number) else None


def _channel_info(row: tuple[Any, ...]) -> ChannelInfo:
    node, channel, quantity, unit, sensor, pin, simulated = row
    return ChannelInfo(Series(node, channel), quantity, unit, sensor, pin, bool(simulated))


def _clean(about: Mapping[str, Any]) -> dict[str, Any]:
    """``about`` without what JSON can carry and pages cannot: NaN, infinity, lone surrogates."""
    try:
        text = json.dumps(dict(about), ensure_ascii=False).encode(errors="replace").decode()
    except RecursionError:
        return {}
    clean: dict[str, Any] = json.loads(text, parse_constant=lambda _: None)
    return clean


def _channels_of(about: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None, str | None]]:
    channels = about.get("channels")
    for channel, told in channels.items() if isinstance(channels, dict) else ():
        if not wire.is_id(channel) or not isinstance(told, dict):
            continue
        quantity = told.get("quantity")
        if not isinstance(quantity, str) or quantity not in wire.QUANTITIES:
            continue
        unit = wire.QUANTITIES[quantity].unit
        if told.get("unit", unit) == unit:
            yield channel, quantity, _word(told.get("sensor")), _word(told.get("pin"))


def _word(value: object) -> str | None:
    """A short text or a number (a pin, say) as text, anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value)[:80] or None
