"""A simulated node for a workshop's group: real drivers on fake parts, into the group's sandbox.

A group has no account of a node: what it measures goes over HTTP, with its token (standard library
only). Its channels begin with ``simule-``, so that nobody takes them for a real pot's.
"""

from __future__ import annotations

import http.client
import logging
import threading
from collections.abc import Iterable
from typing import Final, Protocol

from sensor_node import wire
from sensor_node.clock import Clock
from sensor_node.console import pick
from sensor_node.errors import GardenError, NetworkError
from sensor_node.gateway_door import GatewayDoor

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


class GroupDoor(GatewayDoor):
    """The gateway at ``address``, for one group; ``token``: the group's, empty until ``join``."""

    def __init__(self, address: str, token: str, language: str) -> None:
        super().__init__(address, language)
        self.token = token

    def join(self, code: str, plant: str | None) -> str:
        """Become a group by the code of the big screen; returns its plant."""
        body = {"code": code, "plant": plant}
        answer = self._ask(self._plain(), "POST", "workshops/join", body)
        try:
            self.token = str(answer["token"])
            return str(answer["plant"])
        except KeyError as error:
            raise self._strange(error) from error

    def send(self, records: Iterable[wire.Record]) -> None:
        """Into the group's sandbox; a sensor that failed sends nothing."""
        readings = [
            {"channel": f"{wire.SIMULATED}{one.channel}"[:32], "value": one.value, "unit": one.unit}
            for one in records
            if one.value is not None
        ]
        if readings:
            self._ask(self._plain(), "POST", "readings", {"readings": readings})

    def _headers(self) -> dict[str, str]:
        who = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return super()._headers() | who

    def _absent(self, connection: http.client.HTTPConnection, error: OSError) -> NetworkError:
        where, why = f"{connection.host}:{connection.port}", error.strerror or error
        return NetworkError(
            "WORKSHOP_ABSENT",
            fr=f"Le jardin ne répond pas à {where} ({why}) : vérifiez que cet ordinateur est sur "
            "son réseau, et l'adresse de la page du groupe (--gateway).",
            en=f"The garden does not answer at {where} ({why}): check that this computer is on its "
            "network, and the address of the group's page (--gateway).",
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
