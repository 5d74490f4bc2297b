"""Gateway, node and a pupil's computer as three hosts of one network, which somebody listens to."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from harness import PATIENCE_S, eventually, missing
from hosts import Network, environment, need_namespaces

from gateway.broker import find_mosquitto

PORTS = '\n[http]\nhost = "0.0.0.0"\nport = 8000\n[https]\nport = 8443\n'
NODE = 'node = "bac-1"\ndata = "{folder}/data"\ninterval_s = 10\nclock = "system"\npins = "fake"\n'
SOIL = '[[sensors]]\ntype = "soil-mcp3008"\nchannel = "bac-1-soil"\nadc_channel = 0\n'


class Site:
    """The three hosts and what runs on them."""

    def __init__(self, network: Network, folder: Path, stack: ExitStack) -> None:
        self.network = network
        self.folder = folder
        self._stack = stack

    def does(self, host: str, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.network.python(host, *words),
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=environment(),
            timeout=60,
        )

    def starts(self, host: str, *words: str) -> None:
        self._stack.enter_context(self._running(host, self.network.python(host, *words)))

    def starts_program(self, host: str, *words: str) -> None:
        self._stack.enter_context(self._running(host, self.network.command(host, *words)))

    def fetches(self, host: str, path: str) -> str:
        program = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
        address = f"http://{self.network.address['gateway']}:8000{path}"
        return self.does(host, "-c", program, address).stdout

    @contextmanager
    def _running(self, host: str, command: list[str]) -> Iterator[None]:
        with (self.folder / f"{host}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=self.folder, env=environment(), stdout=log, stderr=log
            )
            try:
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                process.wait(PATIENCE_S)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    need_namespaces()
    program = find_mosquitto()
    if program is None:
        missing("mosquitto")
    with ExitStack() as stack:
        network = stack.enter_context(Network(("gateway", "node", "pupil")).up())
        site = Site(network, tmp_path, stack)
        asked = ["--data", "data", "--plain-port", "1883", "--name", network.address["gateway"]]
        made = site.does("gateway", "-m", "gateway", "init", *asked)
        assert made.returncode == 0, made.stderr
        with (tmp_path / "gateway.toml").open("a") as file:
            file.write(PORTS)
        site.starts_program("gateway", program, "-c", str(tmp_path / "data/broker/mosquitto.conf"))
        site.starts("gateway", "-m", "gateway", "run", "--config", "gateway.toml")
        eventually(lambda: "broker" in site.fetches("pupil", "/healthz"), "the gateway is there")
        yield site


@pytest.mark.prove
def test_three_hosts_and_whoever_listens_between_them(site: Site) -> None:
    gateway = site.network.address["gateway"]
    invited = site.does("gateway", "-m", "gateway", "node", "add", "bac-1", "--address", gateway)
    assert invited.returncode == 0, invited.stderr
    (site.folder / "node").mkdir()
    (site.folder / "node/node.toml").write_text(NODE.format(folder=site.folder / "node") + SOIL)
    heard = site.folder / "frames"
    listener = Path(__file__).with_name("eavesdropper.py")
    site.starts("node", str(listener), str(heard))
    eventually(heard.exists, "somebody listens")

    joined = site.does(
        "node", "-m", "sensor_node", "join", "bac-1.join", "--config", "node/node.toml"
    )
    assert joined.returncode == 0, joined.stdout + joined.stderr
    site.starts("node", "-m", "sensor_node", "run", "--config", "node/node.toml")
    latest = "/api/v1/channels/bac-1/bac-1-soil/latest"
    eventually(lambda: "0." in site.fetches("pupil", latest), "the gateway stores what it measures")

    frames = heard.read_bytes()
    password = _setting(site.folder / "node/garden.toml", "password")
    secret = (site.folder / "bac-1.join").read_text().strip().rpartition("secret=")[2]
    assert b"/api/v1/joining/authority" in frames  # it did listen
    for untold in (password, secret, "bac-1-soil", "jardin/v1"):
        assert untold.encode() not in frames, untold

    begun = site.does("gateway", "-m", "gateway", "workshop", "start", "Essai")
    code = begun.stdout.split()[0]
    pupil = site.does("pupil", str(Path(__file__).with_name("pupil.py")), gateway, code)
    assert pupil.stdout.splitlines() == [
        "in the sandbox: heard",
        "as others: not heard",
        "by name of nobody: not in",
        "by name bac-1: not in",
        "by name gateway: not in",
        "by name atelier.radis: not in",
        "at the encrypted door: not in",
    ], pupil.stdout + pupil.stderr
    before = json.loads(site.fetches("pupil", latest))["time"]
    eventually(lambda: before not in site.fetches("pupil", latest), "the node goes on")
    assert "forged" not in site.fetches("pupil", "/api/v1/channels")


def _setting(path: Path, name: str) -> str:
    (line,) = [row for row in path.read_text().splitlines() if row.startswith(f"{name} = ")]
    return line.partition('"')[2].rstrip('"')
