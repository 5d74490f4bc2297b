"""A capacitive soil probe on one input of an MCP3008 analogue-to-digital converter (gpiozero).

Wiring: probe VCC to 3.3 V (pin 1), GND to GND, AOUT to CH0…CH7 of the MCP3008, and 100 kΩ from
that input to GND so that an open input reads near 0 instead of floating. MCP3008: VDD and VREF
to 3.3 V, AGND and DGND to GND, CLK to GPIO11, DOUT to GPIO9, DIN to GPIO10, CS to GPIO8.

A fault: ``disconnected``, ``bus fault``, ``floating``, ``in air``. A doubt: ``moved``,
``flooded``, ``stuck``. Water comes at once, so a fall of counts is never a jump.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.mcp3008 import FULL_SCALE, Burst, Input
from sensor_node.drivers.soil_states import Lasting, Moved, Stuck
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import BLACK, GND, RED, V33, YELLOW, Resistor, Wire, Wiring, Words, adc

BURSTS = 3
NEAR_COUNTS = 25
"""This near to what it gives in the air, or in water, a probe is in it."""
IN_AIR_AFTER_S, FLOODED_AFTER_S = 1800.0, 12 * 3600.0


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a soil probe."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    adc_channel: int = setting(fr="entrée du MCP3008", en="input of the MCP3008", least=0, most=7)
    air: float = setting(
        834,
        fr="ce que la sonde donne à l'air, en pas sur 1023",
        en="what the probe gives in the air, in counts of 1023",
        least=0,
        most=1023,
    )
    water: float = setting(
        400,
        fr="ce que la sonde donne dans l'eau, en pas sur 1023",
        en="what the probe gives in water, in counts of 1023",
        least=0,
        most=1023,
    )
    samples: int = setting(
        16,
        fr="mesures dont la moyenne est prise ; une seule ne montre pas une entrée libre",
        en="samples averaged; a single one does not show an open input",
        least=1,
        most=64,
    )


class SoilMcp3008:
    """Reads the fraction of the converter's full scale, 0 to 1 (``soil_moisture_raw``).

    A capacitive probe falls when the soil gets wetter. Raises ``HardwareError`` without a bus,
    ``ConfigError`` where ``air`` is not above ``water``.
    """

    def __init__(self, options: Options, board: Board) -> None:
        _check(options)
        self._options = options
        self._board = board
        self._input = Input(board, options.adc_channel)
        self._in_air = Lasting(IN_AIR_AFTER_S)
        self._flooded = Lasting(FLOODED_AFTER_S)
        self._moved = Moved(options.air - options.water)
        self._stuck = Stuck()
        self._channel = Channel(
            options.channel, "soil_moisture_raw", "capacitive probe on MCP3008", self._input.pin
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """The mean of one burst. Raises ``SensorFault`` after three bursts at an end of scale or
        without a wire, and after half an hour near what the probe gives in the air.
        """
        for _ in range(BURSTS):
            burst = self._input.burst(self._options.samples)
            if not (burst.is_low or burst.is_high or burst.is_floating):
                counts = fmean(burst.counts)
                value = round(counts / FULL_SCALE, 6)
                return doubted({self._channel.name: value}, self._doubt(counts))
        raise self._unusable(burst)

    def feel(self, soil_c: float) -> None:
        self._stuck.feel(soil_c)

    def close(self) -> None:
        self._input.close()

    def _doubt(self, counts: float) -> str | None:
        """Why ``counts`` are doubted; every state sees every reading. Raises for a probe in air."""
        now_s = self._board.monotonic_s()
        near_air = counts >= self._options.air - NEAR_COUNTS
        near_water = counts <= self._options.water + NEAR_COUNTS
        doubts = {
            "moved": self._moved.is_doubted(now_s, counts, near_air=near_air),
            "flooded": self._flooded.lasts(now_s, near_water),
            "stuck": self._stuck.is_doubted(now_s, counts),
        }
        if self._in_air.lasts(now_s, near_air):
            raise self._is_in_air()
        return next((reason for reason, present in doubts.items() if present), None)

    def _unusable(self, burst: Burst) -> SensorFault:
        if not (burst.is_low or burst.is_high):
            return self._is_floating()
        return self._input.bus_fault() or self._is_disconnected(fmean(burst.counts))

    def _is_disconnected(self, counts: float) -> SensorFault:
        return SensorFault(
            "disconnected",
            code="PROBE_DISCONNECTED",
            fr=f"La sonde {self._channel.name} ne répond pas ({counts:.0f} sur 1023) : vérifiez "
            f"ses trois fils et l'entrée {self._channel.pin}.",
            en=f"Probe {self._channel.name} does not answer ({counts:.0f} of 1023): check its "
            f"three wires and the input {self._channel.pin}.",
        )

    def _is_floating(self) -> SensorFault:
        return SensorFault(
            "floating",
            code="PROBE_FLOATING",
            fr=f"L'entrée {self._channel.pin} de la sonde {self._channel.name} est libre : elle "
            "suit ses voisines. Rebranchez la sonde, et mettez 100 kΩ entre l'entrée et GND.",
            en=f"The input {self._channel.pin} of probe {self._channel.name} is open: it follows "
            "its neighbours. Plug the probe in, and put 100 kΩ between the input and GND.",
        )

    def _is_in_air(self) -> SensorFault:
        return SensorFault(
            "in air",
            code="PROBE_IN_AIR",
            fr=f"La sonde {self._channel.name} est hors de terre depuis une demi-heure : "
            "enfoncez-la jusqu'au trait.",
            en=f"Probe {self._channel.name} has been out of the soil for half an hour: push it in "
            "up to its line.",
        )


def _check(options: Options) -> None:
    if options.water >= options.air:
        raise ConfigError(
            "PROBE_RANGE_WRONG",
            fr="« water » doit être plus petit que « air » : une sonde capacitive donne moins dans "
            "l'eau.",
            en="'water' must be less than 'air': a capacitive probe gives less in water.",
        )


def wiring(options: Options) -> Wiring:
    """How it is wired; the chip itself is wired once for all that hangs on it."""
    at = adc(options.adc_channel)
    return Wiring(
        Words("sonde de sol capacitive", "capacitive soil probe"),
        (Wire("VCC", V33, RED), Wire("GND", GND, BLACK), Wire("AOUT", at, YELLOW)),
        (Resistor(100_000, at, GND),),
    )
