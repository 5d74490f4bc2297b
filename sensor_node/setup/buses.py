"""The buses and pins that the configured sensors need: there, and open to this user?"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sensor_node.errors import HardwareError
from sensor_node.setup.finding import Finding, bad, good
from sensor_node.setup.sheet import Sheet, gpio_of
from sensor_node.wiring import ONE_WIRE, SDA, Words

MODEL = Path("proc/device-tree/model")


@dataclass(frozen=True, slots=True)
class Bus:
    """A device file (a pattern below the root), the group that may use it, how to enable it."""

    name: Words
    pattern: str
    group: str
    enable: str


SPI = Bus(Words("bus SPI", "SPI bus"), "dev/spidev0.0", "spi", "do_spi")
I2C = Bus(Words("bus I²C", "I²C bus"), "dev/i2c-1", "i2c", "do_i2c")
W1 = Bus(Words("bus 1-Wire", "1-Wire bus"), "sys/bus/w1/devices", "", "do_onewire")
GPIO = Bus(Words("broches GPIO", "GPIO pins"), "dev/gpiochip*", "gpio", "")


def may_open(device: Path) -> bool:
    """Whether this user may read and write a device."""
    return os.access(device, os.R_OK | os.W_OK)


def buses(
    sheet: Sheet, root: Path, may_open: Callable[[Path], bool] = may_open
) -> Iterator[Finding]:
    """A finding for each bus that a part of ``sheet`` is on."""
    for bus in needed(sheet):
        yield _examined(bus, root, may_open)


def needed(sheet: Sheet) -> list[Bus]:
    """The buses of the parts, in the order in which they are told."""
    places = {wire.to for part in sheet.parts for wire in part.wiring.wires}
    wanted = (
        (SPI, any(part.is_chip for part in sheet.parts)),
        (I2C, SDA in places),
        (W1, ONE_WIRE in places),
        (GPIO, any(p.startswith("GPIO") and gpio_of(p, 0) not in (8, 9, 10, 11) for p in places)),
    )
    return [bus for bus, is_wanted in wanted if is_wanted]


def is_raspberry_pi(root: Path) -> bool:
    """Whether the machine whose files are below ``root`` is a Raspberry Pi."""
    try:
        return "Raspberry Pi" in (root / MODEL).read_text(encoding="ascii", errors="replace")
    except OSError:
        return False


def _examined(bus: Bus, root: Path, may_open: Callable[[Path], bool]) -> Finding:
    devices = sorted(root.glob(bus.pattern))
    if not devices:
        return bad(bus.name, _absent(bus, is_pi=is_raspberry_pi(root)))
    if bus.group and not any(map(may_open, devices)):
        return bad(bus.name, _closed(bus, devices[0]))
    return good(bus.name, f"prêt ({bus.pattern})", f"ready ({bus.pattern})")


def _absent(bus: Bus, *, is_pi: bool) -> HardwareError:
    if not is_pi:
        return HardwareError(
            "NOT_A_PI",
            fr="Ceci n'est pas un Raspberry Pi : pas de broches ici. Pour essayer sans, mettez le "
            'réglage pins = "fake".',
            en="This is not a Raspberry Pi: there are no pins here. To try without, use the "
            'setting pins = "fake".',
        )
    enable = f"sudo raspi-config nonint {bus.enable} 0" if bus.enable else "sudo raspi-config"
    return HardwareError(
        "BUS_ABSENT",
        fr=f"Absent (/{bus.pattern}) : « {enable} », puis redémarrez.",
        en=f"Absent (/{bus.pattern}): '{enable}', then restart.",
    )


def _closed(bus: Bus, device: Path) -> HardwareError:
    return HardwareError(
        "BUS_FORBIDDEN",
        fr=f"Vous n'avez pas le droit d'ouvrir {device.name} : « sudo usermod -aG {bus.group} "
        "$USER », puis quittez votre session et revenez.",
        en=f"You may not open {device.name}: 'sudo usermod -aG {bus.group} $USER', then log out "
        "and in again.",
    )
