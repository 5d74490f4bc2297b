"""A battery's voltage, through a divider on an input of an MCP3008 (gpiozero).

Wiring, for 12 V: 47 kΩ from the battery's plus to the input, 10 kΩ from the input to GND, and
the battery's minus to GND: the input never sees more than 3.3 V below 18.8 V.

A load makes the voltage jump, so a jump is none; one that stands still for a day is doubted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.mcp3008 import FULL_SCALE, REFERENCE_V, Burst, Input
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import BLACK, GND, VIOLET, Resistor, Wire, Wiring, Words, adc

SAMPLES = 16
STUCK_AFTER_H = 24
LOWER_OHM = 10_000
"""The divider's resistor to GND."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a battery: what has no name is not measured."""

    adc_channel: int = setting(fr="entrée du MCP3008", en="input of the MCP3008", least=0, most=7)
    voltage: str | None = setting(None, fr="nom de la voie de tension", en="channel of the voltage")
    charge: str | None = setting(None, fr="nom de la voie de charge", en="channel of the charge")
    divider: float = setting(
        5.7,
        fr="tension de la batterie pour 1 V à l'entrée : 5.7 avec 47 kΩ et 10 kΩ",
        en="the battery's voltage for 1 V at the input: 5.7 with 47 kΩ and 10 kΩ",
        least=1,
        most=50,
    )
    empty_v: float = setting(
        11.8,
        fr="tension de la batterie vide",
        en="voltage when empty",
        unit="V",
        least=0.5,
        most=60,
    )
    full_v: float = setting(
        12.7,
        fr="tension de la batterie pleine",
        en="voltage when full",
        unit="V",
        least=0.5,
        most=60,
    )


class Battery:
    """Reads the supply's voltage (``supply_voltage``, V) and its charge (``battery``, %EL).

    The charge is the voltage between empty, 0, and full, 100: right for a battery at rest, rough
    under load. Raises ``HardwareError`` without a bus, ``ConfigError`` for options that do not fit.
    """

    def __init__(self, options: Options, board: Board) -> None:
        _check(options)
        self._options = options
        self._board = board
        self._input = Input(board, options.adc_channel)
        self._pin = self._input.pin
        self._still = Stillness(STUCK_AFTER_H)

    @property
    def channels(self) -> tuple[Channel, ...]:
        named = (
            (self._options.voltage, "supply_voltage"),
            (self._options.charge, "battery"),
        )
        return tuple(
            Channel(name, quantity, "divider on MCP3008", self._pin)
            for name, quantity in named
            if name is not None
        )

    def read(self) -> Mapping[str, Measured]:
        """Both from one burst. Raises ``SensorFault`` at an end of the converter's scale, and for
        an input without a wire.
        """
        burst = self._input.burst(SAMPLES)
        if fault := self._unusable(burst):
            raise fault
        options = self._options
        volts = fmean(burst.counts) / FULL_SCALE * REFERENCE_V * options.divider
        percent = 100 * (volts - options.empty_v) / (options.full_v - options.empty_v)
        values = (
            (options.voltage, round(volts, 3)),
            (options.charge, round(min(100.0, max(0.0, percent)), 1)),
        )
        named = {name: value for name, value in values if name is not None}
        return doubted(named, self._still.doubt(self._board.monotonic_s(), volts))

    def close(self) -> None:
        self._input.close()

    def _unusable(self, burst: Burst) -> SensorFault | None:
        if burst.is_low:
            return self._input.bus_fault() or self._fault("disconnected")
        if burst.is_high:
            return self._input.bus_fault() or self._fault("over the scale")
        return self._fault("floating") if burst.is_floating else None

    def _fault(self, reason: str) -> SensorFault:
        return SensorFault(
            reason,
            code="BATTERY_FAILED",
            fr=f"La batterie sur {self._pin} ne se mesure pas ({reason}) : vérifiez ses fils et "
            "les deux résistances.",
            en=f"The battery on {self._pin} cannot be measured ({reason}): check its wires and "
            "the two resistors.",
        )


def _check(options: Options) -> None:
    if options.voltage is None and options.charge is None:
        raise ConfigError(
            "BATTERY_UNNAMED",
            fr="Le capteur « battery » n'a aucune voie : nommez « voltage », « charge » ou les "
            "deux.",
            en="The sensor 'battery' has no channel: name 'voltage', 'charge' or both.",
        )
    if options.empty_v >= options.full_v:
        raise ConfigError(
            "BATTERY_RANGE_WRONG",
            fr="« empty_v » doit être plus petit que « full_v ».",
            en="'empty_v' must be less than 'full_v'.",
        )


def wiring(options: Options) -> Wiring:
    """How it is wired: 10 kΩ to GND, and what divides as ``divider`` says before it."""
    at = adc(options.adc_channel)
    return Wiring(
        Words("batterie, derrière deux résistances", "battery, behind two resistors"),
        (
            Wire("+", at, VIOLET, through_ohm=max(1, round((options.divider - 1) * LOWER_OHM))),
            Wire("−", GND, BLACK),
        ),
        (Resistor(LOWER_OHM, at, GND),),
        (
            Words(
                "Le + de la batterie ne touche l'entrée qu'à travers sa résistance : jamais en "
                "direct. Pas de 100 kΩ de plus ici.",
                "The battery's + reaches the input through its resistor only, never directly. No "
                "100 kΩ more here.",
            ),
        ),
    )
