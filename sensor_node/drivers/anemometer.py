"""A cup anemometer: its contact closes once or more in each turn (gpiozero).

Wiring: one wire of the reed contact to the GPIO, the other to GND; the Pi's own pull-up does the
rest. A calm and a cut wire give the same nothing: 0 m/s for a week is doubted. A gust is no jump.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.counters import Counter
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, contact

SHORTEST_S = 3.0
"""Of less than this no mean is taken: one pulse more or less would be too much."""
STRONGEST_M_S = 75.0
"""What such cups survive, by their data sheets."""
STUCK_AFTER_H = 7 * 24


@dataclass(frozen=True)
class Options:
    """What node.toml may say of an anemometer."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    pin: int = setting(fr="broche GPIO (numéro BCM)", en="GPIO pin (BCM number)", least=0, most=27)
    m_s_per_hz: float = setting(
        0.6667,
        fr="vent qui donne une fermeture par seconde",
        en="wind that closes the contact once a second",
        unit="m/s",
        least=0.01,
        most=10,
    )
    bounce_s: float = setting(
        0.002,
        fr="durée sous laquelle une fermeture n'est qu'un rebond",
        en="a contact closed for less than this only bounces",
        unit="s",
        least=0.0001,
        most=0.1,
    )


class Anemometer:
    """Reads the mean wind since the last reading in m/s (``wind_speed``)."""

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._m_s_per_hz = options.m_s_per_hz
        self._channel = Channel(
            options.channel, "wind_speed", "cup anemometer", f"GPIO{options.pin}"
        )
        self._pulses = Counter(options.channel)
        self._still = Stillness(STUCK_AFTER_H)
        self._since_s = board.monotonic_s()
        self._contact = board.contact(options.pin, options.bounce_s)
        self._contact.when_activated = self._pulses.count

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """Asked again too soon, or for the first time, it listens for three seconds.

        Raises ``SensorFault`` for more pulses than any wind makes.
        """
        left_s = self._since_s + SHORTEST_S - self._board.monotonic_s()
        if left_s > 0:
            self._board.sleep(left_s)
        pulses, now_s = self._pulses.take(), self._board.monotonic_s()
        mean_m_s = round(pulses / (now_s - self._since_s) * self._m_s_per_hz, 3)
        self._since_s = now_s
        if mean_m_s > STRONGEST_M_S:
            raise self._chatter(mean_m_s)
        return doubted({self._channel.name: mean_m_s}, self._still.doubt(now_s, mean_m_s))

    def close(self) -> None:
        self._contact.close()

    def _chatter(self, mean_m_s: float) -> SensorFault:
        return SensorFault(
            f"{mean_m_s} m/s is no wind",
            code="WIND_IMPOSSIBLE",
            fr=f"L'anémomètre {self._channel.name} sur {self._channel.pin} a donné {mean_m_s} m/s, "
            "ce qui n'est pas un vent : vérifiez ses fils, et « m_s_per_hz ».",
            en=f"The anemometer {self._channel.name} on {self._channel.pin} gave {mean_m_s} m/s, "
            "which is no wind: check its wires, and 'm_s_per_hz'.",
        )


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    return contact(Words("anémomètre à coupelles", "cup anemometer"), options.pin)
