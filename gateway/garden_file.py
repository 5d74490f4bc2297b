"""A garden in a file: JSON lines, compressed; anything that reads gzip and JSON can read it.

    {"garden": {"format": 1, "name": …, "timezone": …, "store": …, "exported_at": …, "until_ms": …}}
    {"node": "potager-1", "about": {…}}
    {"channel": "potager-1/air", "quantity": "air_temperature", "unit": "Cel", …}
    {"calibration": "bac-1/soil", "low": [0.8, 0], "high": [0.4, 40], "from_ms": …, …}
    {"bed": "bac-1", "details": {…}, …}, and further lines of ``gateway.beds.carried``
    {"import": "2025.csv", "from_ms": …, "to_ms": …, "simulated": false, "rows": …}
    {"readings": "potager-1/air", "t": [ms, …], "v": [21.4, …], "doubts": [[3, "stuck"], …]}
    {"faults": "potager-1/porch", "t": [ms, …], "why": ["checksum", …]}
    {"end": {"readings": …, "faults": …, "channels": {"potager-1/air": [first ms, last ms, count]}}}

``v`` are the values as measured, exactly; the number of a doubt is its place in ``t``. Each piece
is a gzip member of its own: one that a kill cut off is known as such, and those before it are
whole.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

from gateway.store.base import Fault, Point, Reading, Series
from sensor_node.errors import UsageError

FORMAT: Final = 1
GZIP: Final = b"\x1f\x8b"
_AUTOMATIC = 31  # zlib's word for one gzip member
_CHUNK = 1 << 16

Line = dict[str, Any]


@dataclass(slots=True)
class Totals:
    """What a file holds. ``channels``: first and last moment and number of readings of each."""

    readings: int = 0
    faults: int = 0
    channels: dict[str, list[int]] = field(default_factory=dict)

    def add(self, line: Line) -> None:
        """Count what ``line`` holds."""
        if "faults" in line:
            self.faults += len(line["t"])
        elif "readings" in line:
            moments: list[int] = line["t"]
            known = self.channels.setdefault(line["readings"], [moments[0], moments[-1], 0])
            known[1] = moments[-1]
            known[2] += len(moments)
            self.readings += len(moments)


def readings_line(series: Series, points: Sequence[Point]) -> Line:
    """One piece of a channel, in the order of time."""
    return {
        "readings": str(series),
        "t": [point.at_ms for point in points],
        "v": [point.value for point in points],
        "doubts": [[place, p.suspect] for place, p in enumerate(points) if p.suspect],
    }


def faults_line(series: Series, faults: Sequence[Fault]) -> Line:
    """One piece of a channel's faults, in the order of time."""
    return {
        "faults": str(series),
        "t": [fault.at_ms for fault in faults],
        "why": [fault.reason for fault in faults],
    }


def readings_of(line: Line) -> list[Reading]:
    """The readings of ``line``; none where it holds something else."""
    if "readings" not in line:
        return []
    series, doubts = series_of(line["readings"]), dict(line["doubts"])
    return [
        Reading(series, at_ms, float(value), doubts.get(place, ""))
        for place, (at_ms, value) in enumerate(zip(line["t"], line["v"], strict=True))
    ]


def faults_of(line: Line) -> list[Fault]:
    """The faults of ``line``; none where it holds something else."""
    if "faults" not in line:
        return []
    series = series_of(line["faults"])
    return [Fault(series, at, why) for at, why in zip(line["t"], line["why"], strict=True)]


def series_of(name: str) -> Series:
    """The channel that ``str(Series)`` names."""
    node, _, channel = name.rpartition("/")
    return Series(node, channel)


def write_piece(file: BinaryIO, lines: Iterable[Mapping[str, Any]]) -> None:
    """Append ``lines`` as one member."""
    texts = (json.dumps(line, ensure_ascii=True, separators=(",", ":")) for line in lines)
    file.write(gzip.compress("".join(f"{text}\n" for text in texts).encode(), 6, mtime=0))


def read_pieces(file: BinaryIO) -> Iterator[tuple[list[Line], int]]:
    """The lines of each whole member from where ``file`` stands, and where that member ends.

    Ends before a member that was cut off. Raises ``UsageError`` where it is no such file.
    """
    place, rest = file.tell(), b""
    while True:
        member = zlib.decompressobj(_AUTOMATIC)
        parts: list[bytes] = []
        read = 0
        while not member.eof:
            data = rest or file.read(_CHUNK)
            if not data:
                return
            rest = b""
            try:
                parts.append(member.decompress(data))
            except zlib.error:
                raise not_ours() from None
            read += len(data)
        rest = member.unused_data
        place += read - len(rest)
        yield _parsed(b"".join(parts)), place


def _parsed(text: bytes) -> list[Line]:
    try:
        lines = [json.loads(line) for line in text.splitlines()]
    except (ValueError, RecursionError):  # nested without end
        raise not_ours() from None
    if not all(isinstance(line, dict) for line in lines):
        raise not_ours()
    return lines


def check_header(lines: Sequence[Line]) -> Line:
    """The first line's description of the garden. Raises ``UsageError``."""
    told = lines[0].get("garden") if lines else None
    if not isinstance(told, dict) or not isinstance(told.get("format"), int):
        raise not_ours()
    if told["format"] > FORMAT:
        raise UsageError(
            "FILE_TOO_NEW",
            fr="Ce fichier vient d'une version plus récente de Jardin connecté : mettez le "
            "logiciel à jour.",
            en="This file comes from a newer version of Jardin connecté: update the software.",
        )
    return told


def not_ours() -> UsageError:
    """What is said of a file that is no garden, or a damaged one."""
    return UsageError(
        "NOT_A_GARDEN",
        fr="Ce fichier n'est pas un jardin exporté, ou il est abîmé : exportez-le de nouveau avec "
        "« jardin-gateway export ».",
        en="This file is no exported garden, or it is damaged: export it again with "
        "'jardin-gateway export'.",
    )
