"""An SHT4x at the level of its bus (Sensirion's data sheet, sections 4.5 and 4.6)."""

from __future__ import annotations

from collections import deque

from sensor_node.fakes.i2c import NO_ANSWER

MEASURE = (0xFD, 0xF6, 0xE0)
RESET = 0x94


def crc8(data: bytes) -> int:
    """Sensirion's checksum: x8 + x5 + x4 + 1, highest bit first, from 0xFF (section 4.4)."""
    crc = 0xFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x31) & 0xFF if crc & 0x80 else crc << 1
    return crc


def answer(temperature_counts: int, humidity_counts: int) -> bytes:
    """The six bytes of a measure: two words, each with its checksum."""
    words = (temperature_counts.to_bytes(2, "big"), humidity_counts.to_bytes(2, "big"))
    return b"".join(word + bytes([crc8(word)]) for word in words)


class FakeSht4x:
    """The part: what it answers to each measure, and how often it was ``asked``.

    Without anything queued it answers with its present temperature and humidity.
    """

    def __init__(self) -> None:
        self.temperature_c = 20.0
        self.humidity_pct = 50.0
        self.asked = 0
        self._queue: deque[bytes] = deque()
        self._answer = b""

    def queue(self, *answers: bytes) -> None:
        """Answer with these bytes first; with none it does not answer."""
        self._queue.extend(answers)

    def written(self, data: bytes) -> None:
        if data[:1] == bytes([RESET]):
            self._answer = b""
        elif data and data[0] in MEASURE:
            self.asked += 1
            self._answer = self._queue.popleft() if self._queue else self._present()

    def read(self, count: int) -> bytes:
        if not self._answer:
            raise OSError(NO_ANSWER, "Remote I/O error")
        given, self._answer = self._answer, b""
        return given[:count]

    def _present(self) -> bytes:
        temperature = round((self.temperature_c + 45) / 175 * 65535)
        return answer(temperature, round((self.humidity_pct + 6) / 125 * 65535))
