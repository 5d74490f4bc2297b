"""The outbox: every pack is on disk here before it is sent, and stays until it is acknowledged.

Deliberately small: append, date, what waits, mark. The gateway of a regional hub uses the
same outbox towards its hub, so nothing here knows of sensors.

A pack's time may be laid anew until the pack is given out to be sent; with that it is settled.
Acknowledgements are written with the next pack, or by the hundred: a kill before that only has
those packs sent, and stored, once more.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sensor_node import damage, salvage, wire
from sensor_node.database import Database, transaction
from sensor_node.errors import StorageError
from sensor_node.outbox_schema import LAST_SEQ, MIGRATIONS, PAGE_BYTES, SEQ_BITS

DAY_MS = 86_400_000
KEEP_ACKNOWLEDGED_MS = 30 * DAY_MS
DEFAULT_CAPACITY = 50_000
"""Packs: 30 days at one a minute are 43,200."""
MARKS_A_COMMIT = 100

log = logging.getLogger("jardin.outbox")

_ENTRY = f"boot, id & {LAST_SEQ}, mono_s, at_ms, clock, records, id"
_PACKS = f"packs JOIN boots ON number = id >> {SEQ_BITS}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A pack as the outbox keeps it; ``at_ms`` None means that its time is not known yet.

    ``mono_s``: seconds on the monotonic clock since the start of ``boot``.
    """

    boot: str
    seq: int
    mono_s: float
    at_ms: int | None
    clock: wire.Clock | None
    records: str
    id: int = 0


@dataclass(frozen=True, slots=True)
class Count:
    """A counter of pulses: how many were ``counted``, and how many of them packs report."""

    name: str
    counted: int
    reported: int


