"""The Raspberry Pi's header, as drivers ask for it: the seam between drivers and pins.

``PiBoard`` is the real one. ``sensor_node.fakes.FakeBoard`` gives the same libraries on fake
pins, so a driver never knows the difference.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sensor_node.errors import HardwareError
from sensor_node.turn import Turn

SPI_DEVICE = Path("/dev/spidev0.0")
I2C_DEVICE = Path("/dev/i2c-1")
ONE_WIRE_FOLDER = Path("/sys/bus/w1/devices")
BAUD = 115_200
SERIAL_PATIENCE_S = 0.5


class Ultrasonic(NamedTuple):
    """The two pins of an ultrasonic sensor."""

    trigger: Any
    echo: Any


class Board(Protocol):
    """Where drivers get their library's device for a pin.

    ``i2c_turn`` and ``spi_turn`` are held by whoever uses that bus: neither Blinka's own lock nor
    a sequence of conversions is safe between threads.
    """

    i2c_turn: Turn
    spi_turn: Turn

    def mcp3008(self, adc_channel: int) -> Any:
        """A ``gpiozero.MCP3008`` on ``adc_channel`` (0 to 7) of the chip on SPI 0.0."""

    def dht22(self, pin: int) -> Any:
        """An ``adafruit_dht.DHT22`` on GPIO ``pin`` (BCM number)."""

    def dht11(self, pin: int) -> Any:
        """An ``adafruit_dht.DHT11``, like ``dht22``."""

    def contact(self, pin: int, bounce_s: float | None = None) -> Any:
        """A ``gpiozero.DigitalInputDevice`` for a contact between GPIO ``pin`` (BCM number) and
        GND: active when closed. A change shorter than ``bounce_s`` is none.
        """

    def ultrasonic(self, trigger: int, echo: int) -> Ultrasonic:
        """A ``gpiozero.OutputDevice`` on GPIO ``trigger`` and a ``gpiozero.InputDevice``, pulled
        down, on GPIO ``echo`` (BCM numbers).
        """

    def output(self, pin: int, *, active_high: bool = True) -> Any:
        """A ``gpiozero.DigitalOutputDevice`` on GPIO ``pin`` (BCM number), off at first; on is
        3.3 V, or 0 V where ``active_high`` is False.
        """

    def ds18b20(self, sensor_id: str) -> Any:
        """The class ``w1thermsensor.W1ThermSensor`` on the 1-Wire bus where ``sensor_id`` is (any
        when empty); nothing is measured yet.
        """

    @property
    def system_root(self) -> Path:
        """The folder below which the kernel's ``sys`` and ``proc`` are."""

    def bme280(self, address: int) -> Callable[[], Any]:
        """What opens an ``Adafruit_BME280_I2C`` at ``address`` of the I²C bus; where none answers
        it raises ``OSError`` or ``ValueError``.
        """

    def bh1750(self, address: int) -> Callable[[], Any]:
        """What opens an ``adafruit_bh1750.BH1750``, like ``bme280``."""

    def sht4x(self, address: int) -> Callable[[], Any]:
        """What opens an ``adafruit_sht4x.SHT4x``, like ``bme280``."""

    def serial(self, port: str) -> Callable[[], Any]:
        """What opens a ``serial.Serial`` on ``port`` at 115200 baud, for us alone; it raises
        ``OSError`` where nothing is plugged in. A read waits half a second at the most.
        """

    def monotonic_s(self) -> float:
        """Seconds, for the pauses that a sensor needs between two reads."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class PiBoard:
    """The pins of this Raspberry Pi, through gpiozero and Blinka."""

    def __init__(self) -> None:
        self.i2c_turn = Turn("I²C")
        self.spi_turn = Turn("SPI")

    def mcp3008(self, adc_channel: int) -> Any:
        if not SPI_DEVICE.exists():
            raise HardwareError(
                "SPI_ABSENT",
                fr="Pas de bus SPI sur cette machine : sur un Raspberry Pi, activez-le avec "
                "« sudo raspi-config nonint do_spi 0 » puis redémarrez ; ailleurs, essayez "
                'avec le réglage pins = "fake".',
                en="No SPI bus on this machine: on a Raspberry Pi, enable it with "
                "'sudo raspi-config nonint do_spi 0' and restart; elsewhere, try the setting "
                'pins = "fake".',
            )
        try:
            from gpiozero import MCP3008  # noqa: PLC0415 - only a node with a probe loads it

            return MCP3008(channel=adc_channel)
        except Exception as error:
            raise _pins_absent(error) from error

    def dht22(self, pin: int) -> Any:
        return self._dht("DHT22", pin)

    def dht11(self, pin: int) -> Any:
        return self._dht("DHT11", pin)

    def _dht(self, name: str, pin: int) -> Any:
        try:
            import adafruit_dht  # noqa: PLC0415 - only a node with a DHT loads Blinka
            import board  # noqa: PLC0415

            return getattr(adafruit_dht, name)(getattr(board, f"D{pin}"))
        except Exception as error:
            raise _pins_absent(error) from error

    def contact(self, pin: int, bounce_s: float | None = None) -> Any:
        try:
            from gpiozero import DigitalInputDevice  # noqa: PLC0415 - only a node with a contact

            return DigitalInputDevice(pin, pull_up=True, bounce_time=bounce_s)
        except Exception as error:
            raise _pins_absent(error) from error

    def ultrasonic(self, trigger: int, echo: int) -> Ultrasonic:
        try:
            from gpiozero import InputDevice, OutputDevice  # noqa: PLC0415 - only with a sonar

            with ExitStack() as opened:
                output = opened.enter_context(OutputDevice(trigger))
                pins = Ultrasonic(output, InputDevice(echo, pull_up=False))
                opened.pop_all()  # both are there: none of them is given back
            return pins
        except Exception as error:
            raise _pins_absent(error) from error

    def output(self, pin: int, *, active_high: bool = True) -> Any:
        try:
            from gpiozero import DigitalOutputDevice  # noqa: PLC0415 - only a node with a lamp

            return DigitalOutputDevice(pin, active_high=active_high)
        except Exception as error:
            raise _pins_absent(error) from error

    def ds18b20(self, sensor_id: str) -> Any:
        if not ONE_WIRE_FOLDER.is_dir():
            raise HardwareError(
                "ONE_WIRE_ABSENT",
                fr="Pas de bus 1-Wire sur cette machine : sur un Raspberry Pi, activez-le avec "
                "« sudo raspi-config nonint do_onewire 0 » puis redémarrez ; ailleurs, essayez "
                'avec le réglage pins = "fake".',
                en="No 1-Wire bus on this machine: on a Raspberry Pi, enable it with "
                "'sudo raspi-config nonint do_onewire 0' and restart; elsewhere, try the setting "
                'pins = "fake".',
            )
        # The kernel's modules are the machine's business: the library would call modprobe.
        os.environ["W1THERMSENSOR_NO_KERNEL_MODULE"] = "1"
        try:
            from w1thermsensor import W1ThermSensor  # noqa: PLC0415 - only with a DS18B20
        except ImportError as error:
            raise _pins_absent(error) from error
        return W1ThermSensor

    @property
    def system_root(self) -> Path:
        return Path("/")

    @cached_property
    def _i2c(self) -> Any:
        if not I2C_DEVICE.exists():
            raise HardwareError(
                "I2C_ABSENT",
                fr="Pas de bus I²C sur cette machine : sur un Raspberry Pi, activez-le avec "
                "« sudo raspi-config nonint do_i2c 0 » puis redémarrez ; ailleurs, essayez "
                'avec le réglage pins = "fake".',
                en="No I²C bus on this machine: on a Raspberry Pi, enable it with "
                "'sudo raspi-config nonint do_i2c 0' and restart; elsewhere, try the setting "
                'pins = "fake".',
            )
        try:
            import board  # noqa: PLC0415 - only a node with a part on I²C loads Blinka

            return board.I2C()
        except Exception as error:
            raise _pins_absent(error) from error

    def bme280(self, address: int) -> Callable[[], Any]:
        return self._opener("adafruit_bme280.basic", "Adafruit_BME280_I2C", address)

    def bh1750(self, address: int) -> Callable[[], Any]:
        return self._opener("adafruit_bh1750", "BH1750", address)

    def sht4x(self, address: int) -> Callable[[], Any]:
        return self._opener("adafruit_sht4x", "SHT4x", address)

    def _opener(self, library: str, name: str, address: int) -> Callable[[], Any]:
        bus = self._i2c
        try:
            part = getattr(importlib.import_module(library), name)
        except Exception as error:
            raise _pins_absent(error) from error
        return partial(part, bus, address)

    def serial(self, port: str) -> Callable[[], Any]:
        try:
            import serial  # noqa: PLC0415 - only with a device on a serial port
        except ImportError as error:
            raise _pins_absent(error) from error
        return partial(serial.Serial, port, BAUD, timeout=SERIAL_PATIENCE_S, exclusive=True)

    def monotonic_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _pins_absent(error: Exception) -> HardwareError:
    if any(word in str(error) for word in ("busy", "already in use")):
        return _pin_busy(error)
    return HardwareError(
        "PINS_ABSENT",
        fr=f"Les broches GPIO ne répondent pas ({error}) : est-ce un Raspberry Pi, avec l'extra "
        '« node » installé ? Ailleurs, essayez avec le réglage pins = "fake".',
        en=f"The GPIO pins do not answer ({error}): is this a Raspberry Pi with the extra 'node' "
        'installed? Elsewhere, try the setting pins = "fake".',
    )


def _pin_busy(error: Exception) -> HardwareError:
    return HardwareError(
        "PIN_BUSY",
        fr=f"Une broche GPIO est déjà prise ({error}) : un autre programme la tient-il (un second "
        "nœud, le service qui tourne déjà), ou node.toml la donne-t-il deux fois ?",
        en=f"A GPIO pin is already taken ({error}): does another program hold it (a second node, "
        "the service that already runs), or does node.toml give it twice?",
    )
