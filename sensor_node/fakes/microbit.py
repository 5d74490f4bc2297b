"""A micro:bit at the other end of a pseudo-terminal: the serial port is a real one."""

from __future__ import annotations

import os

NOWHERE = "/dev/jardin-nothing-is-plugged-in"


class FakeMicrobit:
    """What is plugged in; ``path`` is where its port is now."""

    def __init__(self) -> None:
        self.path = NOWHERE
        self._ends: tuple[int, int] | None = None
        self.plug_in()

    def plug_in(self) -> None:
        """Plug the cable in, with a port of its own."""
        import tty  # noqa: PLC0415 - Windows has none, and a demo there has no micro:bit

        if self._ends is None:
            self._ends = os.openpty()
            tty.setraw(self._ends[1])  # nothing is echoed before the port is opened
            self.path = os.ttyname(self._ends[1])

    def unplug(self) -> None:
        """Pull the cable."""
        if self._ends is not None:
            for end in self._ends:
                os.close(end)
        self._ends = None
        self.path = NOWHERE

    def says(self, *lines: str | bytes) -> None:
        """Say these lines, each with its end."""
        for line in lines:
            self.sends((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def sends(self, data: bytes) -> None:
        """Send these bytes; nobody hears them while it is unplugged."""
        if self._ends is not None:
            os.write(self._ends[0], data)
