"""A capacitive soil probe on one input of an MCP3008 analogue-to-digital converter (gpiozero).

Wiring: probe VCC to 3.3 V (pin 1), GND to GND, AOUT to CH0…CH7 of the MCP3008, and 100 kΩ from
that input to GND so that an open input reads near 0 instead of floating. MCP3008: VDD and VREF
to 3.3 V, AGND and DGND to GND, CLK to GPIO11, DOUT to GPIO9, DIN to GPIO10, CS to GPIO8.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from sensor_node.board import Board
from sensor_node.drivers.base import Channel
from sensor_node.errors import SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import BLACK, GND, RED, V33, YELLOW, Resistor, Wire, Wiring, Words, adc

FULL_SCALE = 1023
DEAD_LOW, DEAD_HIGH = 15, 1010
"""Counts at or beyond which no probe is connected: a wet one gives some 400, air some 850."""
BURSTS = 3
NEAR_AIR_COUNTS = 25
IN_AIR_AFTER_S = 1800.0


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
    samples: int = setting(
        16, fr="mesures dont la moyenne est prise", en="samples averaged", least=1, most=64
    )


class SoilMcp3008:
    """Reads the fraction of the converter's full scale, 0 to 1 (``soil_moisture_raw``).

    A capacitive probe falls when the soil gets wetter. Raises ``HardwareError`` without a bus.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._samples = options.samples
        self._air_counts = options.air
        self._board = board
        self._near_air_since_s: float | None = None
        self._adc = board.mcp3008(options.adc_channel)
        self._channel = Channel(
            options.channel,
            "soil_moisture_raw",
            "capacitive probe on MCP3008",
            f"MCP3008 CH{options.adc_channel}",
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, float]:
        """The mean of one burst. Raises ``SensorFault`` after three bursts at an end of scale, and
        after half an hour near what the probe gives in the air.
        """
        for _ in range(BURSTS):
            # The counts themselves: gpiozero's .value of 0 counts is 0.0005, not 0.
            burst = [self._adc.raw_value for _ in range(self._samples)]
            counts = fmean(burst)
            # Each one: a loose wire between both ends of the scale has a plausible mean.
            if min(burst) > DEAD_LOW and max(burst) < DEAD_HIGH:
                self._check_in_soil(counts)
                return {self._channel.name: round(counts / FULL_SCALE, 6)}
        raise SensorFault(
            "disconnected",
            code="PROBE_DISCONNECTED",
            fr=f"La sonde {self._channel.name} ne répond pas ({counts:.0f} sur 1023) : vérifiez "
            f"ses trois fils et l'entrée {self._channel.pin}.",
            en=f"Probe {self._channel.name} does not answer ({counts:.0f} of 1023): check its "
            f"three wires and the input {self._channel.pin}.",
        )

    def _check_in_soil(self, counts: float) -> None:
        now_s = self._board.monotonic_s()
        if counts < self._air_counts - NEAR_AIR_COUNTS:
            self._near_air_since_s = None
            return
        if self._near_air_since_s is None:
            self._near_air_since_s = now_s
        if now_s - self._near_air_since_s >= IN_AIR_AFTER_S:
            raise SensorFault(
                "in air",
                code="PROBE_IN_AIR",
                fr=f"La sonde {self._channel.name} est hors de terre depuis une demi-heure : "
                "enfoncez-la jusqu'au trait.",
                en=f"Probe {self._channel.name} has been out of the soil for half an hour: push "
                "it in up to its line.",
            )

    def close(self) -> None:
        self._adc.close()


def wiring(options: Options) -> Wiring:
    """How it is wired; the chip itself is wired once for all that hangs on it."""
    at = adc(options.adc_channel)
    return Wiring(
        Words("sonde de sol capacitive", "capacitive soil probe"),
        (Wire("VCC", V33, RED), Wire("GND", GND, BLACK), Wire("AOUT", at, YELLOW)),
        (Resistor(100_000, at, GND),),
    )
