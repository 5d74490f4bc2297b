"""What the guard of the cable hears on a real interface, and what it is not even woken by."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dhcp_servers import options, reply
from harness import PATIENCE_S
from hosts import Cabling, environment, need_namespaces

LISTENER = """
import json, select
from gateway.kit.cable_ear import CableEar, plugged
ear = CableEar("eth0")
ear.ask()
print("open", flush=True)
select.select([ear], [], [], 10)
print(json.dumps([str(one.answer.server) for one in ear.heard()]), ear.bridged(), plugged("eth0"))
"""
SPEAKER = """
import socket, sys
card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
card.bind(("eth0", 0))
for frame in sys.argv[1:]:
    card.send(bytes.fromhex(frame))
"""
TO_ALL, TO_OTHER = "ff" * 6, "020000000077"
FROM, IPV4 = "020000000088", "0800"


@pytest.fixture
def cabling() -> Iterator[Cabling]:
    need_namespaces()
    with Cabling("kit", "server").up() as cabling:
        cabling.switch("cable", "ageing_time", "0")  # a hub: everybody hears everything
        for host in ("kit", "server"):
            cabling.plug(host, "eth0", "cable")
            cabling.does(host, "ip", "link", "set", "eth0", "up")
        yield cabling


def heard(cabling: Cabling, *frames: str) -> list[str]:
    listener = subprocess.Popen(
        cabling.command("kit", sys.executable, "-c", LISTENER),
        stdout=subprocess.PIPE, text=True, env=environment(),
    )  # fmt: skip
    assert listener.stdout is not None
    with listener.stdout as told:
        assert told.readline() == "open\n"
        cabling.does("server", sys.executable, "-c", SPEAKER, *frames)
        line = told.readline()
    assert listener.wait(PATIENCE_S) == 0
    servers, bridged, plugged = line.rsplit(maxsplit=2)
    assert plugged.isdecimal()
    return [*json.loads(servers), *(["a managed switch"] if bridged == "True" else [])]


def frame(to: str, payload: bytes) -> str:
    return to + FROM + IPV4 + payload.hex()


def test_answers_to_anybody_are_heard_and_nothing_else_wakes_it(cabling: Cabling) -> None:
    offer = reply(options((53, b"\2"), (54, bytes((10, 21, 0, 1)))))
    acknowledgement = reply(options((53, b"\5"), (54, bytes((10, 21, 0, 2)))))
    noise, fragment = bytearray(offer), bytearray(offer)
    noise[20:22] = bytes((0x14, 0xE9))  # from port 5353
    fragment[6:8] = bytes((0x20, 0x10))  # the middle of a longer packet
    told = heard(
        cabling,
        frame(TO_ALL, bytes(noise)),
        frame(TO_ALL, bytes(fragment)),
        "0180c2000000" + FROM + "0026" + "424203" + "00" * 35,  # IEEE 802.1D
        frame(TO_ALL, offer),
        frame(TO_OTHER, acknowledgement),
    )
    assert "10.21.0.1" in told
    assert "a managed switch" in told
    assert set(told) <= {"10.21.0.1", "10.21.0.2", "a managed switch"}


def test_its_own_question_is_not_an_answer(cabling: Cabling) -> None:
    silence = frame(TO_ALL, reply(options((53, b"\1"))))  # port 67, but a client's word
    assert heard(cabling, silence) == []


def test_without_an_interface_there_is_an_error_and_no_cable(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="a kit is a Linux computer")
    from gateway.kit.cable_ear import CableEar, is_open, is_there, plugged  # noqa: PLC0415

    assert (is_there("none0"), is_open("none0"), plugged("none0")) == (False, False, None)
    with pytest.raises(OSError, match="none0"):
        CableEar("none0")
