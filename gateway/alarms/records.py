"""Every alert of the garden, for ever, and where each condition stands: a restart forgets none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from gateway.alerts.alert import Alert
from gateway.alerts.hysteresis import Condition
from gateway.alerts.rules import RULES, Key
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE alerts (
        id                INTEGER PRIMARY KEY AUTOINCREMENT,
        code              TEXT    NOT NULL,
        subject           TEXT    NOT NULL,     -- a bed, a node, node/channel, or the garden as ''
        bed               TEXT,                 -- that it is shown at
        begun_ms          INTEGER NOT NULL,
        ended_ms          INTEGER,              -- NULL: it still holds
        seen              TEXT    NOT NULL,     -- JSON: the values that it began by
        silenced_until_ms INTEGER,
        silenced_by       TEXT,                 -- a role, never a name
        told_ms           INTEGER,              -- when a message told its beginning, and its end
        told_end_ms       INTEGER
    );
    CREATE INDEX alerts_by_time ON alerts (begun_ms);
    CREATE INDEX alerts_that_hold ON alerts (code, subject) WHERE ended_ms IS NULL;
    CREATE TABLE alert_conditions (             -- where each stands between two looks
        code        TEXT    NOT NULL,
        subject     TEXT    NOT NULL,
        active      INTEGER NOT NULL,
        changing_ms INTEGER,
        PRIMARY KEY (code, subject)
    ) WITHOUT ROWID;
"""
_ALL: Final = (
    "SELECT id, code, subject, begun_ms, ended_ms, seen, bed, silenced_until_ms, silenced_by,"
    " told_ms, told_end_ms FROM alerts"
)


class Alerts:
    """In the catalogue's ``database``. Safe to use from several threads.

    Every method raises ``StorageError`` when the disk fails.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- asking -------------------------------------------------------------------------------

    def open(self) -> list[Alert]:
        """Those that hold now, in the order in which they began."""
        return self._select("WHERE ended_ms IS NULL ORDER BY begun_ms, id")

    def of(self, from_ms: int, to_ms: int) -> list[Alert]:
        """Those that held at any time of ``[from_ms, to_ms)``."""
        return self._select(
            "WHERE begun_ms < ? AND (ended_ms IS NULL OR ended_ms >= ?) ORDER BY begun_ms, id",
            (to_ms, from_ms),
        )

    def get(self, number: int) -> Alert | None:
        """One alert, or None."""
        return next(iter(self._select("WHERE id = ?", (number,))), None)

    def untold(self, from_ms: int) -> list[Alert]:
        """Those since ``from_ms`` whose beginning or end no message has told."""
        return self._select(
            "WHERE (begun_ms >= ? OR ended_ms IS NULL OR ended_ms >= ?)"
            " AND (told_ms IS NULL OR (ended_ms IS NOT NULL AND told_end_ms IS NULL))"
            " ORDER BY begun_ms, id",
            (from_ms, from_ms),
        )

    def conditions(self) -> dict[Key, Condition]:
        """Where each condition stands; those of a rule that is no more are left out."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT code, subject, active, changing_ms FROM alert_conditions"
            ).fetchall()
        return {
            Key(code, subject): Condition(bool(active), changing_ms)
            for code, subject, active, changing_ms in rows
            if code in RULES
        }

    # --- what happens -------------------------------------------------------------------------

    def change(
        self,
        conditions: Mapping[Key, Condition | None],
        begun: Iterable[Alert],
        ended: Mapping[Key, int],
    ) -> list[Alert]:
        """Keep what a look has changed, all or nothing: ``conditions`` (None: no more), alerts
        that have ``begun`` (whatever their ids) and when others have ``ended``; gives the alerts
        that changed, as they are now.

        One that begins anew while a person has silenced its like is silenced as long.
        """
        with self._database.writing() as db:
            for key, condition in conditions.items():
                db.execute("DELETE FROM alert_conditions WHERE code = ? AND subject = ?", key)
                if condition is not None:
                    row = (*key, condition.active, condition.changing_ms)
                    db.execute("INSERT INTO alert_conditions VALUES (?, ?, ?, ?)", row)
            changed: list[int] = []
            for key, at_ms in ended.items():
                found = db.execute(
                    "UPDATE alerts SET ended_ms = ? WHERE code = ? AND subject = ?"
                    " AND ended_ms IS NULL RETURNING id",
                    (at_ms, *key),
                ).fetchall()
                changed += [number for (number,) in found]
            for one in begun:
                db.execute(
                    "INSERT INTO alerts (code, subject, bed, begun_ms, seen, silenced_until_ms,"
                    " silenced_by) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (*one.key, one.bed, one.begun_ms, json.dumps(dict(one.values)),
                     *_silence_of(db, one)),
                )  # fmt: skip
                changed.append(int(db.execute("SELECT last_insert_rowid()").fetchone()[0]))
        now = (self.get(number) for number in changed)
        return [one for one in now if one is not None]

    def silence(self, number: int, until_ms: int | None, by: str | None) -> Alert | None:
        """A person in the role ``by`` wants to hear nothing of it until then; None: again."""
        with self._database.writing() as db:
            db.execute(
                "UPDATE alerts SET silenced_until_ms = ?, silenced_by = ? WHERE id = ?",
                (until_ms, by, number),
            )
        return self.get(number)

    def date(self, number: int, begun_ms: int) -> None:
        """When it began is known now."""
        with self._database.writing() as db:
            db.execute("UPDATE alerts SET begun_ms = ? WHERE id = ?", (begun_ms, number))

    def _select(self, where: str, values: Sequence[object] = ()) -> list[Alert]:
        with self._database.reading() as db:
            rows = db.execute(f"{_ALL} {where}", values).fetchall()
        return [_alert(row) for row in rows if row[1] in RULES]


def mark_told(db: Any, alerts: Iterable[int], at_ms: int) -> None:
    """Inside a transaction: a message tells these, as they are now."""
    db.executemany(
        "UPDATE alerts SET told_ms = coalesce(told_ms, ?),"
        " told_end_ms = CASE WHEN ended_ms IS NULL THEN NULL ELSE ? END WHERE id = ?",
        [(at_ms, at_ms, number) for number in alerts],
    )


def _silence_of(db: Any, alert: Alert) -> tuple[int | None, str | None]:
    row = db.execute(
        "SELECT silenced_until_ms, silenced_by FROM alerts WHERE code = ? AND subject = ?"
        " ORDER BY id DESC LIMIT 1",
        alert.key,
    ).fetchone()
    if row is None or row[0] is None or row[0] <= alert.begun_ms:
        return None, None
    return int(row[0]), row[1]


def _alert(row: tuple[Any, ...]) -> Alert:
    number, code, subject, begun_ms, ended_ms, seen, bed, until_ms, by, told_ms, end_ms = row
    return Alert(
        number,
        Key(code, subject),
        begun_ms,
        ended_ms,
        json.loads(seen),
        bed,
        until_ms,
        by,
        told_ms,
        end_ms,
    )
