"""A broker of the gateway's own, for the demo and for tests.

mosquitto where it is installed; else ``amqtt`` inside this process, which needs nothing but pip.
amqtt acknowledges before it routes and drops what a leaving client still had queued, so a garden
in service runs mosquitto: our own acknowledgements keep the demo whole all the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from gateway import children
from sensor_node.errors import NetworkError

START_S = 10.0
HOST = "127.0.0.1"


class MosquittoBroker:
    """A mosquitto process on ``port`` of this machine alone, with its own ``folder``."""

    name = "mosquitto"

    def __init__(self, folder: Path, port: int, program: str) -> None:
        self.port = port
        self._folder = folder
        self._program = program
        self._door = "allow_anonymous true\n"
        self._process: subprocess.Popen[bytes] | None = None

    def allow_only(self, passwords: Path) -> None:
        """Let in only the users of a file made by ``mosquitto_passwd``, from the next start on."""
        self._door = f"allow_anonymous false\npassword_file {passwords}\n"

    @property
    def pid(self) -> int:
        """The process id of the running broker."""
        assert self._process is not None, "not started"  # noqa: S101
        return self._process.pid

    def start(self) -> None:
        """Start and wait until it listens. Raises ``NetworkError`` if it does not."""
        self._folder.mkdir(parents=True, exist_ok=True)
        settings = self._folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} {HOST}\n"
            f"{self._door}"
            "persistence true\n"
            f"persistence_location {self._folder.resolve()}/\n"
            "max_inflight_messages 1000\n"
            "max_queued_messages 100000\n"
            f"user {_user_name()}\n",
            encoding="utf-8",
        )
        command = [self._program, "-c", str(settings)]
        self._process = children.start(command, self._folder / "mosquitto.log")
        _wait_until_listening(self.port, lambda: self._process is None or self._alive())

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process is not None:
            children.stop([self._process])
            self._process = None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None


class EmbeddedBroker:
    """``amqtt`` on ``port`` of this machine alone, in a thread of this process."""

    name = "amqtt"

    def __init__(self, port: int) -> None:
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="broker", daemon=True)
        self._up = threading.Event()
        self._stop: asyncio.Event | None = None
        self._error: Exception | None = None

    def start(self) -> None:
        """Start and wait until it listens. Raises ``NetworkError`` if it does not."""
        self._thread.start()
        if not self._up.wait(START_S) or self._error is not None:
            raise _not_started(self.port) from self._error

    def stop(self) -> None:
        """End it and wait."""
        if self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except Exception as error:
            self._error = error
            self._up.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        from amqtt.broker import Broker  # noqa: PLC0415 - rarely used, and slow to import

        logging.getLogger("amqtt").setLevel(logging.ERROR)
        logging.getLogger("transitions").setLevel(logging.ERROR)
        broker = Broker(
            {
                "listeners": {"default": {"type": "tcp", "bind": f"{HOST}:{self.port}"}},
                "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {}},
            },
            loop=self._loop,
        )
        self._stop = asyncio.Event()
        await broker.start()
        self._up.set()
        await self._stop.wait()
        await broker.shutdown()


Broker = MosquittoBroker | EmbeddedBroker


def own_broker(folder: Path, port: int | None = None) -> Broker:
    """mosquitto if it is installed, else amqtt; on ``port`` or a free one. Not started yet."""
    program = find_mosquitto()
    chosen = port if port is not None else free_port()
    if program is None:
        return EmbeddedBroker(chosen)
    return MosquittoBroker(folder, chosen, program)


def find_mosquitto() -> str | None:
    """The path of mosquitto; Debian keeps it where a user's PATH does not look."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A TCP port that was free on the loopback address a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_until_listening(port: int, alive: Callable[[], bool]) -> None:
    end = time.monotonic() + START_S
    while time.monotonic() < end and alive():
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.02)
    raise _not_started(port)


def _not_started(port: int) -> NetworkError:
    return NetworkError(
        "BROKER_NOT_STARTED",
        fr=f"Le serveur MQTT n'a pas démarré sur le port {port} : voyez mosquitto.log dans son "
        "dossier.",
        en=f"The MQTT broker did not start on port {port}: see mosquitto.log in its folder.",
    )


def _user_name() -> str:
    import getpass  # noqa: PLC0415 - Windows has no pwd behind it until it is asked

    return getpass.getuser()
