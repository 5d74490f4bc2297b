"""An HC-SR04 above the water of a tank: it times an echo (gpiozero).

Wiring: VCC to 5 V, GND to GND, TRIG to a GPIO. ECHO answers with 5 V, which kills a GPIO: 1 kΩ from
ECHO to the GPIO, and 2 kΩ from that GPIO to GND. Hang it level, 5 cm or more above the highest
water, away from the walls.

gpiozero's own ``DistanceSensor`` averages the last nine echoes and drops those that fail, so that a
sensor that fell silent gives its old distance for ever: this module pings for each reading, and
times the edges with gpiozero's pins. The speed of sound is taken at 15 °C; from 0 to 30 °C it
changes by 3 %, of a metre 3 cm, which no tank in a garden needs to have corrected.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.jumps import Jumps
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import (
    BLACK,
    BLUE,
    GND,
    GREEN,
    RED,
    V5,
    Resistor,
    Wire,
    Wiring,
    Words,
    gpio,
)

SOUND_CM_S = 34_040.0
NEAREST_CM, FARTHEST_CM = 2.0, 400.0
"""What it can measure, by its data sheet."""
SHALLOWEST_CM = 10.0
PINGS, ENOUGH, ROUNDS = 7, 4, 3
TRIGGER_S, ECHO_WITHIN_S, LOOK_S, PAUSE_S = 0.000_01, 0.06, 0.002, 0.06
"""The trigger's length, the longest wait for an echo, how often to look, and the time until the
last echo has died away (data sheet: 60 ms)."""
SPREAD_CM = 2.0
"""Without the nearest and the farthest, pings farther apart than this agree on nothing."""
BEYOND_CM = 5.0
"""So far past empty or full it is no water any more."""
JUMP_CM = 10.0
"""More than this from the last reading is believed only when a second round agrees."""
STUCK_AFTER_H = 7 * 24

_quiet = threading.Lock()
"""Two sensors that ping together hear each other."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of an HC-SR04."""

    channel: str = setting(fr="nom de la voie", en="name of the channel")
    trigger: int = setting(
        fr="broche GPIO (numéro BCM) de TRIG", en="GPIO pin (BCM number) of TRIG", least=0, most=27
    )
    echo: int = setting(
        fr="broche GPIO (numéro BCM) d'ECHO, derrière 1 kΩ et 2 kΩ",
        en="GPIO pin (BCM number) of ECHO, behind 1 kΩ and 2 kΩ",
        least=0,
        most=27,
    )
    empty_cm: float = setting(
        fr="distance du capteur au fond, cuve vide",
        en="from the sensor to the bottom, tank empty",
        unit="cm",
        least=SHALLOWEST_CM,
        most=FARTHEST_CM,
    )
    full_cm: float = setting(
        fr="distance du capteur à l'eau, cuve pleine",
        en="from the sensor to the water, tank full",
        unit="cm",
        least=NEAREST_CM,
        most=FARTHEST_CM,
    )


