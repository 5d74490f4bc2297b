"""A simulated node for a workshop's group: real drivers on fake parts, into the group's sandbox.

A group has no account of a node: what it measures goes over HTTP, with its token (standard library
only). Its channels begin with ``simule-``, so that nobody takes them for a real pot's.
"""

from __future__ import annotations

import http.client
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.console import pick
from sensor_node.errors import GardenError, NetworkError
from sensor_node.gateway_door import HTTP_PORT

PREFIX: Final = "simule-"
PATIENCE_S: Final = 10.0
MAX_ANSWER: Final = 65_536
MANY_PROBLEMS: Final = 400
OVER: Final = frozenset({"GROUP_TOKEN_OVER", "WORKSHOP_OVER", "NO_WORKSHOP", "TOKEN_REFUSED"})
"""After one of these nothing is taken any more."""
POT: Final[list[dict[str, object]]] = [
    {"type": "soil-mcp3008", "channel": "sol", "adc_channel": 0},
    {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidite"},
]
"""What a group's own pot has, as node.toml would say it."""

log = logging.getLogger("jardin.simulate")


class Sampling(Protocol):
    """What measures."""

    def sample(self) -> list[wire.Record]: ...


class GroupDoor:
    """The gateway at ``address`` (host, or host and port), for one group.

    ``token``: the group's; empty until ``join``. It answers in ``language``. Methods raise
    ``NetworkError`` with what to do.
    """

    def __init__(self, address: str, token: str, language: str) -> None:
        parts = http.client.HTTPConnection(address.removeprefix("http://").rstrip("/"))
        self._host = parts.host
        self._port = parts.port if parts.port != http.client.HTTP_PORT else HTTP_PORT
        self.token = token
        self._language = language

    def join(self, code: str, plant: str | None) -> str:
        """Become a group by the code of the big screen; returns its plant."""
        answer = self._ask("workshops/join", {"code": code, "plant": plant})
        try:
            self.token = str(answer["token"])
            return str(answer["plant"])
        except KeyError as error:
            raise self._strange(error) from error

    def send(self, records: Iterable[wire.Record]) -> None:
        """Into the group's sandbox; a sensor that failed sends nothing."""
        readings = [
            {"channel": f"{PREFIX}{one.channel}"[:32], "value": one.value, "unit": one.unit}
            for one in records
            if one.value is not None
        ]
        if readings:
            self._ask("readings", {"readings": readings})

    def _ask(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        headers = {"Accept-Language": self._language, "Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection = http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE_S)
        try:
            connection.request("POST", f"/api/v1/{path}", json.dumps(body), headers)
            response = connection.getresponse()
            answer = json.loads(response.read(MAX_ANSWER))
            if not isinstance(answer, dict):
                raise ValueError("no JSON object")
        except OSError as error:
            raise self._absent(error) from error
        except (ValueError, http.client.HTTPException, RecursionError) as error:
            raise self._strange(error) from error
        finally:
            connection.close()
        if response.status >= MANY_PROBLEMS:
            code, detail = str(answer.get("code")), str(answer.get("detail"))
            raise NetworkError(code, fr=detail, en=detail)
        return answer

    def _absent(self, error: OSError) -> NetworkError:
        where, why = f"{self._host}:{self._port}", error.strerror or error
        return NetworkError(
            "WORKSHOP_ABSENT",
            fr=f"Le jardin ne répond pas à {where} ({why}) : vérifiez que cet ordinateur est sur "
            "son réseau, et l'adresse de la page du groupe (--gateway).",
            en=f"The garden does not answer at {where} ({why}): check that this computer is on its "
            "network, and the address of the group's page (--gateway).",
        )

    def _strange(self, error: Exception) -> NetworkError:
        return NetworkError(
            "GATEWAY_STRANGE",
            fr=f"Ce qui répond à {self._host} n'est pas une passerelle du jardin ({error}) : "
            "vérifiez l'adresse (--gateway).",
            en=f"What answers at {self._host} is no gateway of the garden ({error}): check the "
            "address (--gateway).",
        )


class GroupSimulation:
    """Measures with ``sampling`` each ``interval_s`` and sends it through ``door``."""

    def __init__(self, sampling: Sampling, door: GroupDoor, clock: Clock, interval_s: float):
        self._sampling = sampling
        self._door = door
        self._clock = clock
        self._interval_s = interval_s
        self._stopping = threading.Event()
        self._last: str | None = None

    def run(self) -> None:
        """Until it is told to stop. Raises ``GardenError`` once nothing is taken any more."""
        due_s = self._clock.monotonic_s()
        while not self._stopping.is_set():
            self.turn()
            due_s += self._interval_s
            self._stopping.wait(max(0.0, due_s - self._clock.monotonic_s()))

    def turn(self) -> None:
        """Measure and send once. What is not taken is said once, and the next turn tries again."""
        try:
            self._door.send(self._sampling.sample())
        except GardenError as error:
            if error.code in OVER:
                raise
            if error.code != self._last:
                log.warning("%s", error)
            self._last = error.code
        else:
            if self._last is not None:
                log.info(pick("le jardin reprend les mesures", "the garden takes readings again"))
            self._last = None

    def stop(self) -> None:
        """Have ``run`` come to its end; safe in a signal handler."""
        self._stopping.set()
