"""A BH1750 light sensor on I²C (adafruit-circuitpython-bh1750).

Wiring: VCC to 3.3 V, GND to GND, SDA to GPIO2, SCL to GPIO3. Its address is 0x23, or 0x5c with
ADDR at 3.3 V.

The library's own setting saturates at 27306 lx, half of what the part can measure, and a part
that lost its supply would read 0 lx at noon: this module measures in steps of 1 lx, and has each
reading measured for itself. A cloud is no jump; light that stands still for a day and a night is
doubted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.i2c import I2cPart
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, i2c

ADDRESSES = (0x23, 0x5C)
ONE_LUX_STEPS, ONE_SHOT = 0, 2
"""The library's ``Resolution.MID`` and ``Mode.ONE_SHOT``."""
SATURATED_LX = 65535 / 1.2
STUCK_AFTER_H = 24


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a BH1750."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    address: int = setting(0x23, fr="adresse I²C", en="I²C address")


class Bh1750:
    """Reads illuminance in lx, 0 to 54612.

    Raises ``ConfigError`` for an address it cannot have and ``HardwareError`` without a bus.
    """

    def __init__(self, options: Options, board: Board) -> None:
        if options.address not in ADDRESSES:
            raise ConfigError(
                "LIGHT_ADDRESS",
                fr=f"Un BH1750 n'a pas l'adresse 0x{options.address:02x} : donnez 0x23 ou 0x5c.",
                en=f"A BH1750 has no address 0x{options.address:02x}: give 0x23 or 0x5c.",
            )
        self._board = board
        self._still = Stillness(STUCK_AFTER_H)
        self._part = I2cPart(board.bh1750(options.address), board, "BH1750", options.address)
        self._channel = Channel(options.channel, "illuminance", "BH1750", self._part.pin)

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """One measure of its own, in up to three tries. Raises ``SensorFault`` where there is
        none, and where there is more light than it can measure.
        """
        lux = self._part.ask(_measure)
        if lux >= SATURATED_LX:
            raise SensorFault(
                "saturated",
                code="LIGHT_SATURATED",
                fr=f"Le BH1750 ({self._part.pin}) reçoit plus de lumière qu'il n'en mesure : "
                "mettez-lui un petit dôme blanc.",
                en=f"The BH1750 ({self._part.pin}) gets more light than it can measure: give it "
                "a small white dome.",
            )
        doubt = self._still.doubt(self._board.monotonic_s(), lux)
        return doubted({self._channel.name: round(lux, 1)}, doubt)

    def close(self) -> None:
        """The board keeps the bus."""


def _measure(device: Any) -> float:
    if device.resolution != ONE_LUX_STEPS:
        device.resolution = ONE_LUX_STEPS
    device.mode = ONE_SHOT
    lux: float = device.lux
    return lux


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    part = Words("BH1750, lumière", "BH1750, light")
    if options.address == ADDRESSES[0]:
        return i2c(part, supply="VCC")
    note = Words("Adresse 0x5c : ADDR au 3,3 V.", "Address 0x5c: ADDR to 3.3 V.")
    return i2c(part, note, supply="VCC")
