"""Every error that a person may read.

The tree (indented: derives from):

* GardenError
  + ConfigError        (ValueError)         a setting is wrong            exit 3
  + UsageError         (ValueError)         the command line is wrong     exit 2
  + HardwareError      (OSError)            a bus, chip or pin is missing exit 4
  + NetworkError       (OSError)            a broker or port is missing   exit 4
  + StorageError       (OSError)            a disk or database failed     exit 5
  + PackRefused        (ValueError)         a pack that is not one
  + SensorFault        (RuntimeError)       a sensor gave no usable value
  + Problem            (ValueError)         an HTTP request cannot be answered (gateway.api)
  + AccessRefused      (PermissionError)    somebody may not do that (gateway.security)

Each carries a stable ``code`` and its sentence in French and in English; the sentence says what
happened, to what, and what to do next.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

LANGUAGES = ("fr", "en")


class GardenError(Exception):
    """The root of all errors of the garden.

    ``code`` is stable (``BROKER_ABSENT``); ``fr`` and ``en`` are whole sentences.
    """

    exit_code = 1

    def __init__(self, code: str, *, fr: str, en: str) -> None:
        super().__init__(f"{code}: {en}")
        self.code = code
        self.fr = fr
        self.en = en

    def text(self, language: str) -> str:
        """The sentence in ``language``; English for any language but French."""
        return self.fr if language == "fr" else self.en


class ConfigError(GardenError, ValueError):
    """A setting is wrong or missing; the text names the key and what is expected."""

    exit_code = 3


class UsageError(GardenError, ValueError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class HardwareError(GardenError, OSError):
    """A bus, chip or pin is not there; the text says how to enable or wire it."""

    exit_code = 4


class NetworkError(GardenError, OSError):
    """A broker or a port is not to be had."""

    exit_code = 4


class StorageError(GardenError, OSError):
    """A disk or a database failed: nothing was acknowledged."""

    exit_code = 5


class PackRefused(GardenError, ValueError):
    """A pack that cannot be understood; it goes to quarantine with this reason."""


class SensorFault(GardenError, RuntimeError):
    """A sensor gave no usable value; ``reason`` is what travels in the fault record."""

    def __init__(self, reason: str, *, code: str, fr: str, en: str) -> None:
        super().__init__(code, fr=fr, en=en)
        self.reason = reason


def language_of(environment: Mapping[str, str] = os.environ) -> str:
    """The reader's language from ``JARDIN_LANGUAGE``, else the locale; French unless English."""
    for name in ("JARDIN_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value[:2] in LANGUAGES:
            return value[:2]
    return "fr"
