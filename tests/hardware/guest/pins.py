"""gpiozero on the simulated chip, for the programs that run in the guest."""

from __future__ import annotations

import gpiozero
from gpiozero.pins.lgpio import LGPIOFactory

PI_4B = 0xC03112


class GuestFactory(LGPIOFactory):  # type: ignore[misc]
    """The factory of a real Raspberry Pi; the guest only has no revision to read."""

    def _get_revision(self) -> int:
        return PI_4B


def use() -> None:
    """From here on gpiozero's devices are on the simulated chip."""
    gpiozero.Device.pin_factory = GuestFactory()
