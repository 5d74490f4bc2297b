"""``python pupil.py GATEWAY CODE``: a pupil's computer joins, and says what it may and may not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import httpx
from harness import eventually
from keyed import Voice, enters

from sensor_node.link import Broker

FORGED = b"666"
OTHERS = ("gateway/state", "bac-1/say/forged", "bac-1/state", "atelier.radis/say/forged")


def main() -> None:
    """Say each thing, then something that is surely heard, and tell what came through."""
    host, code = sys.argv[1:]
    own = Broker(host, 1883, "atelier.tomate", joined(host, code))
    eventually(lambda: enters(own), "the broker knows the group")
    voice = Voice(own).enter()
    voice.subscribe("jardin/v1/#")
    for topic in OTHERS:
        voice.say(f"jardin/v1/{topic}", FORGED)
    voice.say("jardin/v1/atelier.tomate/say/t", b"21.5")
    eventually(lambda: voice.hears("jardin/v1/atelier.tomate/say/t", b"21.5"), "its own sandbox")
    voice.leave()
    print("in the sandbox: heard")
    forged = [topic for topic, payload in voice.heard if payload == FORGED]
    print(f"as others: {forged or 'not heard'}")
    for name in ("", "bac-1", "gateway", "atelier.radis"):
        print(f"by name {name or 'of nobody'}: {entered(Broker(host, 1883, name, 'x'))}")
    encrypted = replace(own, port=8883, username="bac-1", ca=Path("data/keys/authority.crt"))
    print(f"at the encrypted door: {entered(encrypted)}")


def joined(host: str, code: str) -> str:
    """The token of the group that this computer is from now on."""
    wanted = {"code": code, "plant": "tomate"}
    answer = httpx.post(f"http://{host}:8000/api/v1/workshops/join", json=wanted, trust_env=False)
    return str(answer.raise_for_status().json()["token"])


def entered(broker: Broker) -> str:
    return "in" if enters(broker) else "not in"


if __name__ == "__main__":
    main()
