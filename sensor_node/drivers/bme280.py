"""A BME280 thermometer, hygrometer and barometer on I²C (adafruit-circuitpython-bme280).

Wiring: VIN to 3.3 V, GND to GND, SDA to GPIO2, SCL to GPIO3. Its address is 0x76, or 0x77 with
SDO at 3.3 V. Its bus has no checksum, and a chip that has not measured holds values that the
library makes plausible numbers of: this module refuses those, and doubts values of which none has
moved in a day.
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
from sensor_node.errors import ConfigError
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, i2c

DATA_REGISTER, DATA_LENGTH = 0xF7, 8
STUCK_AFTER_H = 24


@dataclass(frozen=True, slots=True)
class Kind:
    """One of its three measures. ``name``: both the option's and the library's."""

    name: str
    quantity: str
    unit: str
    least: float
    most: float
    jump: float
    """More than this from the last reading is believed only when a second measure agrees."""
    data: slice
    empty: bytes
    """Its data registers, and what they hold before a first measure (data sheet, section 5.3)."""


TEMPERATURE = Kind(
    "temperature", "air_temperature", "Cel", -40, 85, 5, slice(3, 6), b"\x80\x00\x00"
)
HUMIDITY = Kind("humidity", "relative_humidity", "%RH", 0.1, 100, 20, slice(6, 8), b"\x80\x00")
PRESSURE = Kind("pressure", "pressure", "hPa", 300, 1100, 5, slice(0, 3), b"\x80\x00\x00")
KINDS = (TEMPERATURE, HUMIDITY, PRESSURE)


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a BME280."""

    temperature: str | None = setting(
        None, fr="nom de la voie de température", en="channel of temperature"
    )
    humidity: str | None = setting(None, fr="nom de la voie d'humidité", en="channel of humidity")
    pressure: str | None = setting(None, fr="nom de la voie de pression", en="channel of pressure")
    address: int = setting(0x76, fr="adresse I²C", en="I²C address", least=0x76, most=0x77)


class Bme280:
    """Reads air temperature (°C), relative humidity (%) and pressure (hPa, not reduced to sea
    level), those that have a channel, within a tenth of a second.

    Raises ``ConfigError`` where no channel is named and ``HardwareError`` without a bus.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._kinds = tuple(kind for kind in KINDS if getattr(options, kind.name))
        if not self._kinds:
            raise ConfigError(
                "BME280_NO_CHANNEL",
                fr="Le BME280 n'a aucune voie : nommez « temperature », « humidity » ou "
                "« pressure ».",
                en="The BME280 has no channel: name 'temperature', 'humidity' or 'pressure'.",
            )
        self._board = board
        self._still = Stillness(STUCK_AFTER_H)
        self._part = I2cPart(board.bme280(options.address), board, "BME280", options.address)
        self._jumps = Jumps(*(kind.jump for kind in self._kinds))
        self._channels = tuple(
            Channel(getattr(options, kind.name), kind.quantity, "BME280", self._part.pin)
            for kind in self._kinds
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._channels

    def read(self) -> Mapping[str, Measured]:
        """Up to three tries. Raises ``SensorFault`` with the last try's reason."""
        values = self._part.ask(self._measure)
        named = {c.name: round(v, 2) for c, v in zip(self._channels, values, strict=True)}
        return doubted(named, self._still.doubt(self._board.monotonic_s(), *values))

    def close(self) -> None:
        """The board keeps the bus."""

    def _measure(self, device: Any) -> tuple[float, ...]:
        values = tuple(
            within(getattr(device, kind.name), kind.least, kind.most, kind.unit)
            for kind in self._kinds
        )
        # The library shows no register: this is its own way to read them.
        data = bytes(device._read_register(DATA_REGISTER, DATA_LENGTH))
        if any(data[kind.data] == kind.empty for kind in (TEMPERATURE, *self._kinds)):
            raise Unusable("not measured")
        if doubt := self._jumps.doubt(*values):
            raise Unusable(doubt)
        return values


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    part = Words(
        "BME280, air : température, humidité, pression",
        "BME280, air: temperature, humidity, pressure",
    )
    if options.address == 0x76:
        return i2c(part)
    return i2c(part, Words("Adresse 0x77 : SDO au 3,3 V.", "Address 0x77: SDO to 3.3 V."))