class HcSr04:
    """Reads how full a tank is, 0 to 100 % of its height (``tank_level``).

    Raises ``ConfigError`` where ``empty_cm`` is not well above ``full_cm``.
    """

    def __init__(self, options: Options, board: Board) -> None:
        _check(options)
        self._options = options
        self._board = board
        self._jumps = Jumps(JUMP_CM)
        self._still = Stillness(STUCK_AFTER_H)
        self._channel = Channel(
            options.channel, "tank_level", "HC-SR04", f"GPIO{options.trigger}, GPIO{options.echo}"
        )
        self._edges: list[tuple[float, int]] = []
        pins = board.ultrasonic(options.trigger, options.echo)
        self._trigger, self._echo = pins.trigger, pins.echo
        self._echo.pin.edges, self._echo.pin.bounce = "both", None
        self._echo.pin.when_changed = self._hear

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._channel,)

    def read(self) -> Mapping[str, Measured]:
        """The median of seven pings, in up to three rounds. Raises ``SensorFault`` with the last
        round's reason.
        """
        for _ in range(ROUNDS):
            pings = [self._ping() for _ in range(PINGS)]
            echoes_cm = sorted(one for one in pings if one is not None)
            reason = self._unusable(echoes_cm)
            if reason is None:
                return self._level(median(echoes_cm))
        raise self._fault(reason or "no answer")

    def close(self) -> None:
        self._trigger.close()
        self._echo.close()

    def _hear(self, ticks: float, level: int) -> None:
        self._edges.append((ticks, level))

    def _ping(self) -> float | None:
        """The distance in cm, or None without an echo of this very ping."""
        with _quiet:
            self._board.sleep(PAUSE_S)
            if self._echo.pin.state:
                return None
            self._edges.clear()
            self._trigger.on()
            self._board.sleep(TRIGGER_S)
            self._trigger.off()
            until_s = self._board.monotonic_s() + ECHO_WITHIN_S
            while len(self._edges) < 2 and self._board.monotonic_s() < until_s:
                self._board.sleep(LOOK_S)
            return self._distance_cm()

    def _distance_cm(self) -> float | None:
        edges = self._edges[:2]
        if [level for _, level in edges] != [1, 0]:
            return None
        echo_s = self._echo.pin_factory.ticks_diff(edges[1][0], edges[0][0])
        distance_cm: float = echo_s * SOUND_CM_S / 2
        # Without an obstacle, many models give up after 38 ms, which would be 6 m.
        return distance_cm if distance_cm <= FARTHEST_CM else None

    def _unusable(self, echoes_cm: list[float]) -> str | None:
        if len(echoes_cm) < ENOUGH:
            return "no answer"
        if echoes_cm[-2] - echoes_cm[1] > SPREAD_CM:
            return "unsteady"
        distance_cm = median(echoes_cm)
        nearest_cm = max(NEAREST_CM, self._options.full_cm - BEYOND_CM)
        if not nearest_cm <= distance_cm <= self._options.empty_cm + BEYOND_CM:
            return f"{distance_cm:.1f} cm is out of range"
        return self._jumps.doubt(distance_cm)

    def _level(self, distance_cm: float) -> Mapping[str, Measured]:
        options = self._options
        percent = 100 * (options.empty_cm - distance_cm) / (options.empty_cm - options.full_cm)
        level = round(min(100.0, max(0.0, percent)), 1)
        doubt = self._still.doubt(self._board.monotonic_s(), round(distance_cm, 1))
        return doubted({self._channel.name: level}, doubt)

    def _fault(self, reason: str) -> SensorFault:
        return SensorFault(
            reason,
            code="SONAR_FAILED",
            fr=f"Le HC-SR04 {self._channel.name} ({self._channel.pin}) n'a pas donné de niveau "
            f"({reason}) : vérifiez ses quatre fils, qu'il regarde l'eau bien droit, « empty_cm » "
            "et « full_cm ».",
            en=f"The HC-SR04 {self._channel.name} ({self._channel.pin}) gave no level ({reason}): "
            "check its four wires, that it looks straight at the water, and 'empty_cm' and "
            "'full_cm'.",
        )


def _check(options: Options) -> None:
    if options.empty_cm - options.full_cm < BEYOND_CM:
        raise ConfigError(
            "TANK_RANGE_WRONG",
            fr="« empty_cm » (du capteur au fond) doit dépasser « full_cm » (du capteur à l'eau de "
            f"la cuve pleine) de {BEYOND_CM:g} cm au moins.",
            en="'empty_cm' (from the sensor to the bottom) must be greater than 'full_cm' (from "
            f"the sensor to the water of the full tank) by {BEYOND_CM:g} cm or more.",
        )


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    at = gpio(options.echo)
    return Wiring(
        Words("HC-SR04, niveau de cuve par ultrasons", "HC-SR04, tank level by ultrasound"),
        (
            Wire("VCC", V5, RED),
            Wire("TRIG", gpio(options.trigger), GREEN),
            Wire("ECHO", at, BLUE, through_ohm=1_000),
            Wire("GND", GND, BLACK),
        ),
        (Resistor(2_000, at, GND),),
        (
            Words(
                "ECHO sort en 5 V : sans les deux résistances, la broche meurt.",
                "ECHO gives 5 V: without both resistors the pin dies.",
            ),
        ),
    )
