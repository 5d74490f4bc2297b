"""What an effort leaves of memory, given back to the system."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_libc: Final = ctypes.CDLL(None) if sys.platform == "linux" else None
_trim: Final = getattr(_libc, "malloc_trim", None)  # of glibc alone


def give_back() -> None:
    """Return to the system what was freed.

    The C library by itself waits until there are megabytes in one piece, in each thread's own; an
    advice on a season of readings leaves one.
    """
    if _trim is not None:
        _trim(0)
