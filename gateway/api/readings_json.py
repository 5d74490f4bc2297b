"""Readings as JSON, written piece by piece: the shape is ``shapes.Readings``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from gateway.api.series import AGGREGATES, Wanted, buckets, faults, points
from gateway.measured import Measured
from gateway.store.base import Bucket, Fault, Point
from gateway.times import to_rfc3339

Rows = Iterator[list[str]]


def readings_json(
    store: Measured, head: Mapping[str, Any], wanted: Sequence[Wanted], *, in_ms: bool
) -> Iterator[str]:
    """The object with the members of ``head`` and the ``series``.

    ``in_ms``: times of rows as whole milliseconds since 1970 instead of RFC 3339.
    """
    time = str if in_ms else _quoted_time
    yield _text(head)[:-1] + ',"series":['
    for number, one in enumerate(wanted):
        yield ("," if number else "") + _text(_about(one))[:-1] + ',"points":['
        yield from _joined(_rows(store, one, time))
        yield '],"faults":['
        if not one.aggregates:
            yield from _joined(_fault_rows(store, one, time))
        yield "]}"
    yield "]}"


def _about(wanted: Wanted) -> dict[str, Any]:
    info = wanted.info
    return {
        "channel": str(info.series),
        "node": info.series.node,
        "name": info.series.channel,
        "quantity": info.quantity,
        "unit": info.unit,
        "columns": ["time", *(wanted.aggregates or ("value", "quality"))],
    }


def _rows(store: Measured, wanted: Wanted, time: Callable[[int], str]) -> Rows:
    if wanted.aggregates:
        columns = [AGGREGATES[name] for name in wanted.aggregates]
        for some in buckets(store, wanted):
            yield [_bucket_row(bucket, columns, time) for bucket in some]
    else:
        for piece in points(store, wanted):
            yield [_point_row(point, time) for point in piece]


def _point_row(point: Point, time: Callable[[int], str]) -> str:
    doubt = f',"suspect",{_text(point.suspect)}' if point.suspect else ""
    return f"[{time(point.at_ms)},{point.value!r}{doubt}]"


def _bucket_row(
    bucket: Bucket, columns: Iterable[Callable[[Bucket], float]], time: Callable[[int], str]
) -> str:
    values = ",".join(repr(column(bucket)) for column in columns)
    return f"[{time(bucket.start_ms)},{values}]"


def _fault_rows(store: Measured, wanted: Wanted, time: Callable[[int], str]) -> Rows:
    for piece in faults(store, wanted):
        yield [_fault_row(fault, time) for fault in piece]


def _fault_row(fault: Fault, time: Callable[[int], str]) -> str:
    return f"[{time(fault.at_ms)},{_text(fault.reason)}]"


def _joined(pieces: Rows) -> Iterator[str]:
    separator = ""
    for piece in pieces:
        if piece:
            yield separator + ",".join(piece)
            separator = ","


def _quoted_time(at_ms: int) -> str:
    return f'"{to_rfc3339(at_ms)}"'


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
