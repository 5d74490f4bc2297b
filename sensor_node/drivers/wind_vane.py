"""A wind vane that chooses one of 8 or 16 resistors, on an input of an MCP3008 (gpiozero).

Wiring: one wire of the vane to GND, the other to the input, and 10 kΩ from the input to 3.3 V.
Point its north to north.

Wind turns as it likes, so no change is a jump; a vane that stands still for three days is doubted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.mcp3008 import FULL_SCALE, REFERENCE_V, Input
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import BLACK, GND, V33, YELLOW, Resistor, Wire, Wiring, Words, adc

LADDER_OHM = (
    33_000, 6_570, 8_200, 891, 1_000, 688, 2_200, 1_410,
    3_900, 3_140, 16_000, 14_120, 120_000, 42_120, 64_900, 21_880,
)  # fmt: skip
"""The usual vane's resistors (Argent 80422, data sheet), clockwise from north."""
PULL_UP_OHM = 10_000
FARTHEST_V = 0.1
"""A voltage farther from all of the table's is no position."""
CLOSEST_V = 0.01
"""Two positions nearer to each other cannot be told apart."""
LOOKS, PAUSE_S = 20, 0.15
STUCK_AFTER_H = 72
STEADY = 0.3
"""Length of the looks' mean vector below which they have no direction in common."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a wind vane."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    adc_channel: int = setting(fr="entrée du MCP3008", en="input of the MCP3008", least=0, most=7)
    volts: list[float] | None = setting(
        None,
        fr="tensions de 8 ou 16 positions, du nord dans le sens des aiguilles d'une montre",
        en="voltages of 8 or 16 positions, clockwise from north",
        unit="V",
    )


class WindVane:
    """Reads where the wind comes from, in degrees clockwise from north (``wind_direction``).

    Raises ``HardwareError`` without a bus, ``ConfigError`` for a table that is none.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._volts = usual_volts() if options.volts is None else _checked(options.volts)
        self._input = Input(board, options.adc_channel)
        self._still = Stillness(STUCK_AFTER_H)
        self._channel = Channel(
            options.channel, "wind_direction", "wind vane on MCP3008", self._input.pin
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """The mean, as vectors, of 20 looks within three seconds.

        Raises ``SensorFault`` when half of them are no position, or when they have no direction
        in common.
        """
        looks = [self._look() for _ in range(LOOKS)]
        bearings = [bearing for bearing in looks if bearing is not None]
        if len(bearings) <= LOOKS // 2:
            raise self._input.bus_fault() or self._fault("disconnected")
        east = math.fsum(math.sin(bearing) for bearing in bearings) / len(bearings)
        north = math.fsum(math.cos(bearing) for bearing in bearings) / len(bearings)
        if math.hypot(east, north) < STEADY:
            raise self._fault("unsteady")
        bearing = round(math.degrees(math.atan2(east, north)), 1) % 360
        doubt = self._still.doubt(self._board.monotonic_s(), bearing)
        return doubted({self._channel.name: bearing}, doubt)

    def close(self) -> None:
        self._input.close()

    def _look(self) -> float | None:
        """The position's bearing in radians, or None where the voltage is no position's."""
        (counts,) = self._input.burst(1).counts
        volts = counts / FULL_SCALE * REFERENCE_V
        self._board.sleep(PAUSE_S)
        off_v, position = min((abs(volts - each), n) for n, each in enumerate(self._volts))
        return None if off_v > FARTHEST_V else math.tau * position / len(self._volts)

    def _fault(self, reason: str) -> SensorFault:
        return SensorFault(
            reason,
            code="VANE_FAILED",
            fr=f"La girouette {self._channel.name} sur {self._channel.pin} n'a pas donné de "
            f"direction ({reason}) : vérifiez ses fils, la résistance de 10 kΩ, et « volts ».",
            en=f"The wind vane {self._channel.name} on {self._channel.pin} gave no direction "
            f"({reason}): check its wires, the 10 kΩ resistor, and 'volts'.",
        )


def usual_volts() -> list[float]:
    """What the usual vane gives with 10 kΩ to 3.3 V, clockwise from north."""
    return [REFERENCE_V * ohm / (ohm + PULL_UP_OHM) for ohm in LADDER_OHM]


def _checked(volts: Sequence[object]) -> list[float]:
    numbers = [float(v) for v in volts if isinstance(v, int | float) and not isinstance(v, bool)]
    ordered = sorted(numbers)
    steps = [b - a for a, b in pairwise(ordered)]
    if (
        len(numbers) == len(volts)
        and len(numbers) in (8, 16)
        and all(0 <= v <= REFERENCE_V for v in numbers)
        and min(steps) >= CLOSEST_V
    ):
        return numbers
    raise ConfigError(
        "VANE_TABLE_WRONG",
        fr="Les « volts » d'une girouette : 8 ou 16 nombres de 0 à 3.3, du nord dans le sens des "
        "aiguilles d'une montre, tous différents d'au moins 0.01.",
        en="The 'volts' of a wind vane: 8 or 16 numbers from 0 to 3.3, clockwise from north, no "
        "two nearer than 0.01.",
    )


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    at = adc(options.adc_channel)
    return Wiring(
        Words("girouette à résistances", "wind vane with resistors"),
        (Wire("1", at, YELLOW), Wire("2", GND, BLACK)),
        (Resistor(PULL_UP_OHM, at, V33),),
        (
            Words(
                "Pas de 100 kΩ sur cette entrée : ils fausseraient les directions.",
                "No 100 kΩ on this input: they would falsify the directions.",
            ),
        ),
    )
