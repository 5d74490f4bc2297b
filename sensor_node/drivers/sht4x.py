"""An SHT40, SHT41 or SHT45 thermometer and hygrometer on I²C (adafruit-circuitpython-sht4x).

Wiring: VIN to 3.3 V, GND to GND, SDA to GPIO2, SCL to GPIO3. Its address is 0x44; some models
have 0x45 or 0x46. The part sends a checksum with each value, and the library checks it; values of
which neither has moved in a day are doubted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.i2c import I2cPart, Unusable, within
from sensor_node.drivers.jumps import Jumps
from sensor_node.drivers.stillness import Stillness
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, i2c

STUCK_AFTER_H = 24
JUMP_C, JUMP_PCT = 5.0, 20.0
"""More than this from the last reading is believed only when a second measure agrees."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of an SHT4x."""

    temperature: str = setting(fr="nom de la voie de température", en="channel of temperature")
    humidity: str = setting(fr="nom de la voie d'humidité", en="channel of humidity")
    address: int = setting(0x44, fr="adresse I²C", en="I²C address", least=0x44, most=0x46)


class Sht4x:
    """Reads air temperature (°C) and relative humidity (%), both from one measure.

    Raises ``HardwareError`` without a bus.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._part = I2cPart(board.sht4x(options.address), board, "SHT4x", options.address)
        self._board = board
        self._jumps = Jumps(JUMP_C, JUMP_PCT)
        self._still = Stillness(STUCK_AFTER_H)
        pin = self._part.pin
        self._temperature = Channel(options.temperature, "air_temperature", "SHT4x", pin)
        self._humidity = Channel(options.humidity, "relative_humidity", "SHT4x", pin)

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._temperature, self._humidity)

    def read(self) -> Mapping[str, Measured]:
        """Up to three tries. Raises ``SensorFault`` with the last try's reason."""
        temperature_c, humidity_pct = self._part.ask(self._measure)
        values = {
            self._temperature.name: round(temperature_c, 2),
            self._humidity.name: round(humidity_pct, 2),
        }
        doubt = self._still.doubt(self._board.monotonic_s(), temperature_c, humidity_pct)
        return doubted(values, doubt)

    def close(self) -> None:
        """The board keeps the bus."""

    def _measure(self, device: Any) -> tuple[float, float]:
        temperature_c, humidity_pct = device.measurements
        within(temperature_c, -40, 125, "Cel")
        within(humidity_pct, 0.1, 100, "%RH")
        if doubt := self._jumps.doubt(temperature_c, humidity_pct):
            raise Unusable(doubt)
        return temperature_c, humidity_pct


def wiring(_options: Options) -> Wiring:
    """How it is wired."""
    return i2c(
        Words("SHT4x, air : température et humidité", "SHT4x, air: temperature and humidity")
    )
