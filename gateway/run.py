"""``jardin-gateway run``: ingest and web pages of one garden, until it is told to stop."""

from __future__ import annotations

import errno
import gc
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fastapi import FastAPI

from gateway import folder, mend
from gateway.alarms.watchman import Watchman, check_addresses
from gateway.api.app import create_app
from gateway.api.server import GardenServer, door_config
from gateway.beds.morning import Morning
from gateway.carebook import Carebook
from gateway.certificates import encryption
from gateway.forecast.asking import Asking
from gateway.forecast.client import OpenMeteo
from gateway.forecast.forecasts import Ask
from gateway.ingest import Ingest
from gateway.kit import blank, garden
from gateway.kit.clock import clock_of
from gateway.kit.lost import forget_if_asked
from gateway.service import Gateway
from gateway.settings import GatewaySettings, Http, Https
from gateway.upkeep import Upkeep
from gateway.workshop.attendant import Attendant
from sensor_node import settings as settings_file
from sensor_node.clock import Clock
from sensor_node.console import run_command, set_up_logging, stopped_by_signals
from sensor_node.errors import GardenError, NetworkError, StorageError
from sensor_node.link import MqttLink

FIRST_CONNECTION_S = 20.0
"""A starting gateway tries its broker this long before it gives up with exit code 4."""

YOUNG_OBJECTS = 10_000
"""Between two looks for garbage; a batch makes some 3,000."""

Encrypted = tuple[socket.socket, ssl.SSLContext]

log = logging.getLogger("jardin.gateway")


def run_gateway(path: Path, *, verbose: bool = False) -> int:
    """Run the gateway of the settings in ``path``; raises ``ConfigError``, or returns the exit
    code after one sentence in the language of the settings.
    """
    settings = settings_file.load(GatewaySettings, path)
    set_up_logging(settings.language, verbose=verbose)
    return run_command(lambda: _run_and_mend(settings), settings.language)


def _run_and_mend(settings: GatewaySettings) -> None:
    """Run; a database that is found damaged at work is mended by starting once more."""
    try:
        GatewayProcess(settings).run()
    except StorageError as error:
        if error.code != "DATABASE_DAMAGED":
            raise
        log.error("%s", error)
        GatewayProcess(settings).run()


