"""Readings straight from the pages of a damaged store, without the tree that leads to them.

Where an inner page of SQLite's tree is dead, everything under it is out of reach for SQLite, though
it may be whole. This looks at each page of the file and of its log by itself (the file format is
public: https://www.sqlite.org/fileformat2.html, parts 1.6 and 2.1) and gives the rows that have the
shape of a reading. A page that is no longer in use may hold rows that were deleted or replaced
since: take only what lies where nothing else was found.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sensor_node.damage import beside

INDEX_LEAF: Final = 0x0A
INDEX_INNER: Final = 0x02
MOST_PAYLOAD: Final = 40
"""Bytes of the longest row of readings; a longer one is something else."""
_SIZES: Final = {0: 0, 1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8, 7: 8, 8: 0, 9: 0}
_WAL_HEAD, _FRAME_HEAD = 32, 24

Raw = tuple[int, int, float, int]
"""Number of the series, time, value, doubt."""


def pages(path: Path, page_bytes: int) -> Iterator[bytes]:
    """Every page there is, the newest first: those of the log, then those of the file."""
    wal = beside(path, "-wal")
    if wal.exists():
        frame = _FRAME_HEAD + page_bytes
        with wal.open("rb") as file:
            count = max(0, (wal.stat().st_size - _WAL_HEAD) // frame)
            for number in reversed(range(count)):
                file.seek(_WAL_HEAD + number * frame + _FRAME_HEAD)
                yield file.read(page_bytes)
    with path.open("rb") as file:
        while page := file.read(page_bytes):
            yield page


def readings_in(page: bytes) -> Iterator[Raw]:
    """The rows of ``page`` that can only be readings."""
    if len(page) < 16 or page[0] not in (INDEX_LEAF, INDEX_INNER):
        return
    start, skip = (8, 0) if page[0] == INDEX_LEAF else (12, 4)
    (cells,) = struct.unpack_from(">H", page, 3)
    if start + 2 * cells > len(page):
        return
    for (at,) in struct.iter_unpack(">H", page[start : start + 2 * cells]):
        row = _reading(page, at + skip)
        if row is not None:
            yield row


def _reading(page: bytes, at: int) -> Raw | None:
    """The cell at ``at``: length of the row, length of its head, four types, four values."""
    if at + 6 > len(page):
        return None
    length, head, *kinds = page[at : at + 6]
    if head != 5 or length > MOST_PAYLOAD or at + 1 + length > len(page):
        return None
    if any(kind not in _SIZES for kind in kinds) or 5 + sum(map(_SIZES.get, kinds)) != length:  # type: ignore[arg-type]
        return None
    values: list[float | int | None] = []
    at += 6
    for kind in kinds:
        size = _SIZES[kind]
        values.append(_value(kind, page[at : at + size]))
        at += size
    series, at_ms, value, doubt = values
    if not (isinstance(series, int) and isinstance(at_ms, int) and isinstance(doubt, int)):
        return None
    if value is None or not math.isfinite(value) or series < 1 or doubt < 0:
        return None
    return series, at_ms, float(value), doubt


def _value(kind: int, raw: bytes) -> float | int | None:
    if kind == 0:
        return None
    if kind == 7:
        return float(struct.unpack(">d", raw)[0])
    return kind - 8 if kind >= 8 else int.from_bytes(raw, "big", signed=True)
