"""A DHT11 thermometer and hygrometer on one GPIO pin, indoors only (adafruit-circuitpython-dht).

Wiring: VCC to 3.3 V, GND to GND, DATA to the GPIO with 10 kΩ up to 3.3 V.

It must never watch for frost: the sign of its temperature is lost on the way, and -6.3 °C arrives
as 6.3 °C. So it has to be said that it hangs indoors, and what a cold room could have turned round
is a fault: all below 10 °C, as a room colder than -10 °C would be none. What else is believed of it
is in ``sensor_node.drivers.dht``. It measures in whole degrees, so its values may stand still for
longer than a DHT22's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.drivers.dht import Dht, Kind
from sensor_node.drivers.dht import Options as DhtOptions
from sensor_node.errors import ConfigError
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, dht

DHT11 = Kind("DHT11", coldest_c=10.0, hottest_c=50.0, stuck_after_h=72, too_cold="below its range")
"""Its range by its data sheet, 0 to 50 °C, less what may be a temperature without its sign."""


@dataclass(frozen=True)
class Options(DhtOptions):
    """What node.toml may say of a DHT11."""

    indoors: bool = setting(
        False,
        fr="true : il est à l'intérieur, où il ne gèle pas ; sans cela il est refusé",
        en="true: it hangs indoors, where it does not freeze; else it is refused",
    )


class Dht11(Dht):
    """Reads a room's temperature, 10 to 50 °C, and relative humidity (%).

    Raises ``ConfigError`` unless ``indoors`` is set.
    """

    def __init__(self, options: Options, board: Board) -> None:
        if not options.indoors:
            raise _outdoors(options.temperature)
        super().__init__(DHT11, board.dht11(options.pin), options, board)


def _outdoors(channel: str) -> ConfigError:
    return ConfigError(
        "DHT11_OUTDOORS",
        fr=f"Un DHT11 ne voit pas le gel : à -6 °C il annonce 6 °C. Pour « {channel} », dehors ou "
        "sous serre, prenez un DHT22, un SHT4x ou un DS18B20 ; dans une pièce, écrivez "
        "« indoors = true ».",
        en=f"A DHT11 sees no frost: at -6 °C it says 6 °C. For '{channel}', outdoors or in a "
        "greenhouse, take a DHT22, an SHT4x or a DS18B20; in a room, write 'indoors = true'.",
    )


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    part = Words(
        "DHT11, dans une pièce : température et humidité",
        "DHT11, in a room: temperature and humidity",
    )
    return dht(part, options.pin)
