"""A DHT22 at pulse level: 81 lengths, as the library's ``PulseIn`` would have measured them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

LOW_US, ZERO_US, ONE_US = 54, 24, 70


def frame(temperature_c: float, humidity_pct: float) -> bytes:
    """The five bytes that a DHT22 sends (data sheet of the AM2302), its sign a sign bit."""
    humidity, tenths = round(humidity_pct * 10), round(abs(temperature_c) * 10)
    sign = 0x80 if temperature_c < 0 and tenths else 0
    data = bytes([humidity >> 8, humidity & 0xFF, sign | tenths >> 8, tenths & 0xFF])
    return data + bytes([sum(data) & 0xFF])


def pulses(data: bytes) -> list[int]:
    """The 81 pulse lengths of a frame in microseconds: low and high for each bit, a last low."""
    lengths: list[int] = []
    for byte in data:
        for bit in range(7, -1, -1):
            lengths += [LOW_US, ONE_US if byte >> bit & 1 else ZERO_US]
    return [*lengths, LOW_US]


class FakeDht22:
    """The part at the end of the wire: what it answers to each of the next start signals.

    Without anything queued it answers with its present temperature and humidity.
    """

    def __init__(self) -> None:
        self.temperature_c = 20.0
        self.humidity_pct = 50.0
        self.asked = 0
        self._queue: deque[list[int]] = deque()

    def queue(self, *answers: Iterable[int]) -> None:
        """Answer with these pulse lengths first, one list for each start signal."""
        self._queue.extend(list(answer) for answer in answers)

    def answer(self) -> list[int]:
        """What the wire carries after one start signal."""
        self.asked += 1
        if self._queue:
            return self._queue.popleft()
        return pulses(self._frame())

    def _frame(self) -> bytes:
        return frame(self.temperature_c, self.humidity_pct)


class FakePulseIn:
    """Stands where Blinka's ``PulseIn`` would: resumed, it hears the part on its pin."""

    def __init__(self, pin: FakeDht22, maxlen: int = 2, idle_state: bool = False) -> None:
        self._part = pin
        self._maxlen = maxlen
        self._heard: deque[int] = deque()

    def clear(self) -> None:
        self._heard.clear()

    def resume(self, trigger_duration: int = 0) -> None:
        self._heard.extend(self._part.answer()[: self._maxlen])

    def pause(self) -> None:
        """Nothing runs between two start signals."""

    def popleft(self) -> int:
        return self._heard.popleft()

    def deinit(self) -> None:
        self._heard.clear()

    def __len__(self) -> int:
        return len(self._heard)


class FakeTime:
    """Stands where the library's ``time`` module would: a pause takes no time.

    Sensors are read side by side, so a pause passes only for the thread that takes it.
    """

    def __init__(self) -> None:
        self._now_s = 1000.0
        self._paused = threading.local()

    def monotonic(self) -> float:
        return self._now_s + self._own_s()

    def sleep(self, seconds: float) -> None:
        self._paused.seconds = self._own_s() + seconds

    def let_pass(self, seconds: float) -> None:
        """Time passes for everybody."""
        self._now_s += seconds

    def _own_s(self) -> float:
        return float(getattr(self._paused, "seconds", 0.0))


def fit(library: Any, time: FakeTime) -> None:
    """Have the unmodified ``adafruit_dht`` module measure fake parts on fake time."""
    library.PulseIn = FakePulseIn
    library.time = time
