"""A float switch that tells an empty water tank (gpiozero).

Wiring: one wire to the GPIO, the other to GND; the Pi's own pull-up does the rest. Mount it so
that it opens when the tank is empty: a cut wire then says "empty" and no pump runs dry.

A tank may stay full, or empty, for months: by nature a float is never doubted for standing still.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.drivers.base import Channel
from sensor_node.errors import SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, contact

AGREEING = 5
"""Looks in a row that must say the same: a float bobs and a contact bounces."""
LOOKS = 50
PAUSE_S = 0.05


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a float switch."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    pin: int = setting(fr="broche GPIO (numéro BCM)", en="GPIO pin (BCM number)", least=0, most=27)
    empty_when: str = setting(
        "open",
        fr="état du contact quand la cuve est vide : « open » (ouvert) ou « closed » (fermé)",
        en="the contact when the tank is empty: 'open' or 'closed'",
        choices=("open", "closed"),
    )


class TankFloat:
    """Reads whether the tank is empty: 1, or 0 (``tank_empty``)."""

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._closed_when_empty = options.empty_when == "closed"
        self._contact = board.contact(options.pin)
        self._channel = Channel(options.channel, "tank_empty", "float switch", f"GPIO{options.pin}")

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, float]:
        """The state that five looks in a row agree on.

        Raises ``SensorFault`` when 2.5 s bring no such five.
        """
        agreed, closed = 0, None
        for _ in range(LOOKS):
            now_closed = bool(self._contact.value)
            agreed = agreed + 1 if now_closed == closed else 1
            closed = now_closed
            if agreed == AGREEING:
                return {self._channel.name: float(closed == self._closed_when_empty)}
            self._board.sleep(PAUSE_S)
        raise SensorFault(
            "unsteady",
            code="FLOAT_UNSTEADY",
            fr=f"Le flotteur {self._channel.name} sur {self._channel.pin} n'arrête pas de "
            "changer : vérifiez ses fils, et que rien n'agite l'eau.",
            en=f"The float {self._channel.name} on {self._channel.pin} keeps changing: check its "
            "wires, and that nothing stirs the water.",
        )

    def close(self) -> None:
        self._contact.close()


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    return contact(
        Words("flotteur de citerne", "tank float switch"),
        options.pin,
        Words(
            "Monté pour s'ouvrir quand la cuve est vide : un fil coupé dit alors « vide ».",
            "Mounted to open when the tank is empty: a cut wire then says 'empty'.",
        ),
    )
