"""The last good forecast, and the rain that the service says has fallen: a restart keeps both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, date, datetime
from typing import Final

from gateway.forecast.outlook import Day, Hour, Outlook
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.samples import Sample, Samples
from sensor_node.database import Database

MIGRATION: Final = """
    CREATE TABLE forecasts (                    -- the last good one
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        place      TEXT    NOT NULL,            -- as asked, rounded
        fetched_ms INTEGER NOT NULL,
        hours      TEXT    NOT NULL,            -- JSON, the fields of Hour
        days       TEXT    NOT NULL             -- JSON, the fields of Day
    );
    CREATE TABLE online_rain (                  -- of the hour that begins at from_ms
        from_ms INTEGER PRIMARY KEY,
        mm      REAL    NOT NULL
    );
"""


class KeptForecast:
    """In the catalogue's ``database``. Every method raises ``StorageError`` when the disk fails."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, outlook: Outlook, place: str) -> None:
        """``outlook`` is the last good one; its past hours are rain that has fallen.

        What is known of another place goes: the garden has moved.
        """
        now_ms = outlook.fetched_ms
        fallen = [
            (hour.at_ms - HOUR_MS, hour.rain_mm)
            for hour in outlook.hours
            if hour.at_ms <= now_ms and hour.rain_mm is not None
        ]
        # Yesterday's hours stay in view; older ones are of no use but for their rain.
        hours = [astuple(hour) for hour in outlook.hours if hour.at_ms >= now_ms - DAY_MS]
        today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
        days = [(d.on.isoformat(), d.min_c, d.max_c) for d in outlook.days if d.on >= today]
        with self._database.writing() as db:
            db.execute(
                "DELETE FROM online_rain"
                " WHERE NOT EXISTS (SELECT 1 FROM forecasts WHERE place = ?)",
                (place,),
            )
            db.execute(
                "INSERT OR REPLACE INTO forecasts VALUES (1, ?, ?, ?, ?)",
                (place, now_ms, json.dumps(hours), json.dumps(days)),
            )
            db.executemany("INSERT OR REPLACE INTO online_rain VALUES (?, ?)", fallen)

    def outlook(self, place: str) -> Outlook | None:
        """The last good forecast of ``place``, however old; None where there never was one."""
        with self._database.reading() as db:
            row = db.execute(
                "SELECT fetched_ms, hours, days FROM forecasts WHERE place = ?", (place,)
            ).fetchone()
        if row is None:
            return None
        fetched_ms, hours, days = row
        return Outlook(
            fetched_ms,
            tuple(Hour(*hour) for hour in json.loads(hours)),
            tuple(
                Day(date.fromisoformat(on), min_c, max_c) for on, min_c, max_c in json.loads(days)
            ),
        )

    def rain(self, from_ms: int, to_ms: int) -> Sequence[Sample]:
        """The rain that fell by the service, in the hours that begin in ``[from_ms, to_ms)``."""
        with self._database.reading() as db:
            rows = db.execute(
                "SELECT from_ms, mm FROM online_rain WHERE from_ms >= ? AND from_ms < ?"
                " ORDER BY from_ms",
                (from_ms, to_ms),
            )
            return Samples(rows)

    def newest_rain_ms(self) -> int | None:
        """The last hour of which the rain is known."""
        with self._database.reading() as db:
            (newest,) = db.execute("SELECT max(from_ms) FROM online_rain").fetchone()
        return None if newest is None else int(newest)
