"""A DHT22 (AM2302) thermometer and hygrometer on one GPIO pin (adafruit-circuitpython-dht).

Wiring: VCC to 3.3 V, GND to GND, DATA to the GPIO with 10 kΩ up to 3.3 V.

The library has traps that this module closes: asked again within 2 s of a failed read it returns
the previous value without an error; a frame of zeros passes its checksum; a clone that sends
two's complement gives -3276.1 °C; about one wrong value in 500 passes the checksum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.board import Board
from sensor_node.drivers.base import Channel
from sensor_node.drivers.jumps import Jumps
from sensor_node.errors import SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words, dht

PAUSE_S = 2.1
LIBRARY_KEEPS_S = 2.0
"""How long the library gives out a measure before it takes another one."""
TRIES = 4
JUMP_C, JUMP_PCT = 5.0, 20.0
"""More than this from the last reading is believed only when a second measure agrees."""
COLDEST_C, HOTTEST_C = -40.0, 80.0
"""What a DHT22 can measure, by its data sheet."""


Measure = tuple[float, float]
"""°C and %RH."""


@dataclass(frozen=True)
class Options:
    """What node.toml may say of a DHT22."""

    pin: int = setting(fr="broche GPIO (numéro BCM)", en="GPIO pin (BCM number)", least=0, most=27)
    temperature: str = setting(fr="nom de la voie de température", en="channel of temperature")
    humidity: str = setting(fr="nom de la voie d'humidité", en="channel of humidity")


class Dht22:
    """Reads air temperature (°C) and relative humidity (%), both from one measure."""

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._device = board.dht22(options.pin)
        self._last_try_s: float | None = None
        self._jumps = Jumps(JUMP_C, JUMP_PCT)
        self._pin = f"GPIO{options.pin}"
        self._temperature = Channel(options.temperature, "air_temperature", "DHT22", self._pin)
        self._humidity = Channel(options.humidity, "relative_humidity", "DHT22", self._pin)

    @property
    def channels(self) -> tuple[Channel, ...]:
        return (self._temperature, self._humidity)

    def read(self) -> Mapping[str, float]:
        """Up to four tries, 2.1 s apart. Raises ``SensorFault`` with the last try's reason."""
        reason = "no answer"
        for _ in range(TRIES):
            self._pause()
            try:
                temperature_c, humidity_pct = self._measure()
            except RuntimeError as error:
                reason = _reason(str(error))
                continue
            doubt = _implausible(temperature_c, humidity_pct) or self._jumps.doubt(
                temperature_c, humidity_pct
            )
            if doubt is None:
                return {
                    self._temperature.name: temperature_c,
                    self._humidity.name: humidity_pct,
                }
            reason = doubt
        raise SensorFault(
            reason,
            code="DHT_FAILED",
            fr=f"Le DHT22 sur {self._pin} n'a pas donné de mesure ({reason}) : vérifiez ses fils "
            "et la résistance de 10 kΩ.",
            en=f"The DHT22 on {self._pin} gave no measure ({reason}): check its wires and the "
            "10 kΩ resistor.",
        )

    def close(self) -> None:
        self._device.exit()

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


def _implausible(temperature_c: float | None, humidity_pct: float | None) -> str | None:
    if temperature_c is None or humidity_pct is None:
        return "no answer"
    if temperature_c == 0 and humidity_pct == 0:
        return "a frame of zeros"
    if not COLDEST_C <= temperature_c <= HOTTEST_C:
        return f"{temperature_c} Cel is out of range"
    if not 0 < humidity_pct <= 100:
        return f"{humidity_pct} %RH is out of range"
    return None


def wiring(options: Options) -> Wiring:
    """How it is wired."""
    part = Words("DHT22, air : température et humidité", "DHT22, air: temperature and humidity")
    return dht(part, options.pin)
