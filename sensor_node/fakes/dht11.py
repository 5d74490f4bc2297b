"""A DHT11 at pulse level: the frame differs from a DHT22's, the wire does not."""

from __future__ import annotations

from sensor_node.fakes.dht22 import FakeDht22


def frame(temperature_c: float, humidity_pct: float) -> bytes:
    """The five bytes that a DHT11 sends (data sheet of Aosong): whole units and tenths of each, its
    sign the highest bit of the temperature's tenths.
    """
    humidity, temperature = round(humidity_pct * 10), round(abs(temperature_c) * 10)
    sign = 0x80 if temperature_c < 0 and temperature else 0
    data = bytes([humidity // 10, humidity % 10, temperature // 10, sign | temperature % 10])
    return data + bytes([sum(data) & 0xFF])


class FakeDht11(FakeDht22):
    """The part, which answers to start signals like a DHT22."""

    def _frame(self) -> bytes:
        return frame(self.temperature_c, self.humidity_pct)
