"""An MCP3008 at pin level: it answers the clock that gpiozero bangs out."""

from __future__ import annotations

from typing import Any

from gpiozero.pins.mock import MockSPIDevice

FULL_SCALE = 1023
START_BIT, CONTROL_BITS = 1, 5


class FakeMcp3008(MockSPIDevice):  # type: ignore[misc]
    """The chip of Microchip's data sheet DS21295, figure 6-1: start bit, SGL/DIFF, D2 D1 D0, one
    clock of sampling, a null bit, then ten bits of counts.

    ``counts``: what each of the eight inputs gives, 0 to 1023. ``floating``: the inputs that
    nothing is wired to: the chip's capacitor keeps what the conversion before left in it.
    ``conversions``: how often each input was clocked out.
    """

    def __init__(self, *pins: int, pin_factory: Any) -> None:
        self.counts = [0] * 8
        self.floating: set[int] = set()
        self.conversions = [0] * 8
        self._held = 0
        self.rx_buf: list[bool] = []
        self._started = False
        super().__init__(*pins, pin_factory=pin_factory)

    def set_volts(self, channel: int, volts: float, reference_v: float = 3.3) -> None:
        """Put ``volts`` on an input, as the chip would count it against ``reference_v``."""
        counts = round(volts / reference_v * FULL_SCALE)
        self.counts[channel] = min(FULL_SCALE, max(0, counts))

    def on_start(self) -> None:
        super().on_start()
        self._started = False
        for pin in (self.clock_pin, self.mosi_pin, self.miso_pin, self.select_pin):
            pin.clear_states()  # a mock pin remembers every edge: a week of them fills the memory

    def on_bit(self) -> None:
        if not self._started:
            self.rx_buf = self.rx_buf[-1:]
            self._started = bool(self.rx_buf[0])
        elif len(self.rx_buf) == CONTROL_BITS:
            channel = self.rx_word() & 0b111
            self.conversions[channel] += 1
            if channel not in self.floating:
                self._held = self.counts[channel]
            # Two more clocks (sampling, null bit) before the ten bits.
            self.tx_word(self._held, 12)