class Outbox:
    """The packs of one node on disk. Safe to use from several threads, of one process.

    ``capacity``: packs kept at the most; above it acknowledged ones go first, then the oldest
    unacknowledged ones, which are counted in ``dropped``. ``generation`` grows whenever there is
    more to send. Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, path: Path, capacity: int = DEFAULT_CAPACITY) -> None:
        self.path = path
        self._capacity = capacity
        self._marked: set[int] = set()  # acknowledged, and not written down yet
        self._counts: list[Count] = []  # as they were last written
        self.generation = 0
        damage.finish(path)
        self._database = Database(
            path, MIGRATIONS, page_bytes=PAGE_BYTES, alone=True, mend=self._save_what_can_be_read
        )
        with self._database.reading() as db:
            (self._count,) = db.execute("SELECT count(*) FROM packs").fetchone()
            self._counts = _read_counts(db)

    def append(
        self, entries: Sequence[Entry], counts: Sequence[Count] = (), *, settled: bool = True
    ) -> None:
        """Write ``entries``, in one commit: when this returns, they are on disk.

        ``counts``: all that was counted, and how much of it these entries report. ``settled``
        False: they cannot be sent at once, so that ``redate`` may still lay their time anew. An
        entry without a time is never settled.
        """
        try:
            self._append(entries, counts, settled)
        except StorageError:
            if not self._database.is_damaged:
                raise
            self._append(entries, counts, settled)  # into the file that takes its place
        self.generation += 1

    def save_counts(self, counted: Mapping[str, int]) -> None:
        """Write how many pulses were ``counted`` by each counter; a count never goes back."""
        with self._database.reading() as db:
            with transaction(db):
                db.executemany(
                    "INSERT INTO counters VALUES (?, ?, 0) ON CONFLICT (name) DO UPDATE SET"
                    " counted = max(counted, excluded.counted)",
                    counted.items(),
                )
                written = _read_counts(db)
            self._counts = written

    def counts(self) -> list[Count]:
        """Each counter as it was last written."""
        with self._database.reading() as db:
            return _read_counts(db)

    def date(self, boot: str, wall_ms_at_boot: int, clock: wire.Clock) -> int:
        """Lay the undated packs of ``boot`` from its start; returns how many were dated."""
        return self._lay(boot, wall_ms_at_boot, clock, "at_ms IS NULL")

    def redate(self, boot: str, wall_ms_at_boot: int, clock: wire.Clock) -> int:
        """Lay all packs of ``boot`` that are not settled from its start, also the dated ones;
        returns how many have a new time by that.
        """
        return self._lay(boot, wall_ms_at_boot, clock, "TRUE")

    def undated_boots(self) -> list[tuple[str, float]]:
        """Each boot with undated packs and its last ``mono_s``, oldest first."""
        with self._database.reading() as db:
            return db.execute(
                f"SELECT boot, max(mono_s) FROM {_PACKS} WHERE settled = 0 AND at_ms IS NULL"  # noqa: S608
                " GROUP BY number ORDER BY number"
            ).fetchall()

    def waiting(self, limit: int, *, after: int = 0) -> list[Entry]:
        """The oldest dated packs that are not acknowledged and come after entry ``after``.

        They are given out to be sent: the time of every dated pack is settled before, in one
        commit. Where all are settled already, nothing is written.
        """
        with self._database.reading() as db:
            _settle(db)
            rows = db.execute(
                f"SELECT {_ENTRY} FROM {_PACKS}"  # noqa: S608
                " WHERE acked = 0 AND settled = 1 AND id > ? ORDER BY id LIMIT ?",
                (after, limit + len(self._marked)),
            ).fetchall()
            marked = self._marked.copy()
        return [entry for entry in (Entry(*row) for row in rows) if entry.id not in marked][:limit]

    def newest(self) -> Entry | None:
        """The newest pack, to be sent, if it is dated and not acknowledged, else None.

        Its time is settled; whatever else waits may still be dated anew.
        """
        with self._database.reading() as db:
            (newest,) = db.execute("SELECT max(id) FROM packs").fetchone()
            _settle(db, newest or 0)
            row = db.execute(
                f"SELECT {_ENTRY} FROM {_PACKS} WHERE id = ? AND acked = 0 AND settled = 1",  # noqa: S608
                (newest,),
            ).fetchone()
            return Entry(*row) if row and row[-1] not in self._marked else None

    def mark(self, ack: wire.Ack) -> int:
        """Mark what ``ack`` says is committed; returns how many packs that newly are.

        An ack of another store than the one known changes nothing: call ``adopt`` first.
        """
        with self._database.reading() as db:
            if self._meta(db, "store") != ack.store:
                return 0
            newly = _waiting_ids(db, ack) - self._marked
            self._marked |= newly
            if len(self._marked) >= MARKS_A_COMMIT:
                with self._writing(db):
                    pass
        return len(newly)

    def adopt(self, store: str) -> int:
        """Take ``store`` as the one to deliver to. If it is a new one, all packs still here wait
        again; returns how many that are.
        """
        with self._database.reading() as db:
            if self._meta(db, "store") == store:
                return 0
            with self._writing(db):
                db.execute("INSERT OR REPLACE INTO meta VALUES ('store', ?)", (store,))
                return db.execute("UPDATE packs SET acked = 0 WHERE acked = 1").rowcount

    def expire(self, now_ms: int) -> int:
        """Delete acknowledged packs older than 30 days; returns how many."""
        with self._database.reading() as db:
            with self._writing(db):
                gone = db.execute(
                    "DELETE FROM packs WHERE acked = 1 AND at_ms < ?",
                    (now_ms - KEEP_ACKNOWLEDGED_MS,),
                ).rowcount
                db.execute(
                    "DELETE FROM boots WHERE number < (SELECT max(number) FROM boots)"
                    " AND NOT EXISTS (SELECT 1 FROM packs"
                    " WHERE id BETWEEN number << ?1 AND (number << ?1) + ?2)",
                    (SEQ_BITS, LAST_SEQ),
                )
            self._count -= gone
        return gone

    def newest_ms(self) -> int:
        """The time of the newest dated pack here, or 0."""
        with self._database.reading() as db:
            (newest,) = db.execute("SELECT max(at_ms) FROM packs").fetchone()
        return int(newest or 0)

    def waiting_count(self) -> int:
        """How many packs are not acknowledged."""
        with self._database.reading() as db:
            (count,) = db.execute("SELECT count(*) FROM packs WHERE acked = 0").fetchone()
            return int(count) - len(self._marked)

    def dropped(self) -> int:
        """How many unacknowledged packs were lost for want of room, ever."""
        with self._database.reading() as db:
            return int(self._meta(db, "dropped") or 0)

    def entries(self) -> list[tuple[Entry, bool]]:
        """Everything here with whether it is acknowledged, for tests and ``doctor``."""
        with self._database.reading() as db:
            rows = db.execute(f"SELECT {_ENTRY}, acked FROM {_PACKS} ORDER BY id").fetchall()  # noqa: S608
            marked = self._marked.copy()
        return [(Entry(*row[:-1]), bool(row[-1]) or row[-2] in marked) for row in rows]

    def close(self) -> None:
        """Write the last acknowledgements and close the file.

        A disk that takes none is no matter: those packs are sent once more.
        """
        with contextlib.suppress(StorageError), self._database.reading() as db:
            if self._marked:
                with self._writing(db):
                    pass
        self._database.close()

    def _append(self, entries: Sequence[Entry], counts: Sequence[Count], settled: bool) -> None:
        with self._database.reading() as db:
            with self._writing(db):
                numbers = {
                    boot: _number(db, boot) for boot in dict.fromkeys(e.boot for e in entries)
                }
                db.executemany(
                    "INSERT INTO packs (id, mono_s, at_ms, clock, records, settled)"
                    " VALUES (?, ?, ?, ?, ?, ?)",
                    [
                        (
                            _id(numbers[e.boot], e.seq),
                            e.mono_s,
                            e.at_ms,
                            e.clock,
                            e.records,
                            settled and e.at_ms is not None,
                        )
                        for e in entries
                    ],
                )
                db.executemany(
                    "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET"
                    " counted = max(counted, excluded.counted),"
                    " reported = reported + excluded.reported",
                    [(c.name, c.counted, c.reported) for c in counts],
                )
                written = _read_counts(db)
                count = self._count + len(entries)
                if count > self._capacity:
                    count -= self._make_room(db, count - self._capacity)
            self._count, self._counts = count, written

    def _save_what_can_be_read(self, path: Path) -> None:
        """Have another file take the place of a damaged one."""
        found = salvage.salvage(path)
        found.packs = [row for row in found.packs if row[0] not in self._marked]
        if self._counts:
            # Without them all the rain there ever was would be told a second time.
            found.counters = [(c.name, c.counted, c.reported) for c in self._counts]
        salvage.write(found, path)
        aside = damage.replace(path)
        self._marked.clear()
        self._count = len(found.packs)
        self.generation += 1
        log.error(
            "OUTBOX_DAMAGED: the outbox was damaged; %d packs that wait were saved into a new one,"
            " the old one is %s",
            len(found.packs),
            aside,
        )

    def _lay(self, boot: str, wall_ms_at_boot: int, clock: wire.Clock, which: str) -> int:
        with self._database.writing() as db:
            laid = db.execute(
                "UPDATE packs SET clock = ?1, at_ms = ?2 + CAST(round(mono_s * 1000) AS INTEGER)"  # noqa: S608
                " WHERE settled = 0 AND id >> ?3 = (SELECT number FROM boots WHERE boot = ?4)"
                f" AND {which} AND (clock IS NOT ?1"
                " OR at_ms IS NOT ?2 + CAST(round(mono_s * 1000) AS INTEGER))",
                (clock, wall_ms_at_boot, SEQ_BITS, boot),
            ).rowcount
        if laid:
            self.generation += 1
        return laid

    @contextmanager
    def _writing(self, db: sqlite3.Connection) -> Iterator[None]:
        """A transaction that also writes the acknowledgements which are not on disk yet."""
        with transaction(db):
            self._write_marks(db)
            yield
        self._marked.clear()

    def _write_marks(self, db: sqlite3.Connection) -> None:
        db.executemany("UPDATE packs SET acked = 1 WHERE id = ?", [(i,) for i in self._marked])

    def _make_room(self, db: sqlite3.Connection, excess: int) -> int:
        gone = db.execute(
            "DELETE FROM packs WHERE id IN"
            " (SELECT id FROM packs WHERE acked = 1 ORDER BY id LIMIT ?)",
            (excess,),
        ).rowcount
        if gone < excess:
            lost = db.execute(
                "DELETE FROM packs WHERE id IN (SELECT id FROM packs ORDER BY id LIMIT ?)",
                (excess - gone,),
            ).rowcount
            dropped = int(self._meta(db, "dropped") or 0) + lost
            db.execute("INSERT OR REPLACE INTO meta VALUES ('dropped', ?)", (dropped,))
            gone += lost
        return gone

    @staticmethod
    def _meta(db: sqlite3.Connection, key: str) -> str | int | None:
        row = db.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None


def _id(number: int, seq: int) -> int:
    return (number << SEQ_BITS) + seq


def _number(db: sqlite3.Connection, boot: str) -> int:
    """The number of ``boot``, which it gets with its first pack."""
    row = db.execute("SELECT number FROM boots WHERE boot = ?", (boot,)).fetchone()
    if row is not None:
        return int(row[0])
    return int(db.execute("INSERT INTO boots (boot) VALUES (?)", (boot,)).lastrowid or 0)


def _settle(db: sqlite3.Connection, since: int = 0) -> None:
    """From entry ``since`` on, the times that there are stand from now on."""
    db.execute(
        "UPDATE packs INDEXED BY packs_unsettled SET settled = 1"
        " WHERE settled = 0 AND at_ms IS NOT NULL AND id >= ?",
        (since,),
    )


def _read_counts(db: sqlite3.Connection) -> list[Count]:
    rows = db.execute("SELECT name, counted, reported FROM counters ORDER BY name").fetchall()
    return [Count(*row) for row in rows]


def _waiting_ids(db: sqlite3.Connection, ack: wire.Ack) -> set[int]:
    """The packs that ``ack`` is about and that the disk does not know as acknowledged."""
    row = db.execute("SELECT number FROM boots WHERE boot = ?", (ack.boot,)).fetchone()
    if row is None:
        return set()
    return {
        found
        for first, last in ack.ranges
        if first <= LAST_SEQ
        for (found,) in db.execute(
            "SELECT id FROM packs WHERE acked = 0 AND id BETWEEN ? AND ?",
            (_id(row[0], first), _id(row[0], min(last, LAST_SEQ))),
        )
    }
