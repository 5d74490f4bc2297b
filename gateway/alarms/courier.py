"""Apprise in a process of its own: it is loaded only while a message goes out, cannot hold up the
gateway, and is ended when it takes too long.

What the child is told and answers goes through pipes: an address is on no command line and in no
log.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import Any, Final, Protocol

from sensor_node.errors import ConfigError, NetworkError

MOST_S: Final = 60.0
"""How long a message may take, from the start of the child: e-mail over a slow line needs ten."""


class Send(Protocol):
    """How a message gets to one address."""

    def __call__(self, url: str, title: str, body: str) -> None:
        """Send; ``NetworkError`` where that failed. The message never holds the address."""


class Apprise:
    """Sends and checks by Apprise. ``most_s``: a child that takes longer is ended."""

    def __init__(self, most_s: float = MOST_S) -> None:
        self._most_s = most_s
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None
        self._stopped = False

    def stop(self) -> None:
        """End a child that is at work, and start no other; safe from any thread."""
        with self._lock:
            self._stopped = True
            if self._child is not None:
                self._child.kill()

    def send(self, url: str, title: str, body: str) -> None:
        """Send to one address; raises ``NetworkError``."""
        answer = self._ask({"send": url, "title": title, "body": body})
        if answer is None:
            raise NetworkError(
                "NOTICE_TOO_SLOW",
                fr=f"le service n'a pas répondu en {self._most_s:g} s",
                en=f"the service has not answered within {self._most_s:g} s",
            )
        if not answer.get("sent"):
            raise NetworkError(
                "NOTICE_REFUSED",
                fr="le service est injoignable ou a refusé le message",
                en="the service cannot be reached or has refused the message",
            )

    def check(self, urls: Sequence[str]) -> None:
        """Raise ``ConfigError`` for the first address that Apprise does not understand."""
        answer = self._ask({"check": list(urls)})
        if answer is None:
            return  # too slow a start is no fault of the addresses: sending will tell
        for number, expected in enumerate(answer["wrong"], start=1):
            if expected is not None:
                raise _wrong_address(number, expected)

    def _ask(self, question: dict[str, Any]) -> dict[str, Any] | None:
        """The child's answer; None where it took too long. A child that died has nothing sent."""
        child = self._start()
        if child is None:
            return _NOTHING
        with child:
            try:
                said, _ = child.communicate(json.dumps(question), timeout=self._most_s)
            except subprocess.TimeoutExpired:
                child.kill()
                return None
            finally:
                self._child = None
        try:
            answer: dict[str, Any] = json.loads(said.splitlines()[-1])
        except (ValueError, IndexError):
            return _NOTHING
        return answer

    def _start(self) -> subprocess.Popen[str] | None:
        with self._lock:
            if self._stopped:
                return None
            self._child = subprocess.Popen(
                [sys.executable, "-m", "gateway.alarms.courier_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            return self._child


_NOTHING: Final[dict[str, Any]] = {"sent": False, "wrong": []}


def _wrong_address(number: int, expected: Sequence[str]) -> ConfigError:
    shown = " ou ".join(expected), " or ".join(expected)
    return ConfigError(
        "NOTIFY_WRONG_URL",
        fr=f"Réglage « notify » : Apprise ne comprend pas l'adresse n° {number}. "
        f"Attendu : {shown[0]}. (Elle n'est pas répétée ici : elle peut contenir un mot de passe.)",
        en=f"Setting 'notify': Apprise does not understand address number {number}. "
        f"Expected: {shown[1]}. (It is not repeated here: it may hold a password.)",
    )
