"""The doctor at a real broker's door, and beside a node that runs."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from harness import Ear, Wiretap, environment, eventually, new_mosquitto

from gateway.broker import HOST, MosquittoBroker
from sensor_node import wire
from sensor_node.link import Broker
from sensor_node.setup.finding import Finding
from sensor_node.setup.knock import network


def found_at(port: int, username: str = "", password: str = "") -> dict[str, Finding]:
    broker = Broker(HOST, port, username, password)
    return {finding.check.en: finding for finding in network(broker)}


def gateway_says(port: int, **state: Any) -> None:
    with closing(Ear(port)) as ear:
        ear.say(wire.gateway_state_topic(), json.dumps(state), retain=True)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[MosquittoBroker]:
    """A mosquitto that lets in potager-1 with the password "right", and nobody else."""
    keys = shutil.which("mosquitto_passwd")
    if keys is None:
        pytest.skip("needs mosquitto_passwd, which comes with mosquitto")
    file = tmp_path / "passwords"
    command = [keys, "-b", "-c", str(file), "potager-1", "right"]
    subprocess.run(command, check=True, capture_output=True)
    file.chmod(0o600)
    broker = new_mosquitto(tmp_path / "broker")
    broker.allow_only(file)
    broker.start()
    yield broker
    broker.stop()


def test_a_gateway_that_knows_the_time_is_all_that_can_be_wished_for(
    mosquitto: MosquittoBroker,
) -> None:
    gateway_says(mosquitto.port, state="online", store="ab", time=1, clock="trusted")

    found = found_at(mosquitto.port)

    assert [finding.verdict for finding in found.values()] == ["good"] * 4
    assert "knows the time" in found["gateway"].words.en


@pytest.mark.parametrize(
    ("state", "verdict", "code"),
    [
        ({"state": "online", "clock": "untrusted"}, "odd", None),
        ({"state": "lost"}, "bad", "GATEWAY_SILENT"),
    ],
)
def test_a_gateway_without_the_time_is_odd_and_one_that_is_gone_bad(
    mosquitto: MosquittoBroker, state: dict[str, Any], verdict: str, code: str | None
) -> None:
    gateway_says(mosquitto.port, **state)
    gateway = found_at(mosquitto.port)["gateway"]
    assert (gateway.verdict, gateway.code) == (verdict, code)


def test_a_broker_without_a_gateway_is_said_so(mosquitto: MosquittoBroker) -> None:
    found = found_at(mosquitto.port)
    assert found["MQTT login"].verdict == "good"
    assert found["gateway"].code == "GATEWAY_SILENT"


def test_a_state_that_is_no_json_is_no_gateway(mosquitto: MosquittoBroker) -> None:
    with closing(Ear(mosquitto.port)) as ear:
        ear.say(wire.gateway_state_topic(), b"\xff", retain=True)
    assert found_at(mosquitto.port)["gateway"].code == "GATEWAY_SILENT"


def test_the_right_password_enters_and_a_wrong_one_is_told_as_such(
    locked: MosquittoBroker,
) -> None:
    assert found_at(locked.port, "potager-1", "right")["MQTT login"].verdict == "good"

    found = found_at(locked.port, "potager-1", "wrong")
    assert found["MQTT login"].code == "BROKER_REFUSED"
    assert "broker.password" in found["MQTT login"].words.fr
    assert "gateway" not in found


def test_a_broker_that_is_off_ends_the_questions(mosquitto: MosquittoBroker) -> None:
    mosquitto.stop()
    found = found_at(mosquitto.port)
    assert list(found) == ["broker's name", "MQTT broker"]
    assert found["MQTT broker"].code == "BROKER_ABSENT"


# --- beside a node that runs ----------------------------------------------------------------------


def write_config(folder: Path, port: int, more: str = "") -> Path:
    config = folder / "node.toml"
    config.write_text(
        f'node = "potager-1"\ndata = "{folder / "node"}"\ninterval_s = 10\npins = "fake"\n'
        f'clock = "system"\nlanguage = "en"\n{more}'
        f'[broker]\nhost = "{HOST}"\nport = {port}\n'
        '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "damp"\n'
        '[[sensors]]\ntype = "bme280"\npressure = "pressure"\n',
        encoding="utf-8",
    )
    return config


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sensor_node", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(),
        check=False,
        timeout=60,
    )


def test_a_node_that_runs_keeps_its_connection_while_the_doctor_is_there(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    gateway_says(mosquitto.port, state="online", store="ab", time=1, clock="trusted")
    config = write_config(tmp_path, mosquitto.port)
    with (
        closing(Ear(mosquitto.port)) as ear,
        subprocess.Popen(
            [sys.executable, "-m", "sensor_node", "run", "--config", str(config)],
            env=environment(),
            stderr=subprocess.DEVNULL,
        ) as node,
    ):
        eventually(lambda: ear.on("jardin/v1/potager-1/state") == [b"online"], "it is online")
        eventually(lambda: any("/pack/" in t for t, _, _ in list(ear.messages)), "it measures")
        done = command("doctor", "--config", config)
        node.send_signal(signal.SIGTERM)
        node.wait(20)
        eventually(lambda: b"offline" in ear.on("jardin/v1/potager-1/state"), "it has left")
        states = ear.on("jardin/v1/potager-1/state")

    assert states == [b"online", b"offline"]  # never lost, never back
    found = [line.split("  ")[0] for line in done.stdout.splitlines()]
    assert "✗" not in found, done.stdout
    assert f"the running node (process {node.pid}) holds it" in " ".join(done.stdout.split())


def test_the_doctor_says_nothing_on_the_wire_but_its_question(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    with closing(Wiretap(mosquitto.port)) as tap:
        found_at(tap.port)
        assert tap.published == []
        assert (tap.sent["CONNECT"], tap.sent["SUBSCRIBE"]) == (1, 1)


# --- a node's own sensors, simulated --------------------------------------------------------------


def test_a_nodes_own_sensors_live_in_the_simulated_garden_under_its_own_name(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    config = write_config(tmp_path, mosquitto.port)
    packs: list[wire.Pack] = []
    heard = threading.Event()

    def hear(ear: Ear) -> bool:
        for topic, payload, _ in list(ear.messages):
            if "/pack/" in topic:
                packs.append(wire.decode_pack(topic, payload))
                heard.set()
        return heard.is_set()

    with (
        closing(Ear(mosquitto.port)) as ear,
        subprocess.Popen(
            [sys.executable, "-m", "sensor_node", "simulate", "--config", str(config)],
            env=environment(),
            stderr=subprocess.DEVNULL,
        ) as node,
    ):
        eventually(lambda: hear(ear), "a pack comes")
        (about,) = [json.loads(p) for p in ear.on("jardin/v1/potager-1/about")][:1]
        node.send_signal(signal.SIGTERM)
        assert node.wait(20) == 0

    assert about["simulated"] is True
    assert set(about["channels"]) == {"air", "damp", "pressure"}
    pack = packs[0]
    assert pack.node == "potager-1"
    values = {r.channel: r.value for r in pack.records}
    assert set(values) == {"air", "damp", "pressure"}
    assert (values["air"], values["damp"]) != (20.0, 50.0)  # what a fake gives that nobody moves
    # What is made up never mixes with what the real node keeps.
    assert not (tmp_path / "node" / "outbox.sqlite").exists()
    assert (tmp_path / "node" / "simulated" / "outbox.sqlite").exists()
