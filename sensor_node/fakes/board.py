"""A header with fake parts on it, for the demo, for workshops without hardware and for tests."""

from __future__ import annotations

import gc
import os
from functools import cached_property
from typing import Any

from sensor_node.fakes.dht22 import FakeDht22, FakeTime, fit

CLOCK_PIN, MOSI_PIN, MISO_PIN, SELECT_PIN = 11, 10, 9, 8


class FakeBoard:
    """Gives drivers the real libraries on fake pins; one board at a time in a process.

    ``counts``: what every input of the converter gives at first. ``adc`` is the chip whose
    ``counts`` a test sets; ``dht22_parts`` the DHT22 at each pin. Time stands still but for the
    pauses that drivers take; ``let_pass`` moves it on between two samples.
    """

    def __init__(self, counts: int = 0) -> None:
        self._counts = counts
        self.dht22_parts: dict[int, FakeDht22] = {}
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
        os.environ.setdefault("BLINKA_OS_AGNOSTIC", "1")  # before Blinka looks for its board
        import adafruit_dht  # noqa: PLC0415 - only with a DHT

        fit(adafruit_dht, self._time)
        part = self.dht22_parts.setdefault(pin, FakeDht22())
        return adafruit_dht.DHT22(part, use_pulseio=True)

    def let_pass(self, seconds: float) -> None:
        """Let the time between two samples pass for the parts on this board."""
        self._time.sleep(seconds)

    def monotonic_s(self) -> float:
        return self._time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._time.sleep(seconds)
