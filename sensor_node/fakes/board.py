"""A header with fake parts on it, for the demo, for workshops without hardware and for tests."""

from __future__ import annotations

import gc
import importlib
import os
from collections import deque
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from sensor_node.board import SERIAL_PATIENCE_S, Ultrasonic
from sensor_node.fakes.bh1750 import FakeBh1750
from sensor_node.fakes.bme280 import FakeBme280
from sensor_node.fakes.dht11 import FakeDht11
from sensor_node.fakes.dht22 import FakeDht22, FakeTime, fit
from sensor_node.fakes.ds18b20 import DEFAULT_ID, FakeOneWire
from sensor_node.fakes.i2c import FakeI2cBus
from sensor_node.fakes.microbit import FakeMicrobit
from sensor_node.fakes.sht4x import FakeSht4x
from sensor_node.fakes.system import FakeSystem
from sensor_node.turn import Turn

CLOCK_PIN, MOSI_PIN, MISO_PIN, SELECT_PIN = 11, 10, 9, 8
LEVELS_KEPT = 1000


class FakeBoard:
    """Gives drivers the real libraries on fake pins; one board at a time in a process.

    ``counts``: what every input of the converter gives at first. ``adc`` is the chip whose
    ``counts`` a test sets; ``dht22_parts`` and ``dht11_parts`` the DHT at each pin;
    ``one_wire`` has the DS18B20, ``i2c`` what is on that bus, ``system`` the kernel's files. Time
    stands still but for the pauses that drivers take; ``let_pass`` moves it on between two samples.
    """

    def __init__(self, counts: int = 0) -> None:
        self._counts = counts
        self.i2c_turn = Turn("I²C")
        self.spi_turn = Turn("SPI")
        self.dht22_parts: dict[int, FakeDht22] = {}
        self.dht11_parts: dict[int, FakeDht11] = {}
        self._microbits: dict[str, FakeMicrobit] = {}
        self._sonars: dict[tuple[int, int], Any] = {}
        self._time = FakeTime()

    @cached_property
    def adc(self) -> Any:
        """The MCP3008 on SPI 0.0."""
        from sensor_node.fakes.mcp3008 import FakeMcp3008  # noqa: PLC0415 - loads gpiozero

        pins = (CLOCK_PIN, MOSI_PIN, MISO_PIN, SELECT_PIN)
        chip = FakeMcp3008(*pins, pin_factory=self._pin_factory)
        chip.counts = [self._counts] * 8
        return chip

    @cached_property
    def _pin_factory(self) -> Any:
        from gpiozero import Device  # noqa: PLC0415 - only with a probe
        from gpiozero.pins.mock import MockFactory  # noqa: PLC0415

        # A closed bus of an earlier board, still in the garbage, would sign off the new one's pins.
        gc.collect()
        # gpiozero's software SPI bus takes the process's default factory, whatever it is told.
        Device.pin_factory = MockFactory()
        return Device.pin_factory

    def mcp3008(self, adc_channel: int) -> Any:
        from gpiozero import MCP3008  # noqa: PLC0415 - only with a probe

        self.adc  # noqa: B018 - the chip is on the bus before the first clock
        return MCP3008(
            channel=adc_channel,
            clock_pin=CLOCK_PIN,
            mosi_pin=MOSI_PIN,
            miso_pin=MISO_PIN,
            select_pin=SELECT_PIN,
            pin_factory=self._pin_factory,
        )

    def dht22(self, pin: int) -> Any:
        return self._dht("DHT22", self.dht22_parts.setdefault(pin, FakeDht22()))

    def dht11(self, pin: int) -> Any:
        return self._dht("DHT11", self.dht11_parts.setdefault(pin, FakeDht11()))

    def _dht(self, name: str, part: FakeDht22) -> Any:
        os.environ.setdefault("BLINKA_OS_AGNOSTIC", "1")  # before Blinka looks for its board
        import adafruit_dht  # noqa: PLC0415 - only with a DHT

        fit(adafruit_dht, self._time)
        return getattr(adafruit_dht, name)(part, use_pulseio=True)

    def contact(self, pin: int, bounce_s: float | None = None) -> Any:
        from gpiozero import DigitalInputDevice  # noqa: PLC0415 - only with a contact

        return DigitalInputDevice(
            pin, pull_up=True, bounce_time=bounce_s, pin_factory=self._pin_factory
        )

    def sonar(self, trigger: int, echo: int) -> Any:
        """The HC-SR04 on these two pins."""
        from sensor_node.fakes.hc_sr04 import FakeHcSr04  # noqa: PLC0415 - loads gpiozero

        if (trigger, echo) not in self._sonars:
            part = FakeHcSr04(self._pin_factory, trigger, echo, self.monotonic_s)
            self._sonars[trigger, echo] = part
        return self._sonars[trigger, echo]

    def ultrasonic(self, trigger: int, echo: int) -> Ultrasonic:
        from gpiozero import InputDevice, OutputDevice  # noqa: PLC0415 - only with a sonar

        self.sonar(trigger, echo)
        factory = self._pin_factory
        return Ultrasonic(
            OutputDevice(trigger, pin_factory=factory),
            InputDevice(echo, pull_up=False, pin_factory=factory),
        )

    def output(self, pin: int, *, active_high: bool = True) -> Any:
        from gpiozero import DigitalOutputDevice  # noqa: PLC0415 - only with a lamp or a buzzer

        wire = self._pin_factory.pin(pin)
        wire.states = deque(wire.states, maxlen=LEVELS_KEPT)  # a mock pin remembers every edge
        return DigitalOutputDevice(pin, active_high=active_high, pin_factory=self._pin_factory)

    def levels(self, pin: int) -> list[bool]:
        """The last levels of an output, True at 3.3 V, the present one last."""
        return [bool(state.state) for state in self._pin_factory.pin(pin).states]

    def is_driven(self, pin: int) -> bool:
        """Whether ``pin`` is an output; one that was let go follows its pull."""
        return bool(self._pin_factory.pin(pin).function == "output")

    def press(self, pin: int) -> None:
        """Close the contact between ``pin`` and GND."""
        self._drive(pin, high=False)

    def release(self, pin: int) -> None:
        """Open the contact between ``pin`` and GND."""
        self._drive(pin, high=True)

    def tip(self, pin: int, times: int = 1) -> None:
        """Empty a rain gauge's bucket: its contact closes for a moment."""
        for _ in range(times):
            self.press(pin)
            self.release(pin)

    def blow(self, pin: int, hertz: float, seconds: float) -> None:
        """Turn an anemometer's cups: ``hertz`` closures a second, while ``seconds`` pass."""
        self.tip(pin, round(hertz * seconds))
        self.let_pass(seconds)

    def _drive(self, pin: int, *, high: bool) -> None:
        wire = self._pin_factory.pin(pin)
        (wire.drive_high if high else wire.drive_low)()
        wire.clear_states()  # a mock pin remembers every edge

    @cached_property
    def system(self) -> FakeSystem:
        """The kernel's files about the Pi's health."""
        return FakeSystem()

    @property
    def system_root(self) -> Path:
        return self.system.root

    @cached_property
    def one_wire(self) -> FakeOneWire:
        """The 1-Wire bus, with what is plugged in."""
        return FakeOneWire()

    def ds18b20(self, sensor_id: str) -> Any:
        os.environ["W1THERMSENSOR_NO_KERNEL_MODULE"] = "1"
        if sensor_id or not self.one_wire.parts:
            self.one_wire.plug_in(sensor_id or DEFAULT_ID)
        return self.one_wire.library()

    @cached_property
    def i2c(self) -> FakeI2cBus:
        """The I²C bus, with the part at each address."""
        return FakeI2cBus()

    def bme280(self, address: int) -> Callable[[], Any]:
        self.i2c.parts.setdefault(address, FakeBme280())
        return self._opener("adafruit_bme280.basic", "Adafruit_BME280_I2C", address)

    def bh1750(self, address: int) -> Callable[[], Any]:
        self.i2c.parts.setdefault(address, FakeBh1750())
        return self._opener("adafruit_bh1750", "BH1750", address)

    def sht4x(self, address: int) -> Callable[[], Any]:
        self.i2c.parts.setdefault(address, FakeSht4x())
        return self._opener("adafruit_sht4x", "SHT4x", address)

    def _opener(self, library: str, name: str, address: int) -> Callable[[], Any]:
        os.environ.setdefault("BLINKA_OS_AGNOSTIC", "1")  # before Blinka looks for its board
        module: Any = importlib.import_module(library)
        # Whichever of the two the library pauses with.
        module.time, module.sleep = self._time, self._time.sleep
        return partial(getattr(module, name), self.i2c, address)

    def microbit(self, port: str) -> FakeMicrobit:
        """The micro:bit on ``port``, plugged in at first."""
        if port not in self._microbits:
            self._microbits[port] = FakeMicrobit()
        return self._microbits[port]

    def serial(self, port: str) -> Callable[[], Any]:
        import serial  # noqa: PLC0415 - only with a device on a serial port

        part = self.microbit(port)
        return lambda: serial.Serial(part.path, timeout=SERIAL_PATIENCE_S, exclusive=True)

    def let_pass(self, seconds: float) -> None:
        """Let the time between two samples pass for the parts on this board."""
        self._time.let_pass(seconds)

    def monotonic_s(self) -> float:
        return self._time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds)
