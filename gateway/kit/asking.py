"""How the gateway asks the system for what needs root, and hears the answer."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from gateway.durable import write_whole
from gateway.kit.errand import (
    Answer,
    Request,
    Values,
    answer_name,
    boot_id,
    read_answer,
    request_name,
)
from sensor_node.damage import told
from sensor_node.errors import ConfigError, GardenError, NetworkError, UsageError

LOOK_EVERY_S: Final = 0.1
PATIENCE_S: Final = 15.0

_asking: Final = threading.Lock()
"""Two pages may ask for the same at once: their files have one name."""


class Steward:
    """The steward as the gateway sees it: a ``folder``, None where nothing does such errands.

    ``pause``: how to wait for seconds, ``boot``: which start of the computer this is.
    """

    def __init__(
        self,
        folder: Path | None,
        *,
        pause: Callable[[float], object] = time.sleep,
        boot: Callable[[], str] = boot_id,
    ) -> None:
        self._folder = folder
        self._pause = pause
        self._boot = boot

    @property
    def is_there(self) -> bool:
        """Whether this computer has a steward."""
        return self._folder is not None and self._folder.is_dir()

    def ask(self, verb: str, values: Values) -> str:
        """Ask for ``verb``; returns the id that the answer will have.

        Raises ``ConfigError`` where nobody does errands, ``StorageError`` where the disk refuses.
        """
        folder = self._there()
        number = secrets.token_hex(16)
        with _asking, told(folder / request_name(verb)):
            (folder / answer_name(verb)).unlink(missing_ok=True)
            request = Request(number, self._boot(), values)
            write_whole(folder / request_name(verb), request.as_bytes())
        return number

    def heard(self, verb: str, number: str | None = None) -> Answer | None:
        """The answer to the asking ``number`` for ``verb``, or the last one; None while there is
        none.
        """
        if self._folder is None:
            return None
        try:
            answer = read_answer((self._folder / answer_name(verb)).read_bytes())
        except (OSError, UsageError):
            return None
        return answer if number in (None, answer.id) else None

    def have(self, verb: str, values: Values, patience_s: float = PATIENCE_S) -> Values:
        """Ask for ``verb`` and wait until it is done; what came of it.

        Raises ``GardenError`` with the steward's own words, or ``NetworkError`` where it stays
        silent for ``patience_s``; what was asked is then taken back.
        """
        number = self.ask(verb, values)
        for _ in range(max(1, round(patience_s / LOOK_EVERY_S))):
            self._pause(LOOK_EVERY_S)
            answer = self.heard(verb, number)
            if answer is not None:
                return _values_of(answer)
        (self._there() / request_name(verb)).unlink(missing_ok=True)
        raise _silent(verb)

    def is_done_since_start(self, verb: str) -> bool:
        """Whether ``verb`` was done since this computer was started."""
        answer = self.heard(verb)
        return answer is not None and answer.done and answer.boot == self._boot() != ""

    def _there(self) -> Path:
        if self._folder is None or not self._folder.is_dir():
            raise _absent()
        return self._folder


def _values_of(answer: Answer) -> Values:
    if not answer.done:
        raise GardenError(answer.code, fr=answer.fr, en=answer.en)
    return answer.values


def _absent() -> ConfigError:
    return ConfigError(
        "STEWARD_ABSENT",
        fr="Cet ordinateur n'a pas le service qui règle le système pour la passerelle : faites-le "
        "à la main, ou installez jardin-steward (firmware_config).",
        en="This computer has no service that changes the system for the gateway: do it by hand, "
        "or install jardin-steward (firmware_config).",
    )


def _silent(verb: str) -> NetworkError:
    return NetworkError(
        "STEWARD_SILENT",
        fr=f"Le système n'a pas répondu à la demande « {verb} » : recommencez ; si cela dure, "
        "débranchez puis rebranchez le kit.",
        en=f"The system has not answered the request '{verb}': try again; if that goes on, unplug "
        "the kit and plug it in again.",
    )
