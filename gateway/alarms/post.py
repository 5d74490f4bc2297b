"""The way out: what waits in the outbox goes to its addresses, until it has gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.alarms.courier import Send
from gateway.alarms.outbox import Outbox, Waiting, hash_of
from gateway.alerts.message import joined
from gateway.beds.situations import local
from gateway.watering.reasons import Language
from sensor_node.clock import Clock
from sensor_node.errors import GardenError

FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 1800.0

log = logging.getLogger("jardin.alerts")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an address was not reached, how often in a row, and when it is tried again."""

    error: GardenError
    attempts: int
    due_s: float


class Post:
    """Sends to ``urls``. ``turn`` is called by one thread, ``state`` by any."""

    def __init__(
        self,
        urls: Sequence[str],
        outbox: Outbox,
        clock: Clock,
        send: Send,
        *,
        zone: str,
        language: str,
    ) -> None:
        self._urls: Mapping[str, str] = {hash_of(url): url for url in urls}
        self._numbers = {hash_of(url): number for number, url in enumerate(urls, start=1)}
        self._outbox = outbox
        self._clock = clock
        self._send = send
        self._zone = zone
        self._language: Language = "fr" if language == "fr" else "en"
        self._failures: dict[str, Failure] = {}
        self._lock = threading.Lock()

    @property
    def addresses(self) -> list[str]:
        """What stands for each address."""
        return list(self._urls)

    @property
    def failures(self) -> dict[int, Failure]:
        """Those that were not reached at the last try, by their place in the settings."""
        with self._lock:
            return {self._numbers[one]: failure for one, failure in self._failures.items()}

    def waiting(self) -> list[Waiting]:
        """What has not gone yet. Raises ``StorageError``."""
        return self._outbox.waiting(self.addresses)

    def turn(self) -> None:
        """Send what waits and is due. Raises ``StorageError``."""
        given_up = self._outbox.forget(self.addresses, self._clock.wall_ms())
        if given_up:
            log.warning("NOTICES_GIVEN_UP: %d messages found no way and are given up", given_up)
        for one in self.waiting():
            failure = self._failures.get(one.address)
            if failure is None or self._clock.monotonic_s() >= failure.due_s:
                self._deliver(one, failure)

    def _deliver(self, waiting: Waiting, failure: Failure | None) -> None:
        message = joined(waiting.messages, self._language)
        try:
            self._send(self._urls[waiting.address], message.title, message.body(self._language))
        except GardenError as error:
            self._failed(waiting.address, error, failure)
            return
        now_ms = self._clock.wall_ms()
        self._outbox.sent(waiting, local(now_ms, self._zone).date().isoformat(), now_ms)
        with self._lock:
            self._failures.pop(waiting.address, None)
        if failure is not None:
            log.info("NOTICE_SENT: address number %d answers again", self._numbers[waiting.address])

    def _failed(self, address: str, error: GardenError, before: Failure | None) -> None:
        attempts = 1 if before is None else before.attempts + 1
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts - 1, 10))
        with self._lock:
            due_s = self._clock.monotonic_s() + wait_s
            self._failures[address] = Failure(error, attempts, due_s)
        if before is None:
            number = self._numbers[address]
            log.warning("NOTICE_UNDELIVERED: address number %d: %s", number, error)
