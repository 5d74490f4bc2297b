"""``jardin-gateway demo``: a whole garden on one computer, with nothing but pip.

A broker of its own, the gateway, and the four nodes of the simulated garden, each a process as a
user would start it. The last week comes through nodes, broker and gateway; the year before is
written to a CSV and taken in by the public import, marked as simulated.
"""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from gateway import children
from gateway.bounds import check_range
from gateway.broker import HOST, Broker, own_broker
from gateway.calibrations import Wanted
from gateway.demo_beds import plant
from gateway.demo_past import PastMornings
from gateway.demo_year import write_year
from gateway.import_cli import import_into
from gateway.run import GatewayProcess
from gateway.security.audit import CONSOLE
from gateway.security.giving import Giver
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.settings import GatewaySettings, Http
from gateway.store.base import Series
from sensor_node.clock import SystemClock
from sensor_node.console import pick, set_up_logging
from sensor_node.errors import language_of
from sensor_node.garden.demo import NODES
from sensor_node.garden.probe import ideal_fraction
from sensor_node.link import Broker as BrokerAddress

PAST_DAYS = 7
DAY_MS = 86_400_000

log = logging.getLogger("jardin.demo")


def run_demo(port: int, folder: Path) -> int:
    """Run the demo's pages on ``port``, its data in ``folder``, until Ctrl-C.

    Raises ``NetworkError`` where the port is taken and ``StorageError`` where the folder cannot
    be written.
    """
    check_range("--port", port, 0, 65535)
    set_up_logging(language_of())
    logging.getLogger("jardin").setLevel(logging.WARNING)
    folder = folder.resolve()
    demo = _Demo(port, folder)
    _say(f"Jardin de démonstration, données dans {folder}", f"Demo garden, data in {folder}")
    demo.run()
    _say("Le jardin de démonstration est arrêté.", "The demo garden has stopped.")
    return 0


class _Process(GatewayProcess):
    """A gateway that says before it ends that it does."""

    ending: Callable[[], None] = staticmethod(lambda: None)

    def stop(self) -> None:
        self.ending()
        super().stop()


class _Demo:
    def __init__(self, port: int, folder: Path) -> None:
        self._folder = folder
        self._port = port
        self._code = ""
        self._broker: Broker = own_broker(folder / "broker")
        self._nodes: list[subprocess.Popen[bytes]] = []
        self._mornings: PastMornings | None = None
        self._settings = GatewaySettings(
            data=folder / "gateway",
            name=pick("Jardin de démonstration", "Demo garden"),
            language=language_of(),
            latitude=47.3,
            longitude=5.0,
            clock="system",
            broker=BrokerAddress(host=HOST, port=self._broker.port),
            http=Http(port=port),
        )

    def run(self) -> None:
        process = _Process(self._settings, before=self._begin, ready=self._start_nodes)
        process.ending = self._end_mornings
        try:
            process.run()
        finally:
            children.stop(self._nodes)
            self._stop_mornings()
            self._broker.stop()

    def _begin(self, gateway: Gateway) -> None:
        """The port is ours: lay down the year before, then open the broker."""
        self._code, _ = Giver(gateway.catalogue.keyring, gateway.clock, CONSOLE).code(Role.KEEPER)
        self._import_year(gateway)
        self._mornings = PastMornings(gateway)
        self._broker.start()
        _say(
            f"Serveur MQTT : {self._broker.name}, {HOST}:{self._broker.port}",
            f"MQTT broker: {self._broker.name}, {HOST}:{self._broker.port}",
        )

    def _import_year(self, gateway: Gateway) -> None:
        if gateway.catalogue.imports():
            return
        _say("L'année d'avant est simulée…", "Simulating the year before…")
        end_ms = SystemClock().wall_ms() - PAST_DAYS * DAY_MS
        file = self._folder / "year-before.csv"
        poured = write_year(file, end_ms)
        report = import_into(gateway, file, simulated=True)
        _say(f"… {report.new} mesures importées.", f"… {report.new} readings imported.")
        calibrate(gateway)
        plant(gateway, poured)

    def _end_mornings(self) -> None:
        if self._mornings is not None:
            self._mornings.end()

    def _stop_mornings(self) -> None:
        if self._mornings is not None:
            self._mornings.stop()

    def _start_nodes(self) -> None:
        assert self._mornings is not None  # noqa: S101 - begun before
        self._mornings.start()
        for node in NODES:
            data = self._folder / "nodes" / node.node
            data.mkdir(parents=True, exist_ok=True)
            command = [sys.executable, "-m", "sensor_node", "simulate", "--node", node.node]
            command += ["--host", HOST, "--port", str(self._broker.port), "--data", str(data)]
            command += ["--past-days", str(PAST_DAYS)]
            self._nodes.append(children.start(command, data / "node.log"))
        page = f"http://localhost:{self._port}"
        _say(
            f"\n  →  {page}\n\nPour y écrire aussi (une fois, sur cet ordinateur) :\n"
            f"  →  {page}/entrer?code={self._code}\n\nLa dernière semaine arrive par les nœuds "
            "(une minute). Ctrl-C pour arrêter.",
            f"\n  →  {page}\n\nTo write there too (once, on this computer):\n"
            f"  →  {page}/entrer?code={self._code}\n\nThe last week is coming in through the "
            "nodes (a minute). Ctrl-C to stop.",
        )


def calibrate(gateway: Gateway) -> None:
    """Two points for each soil probe, as a gardener would have found them: dry, and soaked."""
    dry, soaked = ((ideal_fraction(percent), percent) for percent in (0.0, 45.0))
    probes = [
        Series(node.node, channel.channel)
        for node in NODES
        for channel in node.channels
        if channel.quantity == "soil_moisture_raw"
    ]
    wanted = [Wanted(probe, dry, soaked) for probe in probes]
    gateway.catalogue.calibrations.make(wanted, "gardener", gateway.clock.wall_ms())


def _say(fr: str, en: str) -> None:
    print(pick(fr, en), flush=True)
