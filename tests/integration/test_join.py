"""Joining a real garden: gateway, broker and node as they are run, and who is kept out."""

from __future__ import annotations

import json
import re
import signal
import stat
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from harness import PATIENCE_S, environment, eventually
from keyed import KeyedGarden, Voice, broker_of, enters, keyed_garden, running_gateway

from gateway.broker import HOST
from sensor_node import config, joining
from sensor_node.credentials import Joined
from sensor_node.errors import GardenError
from sensor_node.join import PENDING, Joining, read_invitation
from sensor_node.link import Broker
from sensor_node.settings import load
from sensor_node.trust import garden_context

ROOT = Path(__file__).parents[2]
NODE = 'data = "{folder}/data"\ninterval_s = 10\nclock = "system"\npins = "fake"\n'
SOIL = '[[sensors]]\ntype = "soil-mcp3008"\nchannel = "bac-1-soil"\nadc_channel = 0\n'


@dataclass
class Served:
    """A garden whose broker and gateway run."""

    garden: KeyedGarden
    broker: subprocess.Popen[bytes]

    @property
    def http(self) -> str:
        return f"{HOST}:{self.garden.settings.http.port}"

    @property
    def https_port(self) -> int:
        return self.garden.settings.https.port

    def keeper(self, *arguments: str) -> str:
        """What ``jardin-gateway node …`` says."""
        command = [sys.executable, "-m", "gateway", "node", *arguments]
        done = subprocess.run(
            [*command, "--config", str(self.garden.config)],
            capture_output=True,
            text=True,
            check=True,
            cwd=self.garden.config.parent,
            env=environment(),
        )
        return done.stdout

    def link(self, node: str, *more: str) -> str:
        """The file of a new invitation."""
        file = self.garden.config.parent / f"{node}.join"
        self.keeper("add", node, "--address", HOST, "--output", str(file), *more)
        return str(file)

    def code(self, node: str) -> str:
        found = re.search(r"[A-Z2-9]{4}(-[A-Z2-9]{4}){3}", self.keeper("add", node, "--code"))
        assert found is not None
        return found.group()

    def health(self, name: str) -> dict[str, Any]:
        told = json.load(urllib.request.urlopen(f"http://{self.http}/api/v1/health?lang=en"))
        (found,) = [check for check in told["checks"] if check["name"] == name]
        return dict(found)


@contextmanager
def running(module: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], env=environment())
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    garden = keyed_garden(tmp_path_factory.mktemp("garden"))
    with broker_of(garden) as broker, running_gateway(garden):
        yield Served(garden, broker)


def join(served: Served, invitation: str, folder: Path, gateway: str | None = None) -> Broker:
    """How the node that joined enters the broker."""
    settings = folder / "node.toml"
    asked = Joining(read_invitation(invitation), settings, gateway or served.http, "en")
    path = asked.keep(asked.account())
    return load(Joined, path, {}).broker


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(GardenError) as refused:
        act()
    return refused.value.code


