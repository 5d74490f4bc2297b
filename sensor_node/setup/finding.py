"""What the doctor found: one line a person can act upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sensor_node.errors import ConfigError, GardenError, HardwareError, StorageError
from sensor_node.wiring import Words

Verdict = Literal["good", "odd", "bad"]
CONFIGURATION, HARDWARE, STORAGE = (
    ConfigError.exit_code,
    HardwareError.exit_code,
    StorageError.exit_code,
)


@dataclass(frozen=True, slots=True)
class Finding:
    """``check``: what was looked at. ``words``: what was found, and for what is not good what to
    do. ``exit_code``: what a bad finding makes of the command.
    """

    check: Words
    verdict: Verdict
    words: Words
    code: str | None = None
    exit_code: int = 0


def good(check: Words, fr: str, en: str) -> Finding:
    """All is well here."""
    return Finding(check, "good", Words(fr, en))


def odd(check: Words, fr: str, en: str) -> Finding:
    """Worth knowing; the node works all the same."""
    return Finding(check, "odd", Words(fr, en))


def bad(check: Words, error: GardenError) -> Finding:
    """This must be put right; the error says how."""
    return Finding(check, "bad", Words(error.fr, error.en), error.code, error.exit_code)
