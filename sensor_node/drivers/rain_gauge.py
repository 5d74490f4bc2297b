"""A tipping-bucket rain gauge: its contact closes once for each bucket (gpiozero).

Wiring: one wire of the reed contact to the GPIO, the other to GND; the Pi's own pull-up does the
rest. The tips are a counter that the node keeps on disk: see ``sensor_node.counters``.

Weeks without a tip are a drought, and a shower comes at once: by nature nothing is stuck here, and
nothing jumps. Only more than it can rain is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.counters import Counter
from sensor_node.drivers.base import Channel
from sensor_node.errors import SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, contact

HEAVIEST_MM_PER_MIN = 40.0
"""The record is 38 mm in a minute (Guadeloupe, 1970): more is a contact that chatters."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a rain gauge."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    pin: int = setting(fr="broche GPIO (numéro BCM)", en="GPIO pin (BCM number)", least=0, most=27)
    mm_per_tip: float = setting(
        0.2794,
        fr="pluie d'un basculement",
        en="rain of one tip",
        unit="mm",
        least=0.01,
        most=10,
    )
    bounce_s: float = setting(
        0.01,
        fr="durée sous laquelle une fermeture n'est qu'un rebond",
        en="a contact closed for less than this only bounces",
        unit="s",
        least=0.001,
        most=0.1,
    )


class RainGauge:
    """Reads the rain since the last reading in mm (``rain``)."""

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._mm_per_tip = options.mm_per_tip
        self._read_s: float | None = None
        self._channel = Channel(
            options.channel, "rain", "tipping-bucket rain gauge", f"GPIO{options.pin}"
        )
        self.counter = Counter(options.channel)
        self._contact = board.contact(options.pin, options.bounce_s)
        self._contact.when_activated = self.counter.count

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, float]:
        """The first reading also has what an earlier process counted and did not report.

        Raises ``SensorFault`` for more tips than any rain makes; they count as nothing.
        """
        rain_mm = round(self.counter.take() * self._mm_per_tip, 4)
        last_s, self._read_s = self._read_s, self._board.monotonic_s()
        if last_s is not None:
            minutes = max(1.0, (self._read_s - last_s) / 60)
            if rain_mm > HEAVIEST_MM_PER_MIN * minutes:
                raise self._chatter(rain_mm)
        return {self._channel.name: rain_mm}

    def close(self) -> None:
        self._contact.close()

    def _chatter(self, rain_mm: float) -> SensorFault:
        return SensorFault(
            f"{rain_mm} mm is no rain",
            code="RAIN_IMPOSSIBLE",
            fr=f"Le pluviomètre {self._channel.name} sur {self._channel.pin} a compté "
            f"{rain_mm} mm, ce qui n'est pas une pluie : vérifiez ses fils, et « mm_per_tip ».",
            en=f"The rain gauge {self._channel.name} on {self._channel.pin} counted {rain_mm} mm, "
            "which is no rain: check its wires, and 'mm_per_tip'.",
        )


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    return contact(Words("pluviomètre à augets", "tipping-bucket rain gauge"), options.pin)