class GatewayProcess:
    """A running gateway: the ingest in a thread, the web server in this one.

    ``before`` is called with the gateway once the web port is ours, ``ready`` just before pages
    are served. ``patience_s``: how long the first connection to the broker may take; once it has
    been made, a lost one is waited for without end. ``clock``: None for this computer's.
    ``make_app``: what is served of a gateway.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        *,
        before: Callable[[Gateway], None] = lambda _gateway: None,
        ready: Callable[[], None] = lambda: None,
        patience_s: float = FIRST_CONNECTION_S,
        clock: Clock | None = None,
        make_app: Callable[[Gateway], FastAPI] = create_app,
    ) -> None:
        self._written = self._settings = settings
        self._clock = clock or clock_of(settings)
        self._make_app = make_app
        self._before = before
        self._ready = ready
        self._patience_s = patience_s
        self._failure: GardenError | None = None
        self._again = False
        self._server: GardenServer | None = None
        self._encrypted: Encrypted | None = None

    def run(self) -> None:
        """Serve until ``stop``. Raises ``GardenError`` with what to do.

        Both doors stay open while the gateway begins again: whoever knocks then just waits.
        """
        check_addresses(self._written.notify)
        with (
            closing(listen(self._written.http)) as listener,
            encrypted_door(self._written) as self._encrypted,
        ):
            self._run_once(listener)
            while self._again and self._failure is None:
                gc.unfreeze()
                self._again = False
                self._run_once(listener)
        if self._failure is not None:
            raise self._failure

    def _run_once(self, listener: socket.socket) -> None:
        with folder.running(self._written.data) as lock:
            self._become_blank()
            self._settings = garden.applied(self._written)
            gateway = self._open()
            gateway.begin_again = self._begin_again
            forget_if_asked(gateway)
            lock.share()
            mend.begin(self._settings.data)
            try:
                self._run(gateway, listener)
            finally:
                gateway.close()
            if gateway.commit_error is None:
                mend.end(self._settings.data)

    def _become_blank(self) -> None:
        """Carry out what was decided when the kit was handed over, if it was."""
        if blank.decided(self._written.data) is None:
            return
        from gateway.kit import handover  # noqa: PLC0415 - once in the life of a school's kit

        handover.finish(garden.applied(self._written))

    def _open(self) -> Gateway:
        """The gateway on databases that are whole."""
        self._look_over()
        try:
            return Gateway.open(self._settings, self._clock)
        except StorageError as error:
            if error.code != "DATABASE_DAMAGED":
                raise
        self._look_over(fully=True)
        return Gateway.open(self._settings, self._clock)

    def _look_over(self, *, fully: bool = False) -> None:
        settings, clock = self._settings, self._clock
        mend.look_over(
            settings.data,
            Carebook(settings.data),
            clock.wall_ms(),
            settings.timezone,
            fully=fully,
            is_dated=clock.synchronised(),
        )

    def _run(self, gateway: Gateway, listener: socket.socket) -> None:
        app = self._make_app(gateway)
        app.state.https_port = self._settings.https.port if self._encrypted else None
        self._server = GardenServer(door_config(app), gateway.events, _again_of(self._encrypted))
        if gateway.keys is not None:
            gateway.keys.settle()
        watchman = Watchman(gateway)
        self._before(gateway)
        with Upkeep(gateway, self._fail).at_work():
            self._serve(gateway, self._server, listener, watchman)

    def stop(self) -> None:
        """Have ``run`` come to its end; safe in a signal handler and from any thread."""
        self._again = False
        if self._server is not None:
            self._server.should_exit = True

    def _begin_again(self) -> None:
        self.stop()
        self._again = True

    def _serve(
        self,
        gateway: Gateway,
        server: GardenServer,
        listener: socket.socket,
        watchman: Watchman,
    ) -> None:
        give_up_s = gateway.clock.monotonic_s() + self._patience_s

        def judge(error: NetworkError) -> None:
            hopeless = error.code == "BROKER_REFUSED"
            if not ingest.was_connected and (hopeless or gateway.clock.monotonic_s() >= give_up_s):
                self._fail(error)

        ingest = Ingest(gateway, on_failure=judge)
        link = ingest.new_link()
        intake = threading.Thread(target=self._take_in, args=(gateway, ingest, link), name="ingest")
        intake.start()
        try:
            asking = Asking(gateway.forecasts, _ask_of(gateway), gateway.advisor.doubt)
            morning, attendant = Morning(gateway.advisor), Attendant(gateway)
            with stopped_by_signals(self.stop), morning, asking, watchman, attendant:
                self._ready()
                _spare_the_collector()
                server.run(sockets=[listener.dup()])  # which it closes
        finally:
            link.stop()
            intake.join()

    def _fail(self, error: GardenError) -> None:
        self._failure = error
        self.stop()

    def _take_in(self, gateway: Gateway, ingest: Ingest, link: MqttLink) -> None:
        """The ingest's thread; a gateway that cannot take in must not look alive."""
        gateway.ingest_alive = True
        try:
            link.run(ingest.farewell)
        except Exception as error:
            log.exception("INGEST_DIED")
            self._failure = GardenError(
                "INGEST_DIED",
                fr=f"La réception des mesures s'est arrêtée ({error}) : relancez la passerelle ; "
                "les nœuds renverront ce qui manque.",
                en=f"Taking in readings has stopped ({error}): start the gateway again; the "
                "nodes will send again what is missing.",
            )
            self.stop()
        finally:
            gateway.ingest_alive = False


def _again_of(door: Encrypted | None) -> Encrypted | None:
    return None if door is None else (door[0].dup(), door[1])


def _ask_of(gateway: Gateway) -> Ask | None:
    """How the forecast is asked for; None where nobody wants one."""
    place = gateway.forecasts.place
    return None if place is None else OpenMeteo(gateway.settings.forecast.url, place).ask


def _spare_the_collector() -> None:
    """What is loaded by now stays: looking through it again and again for garbage took a tenth of
    the ingest's time, and so did looking before a batch is together.
    """
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])


@contextmanager
def encrypted_door(settings: GatewaySettings) -> Iterator[Encrypted | None]:
    """A listening socket and its TLS where there is a certificate; ``NetworkError`` as ``listen``,
    ``ConfigError`` as ``encryption``.
    """
    context = encryption(settings)
    if context is None:
        yield None
        return
    with closing(listen(settings.https, "https")) as listener:
        yield listener, context


def listen(http: Http | Https, section: str = "http") -> socket.socket:
    """A listening socket at a web door; ``NetworkError`` where the port is taken.

    ``section``: of the settings, for the words.
    """
    # With its protocol named, asyncio sets TCP_NODELAY: 3 ms instead of 48 ms an answer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((http.host, http.port))
        listener.listen(256)
    except OSError as error:
        listener.close()
        raise _cannot_listen(http, section, error) from error
    return listener


def _cannot_listen(http: Http | Https, section: str, error: OSError) -> NetworkError:
    if error.errno == errno.EADDRINUSE:
        return NetworkError(
            "PORT_TAKEN",
            fr=f"Le port {http.port} est déjà pris par un autre programme : choisissez-en un "
            f"autre avec le réglage {section}.port (ou make demo PORT=8001).",
            en=f"Port {http.port} is taken by another program: choose another one with the "
            f"setting {section}.port (or make demo PORT=8001).",
        )
    return NetworkError(
        "PORT_REFUSED",
        fr=f"Impossible d'écouter sur {http.host}:{http.port} ({error.strerror}) : changez "
        f"{section}.host ou {section}.port.",
        en=f"Cannot listen on {http.host}:{http.port} ({error.strerror}): change {section}.host "
        f"or {section}.port.",
    )
