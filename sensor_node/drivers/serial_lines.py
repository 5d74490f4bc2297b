"""The lines that a device on a serial port speaks, heard in a thread of their own (pyserial)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

REOPEN_S = 1.0
"""Between two tries to open a port where nothing is plugged in."""
LONGEST = 200
"""Bytes of a line; more without an end of line come from no such device."""
CLOSE_PATIENCE_S = 2.0


class SerialLines:
    """Calls ``hear`` with each whole line, and ``lose`` whenever the port was closed or unplugged.

    ``opener`` opens the port, and may fail: it is tried again for ever. What comes before the
    first end of line is the rest of a line whose beginning nobody heard, and is left out.
    """

    def __init__(
        self,
        opener: Callable[[], Any],
        hear: Callable[[bytes], None],
        lose: Callable[[], None],
        name: str,
    ) -> None:
        self._open = opener
        self._hear = hear
        self._lose = lose
        self._stopping = threading.Event()
        self._port: Any = None
        self._thread = threading.Thread(target=self._run, name=f"serial {name}", daemon=True)
        self._thread.start()

    @property
    def is_open(self) -> bool:
        """Whether the port is there, and ours."""
        return self._port is not None

    def close(self) -> None:
        """Stop to listen, and let go of the port."""
        self._stopping.set()
        port = self._port
        if port is not None:
            with suppress(OSError, TypeError):  # unplugged at this very moment
                port.cancel_read()
        self._thread.join(CLOSE_PATIENCE_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._open() as port:
                    self._port = port
                    self._listen(port)
            except Exception:  # noqa: S110 - unplugged, or not plugged in yet: the driver tells
                pass
            self._port = None
            self._lose()
            self._stopping.wait(REOPEN_S)

    def _listen(self, port: Any) -> None:
        rest: bytes | None = None
        while not self._stopping.is_set():
            data = port.read(port.in_waiting or 1)
            *lines, tail = ((rest or b"") + data).split(b"\n")
            if rest is None:
                if not lines:
                    continue
                lines.pop(0)
            for line in lines:
                self._hear(line)
            rest = tail
            if len(rest) > LONGEST:
                self._hear(rest)
                rest = None
