"""What the keys of the machines cost the intake, and how soon a node is shut out.

For each round the gateway of ``bench.ingest`` takes the same packs in twice: from a broker that is
open to everybody in the clear, as the demo's is, and from the one that ``jardin-gateway init``
made, over TLS, with passwords and rights. Which of the two comes first changes from round to round.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

from bench.figures import Figure
from bench.gateway import CONFIG
from bench.ingest import Pace, gateway_pace
from bench.usage import is_known
from gateway import children
from gateway.broker import HOST, find_mosquitto, free_port, own_broker
from gateway.keys.acl import Identity
from gateway.keys.book import Account, Book
from gateway.keys.broker import Doors, publish_tables
from gateway.keys.making import GATEWAY_NAME, Plan, make_garden
from gateway.keys.passwords import hashed, new_password
from gateway.keys.place import Place
from gateway.keys.removing import remove_node
from gateway.keys.session import visit
from sensor_node.clock import SystemClock
from sensor_node.errors import NetworkError
from sensor_node.link import Broker, client_of

GOAL = 0.75
OUT_GOAL_S = 1.0
START_S = 10.0
REMOVALS = 10
DOORS = '\n[http]\nhost = "{host}"\nport = {http}\n[https]\nport = {https}\n'


def measure(folder: Path, packs: int, rounds: int) -> list[Figure]:
    """Both paces, their ratio, and the seconds until a node is out."""
    if find_mosquitto() is None or not is_known():
        print("no mosquitto or no /proc: the cost of keys is not measured", file=sys.stderr)
        return []
    plain: list[Pace] = []
    keyed: list[Pace] = []
    for number in range(rounds):
        place = folder / str(number)
        turns = [lambda p=place: plain.append(_plain_pace(p / "plain", packs)),
                 lambda p=place: keyed.append(_keyed_pace(p / "keyed", packs))]  # fmt: skip
        for turn in turns if number % 2 == 0 else reversed(turns):
            turn()
        ratio = keyed[-1].packs_a_s / plain[-1].packs_a_s
        print(f"round {number + 1}: keyed to plain {ratio:.2f}", file=sys.stderr)
    ratios = [k.packs_a_s / p.packs_a_s for k, p in zip(keyed, plain, strict=True)]
    return [
        Figure("gateway, broker open and in the clear", "packs/s", [p.packs_a_s for p in plain]),
        Figure("gateway, TLS, passwords and rights", "packs/s", [k.packs_a_s for k in keyed]),
        Figure("  ratio", "", ratios, least=GOAL),
        Figure("  in the clear, processor time", "us/pack", [p.us_a_pack for p in plain]),
        Figure("  TLS, processor time", "us/pack", [k.us_a_pack for k in keyed]),
        Figure("node removed: disconnected after", "s", _removals(folder / "out"), most=OUT_GOAL_S),
    ]


def _plain_pace(folder: Path, packs: int) -> Pace:
    broker = own_broker(folder / "broker")
    broker.start()
    try:
        http, config = free_port(), folder / "gateway.toml"
        text = CONFIG.format(folder=folder / "data", host=HOST, port=broker.port, http=http)
        config.write_text(text)
        return gateway_pace(config, http, Broker(HOST, broker.port), packs)[0]
    finally:
        broker.stop()


def _keyed_pace(folder: Path, packs: int) -> Pace:
    with _keyed_broker(folder) as (_, broker):
        http, config = free_port(), folder / "gateway.toml"
        doors = DOORS.format(host=HOST, http=http, https=free_port())
        text = config.read_text().replace("\n[broker]", '\nclock = "system"\n[broker]')
        config.write_text(text + doors)
        return gateway_pace(config, http, broker, packs)[0]


@contextmanager
def _keyed_broker(folder: Path) -> Iterator[tuple[Place, Broker]]:
    """A garden's own broker at work, and how its gateway enters it."""
    place, port = Place(folder / "data"), free_port()
    make_garden(place, folder / "gateway.toml", Plan("Bench", "en", Doors(port)), SystemClock())
    broker = Broker(
        "localhost", port, GATEWAY_NAME, password_file=place.gateway_password, ca=place.authority
    )
    command = [str(find_mosquitto()), "-c", str(place.broker / "mosquitto.conf")]
    process = children.start(command, place.data / "mosquitto.log")
    try:
        _wait_for(broker)
        yield place, broker
    finally:
        children.stop([process])


def _wait_for(broker: Broker) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            with visit(broker):
                return
        except NetworkError:
            if time.monotonic() > end:
                raise
        time.sleep(0.05)


def _removals(folder: Path) -> list[float]:
    """How long after ``node remove`` has begun its node is disconnected, for several in turn."""
    with _keyed_broker(folder) as (place, broker), closing(Book(place.book)) as book:
        return [_removal(place, book, broker) for _ in range(REMOVALS)]


def _removal(place: Place, book: Book, broker: Broker) -> float:
    password, out, entered = new_password(), Event(), Event()
    with book.alone() as entries:
        entries.invite("bac-1", password, 0, 1)
        entries.put(Account("bac-1", Identity.NODE, hashed(password), 0))
    publish_tables(place, book, broker)
    node = replace(broker, username="bac-1", password=password, password_file=None)
    client = client_of(node, "bench-node")
    client.on_connect = lambda *_: entered.set()
    ended_s: list[float] = []

    def gone(*_: object) -> None:
        ended_s.append(time.monotonic())
        out.set()

    client.on_disconnect = gone
    client.connect(node.host, node.port)
    client.loop_start()
    assert entered.wait(START_S)
    begun_s = time.monotonic()
    remove_node(place, book, broker, "bac-1")
    assert out.wait(START_S)
    client.loop_stop()
    return ended_s[0] - begun_s
