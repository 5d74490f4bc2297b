"""A DS18B20 thermometer on the 1-Wire bus, in the soil or in the air (w1thermsensor).

Wiring: red to 3.3 V, black to GND, yellow to the bus's GPIO with 4.7 kΩ up to 3.3 V; the bus is
on GPIO4 unless ``dtoverlay=w1-gpio,gpiopin=…`` says otherwise. Several share the three wires.

The library refuses a wrong checksum and 85.0 °C, which is what the sensor holds before its first
measure (a weak supply); -127 °C is what other software makes of a missing one. Even deep soil
moves by a sixteenth of a degree in two days: one that does not is doubted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.jumps import Jumps
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import (
    BLACK,
    GND,
    ONE_WIRE,
    RED,
    V33,
    YELLOW,
    Resistor,
    Wire,
    Wiring,
    Words,
)

FAMILY = "28-"
TRIES = 3
PAUSE_S = 1.0
JUMP_C = 5.0
"""More than this from the last reading is believed only when a second measure agrees."""
STUCK_AFTER_H = 48
COLDEST_C, HOTTEST_C = -55.0, 125.0
"""What a DS18B20 can measure, by its data sheet."""
REASONS = {
    "NoSensorFoundError": "no answer",
    "SensorNotReadyError": "checksum or no data",
    "ResetValueError": "power-on value",
}


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a DS18B20."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    id: str | None = setting(
        None,
        fr="numéro du capteur, comme 28-00000a1b2c3d ; inutile s'il est seul",
        en="number of the sensor, like 28-00000a1b2c3d; not needed for a single one",
    )
    quantity: str = setting(
        "soil_temperature",
        fr="où il mesure : dans la terre ou dans l'air",
        en="where it measures: in the soil or in the air",
        choices=("soil_temperature", "air_temperature"),
    )


class Ds18b20:
    """Reads one temperature in °C.

    Raises ``HardwareError`` without a 1-Wire bus and ``ConfigError`` where several sensors are on
    it and ``id`` names none. One that is missing at the start is looked for at each reading.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._id = (options.id or "").removeprefix(FAMILY)
        self._library = board.ds18b20(self._id)
        found = self._found()
        if not self._id and len(found) > 1:
            raise _several(options.channel, found)
        if not self._id and found:
            self._id = found[0]
        self._jumps = Jumps(JUMP_C)
        self._still = Stillness(STUCK_AFTER_H)
        pin = f"1-Wire {FAMILY}{self._id}" if self._id else "1-Wire"
        self._channel = Channel(options.channel, options.quantity, "DS18B20", pin)

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """Up to three tries, a second apart. Raises ``SensorFault`` with the last try's reason."""
        reason: str | None = None
        for attempt in range(TRIES):
            if attempt:
                self._board.sleep(PAUSE_S)
            try:
                temperature_c = self._measure()
            except Exception as error:
                reason = REASONS.get(type(error).__name__, "unreadable answer")
                continue
            reason = _implausible(temperature_c) or self._jumps.doubt(temperature_c)
            if reason is None:
                doubt = self._still.doubt(self._board.monotonic_s(), temperature_c)
                return doubted({self._channel.name: temperature_c}, doubt)
        raise self._fault(reason or "no answer")

    def close(self) -> None:
        """The kernel keeps the bus."""

    def _measure(self) -> float:
        from w1thermsensor import NoSensorFoundError, Sensor  # noqa: PLC0415 - only with a DS18B20

        if not self._id:
            found = self._found()
            if len(found) != 1:
                raise NoSensorFoundError("none, or several and no id")
            self._id = found[0]
        temperature_c: float = self._library(Sensor.DS18B20, self._id).get_temperature()
        return temperature_c

    def _found(self) -> list[str]:
        try:
            return sorted(one.id for one in self._library.get_available_sensors(["DS18B20"]))
        except Exception:  # a sensor that went while they were listed
            return []

    def _fault(self, reason: str) -> SensorFault:
        found = ", ".join(FAMILY + one for one in self._found())
        return SensorFault(
            reason,
            code="DS18B20_FAILED",
            fr=f"Le DS18B20 de la voie {self._channel.name} ({self._channel.pin}) n'a pas donné "
            f"de mesure ({reason}) : vérifiez ses trois fils et la résistance de 4,7 kΩ. "
            f"Sur le bus : {found or 'aucun capteur'}.",
            en=f"The DS18B20 of the channel {self._channel.name} ({self._channel.pin}) gave no "
            f"measure ({reason}): check its three wires and the 4.7 kΩ resistor. "
            f"On the bus: {found or 'no sensor'}.",
        )


def _several(channel: str, found: list[str]) -> ConfigError:
    names = ", ".join(FAMILY + one for one in found)
    return ConfigError(
        "DS18B20_SEVERAL",
        fr=f"Plusieurs DS18B20 sont sur le bus ({names}) : donnez à la voie {channel} "
        "l'« id » du sien.",
        en=f"Several DS18B20 are on the bus ({names}): give the channel {channel} the 'id' of "
        "its own.",
    )


def _implausible(temperature_c: float) -> str | None:
    if not COLDEST_C <= temperature_c <= HOTTEST_C:
        return f"{temperature_c} Cel is out of range"
    return None


def wiring(_options: Options) -> Wiring:
    """How it is wired: all of them share three wires and one resistor."""
    return Wiring(
        Words("DS18B20, thermomètre étanche", "DS18B20, waterproof thermometer"),
        (Wire("VDD", V33, RED), Wire("DQ", ONE_WIRE, YELLOW), Wire("GND", GND, BLACK)),
        (Resistor(4_700, ONE_WIRE, V33),),
        (
            Words(
                "Plusieurs DS18B20 se partagent ces trois fils et une seule résistance.",
                "Several DS18B20 share these three wires and a single resistor.",
            ),
        ),
    )
