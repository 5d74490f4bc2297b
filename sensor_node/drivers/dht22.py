"""A DHT22 (AM2302) thermometer and hygrometer on one GPIO pin (adafruit-circuitpython-dht).

Wiring: VCC to 3.3 V, GND to GND, DATA to the GPIO with 10 kΩ up to 3.3 V.

What is believed of it is in ``sensor_node.drivers.dht``.
"""

from __future__ import annotations

from sensor_node.board import Board
from sensor_node.drivers.dht import Dht, Kind, Options
from sensor_node.wiring import Wiring, Words, dht

__all__ = ["Dht22", "Options"]

DHT22 = Kind("DHT22", coldest_c=-40.0, hottest_c=80.0, stuck_after_h=24)
"""Its range by its data sheet."""


class Dht22(Dht):
    """Reads air temperature, -40 to 80 °C, and relative humidity (%)."""

    def __init__(self, options: Options, board: Board) -> None:
        super().__init__(DHT22, board.dht22(options.pin), options, board)


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    part = Words("DHT22, air : température et humidité", "DHT22, air: temperature and humidity")
    return dht(part, options.pin)
