"""``python pupil.py GATEWAY``: a pupil's computer tries what it may and what it may not say."""

from __future__ import annotations

import sys
from pathlib import Path

from harness import eventually
from keyed import Voice

from gateway.keys.session import visit
from sensor_node.errors import NetworkError
from sensor_node.link import Broker


def main() -> None:
    """Say each thing, then something that is surely heard, and tell what came through."""
    plain = Broker(sys.argv[1], 1883)
    ear = Voice(plain, "ear").enter()
    ear.subscribe("jardin/v1/#")
    for name, said, topic in (
        ("", "in the sandbox", "atelier.tomate/say/t"),
        ("bac-1", "as bac-1", "bac-1/state"),
        ("gateway", "as the gateway", "gateway/state"),
    ):
        voice = Voice(Broker(plain.host, plain.port, name, "x" if name else "")).enter()
        voice.say(f"jardin/v1/{topic}", b"21.5")
        voice.say("jardin/v1/atelier.radis/say/mark", said.encode())
        mark = said.encode()
        eventually(lambda m=mark: ear.hears("jardin/v1/atelier.radis/say/mark", m), "the mark")  # type: ignore[misc]
        print(f"{said}: {'' if ear.hears(f'jardin/v1/{topic}', b'21.5') else 'not '}heard")
        voice.leave()
    ear.leave()
    try:
        with visit(Broker(plain.host, 8883, "bac-1", "x", ca=Path("data/keys/authority.crt"))):
            print("at the encrypted door: in")
    except NetworkError as error:
        print(f"at the encrypted door: {error.code}")


if __name__ == "__main__":
    main()
