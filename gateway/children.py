"""Processes that the gateway starts and that must not outlive it, however it ends."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
STOP_S = 10.0

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start ``command``, its words in ``log``, in a session of its own: Ctrl-C stops the garden,
    and the garden its children. On Linux it ends with this thread even after ``kill -9``.
    """
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_die_with_parent if _libc is not None else None,  # noqa: PLW1509 - one call into libc, loaded before
        )


def stop(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask all to end, wait, and end those that did not."""
    for child in children:
        child.terminate()
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_S)
        child.kill()
        child.wait()


def _die_with_parent() -> None:
    assert _libc is not None  # noqa: S101 - only passed where it is
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
