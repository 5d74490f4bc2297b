"""What firmware_config gives to mosquitto, beside the settings that Debian ships."""

from __future__ import annotations

import contextlib
import getpass
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import paho.mqtt.client as mqtt
import pytest
from harness import eventually, new_mosquitto
from paho.mqtt.enums import CallbackAPIVersion

from gateway.broker import HOST, find_mosquitto, free_port

CONF = Path(__file__).parents[2] / "firmware_config/mosquitto.conf"
DEBIAN = """
persistence true
persistence_location {folder}/
log_dest file {folder}/mosquitto.log
include_dir {folder}/conf.d
user {user}
"""


@pytest.fixture
def garden_broker(tmp_path: Path) -> Iterator[int]:
    """The port of a mosquitto with our settings, which knows the gateway and one node."""
    new_mosquitto(tmp_path)  # skips the test where there is none
    maker = shutil.which("mosquitto_passwd")
    assert maker is not None
    port, passwords = free_port(), tmp_path / "jardin.passwd"
    passwords.touch(mode=0o600)
    for name in ("passerelle", "potager-1"):
        subprocess.run([maker, "-b", str(passwords), name, f"secret of {name}"], check=True)
    ours = CONF.read_text().replace("/etc/mosquitto/jardin.passwd", str(passwords))
    (tmp_path / "conf.d").mkdir()
    (tmp_path / "conf.d/jardin.conf").write_text(ours.replace("listener 1883", f"listener {port}"))
    main = tmp_path / "mosquitto.conf"
    main.write_text(DEBIAN.format(folder=tmp_path, user=getpass.getuser()))
    with subprocess.Popen([str(find_mosquitto()), "-c", str(main)]) as process:
        eventually(lambda: _listens(port), "mosquitto listens with our settings")
        yield port
        process.terminate()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def _answer(port: int, name: str = "", password: str = "") -> str:
    """What the broker says to whoever comes with this name and password."""
    answers: Queue[str] = Queue()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, reconnect_on_failure=False)
    client.on_connect = lambda _client, _data, _flags, reason, _props: answers.put(str(reason))
    if name:
        client.username_pw_set(name, password)
    client.connect(HOST, port)
    client.loop_start()
    try:
        return answers.get(timeout=20)
    finally:
        client.disconnect()
        client.loop_stop()


def test_a_node_with_its_password_is_let_in(garden_broker: int) -> None:
    assert _answer(garden_broker, "potager-1", "secret of potager-1") == "Success"


def test_a_stranger_stays_outside(garden_broker: int) -> None:
    assert _answer(garden_broker) == "Not authorized"


def test_a_wrong_password_stays_outside(garden_broker: int) -> None:
    assert _answer(garden_broker, "potager-1", "secret of passerelle") == "Not authorized"
