"""What the garden and InfluxDB say to each other: line protocol to write, Flux to ask.

Pure. A reading is a point of the measurement ``reading`` with the tags ``node`` and ``channel``
and the fields ``value`` (always a float) and ``suspect`` (why it is doubted, ``""`` where it is
not); a fault is a point of ``fault`` with the same tags and the field ``reason``. Times are in
milliseconds. Both fields of a reading are always written: InfluxDB merges the fields of a point,
and an old doubt would outlive the reading that it was about.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from gateway.store.base import LATEST_MS, Fault, Reading, Series
from gateway.times import to_rfc3339

READING: Final = "reading"
FAULT: Final = "fault"
STORE: Final = "store"
MOST_SERIES: Final = 20
"""Above this a question names the nodes alone: reading a little too much is quicker."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_BREAKS = re.compile(r"[\r\n\0]")


def reading_line(reading: Reading) -> str:
    """``reading`` as one line."""
    return (
        f"{READING},{_tags(reading.series)} value={float(reading.value)!r},"
        f"suspect={_quoted(reading.suspect)} {reading.at_ms}"
    )


def fault_line(fault: Fault) -> str:
    """``fault`` as one line."""
    return f"{FAULT},{_tags(fault.series)} reason={_quoted(fault.reason)} {fault.at_ms}"


def store_line(store: str) -> str:
    """The line that keeps the store's id, at the beginning of 1970."""
    return f"{STORE} id={_quoted(store)} 0"


def one_line(text: str) -> str:
    """``text`` as InfluxDB gives it back: a lone surrogate is no text, and in its answers a line
    break comes as another one than was written.
    """
    return _BREAKS.sub(" ", text.encode(errors="replace").decode())


def moment_ms(text: str) -> int:
    """The time that stands in an answer."""
    return (datetime.fromisoformat(text) - _EPOCH) // _MILLISECOND


def source(bucket: str, from_ms: int, to_ms: int, condition: str) -> str:
    """Flux for the rows of ``[from_ms, to_ms)`` that meet ``condition``."""
    start, stop = to_rfc3339(max(0, from_ms)), to_rfc3339(min(to_ms, LATEST_MS + 1))
    return (
        f"from(bucket: {literal(bucket)}) |> range(start: {start}, stop: {stop})"
        f" |> filter(fn: (r) => {condition})"
    )


def measured(measurement: str, field: str, series: Series | None = None) -> str:
    """The condition for ``field`` of all series, or of one."""
    condition = f'r._measurement == "{measurement}" and r._field == "{field}"'
    return condition if series is None else f"{condition} and {_is(series)}"


def one_of(series: Collection[Series]) -> str:
    """The condition for readings and faults of ``series``, or of a few others beside them."""
    if len(series) <= MOST_SERIES:
        names = [f"({_is(one)})" for one in sorted(series)]
    else:
        names = [f"r.node == {literal(node)}" for node in sorted({one.node for one in series})]
    return f'(r._measurement == "{READING}" or r._measurement == "{FAULT}") and ({_any(names)})'


def predicate(measurement: str, series: Series) -> str:
    """What a request to delete names."""
    node, channel = _escaped(series.node), _escaped(series.channel)
    return f'_measurement="{measurement}" AND node="{node}" AND channel="{channel}"'


def literal(text: str) -> str:
    """``text`` as a Flux string."""
    return f'"{_escaped(text)}"'.replace("${", "\\${")


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def _is(series: Series) -> str:
    return f"r.node == {literal(series.node)} and r.channel == {literal(series.channel)}"


def _tags(series: Series) -> str:
    return f"channel={_tag(series.channel)},node={_tag(series.node)}"


def _tag(text: str) -> str:
    return re.sub(r"([ ,=])", r"\\\1", one_line(text))


def _quoted(text: str) -> str:
    return f'"{_escaped(one_line(text))}"'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
