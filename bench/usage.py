"""What a process has used so far, from ``/proc`` and from the kernel's clock of its CPU time."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICK_S = 1 / os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 0.01


@dataclass(frozen=True, slots=True)
class Usage:
    """Of one process, all its threads, since its start; or between two moments.

    ``user_s`` and ``system_s`` come in whole ticks (10 ms), ``cpu_s``, their sum, to the
    microsecond. ``rss_mb``: its resident memory, at the last moment. ``pauses``: how often it
    went to sleep of itself.
    """

    user_s: float
    system_s: float
    cpu_s: float
    rss_mb: float
    pauses: int

    def since(self, before: Usage) -> Usage:
        """What was used from ``before`` to now."""
        return Usage(
            self.user_s - before.user_s,
            self.system_s - before.system_s,
            self.cpu_s - before.cpu_s,
            self.rss_mb,
            self.pauses - before.pauses,
        )


def is_known() -> bool:
    """Whether this computer tells what a process uses."""
    return Path("/proc/self/stat").exists()


def usage(pid: int) -> Usage:
    """What the process ``pid`` has used so far."""
    # The name, in brackets, may hold spaces; the 14th and 15th fields are ticks (proc(5)).
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return Usage(
        int(fields[11]) * TICK_S,
        int(fields[12]) * TICK_S,
        cpu_s(pid),
        _status(pid, "VmRSS") / 1000,
        sum(
            _status(int(task.name), "voluntary_ctxt_switches")
            for task in Path(f"/proc/{pid}/task").iterdir()
        ),
    )


def cpu_s(pid: int) -> float:
    """The user and system time of the process ``pid`` so far."""
    return time.clock_gettime(_cpu_clock(pid))


def peak_mb(pid: int) -> float:
    """The most memory that the process ``pid`` ever had, resident."""
    return _status(pid, "VmHWM") / 1000


def _cpu_clock(pid: int) -> int:
    """The id of the clock that runs while ``pid`` does: ``clock_getcpuclockid(3)`` of Linux."""
    return ~pid << 3 | 2


def _status(pid: int, name: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name + ":"))
