"""What a DHT22 and a DHT11 have in common: one wire and a library (adafruit-circuitpython-dht).

The library has traps that this module closes: asked again within 2 s of a failed read it returns
the previous value without an error; a frame of zeros passes its checksum; a clone that sends two's
complement gives -3276.1 °C; about one wrong value in 500 passes the checksum, and may be the first
one; a DHT11 loses its sign.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, doubted
from sensor_node.drivers.jumps import Jumps
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import SensorFault
from sensor_node.settings import setting

PAUSE_S = 2.1
LIBRARY_KEEPS_S = 2.0
"""How long the library gives out a measure before it takes another one."""
TRIES = 4
JUMP_C, JUMP_PCT = 5.0, 20.0
"""More than this from the last reading is believed only when a second measure agrees."""

Measure = tuple[float, float]
"""°C and %RH."""

log = logging.getLogger("jardin.dht")


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a DHT22, and with more of a DHT11."""

    pin: int = setting(fr="broche GPIO (numéro BCM)", en="GPIO pin (BCM number)", least=0, most=27)
    temperature: str = setting(fr="nom de la voie de température", en="channel of temperature")
    humidity: str = setting(fr="nom de la voie d'humidité", en="channel of humidity")


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the two parts: what is believed of it, and how long both its values may stand still.

    ``too_cold``: what a fault calls less than ``coldest_c``.
    """

    name: str
    coldest_c: float
    hottest_c: float
    stuck_after_h: float
    too_cold: str = "out of range"

    def implausible(self, temperature_c: float | None, humidity_pct: float | None) -> str | None:
        """Why no such part can have measured this."""
        if temperature_c is None or humidity_pct is None:
            return "no answer"
        if temperature_c == 0 and humidity_pct == 0:
            return "a frame of zeros"
        if temperature_c < self.coldest_c:
            return f"{temperature_c} Cel is {self.too_cold}"
        if temperature_c > self.hottest_c:
            return f"{temperature_c} Cel is out of range"
        if not 0 < humidity_pct <= 100:
            return f"{humidity_pct} %RH is out of range"
        return None


class Dht:
    """Reads air temperature (°C) and relative humidity (%), both from one measure.

    ``device``: the library's. It counts its ``tries`` and how many of them ``failed``: on some
    boards three in four do, long before a reading is lost.
    """

    def __init__(self, kind: Kind, device: Any, options: Options, board: Board) -> None:
        self._kind = kind
        self._board = board
        self._device = device
        self._last_try_s: float | None = None
        self._jumps = Jumps(JUMP_C, JUMP_PCT, confirm_first=True)
        self._still = Stillness(kind.stuck_after_h)
        self._pin = f"GPIO{options.pin}"
        self._temperature = Channel(options.temperature, "air_temperature", kind.name, self._pin)
        self._humidity = Channel(options.humidity, "relative_humidity", kind.name, self._pin)
        self.tries = 0
        self.failed = 0

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._temperature, self._humidity)

    def read(self) -> Mapping[str, Measured]:
        """Up to four tries, 2.1 s apart. Raises ``SensorFault`` with the last try's reason."""
        reason = "no answer"
        for _ in range(TRIES):
            self._pause()
            self.tries += 1
            try:
                temperature_c, humidity_pct = self._measure()
            except RuntimeError as error:
                self.failed += 1
                reason = _reason(str(error))
                continue
            doubt = self._kind.implausible(temperature_c, humidity_pct) or self._jumps.doubt(
                temperature_c, humidity_pct
            )
            if doubt is None:
                return self._judged(temperature_c, humidity_pct)
            self.failed += 1
            reason = doubt
        raise self._fault(reason)

    def close(self) -> None:
        """Let go of the pin, and tell how well the part answered."""
        if self.tries:
            what = (self._kind.name, self._pin, self.tries, self.failed)
            log.info("%s, %s: %d tries, %d failed", *what)
        self._device.exit()

    def _judged(self, temperature_c: float, humidity_pct: float) -> Mapping[str, Measured]:
        values = {self._temperature.name: temperature_c, self._humidity.name: humidity_pct}
        doubt = self._still.doubt(self._board.monotonic_s(), temperature_c, humidity_pct)
        return doubted(values, doubt)

    def _fault(self, reason: str) -> SensorFault:
        return SensorFault(
            reason,
            code="DHT_FAILED",
            fr=f"Le {self._kind.name} sur {self._pin} n'a pas donné de mesure ({reason}) : "
            "vérifiez ses fils et la résistance de 10 kΩ. Depuis le démarrage, "
            f"{self.failed} essais manqués sur {self.tries}.",
            en=f"The {self._kind.name} on {self._pin} gave no measure ({reason}): check its wires "
            f"and the 10 kΩ resistor. Since the start, {self.failed} tries of {self.tries} failed.",
        )

    def _measure(self) -> Measure:
        started_s = self._board.monotonic_s()
        try:
            measure = self._device.temperature, self._device.humidity
        finally:
            self._last_try_s = self._board.monotonic_s()
        if self._last_try_s - started_s >= LIBRARY_KEEPS_S:
            raise RuntimeError("the two values may come from two measures")
        return measure

    def _pause(self) -> None:
        """Never ask within 2.1 s of the last try: the library would repeat an old value."""
        if self._last_try_s is not None:
            left_s = self._last_try_s + PAUSE_S - self._board.monotonic_s()
            if left_s > 0:
                self._board.sleep(left_s)


def _reason(message: str) -> str:
    if "Checksum" in message:
        return "checksum"
    if "not found" in message:
        return "no answer"
    return "incomplete answer"