def test_an_invited_node_joins_measures_and_is_stored(served: Served, tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text(NODE.format(folder=tmp_path) + 'node = "bac-1"\n' + SOIL)
    command = ["join", served.link("bac-1"), "--config", str(tmp_path / "node.toml")]
    joined = subprocess.run(
        [sys.executable, "-m", "sensor_node", *command],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )

    assert (joined.returncode, joined.stderr) == (0, "")
    assert "bac-1 is part of the garden" in joined.stdout
    assert "accepted (bac-1)" in joined.stdout
    for path in (tmp_path / "garden.toml", *tmp_path.glob("authority-*.crt")):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with running("sensor_node", "run", "--config", str(tmp_path / "node.toml")):
        latest = f"http://{served.http}/api/v1/channels/bac-1/bac-1-soil/latest"
        eventually(
            lambda: httpx.get(latest, trust_env=False).status_code == 200, "a reading is stored"
        )
        assert "bac-1" in served.keeper("list")


def test_a_node_joins_by_a_typed_code(served: Served, tmp_path: Path) -> None:
    code = served.code("bac-2")

    broker = join(served, code.lower().replace("-", " "), tmp_path)

    assert broker.username == "bac-2"
    assert enters(broker)


def test_the_same_invitation_given_again_on_the_same_node_changes_nothing(
    served: Served, tmp_path: Path
) -> None:
    link = served.link("deux-fois")
    command = [sys.executable, "-m", "sensor_node", "join", link]
    command += ["--config", str(tmp_path / "node.toml")]
    for _ in range(2):
        subprocess.run(command, check=True, capture_output=True, env=environment())

    assert served.health("keys")["state"] == "good"


def test_a_node_that_was_killed_before_it_wrote_its_keys_down_joins_again(
    served: Served, tmp_path: Path
) -> None:
    link = served.link("coupe")
    killed = Joining(read_invitation(link), tmp_path / "node.toml", served.http, "en")
    killed.account()  # the gateway has made the account; this node never says so
    assert stat.S_IMODE((tmp_path / PENDING).stat().st_mode) == 0o600

    broker = join(served, link, tmp_path)

    assert enters(broker)
    assert not (tmp_path / PENDING).exists()
    assert served.health("keys")["state"] == "good"


def test_a_stolen_invitation_is_refused_to_the_second_and_told_to_the_keeper(
    served: Served, tmp_path: Path
) -> None:
    link = served.link("vole")
    join(served, link, tmp_path / "thief")

    assert refusal(lambda: join(served, link, tmp_path / "owner")) == "INVITATION_USED"
    told = served.health("keys")
    assert (told["state"], told["code"]) == ("bad", "INVITATION_REPEATED")
    assert "vole" in told["text"]
    served.keeper("remove", "vole")
    assert served.health("keys")["state"] == "good"


def test_a_node_that_is_removed_is_out_within_a_second_and_nothing_stands_in_its_name(
    served: Served, tmp_path: Path
) -> None:
    broker = join(served, served.link("dehors"), tmp_path)
    node = Voice(broker).enter(will=True)
    for leaf, payload in (("state", b"online"), ("about", b"{}"), ("say/air", b"21.5")):
        node.say(f"jardin/v1/dehors/{leaf}", payload, retain=True)
    witness = Voice(served.garden.broker).enter()
    witness.say("jardin/v1/live/channel/dehors/air", b"21.5", retain=True)

    said = served.keeper("remove", "dehors")

    assert node.gone.is_set()  # before the command has ended; docs/measurements.md says how soon
    assert "topics cleared: 4" in said
    assert not enters(broker)
    late = Voice(served.garden.broker).enter()
    late.subscribe(
        "jardin/v1/dehors/#", "jardin/v1/live/channel/dehors/#", "jardin/v1/gateway/keys"
    )
    late.say("jardin/v1/gateway/keys", b"mark")
    eventually(lambda: late.hears("jardin/v1/gateway/keys", b"mark"), "all that is retained came")
    assert [topic for topic, _ in late.heard if "dehors" in topic] == []
    for voice in (node, witness, late):
        voice.leave()


def test_other_nodes_stay_connected_when_one_is_added_and_removed(
    served: Served, tmp_path: Path
) -> None:
    staying = Voice(join(served, served.link("reste"), tmp_path / "a")).enter()
    join(served, served.link("passe"), tmp_path / "b")
    served.keeper("remove", "passe")

    staying.subscribe("jardin/v1/reste/state")
    staying.say("jardin/v1/reste/state", b"online")
    eventually(lambda: staying.hears("jardin/v1/reste/state", b"online"), "it is still there")
    assert not staying.gone.is_set()
    staying.leave()


def test_five_wrong_codes_void_the_right_one(served: Served, tmp_path: Path) -> None:
    code = joining.typed(served.code("essais"))
    assert code is not None
    last = "A" if code[-1] != "A" else "B"

    tries = [refusal(lambda: join(served, code[:-1] + last, tmp_path)) for _ in range(6)]

    assert tries == ["CODE_WRONG"] * 5 + ["TOO_MANY_TRIES"]
    assert refusal(lambda: join(served, code, tmp_path)) == "TOO_MANY_TRIES"


def test_an_invitation_of_another_garden_is_refused_and_its_secret_stays_untold(
    served: Served, tmp_path: Path
) -> None:
    link = joining.new_link(served.http, "bac-9", "ab" * 32)

    assert refusal(lambda: join(served, str(link), tmp_path)) == "AUTHORITY_WRONG"
    assert list(tmp_path.iterdir()) == []


def test_an_account_is_not_given_in_the_clear(served: Served) -> None:
    body = {"claim": "0" * 32, "password": "p" * 43}
    told = httpx.post(f"http://{served.http}/api/v1/joining/account", json=body, trust_env=False)

    assert (told.status_code, told.json()["code"]) == (403, "TLS_NEEDED")


def test_the_encrypted_door_shows_the_same_site(served: Served) -> None:
    trusted = garden_context(served.garden.place.authority_text())
    told = httpx.get(
        f"https://{HOST}:{served.https_port}/api/v1/garden", verify=trusted, trust_env=False
    )

    assert told.json()["name"] == "Essai"


class _FalseGateway(BaseHTTPRequestHandler):
    """It passes for the garden's gateway, with an authority and a proof of its own making."""

    asked: list[tuple[str, bytes]]
    authority: str

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.asked.append((self.path, self.rfile.read(int(self.headers.get("Content-Length", 0)))))
        told = {"certificate": self.authority, "https_port": 1, "proof": "0" * 64}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def false_gateway(tmp_path: Path) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    other = keyed_garden(tmp_path / "other")

    class Handler(_FalseGateway):
        asked: list[tuple[str, bytes]] = []  # noqa: RUF012 - of this one server
        authority = other.place.authority_text()

    with HTTPServer((HOST, 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"{HOST}:{server.server_port}", Handler.asked
        server.shutdown()
        thread.join()


def test_a_false_gateway_gets_neither_the_node_nor_anything_to_come_in_with(
    served: Served, tmp_path: Path, false_gateway: tuple[str, list[tuple[str, bytes]]]
) -> None:
    address, asked = false_gateway
    code, link = served.code("piege"), served.link("piege-2")
    keys = joining.keys_of(joining.typed(code) or "")

    for invitation in (code, link):
        refused = refusal(lambda i=invitation: join(served, i, tmp_path / "node", address))  # type: ignore[misc]
        assert refused == "AUTHORITY_WRONG"

    heard = b"".join(body for _, body in asked)
    secret = joining.parse_link(Path(link).read_text()).secret
    for untold in (secret, keys.claim, keys.proof.hex(), joining.typed(code) or ""):
        assert untold.encode() not in heard
    assert enters(join(served, code, tmp_path / "node"))  # the code is still good for its owner


def test_what_an_eavesdropper_heard_lets_nobody_in(served: Served, tmp_path: Path) -> None:
    """The node's question and its answer, said again word by word, open nothing."""
    keys = joining.keys_of(joining.typed(served.code("ecoute")) or "")
    nonce = "11" * 16
    body = {"name": keys.name, "nonce": nonce, "proof": joining.node_proof(keys.proof, nonce)}
    heard = httpx.post(
        f"http://{served.http}/api/v1/joining/code", json=body, trust_env=False
    ).json()

    trusted = garden_context(heard["certificate"])
    for claim in (body["proof"][:32], heard["proof"][:32], nonce):
        told = httpx.post(
            f"https://{HOST}:{served.https_port}/api/v1/joining/account",
            json={"claim": claim, "password": "p" * 43},
            verify=trusted,
            trust_env=False,
        )
        assert told.json()["code"] == "INVITATION_UNKNOWN"


def test_a_node_whose_own_name_is_another_uses_no_invitation_up(
    served: Served, tmp_path: Path
) -> None:
    (tmp_path / "node.toml").write_text(NODE.format(folder=tmp_path) + 'node = "serre"\n' + SOIL)
    link = served.link("bac-7")
    command = [sys.executable, "-m", "sensor_node", "join", link]
    said = subprocess.run(
        [*command, "--config", str(tmp_path / "node.toml")],
        capture_output=True,
        text=True,
        check=False,
        env=environment(),
    )

    assert said.returncode == 3
    assert "node.toml says 'serre', but the garden knows this node as 'bac-7'" in said.stderr
    assert enters(join(served, link, tmp_path / "other"))


def test_a_node_cannot_speak_under_a_name_that_is_not_its_accounts(
    served: Served, tmp_path: Path
) -> None:
    """The broker would say nothing: the refusal comes where the settings are read."""
    join(served, served.link("bac-8"), tmp_path)
    settings = tmp_path / "node.toml"
    settings.write_text(NODE.format(folder=tmp_path) + SOIL)
    assert config.load(settings).node == "bac-8"

    settings.write_text(NODE.format(folder=tmp_path) + 'node = "serre"\n' + SOIL)
    assert refusal(lambda: config.load(settings)) == "NODE_NAME_DIFFERS"


def test_nobody_at_the_address_is_told_with_what_to_do(served: Served, tmp_path: Path) -> None:
    link = served.link("seul")

    assert refusal(lambda: join(served, link, tmp_path, f"{HOST}:1")) == "GATEWAY_ABSENT"
    assert enters(join(served, link, tmp_path))
