"""The store in a bucket of InfluxDB 2: for a garden that has one already, or has outgrown a file.

A commit looks at what stands in the range that it touches, writes what differs in one request,
and takes away the faults that readings have replaced: done twice it is done once, so whoever was
interrupted does it again. Long ranges are computed by the server, in windows of the lengths that
the buckets have.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Final

from gateway.store import influx_errors
from gateway.store.aggregate import buckets_of_points, runs
from gateway.store.base import LATEST_MS, Bucket, Committed, Fault, Point, Reading, Series
from gateway.store.influx_change import NEAR_MS, Change, Touched, spans
from gateway.store.influx_lines import (
    FAULT,
    READING,
    STORE,
    measured,
    moment_ms,
    one_line,
    one_of,
    predicate,
    source,
    store_line,
)
from gateway.store.influx_server import InfluxServer, Row
from gateway.store.influx_windows import answers, questions
from gateway.store.settings import InfluxSettings
from sensor_node.errors import StorageError

MOST_DOUBTS: Final = 200
"""Reasons that are told apart; drivers use some ten words."""
OTHER_DOUBT: Final = "other"
SPACING_MS: Final = 300_000
"""How far apart readings usually are."""
PIECE: Final = 50_000
MANY_BUCKETS: Final = 1000
FLOAT, TEXT = "double", "string"


class InfluxStore:
    """``Store`` in the bucket of ``settings``, which must be there; its id is made if absent.

    Raises ``StorageError`` where the server, the token or the bucket is not right, and
    ``ConfigError`` where the library is not installed.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        self._settings = settings
        self._server = InfluxServer(settings)
        self._lock = threading.Lock()
        self._doubts: set[str] = set()
        try:
            self._server.check()
            self.newest()  # a field of another type shows before anything is written
            self._id = self._load_id()
        except BaseException:
            self._server.close()
            raise

    @property
    def id(self) -> str:
        return self._id

    def commit(self, readings: Sequence[Reading], faults: Sequence[Fault]) -> Committed:
        if not readings and not faults:
            return Committed()
        if not all(map(math.isfinite, [r.value for r in readings])):
            raise ValueError("a reading that is not finite belongs in the quarantine")
        items: list[Reading | Fault] = [*readings, *faults]
        if max(item.at_ms for item in items) > LATEST_MS:
            raise ValueError("no store keeps times after the year 2262")
        with self._lock:
            change = Change(self._touched(items))
            for reading in readings:
                change.take_reading(reading._replace(suspect=self._doubt(reading.suspect)))
            for fault in faults:
                change.take_fault(fault._replace(reason=one_line(fault.reason)))
            self._server.write(list(change.lines()))
            for series, at_ms in change.cleared():
                self._server.delete(predicate(FAULT, series), at_ms, at_ms)
        return Committed(change.new, change.same, change.replaced)

    def newest(self) -> dict[Series, Reading | Fault]:
        condition = f'r._measurement == "{READING}" or r._measurement == "{FAULT}"'
        rows = self._ask(f"{self._all(condition)} |> last()")
        touched = Touched.of(self._ours(rows))
        found: dict[Series, Reading | Fault] = {}
        for (series, at_ms), (value, suspect) in touched.readings.items():
            found[series] = Reading(series, at_ms, value, suspect)
        for (series, at_ms), reason in touched.faults.items():
            if series not in found or found[series].at_ms < at_ms:
                found[series] = Fault(series, at_ms, reason)
        return found

    def points(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Point]:
        value = self._pieces(measured(READING, "value", series), from_ms, to_ms, limit)
        rows = [(moment_ms(row.cells["_time"]), float(row.cells["_value"])) for row in value]
        if not rows:
            return []
        doubted = f'{measured(READING, "suspect", series)} and r._value != ""'
        suspects = {
            moment_ms(row.cells["_time"]): row.cells["_value"]
            for row in self._ask(self._some(doubted, rows[0][0], rows[-1][0] + 1))
        }
        return [Point(at_ms, value, suspects.get(at_ms, "")) for at_ms, value in rows]

    def faults(self, series: Series, from_ms: int, to_ms: int, limit: int) -> list[Fault]:
        rows = self._pieces(measured(FAULT, "reason", series), from_ms, to_ms, limit)
        return [Fault(series, moment_ms(row.cells["_time"]), row.cells["_value"]) for row in rows]

    def buckets(self, series: Series, edges: Sequence[int], *, vector: bool) -> list[Bucket]:
        if len(edges) < 2:
            return []
        if vector or self._is_sparse(series, edges):
            return list(buckets_of_points(self._every_point(series, edges), edges, vector=vector))
        return self._windows(series, edges)

    def delete(self, series: Series, from_ms: int, to_ms: int) -> int:
        if to_ms <= from_ms:
            return 0
        first_ms, last_ms = max(from_ms, 0), min(to_ms - 1, LATEST_MS)
        with self._lock:
            gone = self._count_of(series, first_ms, last_ms + 1)
            for measurement in (READING, FAULT):
                self._server.delete(predicate(measurement, series), first_ms, last_ms)
        return gone

    def version(self, series: Iterable[Series]) -> Hashable | None:
        return None  # other programs write there too, and it does not say when

    def count(self) -> int:
        rows = self._ask(f"{self._all(measured(READING, 'value'))} |> count()")
        return sum(int(row.cells["_value"]) for row in rows if _is_named(row))

    def close(self) -> None:
        self._server.close()

    # --- asking -------------------------------------------------------------------------------

    def _ask(self, *flux: str) -> Iterator[Row]:
        return self._server.ask("\n".join(flux))

    def _some(self, condition: str, from_ms: int, to_ms: int) -> str:
        return source(self._settings.bucket, from_ms, to_ms, condition)

    def _all(self, condition: str) -> str:
        return self._some(condition, 0, LATEST_MS + 1)

    def _pieces(self, condition: str, from_ms: int, to_ms: int, limit: int) -> list[Row]:
        """The oldest ``limit`` rows. ``limit`` in Flux reads the range to its end, so the range
        begins short and grows until there is enough.
        """
        found: list[Row] = []
        from_ms, to_ms = max(0, from_ms), min(to_ms, LATEST_MS + 1)
        span_ms = max(limit * SPACING_MS, NEAR_MS)
        while from_ms < to_ms and len(found) < limit:
            until_ms = min(to_ms, from_ms + span_ms)
            some = self._some(condition, from_ms, until_ms)
            found += self._ask(
                f'{some} |> limit(n: {limit - len(found)}) |> keep(columns: ["_time", "_value"])'
            )
            from_ms, span_ms = until_ms, span_ms * 8
        return found

    def _count_of(self, series: Series, from_ms: int, to_ms: int) -> int:
        if from_ms > LATEST_MS:
            return 0
        some = self._some(measured(READING, "value", series), from_ms, to_ms)
        return sum(int(row.cells["_value"]) for row in self._ask(f"{some} |> count()"))

    def _is_sparse(self, series: Series, edges: Sequence[int]) -> bool:
        """Whether the readings themselves are quicker to have than four windows for each bucket;
        for a few buckets not worth the question.
        """
        if len(edges) < MANY_BUCKETS:
            return False
        return self._count_of(series, edges[0], edges[-1]) < 4 * len(edges)

    def _every_point(self, series: Series, edges: Sequence[int]) -> Iterator[Point]:
        from_ms = edges[0]
        while piece := self.points(series, from_ms, edges[-1], PIECE):
            yield from piece
            from_ms = piece[-1].at_ms + 1

    def _windows(self, series: Series, edges: Sequence[int]) -> list[Bucket]:
        """Each run of buckets of one length as four windows, all in one question."""
        asked = [run for run in runs(edges) if run.start_ms <= LATEST_MS]
        value = measured(READING, "value", series)
        flux = [
            question
            for number, run in enumerate(asked)
            for question in questions(number, run, self._some(value, run.start_ms, run.end_ms))
        ]
        return list(answers(asked, self._ask(*flux))) if flux else []

    def _touched(self, items: Sequence[Reading | Fault]) -> Touched:
        """What stands at the moments of ``items``, and some more around them."""
        condition = one_of({item.series for item in items})
        flux = [
            self._some(condition, first, last + 1)
            + ' |> keep(columns: ["_time", "_value", "_field", "_measurement", "node", "channel"])'
            + f' |> yield(name: "{first}")'
            for first, last in spans(item.at_ms for item in items)
        ]
        return Touched.of(self._ours(self._ask(*flux)))

    def _ours(self, rows: Iterable[Row]) -> Iterator[Row]:
        """``rows`` of our fields; one of a type that is not ours is told at once."""
        for row in rows:
            wanted = {"value": FLOAT, "suspect": TEXT, "reason": TEXT}.get(row.cells["_field"])
            if wanted is not None and row.kind != wanted:
                raise influx_errors.wrong_type(self._settings)
            if wanted is not None and _is_named(row):
                yield row

    def _load_id(self) -> str:
        """The id in the bucket. Written again at each start: that shows whether we may write."""
        found = [row.cells["_value"] for row in self._ask(self._all(measured(STORE, "id")))]
        self._server.write([store_line(found[0] if found else secrets.token_hex(8))])
        for row in self._ask(self._all(measured(STORE, "id"))):
            return row.cells["_value"]
        raise StorageError(
            "INFLUX_FAILED",
            fr=f"InfluxDB ({self._settings.url}) ne rend pas ce qui vient d'y être écrit.",
            en=f"InfluxDB ({self._settings.url}) does not give back what was just written to it.",
        )

    def _doubt(self, reason: str) -> str:
        """A node that makes up ever new words gets one for all of them."""
        text = one_line(reason)
        if text and text not in self._doubts:
            if len(self._doubts) >= MOST_DOUBTS:
                return OTHER_DOUBT
            self._doubts.add(text)
        return text


def _is_named(row: Row) -> bool:
    return bool(row.cells.get("node") and row.cells.get("channel"))
