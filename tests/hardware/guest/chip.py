"""The kernel's simulated GPIO chip, from outside: what hands and wires do to its lines."""

from __future__ import annotations

from pathlib import Path

CONFIGURED = Path("/sys/kernel/config/gpio-sim/header")
LINES = 54
"""As many as the header's chip of a Raspberry Pi 4 has."""


class Line:
    """One line of the chip: a wire that can be pulled, and a level that can be looked at."""

    def __init__(self, folder: Path) -> None:
        self._pull = folder / "pull"
        self._value = folder / "value"

    @property
    def level(self) -> int:
        """What a voltmeter would say, 0 or 1."""
        return int(self._value.read_text())

    def to_ground(self) -> None:
        """A closed contact to GND, or a pull-down."""
        self._pull.write_text("pull-down")

    def to_supply(self) -> None:
        """A contact that opens under the Pi's pull-up, or a pull-up of the wiring."""
        self._pull.write_text("pull-up")


class SimulatedChip:
    """The chip that programs open as ``/dev/gpiochip0``; made, it is there."""

    def __init__(self) -> None:
        bank = CONFIGURED / "bank0"
        bank.mkdir(parents=True)
        (bank / "num_lines").write_text(str(LINES))
        (CONFIGURED / "live").write_text("1")
        device = (CONFIGURED / "dev_name").read_text().strip()
        self.name = (bank / "chip_name").read_text().strip()
        self._folder = Path("/sys/devices/platform") / device / self.name

    def line(self, pin: int) -> Line:
        return Line(self._folder / f"sim_gpio{pin}")
