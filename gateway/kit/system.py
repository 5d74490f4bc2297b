"""The one seam to the system: programs that are run, and the clock that is set."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from gateway.kit.errand import boot_id
from sensor_node.clock import SystemClock, kernel_is_synchronised

PATIENCE_S: Final = 60.0
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are looked for, whatever the caller's environment says."""


class System:
    """This computer, for whoever has the right; ``root``: another one's files, as in a chroot."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root

    def has(self, program: str) -> bool:
        """Whether ``program`` is installed."""
        return shutil.which(program, path=PATH) is not None

    def run(
        self, command: Sequence[str], patience_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run ``command``, its words as they are, and wait; its exit code is the caller's to judge.

        Raises ``OSError`` where it cannot be started, ``subprocess.TimeoutExpired``.
        """
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",  # a program's words may be of any bytes
            check=False,
            timeout=patience_s,
            env={"PATH": PATH, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
        )

    def said(self, *command: str, patience_s: float = PATIENCE_S) -> str | None:
        """What ``command`` prints; None where it is not there, does not end, or ends badly."""
        try:
            done = self.run(command, patience_s)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout if done.returncode == 0 else None

    def does(self, *command: str) -> bool:
        """Run ``command``; whether that went well."""
        return self.said(*command) is not None

    def sync(self) -> None:
        """All that any program has written is on disk."""
        os.sync()

    def boot(self) -> str:
        """Which start of the computer this is."""
        return boot_id()

    def up_s(self) -> float:
        """Seconds since the start, the sleep of a laptop included."""
        return SystemClock().monotonic_s()

    def keeps_time(self) -> bool:
        """Whether the network keeps the clock right."""
        return kernel_is_synchronised()

    def set_clock(self, at_ms: int) -> None:
        """It is ``at_ms`` now. Raises ``OSError`` without the right."""
        time.clock_settime_ns(time.CLOCK_REALTIME, at_ms * 1_000_000)

    def give_time(self) -> bool:
        """Let chrony give this clock's time to the nodes, also while it is nobody's; whether it
        does.
        """
        return self.does("chronyc", "local", "stratum", "10")
