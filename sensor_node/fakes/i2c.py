"""An I²C bus in memory: what the libraries ask of Blinka's ``busio.I2C``, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

NO_ANSWER = 121
"""``EREMOTEIO``: what Linux says when no part acknowledges its address."""


class Part(Protocol):
    """A part at one address."""

    def written(self, data: bytes) -> None:
        """The bus wrote ``data`` to it; nothing at all when it only asks who is there."""

    def read(self, count: int) -> bytes:
        """The ``count`` bytes it sends next."""


class FakeI2cBus:
    """``parts``: what is wired, by address; taking one out unplugs it."""

    def __init__(self) -> None:
        self.parts: dict[int, Part] = {}
        self._locked = False

    def try_lock(self) -> bool:
        if self._locked:
            return False
        self._locked = True
        return True

    def unlock(self) -> None:
        self._locked = False

    def writeto(
        self, address: int, buffer: Sequence[int], *, start: int = 0, end: int | None = None
    ) -> None:
        self._part(address).written(bytes(buffer[start:end]))

    def readfrom_into(
        self, address: int, buffer: bytearray, *, start: int = 0, end: int | None = None
    ) -> None:
        end = len(buffer) if end is None else end
        buffer[start:end] = self._part(address).read(end - start)

    def writeto_then_readfrom(
        self,
        address: int,
        out_buffer: Sequence[int],
        in_buffer: bytearray,
        *,
        out_start: int = 0,
        out_end: int | None = None,
        in_start: int = 0,
        in_end: int | None = None,
    ) -> None:
        self.writeto(address, out_buffer, start=out_start, end=out_end)
        self.readfrom_into(address, in_buffer, start=in_start, end=in_end)

    def _part(self, address: int) -> Part:
        if address not in self.parts:
            raise OSError(NO_ANSWER, "Remote I/O error")
        return self.parts[address]
