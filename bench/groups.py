"""``python -m bench.groups GARDEN BARE CODE GROUPS SECONDS``: one script that is a whole class.

Each second each group sends a reading and reads a value of the garden, by the requests that
``jardin.py`` makes, each on a connection of its own; and it asks the bare route in the same turn,
so that whatever else the computer does weighs on both. A line of JSON at the end tells how long
each request took, in milliseconds, and how often the garden refused.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections import Counter, defaultdict
from http.client import HTTPConnection, HTTPException
from typing import Any, Final

from gateway.workshop.plants import PLANTS

EVERY_S: Final = 1.0
PATIENCE_S: Final = 30.0


class Class:
    """All groups of one workshop. ``garden`` and ``bare``: host and port of each."""

    def __init__(self, garden: str, bare: str, code: str) -> None:
        self.took_ms: dict[str, list[float]] = defaultdict(list)
        self.answers: Counter[str] = Counter()
        self._garden = garden
        self._bare = bare
        self._code = code
        self._lock = threading.Lock()

    def live(self, plant: str, late_s: float, seconds: float) -> None:
        """What one group does. ``late_s``: it began so much after the first one."""
        token = self._join(plant)
        time.sleep(late_s)
        end_s, due_s, turn = time.monotonic() + seconds, time.monotonic(), 0
        while due_s < end_s:
            turn += 1
            self._turn(plant, token, turn)
            due_s = max(due_s + EVERY_S, time.monotonic())
            time.sleep(max(0.0, due_s - time.monotonic()))

    def _join(self, plant: str) -> str:
        body = {"code": self._code, "plant": plant}
        _, answer = self._ask(self._garden, "POST", "/api/v1/workshops/join", body=body)
        return str(json.loads(answer)["token"])

    def _turn(self, plant: str, token: str, turn: int) -> None:
        body = {"readings": [{"channel": "score", "value": turn}]}
        self._timed("send", self._garden, "POST", "/api/v1/readings", token=token, body=body)
        for path in ("/channels", f"/channels?node=atelier.{plant}", "/beds"):
            self._timed("read", self._garden, "GET", f"/api/v1{path}", token=token)
        self._timed("bare", self._bare, "GET", "/number")

    def _timed(self, name: str, door: str, method: str, path: str, **more: Any) -> None:
        began_s = time.perf_counter()
        try:
            status, _ = self._ask(door, method, path, **more)
        except (OSError, HTTPException) as error:
            status = type(error).__name__
        took_ms = 1000 * (time.perf_counter() - began_s)
        with self._lock:
            self.took_ms[name].append(took_ms)
            self.answers[f"{name} {status}"] += 1

    def _ask(
        self, door: str, method: str, path: str, *, token: str = "", body: object = None
    ) -> tuple[str, bytes]:
        headers = {"Accept": "application/json", "Connection": "close"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection(door, timeout=PATIENCE_S)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            return str(answer.status), answer.read()
        finally:
            connection.close()


def main() -> None:
    """Live through it, and say how it was."""
    garden, bare, code = sys.argv[1:4]
    groups, seconds = int(sys.argv[4]), float(sys.argv[5])
    room = Class(garden, bare, code)
    threads = [
        threading.Thread(target=room.live, args=(plant, EVERY_S * at / groups, seconds))
        for at, plant in enumerate(PLANTS[:groups])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"took_ms": room.took_ms, "answers": room.answers}))


if __name__ == "__main__":
    main()
