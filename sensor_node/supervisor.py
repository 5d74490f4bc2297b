"""What systemd is told: that the node measures, that it goes on measuring, that it stops.

The watchdog is fed by the sampling itself: a node whose sampling is stuck looks dead, whatever its
other threads do, and systemd starts it again. The protocol is one datagram for each word
(``sd_notify(3)``); where nobody listens, nothing is said.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Mapping

MISSED_SAMPLES = 3
SPARE_S = 60.0


class Supervisor:
    """Tells whoever started this process how it is; ``interval_s``: between two samples."""

    def __init__(self, interval_s: float, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # An address that begins with @ is a name in the kernel, not a file.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._patience_us = round((MISSED_SAMPLES * interval_s + SPARE_S) * 1e6)
        self._is_ready = False

    def sampled(self) -> None:
        """A sample was taken. The first one says that the node is ready, and how long the silence
        between two may be.
        """
        words = ["WATCHDOG=1"]
        if not self._is_ready:
            words = ["READY=1", f"WATCHDOG_USEC={self._patience_us}", *words]
        self._is_ready = True
        self._say(*words)

    def stopping(self) -> None:
        """The node was told to stop."""
        self._say("STOPPING=1")

    def _say(self, *words: str) -> None:
        if not self._address:
            return
        with (
            contextlib.suppress(OSError),  # nobody listens: then nobody waits for this either
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to,
        ):
            to.connect(self._address)
            to.send("\n".join(words).encode())
