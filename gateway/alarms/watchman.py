"""The threads of the alerts: one looks and makes messages, one sends them."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from gateway.alarms.courier import Apprise
from gateway.alarms.messenger import Messenger
from gateway.alarms.post import Post
from gateway.alarms.settings import NotifySettings
from gateway.rounds import Tried

if TYPE_CHECKING:
    from gateway.service import Gateway

LOOK_EVERY_S: Final = 30.0
POST_EVERY_S: Final = 10.0

log = logging.getLogger("jardin.alerts")


def check_addresses(settings: NotifySettings) -> None:
    """Raises ``ConfigError`` for an address that nobody can send to."""
    urls = settings.addresses()
    if urls:
        Apprise().check(urls)


class Watchman:
    """Use it in a ``with``: inside, ``gateway``'s alerts are looked for and sent."""

    def __init__(self, gateway: Gateway, courier: Apprise | None = None) -> None:
        settings = gateway.settings
        urls = settings.notify.addresses()
        self._courier = courier or Apprise()
        self._gateway = gateway
        self._post = gateway.post = Post(
            urls,
            gateway.catalogue.notices,
            gateway.clock,
            self._courier.send,
            zone=settings.timezone,
            language=settings.language,
        )
        self._messenger = Messenger(
            settings,
            gateway.catalogue.alerts,
            gateway.catalogue.notices,
            gateway.clock,
            names=gateway.alarms.names,
            addresses=self._post.addresses,
        )
        self._stopping = threading.Event()
        self._made = threading.Event()
        self._threads = [threading.Thread(target=self._looking, name="alarms")]
        if urls:
            self._threads.append(threading.Thread(target=self._sending, name="post"))
        self._tried = Tried(log, "ALERTS_FAILED")

    def __enter__(self) -> Watchman:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._made.set()
        self._courier.stop()
        for thread in self._threads:
            thread.join()

    def look(self) -> None:
        """Look once, and make the messages that are due."""
        self._tried.do("look", self._gateway.alarms.look)
        self._tried.do("make", self._messenger.turn)

    def send(self) -> None:
        """Send what is due."""
        self._tried.do("send", self._post.turn)

    def _looking(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._made.set()
            self._stopping.wait(LOOK_EVERY_S)

    def _sending(self) -> None:
        """As soon as a message may have been made, and again for what is to be repeated."""
        while not self._stopping.is_set():
            self._made.wait(POST_EVERY_S)
            self._made.clear()
            if not self._stopping.is_set():
                self.send()
