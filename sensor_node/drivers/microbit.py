"""A micro:bit on a USB cable that says ``name:value`` in lines, at 115200 baud (pyserial).

Wiring: its USB cable to the Pi. On it, MakeCode's block "serial write value" or in Python
``print("light:" + str(display.read_light_level()))``, once a second.

What it says is a pupil's own program: nothing is known of how its numbers move, so none is a jump
and none is stuck. A number is refused where its quantity cannot be so; a name that was not heard
since the last sample is a fault. What was heard before the cable was pulled is forgotten.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sensor_node import wire
from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured
from sensor_node.drivers.serial_lines import SerialLines
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words

LISTEN_S, LOOK_S = 3.0, 0.1
"""How long a node that has just started waits until each name was said, and how often it looks."""
FRESH_S = 300.0
"""What was heard earlier than this before a sample is no present value."""
LINE = re.compile(rb"\s*([A-Za-z0-9 _-]+?)\s*:\s*([+-]?\d{1,15}(?:\.\d{1,9})?)\s*")
RANGES: Mapping[str, tuple[float, float]] = {
    "soil_moisture_raw": (0, 1),
    "soil_moisture": (0, 100),
    "soil_temperature": (-55, 125),
    "air_temperature": (-55, 125),
    "cpu_temperature": (-55, 125),
    "relative_humidity": (0, 100),
    "illuminance": (0, 200_000),
    "irradiance": (0, 1500),
    "pressure": (300, 1100),
    "wind_speed": (0, 75),
    "wind_direction": (0, 360),
    "tank_level": (0, 100),
    "battery": (0, 100),
    "supply_voltage": (0, 60),
    "number": (-1e15, 1e15),
}
"""What each quantity that it may measure can be. A sum, as rain, would lose what came between."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a micro:bit."""

    channels: list[str] = setting(
        fr="les noms qu'il dit, chacun une voie, comme « light » ou « temp=air_temperature »",
        en="the names that it says, each a channel, like 'light' or 'temp=air_temperature'",
    )
    port: str = setting("/dev/ttyACM0", fr="port série", en="serial port")


class Microbit:
    """Reads the last value of each name that was said since the last sample.

    ``rubbish`` counts the lines that were no ``name:value``. Raises ``ConfigError`` for names or
    quantities that cannot be.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._pin = options.port
        self._channels = _channels(options.channels, options.port)
        self._names = {channel.name for channel in self._channels}
        self._lock = threading.Lock()
        self._heard: dict[str, tuple[float, float]] = {}
        self.rubbish = 0
        self._listened_s = board.monotonic_s() + LISTEN_S
        self._lines = SerialLines(
            board.serial(options.port), self._hear, self._forget, options.port
        )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return self._channels

    def read(self) -> Mapping[str, Measured]:
        """Each name's value, or its own fault. What is read once is never read again. Asked for the
        first time, it listens for up to three seconds.
        """
        while self._names - self._heard.keys() and self._board.monotonic_s() < self._listened_s:
            self._board.sleep(LOOK_S)
        with self._lock:
            heard, self._heard = self._heard, {}
        return {channel.name: self._value(channel, heard) for channel in self._channels}

    @property
    def is_plugged_in(self) -> bool:
        """Whether its port is open."""
        return self._lines.is_open

    def close(self) -> None:
        self._lines.close()

    def _hear(self, line: bytes) -> None:
        found = LINE.fullmatch(line)
        if found is None:
            self.rubbish += bool(line.strip())
            return
        name = found[1].decode("ascii").lower()
        if name in self._names:
            with self._lock:
                self._heard[name] = (self._board.monotonic_s(), float(found[2]))

    def _forget(self) -> None:
        with self._lock:
            self._heard = {}

    def _value(self, channel: Channel, heard: Mapping[str, tuple[float, float]]) -> Measured:
        if channel.name not in heard:
            return self._fault(channel, "no answer")
        at_s, value = heard[channel.name]
        if self._board.monotonic_s() - at_s > FRESH_S:
            return self._fault(channel, "no answer")
        least, most = RANGES[channel.quantity]
        if not least <= value <= most:
            return self._fault(channel, f"{value:g} {channel.unit or ''} is out of range")
        return value

    def _fault(self, channel: Channel, reason: str) -> SensorFault:
        fr, en = "vérifiez son programme", "check its program"
        if not self.is_plugged_in:
            fr = "branchez-le, ou fermez ce qui tient le port"
            en = "plug it in, or close what holds the port"
        return SensorFault(
            reason,
            code="MICROBIT_SILENT",
            fr=f"Le micro:bit ({self._pin}) n'a pas donné « {channel.name} » ({reason}) : {fr}. "
            f"Lignes illisibles : {self.rubbish}.",
            en=f"The micro:bit ({self._pin}) did not give '{channel.name}' ({reason}): {en}. "
            f"Lines that could not be read: {self.rubbish}.",
        )


def _channels(said: Sequence[str], port: str) -> tuple[Channel, ...]:
    channels = []
    for one in said:
        name, _, quantity = (part.strip() for part in one.partition("="))
        wire.check_id(name, "channel")
        if (quantity or "number") not in RANGES:
            raise _wrong(one)
        channels.append(Channel(name, quantity or "number", "micro:bit", port))
    if not channels:
        raise _wrong("")
    return tuple(channels)


def _wrong(said: str) -> ConfigError:
    return ConfigError(
        "MICROBIT_CHANNELS",
        fr="Les « channels » d'un micro:bit : des noms comme « light » ou "
        f"« temp=air_temperature » (reçu : « {said} »). Grandeurs possibles : {', '.join(RANGES)}.",
        en=f"The 'channels' of a micro:bit: names like 'light' or 'temp=air_temperature' (got: "
        f"'{said}'). Possible quantities: {', '.join(RANGES)}.",
    )


def wiring(_options: Options) -> Wiring:
    """No wire but its cable."""
    return Wiring(
        Words("micro:bit sur un câble USB", "micro:bit on a USB cable"),
        notes=(
            Words(
                "Son câble va dans une prise USB du Raspberry Pi.",
                "Its cable goes into a USB socket of the Raspberry Pi.",
            ),
        ),
    )
