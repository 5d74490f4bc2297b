"""The Raspberry Pi's header, as drivers ask for it: the seam between drivers and pins.

``PiBoard`` is the real one. ``sensor_node.fakes.FakeBoard`` gives the same libraries on fake
pins, so a driver never knows the difference.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, Protocol

from sensor_node.errors import HardwareError

SPI_DEVICE = Path("/dev/spidev0.0")


class Board(Protocol):
    """Where drivers get their library's device for a pin."""

    def mcp3008(self, adc_channel: int) -> Any:
        """A ``gpiozero.MCP3008`` on ``adc_channel`` (0 to 7) of the chip on SPI 0.0."""

    def dht22(self, pin: int) -> Any:
        """An ``adafruit_dht.DHT22`` on GPIO ``pin`` (BCM number)."""

    def monotonic_s(self) -> float:
        """Seconds, for the pauses that a sensor needs between two reads."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class PiBoard:
    """The pins of this Raspberry Pi, through gpiozero and Blinka."""

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
        try:
            import adafruit_dht  # noqa: PLC0415 - only a node with a DHT loads Blinka
            import board  # noqa: PLC0415

            return adafruit_dht.DHT22(getattr(board, f"D{pin}"))
        except Exception as error:
            raise _pins_absent(error) from error

    def monotonic_s(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def _pins_absent(error: Exception) -> HardwareError:
    return HardwareError(
        "PINS_ABSENT",
        fr=f"Les broches GPIO ne répondent pas ({error}) : est-ce un Raspberry Pi, avec l'extra "
        '« node » installé ? Ailleurs, essayez avec le réglage pins = "fake".',
        en=f"The GPIO pins do not answer ({error}): is this a Raspberry Pi with the extra 'node' "
        'installed? Elsewhere, try the setting pins = "fake".',
    )
