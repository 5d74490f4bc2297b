"""The programs as a person starts them: what they say and return when something is wrong."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from certificates import make_certificate
from harness import answers, environment, eventually, new_mosquitto
from killed import as_a_kill_leaves_it

from gateway.broker import HOST, MosquittoBroker, free_port
from gateway.run import GatewayProcess
from gateway.settings import GatewaySettings, Http
from sensor_node.errors import NetworkError
from sensor_node.link import Broker as BrokerAddress


def write_config(folder: Path, broker_port: int, http_port: int, more: str = "") -> Path:
    config = folder / "gateway.toml"
    config.write_text(
        f'data = "{folder / "garden"}"\nclock = "system"\n{more}\n'
        f'[broker]\nhost = "{HOST}"\nport = {broker_port}\n'
        f'[http]\nhost = "{HOST}"\nport = {http_port}\n',
        encoding="utf-8",
    )
    return config


def command(*arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        capture_output=True,
        text=True,
        env={**environment(), "JARDIN_LANGUAGE": language},
        timeout=60,
        check=False,
    )


def assert_plain(done: subprocess.CompletedProcess[str], code: int, words: str) -> None:
    assert done.returncode == code, done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@contextmanager
def running(*arguments: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            stdout=output,
            stderr=output,
            env=environment(),
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_a_wrong_key_is_refused_with_the_nearest_right_one(tmp_path: Path) -> None:
    config = write_config(tmp_path, 1, 2, more='langage = "fr"')
    assert_plain(command("gateway", "run", "--config", str(config)), 3, "'language'")


def test_a_taken_port_is_named_with_what_to_do(tmp_path: Path) -> None:
    with closing(socket.create_server((HOST, 0))) as taken:
        port = taken.getsockname()[1]
        done = command("gateway", "run", "--config", str(write_config(tmp_path, 1, port)))
    assert_plain(done, 4, f"Port {port} is taken by another program: choose another one")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "garden").write_text("a file where the folder should be")
    done = command("gateway", "run", "--config", str(write_config(tmp_path, 1, free_port())))
    assert_plain(done, 5, "is not writable: change the setting 'data'")


def test_a_broker_that_is_not_there_is_named_once_patience_is_over(tmp_path: Path) -> None:
    settings = GatewaySettings(
        data=tmp_path,
        broker=BrokerAddress(host=HOST, port=free_port()),
        http=Http(host=HOST, port=free_port()),
    )
    with pytest.raises(NetworkError) as caught:
        GatewayProcess(settings, patience_s=0).run()
    assert caught.value.code == "BROKER_ABSENT"
    assert caught.value.exit_code == 4
    assert "check that it is running" in caught.value.en


def test_a_wrong_password_ends_a_starting_gateway_in_one_sentence(tmp_path: Path) -> None:
    broker = locked_mosquitto(tmp_path)
    config = write_config(tmp_path, broker.port, free_port())
    with closing(Stopping(broker)):
        done = command("gateway", "run", "--config", str(config), language="fr")
    assert_plain(done, 4, "refuse l'entrée")
    assert "broker.username et broker.password" in done.stderr


def test_a_node_with_a_wrong_password_goes_on_sampling_and_says_so_once(tmp_path: Path) -> None:
    broker = locked_mosquitto(tmp_path)
    config = tmp_path / "node.toml"
    config.write_text(
        f'node = "potager-1"\ndata = "{tmp_path / "node"}"\ninterval_s = 10\npins = "fake"\n'
        f'clock = "system"\nlanguage = "en"\n'
        f'[broker]\nhost = "{HOST}"\nport = {broker.port}\nusername = "x"\npassword = "wrong"\n'
        '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "humidity"\n',
        encoding="utf-8",
    )
    log = tmp_path / "node.log"
    with (
        closing(Stopping(broker)),
        running("sensor_node", "run", "--config", str(config), log=log) as node,
    ):
        eventually(lambda: "refuses to let us in" in log.read_text(), "it says so")
        eventually(lambda: packs_in(tmp_path / "node" / "outbox.sqlite") >= 1, "it samples")
        node.send_signal(signal.SIGTERM)
        assert node.wait(20) == 0
    assert log.read_text().count("refuses to let us in") == 1
    assert "Traceback" not in log.read_text()


def packs_in(path: Path) -> int:
    """How many packs a node that runs has in its outbox, which lets nobody else in."""
    try:
        with as_a_kill_leaves_it(path) as found:
            return int(found.execute("SELECT count(*) FROM packs").fetchone()[0])
    except sqlite3.DatabaseError:  # not made yet, or copied in the middle of a write
        return 0


class Stopping:
    """A broker that ``closing`` can stop."""

    def __init__(self, broker: MosquittoBroker) -> None:
        self._broker = broker

    def close(self) -> None:
        self._broker.stop()


def locked_mosquitto(folder: Path) -> MosquittoBroker:
    """A mosquitto that knows one user, and whose password is not the one we give."""
    keys = shutil.which("mosquitto_passwd")
    if keys is None:
        pytest.skip("needs mosquitto_passwd, which comes with mosquitto")
    file = folder / "passwords"
    subprocess.run([keys, "-b", "-c", str(file), "x", "right"], check=True, capture_output=True)
    file.chmod(0o600)
    broker = new_mosquitto(folder / "broker")
    broker.allow_only(file)
    broker.start()
    return broker


def test_the_gateway_serves_its_door_and_stops_at_once_with_a_stream_open(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    port = free_port()
    config = write_config(tmp_path, mosquitto.port, port)
    log = tmp_path / "gateway.log"
    base = f"http://{HOST}:{port}"
    with running("gateway", "run", "--config", str(config), log=log) as gateway:
        eventually(lambda: answers(base), "it is healthy")
        with (
            httpx.Client(trust_env=False) as client,
            client.stream("GET", f"{base}/api/v1/events") as stream,
        ):
            assert stream.status_code == 200
            gateway.send_signal(signal.SIGINT)
            assert gateway.wait(20) == 0
    assert "Traceback" not in log.read_text()


def test_keys_given_on_the_command_line_open_both_doors_of_a_running_garden(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    http, https = free_port(), free_port()
    more = f'https = {{ host = "{HOST}", port = {https} }}'
    config = write_config(tmp_path, mosquitto.port, http, more)
    make_certificate(tmp_path / "garden" / "keys")
    log = tmp_path / "gateway.log"
    base, safe = f"http://{HOST}:{http}", f"https://localhost:{https}"
    trusted = ssl.create_default_context(cafile=tmp_path / "garden" / "keys" / "web.crt")
    with (
        running("gateway", "run", "--config", str(config), log=log) as gateway,
        httpx.Client(base_url=safe, verify=trusted, trust_env=False) as keeper,
    ):
        eventually(lambda: answers(base), "it is healthy")
        words = "quatre mots sans rapport"
        passphrase = ["passphrase", "--config", str(config)]
        subprocess.run(
            [sys.executable, "-m", "gateway", *passphrase], input=words, text=True, check=True
        )
        assert keeper.post("/entrer", data={"code": words}).status_code == 303
        assert keeper.get("/api/v1/who").json()["role"] == "keeper"
        make = ["token", "create", "station", "--scope", "send", "--node", "meteo"]
        made = command("gateway", *make, "--config", str(config))
        sent = httpx.post(
            f"{base}/api/v1/readings",
            json={"readings": [{"channel": "air", "value": 21.4, "unit": "Cel"}]},
            headers={"Authorization": f"Bearer {made.stdout.strip()}"},
            trust_env=False,
        )
        assert (sent.status_code, sent.json()["stored"]) == (201, 1)
        changes = keeper.get("/api/v1/audit").json()["changes"]
        assert [(c["by"], c["what"]) for c in changes] == [
            ("console", "TOKEN_MADE"),
            ("keeper", "KEEPER_ENTERED"),
            ("console", "PASSPHRASE_SET"),
        ]
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait(20) == 0
    assert "Traceback" not in log.read_text()


def test_the_demo_brings_a_week_and_a_year_on_screen_and_leaves_no_process(
    tmp_path: Path,
) -> None:
    port = free_port()
    data = tmp_path / "demo"
    log = tmp_path / "demo.log"
    base = f"http://{HOST}:{port}"
    with running("gateway", "demo", "--port", str(port), "--data", str(data), log=log) as demo:
        eventually(lambda: answers(base), "the demo is healthy", 60)
        eventually(lambda: week_is_in(base), "the last week came through the nodes", 150)
        with httpx.Client(base_url=f"{base}/api/v1", trust_env=False) as client:
            nodes = {n["node"]: n for n in client.get("/nodes").json()["nodes"]}
            assert set(nodes) == {"serre", "potager", "verger", "meteo"}
            eventually(lambda: state_of(client, "verger") == "lost", "one node fell silent")
            pulled = client.get("/channels/potager/nu-soil").json()["latest"]
            assert (pulled["quality"], pulled["fault"]) == ("fault", "in air")
            (year,) = client.get("/garden").json()["imports"]
            assert year["simulated"] is True
            year_ago = client.get(
                "/readings", params={"channel": "serre/air", "from": year["from"], "every": "1d"}
            ).json()
            assert len(year_ago["series"][0]["points"]) > 365
            assert client.get(base + "/").status_code == 200
            enter_by_the_link_of(log, client, port)
            for bed in ("tomates", "paillis", "nu", "fraises"):
                assert advised(client, bed)["reasons"], bed
            eventually(
                lambda: advised(client, "paillis")["verdict"] != "unknown",
                "the advice hears what came in late",
                100,
            )
            with client.stream("GET", "/events") as stream:
                assert stream.status_code == 200
                demo.send_signal(signal.SIGINT)
                assert demo.wait(30) == 0
    said = log.read_text()
    assert f"http://localhost:{port}" in said
    assert str(data) in said
    assert "Traceback" not in said
    assert processes_naming(str(data)) == []


def enter_by_the_link_of(log: Path, client: httpx.Client, port: int) -> None:
    """The link that the demo prints makes whoever is at this computer its keeper, once."""
    link = re.search(rf"http://localhost:{port}/entrer\?code=([a-z-]+)", log.read_text())
    assert link is not None
    for status in (303, 403):
        answer = client.post(
            f"http://localhost:{port}/entrer", data={"code": link.group(1), "vers": "/"}
        )
        assert answer.status_code == status
    assert client.get(f"http://localhost:{port}/api/v1/tokens").status_code == 200


def advised(client: httpx.Client, bed: str) -> dict[str, Any]:
    answer = client.get(f"/beds/{bed}/advice")
    assert answer.status_code == 200, answer.text
    advice: dict[str, Any] = answer.json()
    return advice


def state_of(client: httpx.Client, node: str) -> str:
    return str(client.get(f"/nodes/{node}").json()["state"])


def week_is_in(base: str) -> bool:
    nodes = httpx.get(f"{base}/api/v1/nodes", trust_env=False).json()["nodes"]
    return len(nodes) == 4 and all(
        n["packs"] >= (7 * 288 if n["node"] != "verger" else 6 * 288) for n in nodes
    )


def processes_naming(text: str) -> list[str]:
    """Command lines of running processes that name ``text``, this one's apart."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if text in line and not re.match(rf"/proc/{os.getpid()}/", str(entry)):
            found.append(line)
    return found
