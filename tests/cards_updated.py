"""A card to update: releases, services and a garden that are real, in a folder of its own.

Its versions are small (``bundles.mini_wheel``), but they run: ``jardin-gateway run`` lays the store
out anew where it is told to, and answers ``/healthz``. Instead of systemd, ``CardSystem`` starts
and stops what is linked as the version in service; all other commands it runs.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import bundles
import gardens

from gateway.broker import free_port
from gateway.bundle import signature
from gateway.bundle.host import Host
from gateway.bundle.opened import opened
from gateway.kit import releases
from gateway.kit.health import GATEWAY_UNIT, Watch
from gateway.kit.releases import Release
from gateway.kit.system import PATIENCE_S, System
from gateway.kit.this_card import card_of
from gateway.kit.updating import BESIDES, Card, Tell, Updater
from gateway.store.sqlite import SqliteStore

ROLE = "gateway"
MAIN = """
import http.server, json, sqlite3, sys, tomllib
from sensor_node import __version__

SCHEMA, WELL = {schema}, {well}

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if WELL else 503)
        self.end_headers()
        parts = dict.fromkeys(("store", "ingest", "broker"), WELL)
        self.wfile.write(json.dumps(parts | {{"version": __version__}}).encode())

    def log_message(self, *_):
        pass

def main():
    with open(sys.argv[-1], "rb") as file:
        settings = tomllib.load(file)
    if SCHEMA:
        store = sqlite3.connect(settings["data"] + "/store.sqlite")
        store.execute("CREATE TABLE IF NOT EXISTS of_the_new_version (x)")
        store.execute(f"PRAGMA user_version = {{SCHEMA}}")
        store.commit()
    http.server.HTTPServer(("127.0.0.1", settings["http"]["port"]), Answer).serve_forever()
"""
NEWER_SCHEMA = 99


class CardSystem(System):
    """A computer whose only service is the gateway, without systemd."""

    def run(
        self, command: Sequence[str], patience_s: float = PATIENCE_S
    ) -> subprocess.CompletedProcess[str]:
        if command[0] == "systemctl":
            return self._systemctl([word for word in command if word != "--no-block"])
        return super().run(command, patience_s)

    @property
    def pid(self) -> int | None:
        """Of the gateway that runs."""
        try:
            pid = int((self.root / "pid").read_text())
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        return pid

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Whatever runs has ended."""
        if (pid := self.pid) is not None:
            ended = os.pidfd_open(pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
            select.select([ended], [], [], 20)
            os.close(ended)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        (self.root / "pid").unlink(missing_ok=True)

    def _systemctl(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        verb, unit = command[1], command[-1]
        if unit in BESIDES:
            return subprocess.CompletedProcess(command, 5, "", "not found")
        assert unit == GATEWAY_UNIT, command
        if verb == "stop":
            self.stop()
        elif verb == "start" and self.pid is None:
            self._start()
        return subprocess.CompletedProcess(command, 0, "", "")

    def _start(self) -> None:
        program = self.root / "opt/jardin/current/bin/jardin-gateway"
        config = self.root / "etc/jardin/gateway.toml"
        with (self.root / "log").open("ab") as log:
            started = subprocess.Popen(
                [program, "run", "--config", config], env={}, stdout=log, stderr=log
            )
        (self.root / "pid").write_text(str(started.pid))
        started.returncode = 0  # `stop` waits for it; nobody else shall


class UpdatedCard:
    """A card in ``root`` with the version 0.1.0 in service and a garden of some readings."""

    def __init__(self, root: Path, shelf: Path) -> None:
        self.root = root
        self.shelf = shelf
        self.system = CardSystem(root)
        self.data = root / "var/lib/jardin"
        self.port = free_port()
        (root / "etc/jardin/update-keys").mkdir(parents=True)
        config = f'data = "{self.data}"\n[http]\nport = {self.port}\n'
        (root / "etc/jardin/gateway.toml").write_text(config)
        public = signature.public_half(bundles.key(shelf)).read_bytes()
        (root / "etc/jardin/update-keys/kit.pub").write_bytes(public)
        self.store_id = gardens.fill(self.data, readings=50)
        self.garden = gardens.dump(self.data)
        with opened(version(shelf, "0.1.0")) as bundle:
            self.first = releases.install(bundle, ROLE, root, host=Host.here(), run=System().run)
        releases.switch(self.first, root)
        self.system.run(["systemctl", "start", GATEWAY_UNIT])

    def card(self, give_up_s: float = 20.0) -> Card:
        """As an update sees it; it waits for the health of a small program."""
        pause = threading.Event().wait
        watch = partial(Watch, every_s=0.05, steady=2, give_up_s=give_up_s)
        return card_of(self.system, pause=pause, host=Host.here(), watch=watch)

    def updater(self, tell: Tell = lambda _step: None, give_up_s: float = 20.0) -> Updater:
        """What brings it to another version."""
        return Updater(self.card(give_up_s), tell)

    def await_health(self) -> None:
        """The gateway answers."""
        watch = self.card().watch
        assert watch.lacks(frozenset({"gateway"})) == frozenset(), (self.root / "log").read_text()

    def says(self) -> str:
        """Which version answers."""
        self.await_health()
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz") as answer:
            return str(answer.read().decode()).partition('"version": "')[2].rstrip('"}')

    @property
    def in_service(self) -> Release | None:
        return releases.current(self.root)

    def readable_garden(self) -> dict[str, list[tuple[object, ...]]]:
        """What the databases hold, opened as the real version of today does."""
        self.system.stop()
        with closing(SqliteStore(self.data / "store.sqlite", timezone="Europe/Paris")):
            pass
        found = gardens.dump(self.data)
        self.system.run(["systemctl", "start", GATEWAY_UNIT])
        return found

    def close(self) -> None:
        self.system.stop()


def version(shelf: Path, number: str, *, schema: int = 0, well: bool = True) -> Path:
    """The bundle of version ``number`` on ``shelf``, made at its first use."""
    path = shelf / f"jardin-{number}.bundle"
    if not path.exists():
        main = MAIN.format(schema=schema, well=well)
        bundles.bundle(shelf, number, bundles.mini_wheel(shelf, number, main=main))
    return path
