"""What the gateway asks of the system and what the steward answers: two files of one folder.

``clock.json`` asks, ``clock.answer.json`` answers. Each carries the ``id`` of the asking and the
``boot`` it was made in: an errand that a power cut has held up says so itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sensor_node.errors import GardenError, UsageError

MOST_BYTES: Final = 64 * 1024
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, with which ``values``."""

    id: str
    boot: str
    values: Values

    def as_bytes(self) -> bytes:
        return json.dumps({"id": self.id, "boot": self.boot, "values": self.values}).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it: ``values``, or the ``code`` and the sentences of why it was not done."""

    id: str
    boot: str
    values: Values = field(default_factory=dict)
    code: str = ""
    fr: str = ""
    en: str = ""

    @property
    def done(self) -> bool:
        return not self.code

    def as_bytes(self) -> bytes:
        told: dict[str, Any] = {"id": self.id, "boot": self.boot, "done": self.done}
        if self.done:
            return json.dumps(told | {"values": self.values}).encode()
        words = {"code": self.code, "fr": self.fr, "en": self.en}
        return json.dumps(told | words, ensure_ascii=False).encode()


def request_name(verb: str) -> str:
    """The file that asks for ``verb``."""
    return f"{verb}.json"


def answer_name(verb: str) -> str:
    """The file that answers it."""
    return f"{verb}.answer.json"


def read_request(content: bytes) -> Request:
    """The request that ``content`` is. Raises ``UsageError``."""
    told = _object(content)
    number, boot, values = told.get("id"), told.get("boot"), told.get("values")
    if not isinstance(number, str) or not isinstance(boot, str) or not isinstance(values, dict):
        raise _no_errand()
    return Request(number[:64], boot[:64], values)


def read_answer(content: bytes) -> Answer:
    """The answer that ``content`` is. Raises ``UsageError``."""
    told = _object(content)
    values = told.get("values", {})
    words = [str(told.get(name, "")) for name in ("id", "boot", "code", "fr", "en")]
    if not isinstance(values, dict) or not (told.get("done") is True or words[2]):
        raise _no_errand()
    number, boot, code, fr, en = words
    return Answer(number, boot, values, code, fr, en)


def refusal(request: Request, error: GardenError) -> Answer:
    """The answer to what was not done."""
    return Answer(request.id, request.boot, code=error.code, fr=error.fr, en=error.en)


def boot_id(path: Path = BOOT_ID) -> str:
    """Which start of the computer this is; empty where the system has no such notion."""
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextmanager
def opened_folder(folder: Path) -> Iterator[int]:
    """``folder``, which is not root's: the folder itself, and none that a link leads to.

    Raises ``OSError``.
    """
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield opened
    finally:
        os.close(opened)


def _object(content: bytes) -> dict[str, Any]:
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        raise _no_errand() from None
    if not isinstance(told, dict):
        raise _no_errand()
    return told


def _no_errand() -> UsageError:
    return UsageError(
        "ERRAND_UNREADABLE",
        fr="Une demande au système ne se lit pas : recommencez depuis la page.",
        en="A request to the system cannot be read: try again from the page.",
    )
