"""Bytes that nobody thought of: good examples, changed at random but repeatably, and made small.

``FUZZ_S``: seconds for all targets together; ``FUZZ_SEED``: another walk than the usual one.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

import pytest

from sensor_node.errors import GardenError

Take = Callable[[bytes], object]
SEED: Final = int(os.environ.get("FUZZ_SEED", "1"))
LONGEST: Final = 20_000
DEEP: Final = 3000
ODD: Final = (
    b"", b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\n", b"\r\n", b'"', b"\\",
    b"\\ud800", b"\\u0000", b"{", b"}", b"[", b"]", b",", b":", b";", b"%", b"%00", b"%ff", b"..",
    b"/", b"+", b"#", b"$", b"-", b"-0", b"0", b"1e999", b"-1e308", b"NaN", b"Infinity",
    b"1e-400", b"null", b"true", b"9" * 400, b"9223372036854775808", b"-9223372036854775809",
    b"0.1", b"1_0", "\u0661".encode(), "é".encode(), "\u2028".encode(), "\U0001f331".encode(),
    b"[" * DEEP, b'{"a":' * DEEP, b"A" * 5000, b"2026-13-45T25:61:61Z", b"0001-01-01",
    b"9999-12-31T23:59:59Z",
    b"fault: ", b"jardin://", b"atelier.", b"gateway", b"v", b"vs", b"bt", b"bn", b"1969-12-31",
)  # fmt: skip
"""What has broken parsers before."""


def seconds(least: float) -> float:
    """How long all targets together may take: as ``FUZZ_S`` says, else ``least``."""
    return float(os.environ.get("FUZZ_S", least))


def changed(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One of ``seeds`` with a few changes."""
    data = bytearray(rng.choice(seeds))
    for _ in range(1 + min(int(rng.expovariate(0.5)), 12)):
        at = rng.randint(0, len(data))
        length = min(int(rng.expovariate(0.2)), len(data) - at)
        match rng.randrange(7):
            case 0 if data:
                data[at % len(data)] ^= 1 << rng.randrange(8)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = rng.choice(ODD)
            case 3:
                data[at : at + length] = rng.choice(ODD)
            case 4:
                data[at:at] = rng.randbytes(length)
            case 5:
                other = rng.choice(seeds)
                begin = rng.randint(0, len(other))
                data[at:] = other[begin:]
            case _:
                data[at:at] = data[at : at + length] * rng.choice((1, 2, 50))
    return bytes(data[:LONGEST])


def failure(take: Take, data: bytes) -> Exception | None:
    """What nobody foresaw about ``data``; a refusal in words is as it should be."""
    try:
        take(data)
    except GardenError:
        return None
    except Exception as error:
        return error
    return None


def smallest(take: Take, data: bytes, kind: type[Exception]) -> bytes:
    """``data`` with all taken out of it without which it fails in the same way."""
    step = max(1, len(data) // 2)
    while step:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + step :]
            if type(failure(take, shorter)) is kind:
                data = shorter
            else:
                at += step
        step //= 2
    return data


def walk(name: str, seeds: Sequence[bytes], take: Take, lasts_s: float) -> int:
    """Feed ``take`` for ``lasts_s``; returns how many examples it took. Fails with a small one."""
    rng = random.Random(f"{name} {SEED}")
    end, count = time.monotonic() + lasts_s, 0
    for seed in seeds:
        assert failure(take, seed) is None, f"{name}: a good example fails: {seed[:200]!r}"
    while time.monotonic() < end or count < 20:
        data = changed(seeds, rng)
        error = failure(take, data)
        count += 1
        if error is not None:
            small = smallest(take, data, type(error))
            again = failure(take, small) or error
            pytest.fail(
                f"{name}, seed {SEED}, example {count}: {small[:300]!r} raises {again!r}"
                f" ({_place(again)})"
            )
    return count


def _place(error: Exception) -> str:
    trace, place = error.__traceback__, "?"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
