"""Repeatable chance: random numbers that depend on a key and an index, on nothing else.

A generator with a state would make today's weather depend on where a process began to count.
Here each number is a hash of its place in time, so any two processes draw the same one.
"""

import hashlib
import math

_MASK = 0xFFFF_FFFF_FFFF_FFFF
_GOLDEN = 0x9E37_79B9_7F4A_7C15
_SUM_OF_FOUR_MEAN = 2 * 0xFFFF
_SUM_OF_FOUR_SD = 65536 / math.sqrt(3)


def key_of(seed: int, name: str) -> int:
    """Derive the 64-bit key of the stream called `name`; streams are independent of each other."""
    return int.from_bytes(hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest())


def bits(key: int, index: int) -> int:
    """Give 64 random bits for `index` of a stream.

    Source: SplitMix64 (Steele, Lea and Flood 2014), used as a hash of its counter.
    """
    z = (key + index * _GOLDEN) & _MASK
    z = ((z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9) & _MASK
    z = ((z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB) & _MASK
    return z ^ (z >> 31)


def uniform(key: int, index: int) -> float:
    """Give a number from 0 (included) to 1 (excluded)."""
    return (bits(key, index) >> 11) * 2.0**-53


def normal(key: int, index: int) -> float:
    """Give a number of mean 0 and standard deviation 1, never beyond 3.5.

    The sum of four uniform numbers: close enough to a normal law, one hash, and bounded,
    so that no seed can produce an absurd day.
    """
    z = bits(key, index)
    total = (z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48)
    return (total - _SUM_OF_FOUR_MEAN) / _SUM_OF_FOUR_SD


class SmoothNoise:
    """A continuous random curve of mean 0 and standard deviation 1.

    period: distance of two independent points, in the unit of the times that are asked for.
    """

    __slots__ = ("_after", "_before", "_key", "_knot", "_period", "_weights")

    def __init__(self, seed: int, name: str, period: int) -> None:
        self._key = key_of(seed, name)
        self._period = period
        self._weights = [_weights_at(phase / period) for phase in range(period)]
        self._knot = 0
        self._before = normal(self._key, 0)
        self._after = normal(self._key, 1)

    def at(self, time: int) -> float:
        """Give the curve's value, the same whatever was asked before."""
        knot, phase = divmod(time, self._period)
        if knot != self._knot:
            self._before = self._after if knot == self._knot + 1 else normal(self._key, knot)
            self._after = normal(self._key, knot + 1)
            self._knot = knot
        before, after = self._weights[phase]
        return before * self._before + after * self._after


class Blend:
    """A sum of smooth noises of several periods, again of standard deviation 1.

    parts: pairs of period and weight; the weights are scaled so that their squares sum to 1.
    """

    __slots__ = ("_parts",)

    def __init__(self, seed: int, name: str, parts: tuple[tuple[int, float], ...]) -> None:
        length = math.sqrt(sum(weight * weight for _, weight in parts))
        self._parts = tuple(
            (SmoothNoise(seed, f"{name}/{period}", period), weight / length)
            for period, weight in parts
        )

    def at(self, time: int) -> float:
        """Give the sum at `time`, in the unit of the periods."""
        total = 0.0
        for noise, weight in self._parts:
            total += weight * noise.at(time)
        return total


def _weights_at(x: float) -> tuple[float, float]:
    """Give the weights of the knots before and after a place x, 0 to 1, between them.

    Two independent knots average towards zero half-way; dividing by the length of the weights
    keeps the spread at 1 everywhere, or showers would prefer certain hours.
    """
    after = x * x * (3.0 - 2.0 * x)
    before = 1.0 - after
    length = math.hypot(before, after)
    return before / length, after / length
