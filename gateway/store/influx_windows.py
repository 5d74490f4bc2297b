"""Buckets that InfluxDB computes: each run of one length as four questions, and their answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from gateway.store.aggregate import Run, bucket
from gateway.store.base import Bucket
from gateway.store.influx_lines import moment_ms
from gateway.store.influx_server import Row

FUNCTIONS: Final = ("count", "min", "max", "sum")


def questions(number: int, run: Run, readings: str) -> Iterator[str]:
    """Flux for the buckets of ``run``, the one with this ``number``, out of its ``readings``."""
    for name in FUNCTIONS:
        if run.count == 1:  # as long as all of time, perhaps: no window is
            asked = f'{name}() |> keep(columns: ["_value"])'
        else:
            asked = (
                f"aggregateWindow(every: {run.length_ms}ms, offset: {run.start_ms % run.length_ms}"
                f'ms, fn: {name}, createEmpty: false, timeSrc: "_start")'
                ' |> keep(columns: ["_time", "_value"])'
            )
        yield f'{readings} |> {asked} |> yield(name: "{name} {number}")'


def answers(asked: Sequence[Run], rows: Iterable[Row]) -> Iterator[Bucket]:
    """The buckets of the runs ``asked`` for, out of the answer."""
    told: dict[str, dict[int, float]] = defaultdict(dict)
    for row in rows:
        time = row.cells.get("_time")
        start_ms = asked[int(row.result.split()[1])].start_ms if time is None else moment_ms(time)
        told[row.result][start_ms] = float(row.cells["_value"])
    for number, _ in enumerate(asked):
        counts, leasts, mosts, sums = (told[f"{name} {number}"] for name in FUNCTIONS)
        for at in sorted(counts):
            totals = (int(counts[at]), leasts[at], mosts[at], sums[at], 0.0, 0.0)
            made = bucket(at, totals, vector=False)
            if made is not None:
                yield made
