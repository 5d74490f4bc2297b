"""Whatever comes from outside, byte by byte: it is taken or refused in words, and nothing dies.

Ten seconds of it with every run of the tests, half an hour in the slow proofs (``FUZZ_S``).
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import re
import socket
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import paho.mqtt.client as mqtt
import pytest
from door import AIR, NOW_MS, Door, garden_door
from fuzzing import seconds, walk
from gardens import fill
from openmeteo import LATITUDE, LONGITUDE
from openmeteo import answer as weather
from people import HERE, People, people_of

from gateway.api.guard import COOKIE
from gateway.backup import make_backup
from gateway.bringing import bring_garden
from gateway.exporting import export_garden
from gateway.forecast.answer import BadAnswer, outlook_of
from gateway.forecast.settings import AskedPlace
from gateway.import_cli import import_into
from gateway.ingest import Ingest
from gateway.restore import prepared
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Reading
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.dating import Dating
from sensor_node.drivers.microbit import LINE
from sensor_node.join import read_invitation
from sensor_node.outbox import Outbox
from sensor_node.recording import Recording, RecordingMap
from sensor_node.settings import build
from sensor_node.signals.advice import Advices
from sensor_node.uplink import Uplink

BOOT: Final = "7c1e9a52d01b44f3"
PACK: Final = (
    b'[{"bn": "potager-1/", "bt": 1763785800.000, "n": "air", "u": "Cel", "v": 21.4},'
    b'{"n": "humidity", "u": "%RH", "v": 55.2, "q": "stuck"},'
    b'{"n": "bac-1-soil", "u": "/", "v": 0.4312}, {"n": "porch", "vs": "fault: checksum"},'
    b'{"n": "clock", "vs": "ntp"}]'
)
VISIBLE: Final = re.compile(rb"[\x21-\x7e]+ [\x21-\x7e]+")
Taker = Callable[[bytes], object]


@dataclass(frozen=True)
class Target:
    """Something that takes bytes from outside; ``begin`` makes it in a folder of its own."""

    name: str
    begin: Callable[[Path, ExitStack], tuple[list[bytes], Taker]]


class DeafLink:
    """A link whose broker takes everything and says nothing."""

    def publish(self, *_: object, **__: object) -> None: ...

    def subscribe(self, _topics: list[str]) -> None: ...

    def acknowledge(self, _message: object) -> None: ...

    def wake(self) -> None: ...


def spoken(topic: bytes, payload: bytes, *, retain: bool = False) -> mqtt.MQTTMessage:
    message = mqtt.MQTTMessage(topic=topic)
    message.payload = payload
    message.retain = retain
    return message


def said(topic: str, payload: bytes) -> bytes:
    """A message as one seed: its topic, a line's end, its payload."""
    return topic.encode() + b"\n" + payload


def message_of(data: bytes) -> mqtt.MQTTMessage | None:
    """What a broker would hand on: a topic in UTF-8 without wildcards."""
    topic, _, payload = data.partition(b"\n")
    try:
        text = topic.decode()
    except UnicodeDecodeError:
        return None
    if not text or set(text) & {"\0", "+", "#"}:
        return None
    return spoken(topic, payload, retain=len(payload) % 7 == 0)


def gateway_in(folder: Path, stack: ExitStack) -> Gateway:
    settings = GatewaySettings(data=folder / "data")
    return stack.enter_context(closing(Gateway.open(settings, FakeClock(NOW_MS))))


def messages_to_the_gateway(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    ingest = Ingest(gateway_in(folder, stack))
    ingest.connected(DeafLink())  # type: ignore[arg-type]
    node = "jardin/v1/potager-1"
    about = {
        "interval_s": 300, "outbox": {"waiting": 1, "dropped": 2}, "simulated": False,
        "channels": {"air": {"quantity": "air_temperature", "sensor": "DHT22", "pin": "GPIO4"}},
    }  # fmt: skip

    def take(data: bytes) -> None:
        if (message := message_of(data)) is not None:
            ingest.received(message)
            ingest.tick(idle=True)

    return [
        said(f"{node}/pack/{BOOT}/1", PACK),
        said(f"{node}/about", json.dumps(about).encode()),
        said(f"{node}/state", b"online"),
        said(f"{node}/state", b'{"state": "online"}'),
        said(f"{node}/clock/ask", b'{"id": "a1", "t_node": 12.5}'),
        said(f"{node}/say/air", b"21.5"),
        said("jardin/v1/atelier.tomate/say/air", b"-3"),
    ], take


def messages_to_a_node(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    outbox = stack.enter_context(closing(Outbox(folder / "outbox.sqlite")))
    clock = FakeClock(NOW_MS)
    uplink = Uplink("potager-1", outbox, clock, dict, dating=Dating(outbox, clock, BOOT))
    advices = Advices(["bac-1"])
    advice = "jardin/v1/live/beds/bac-1/advice"
    uplink.listen(advice, lambda payload: advices.hear("bac-1", payload))
    uplink.connected(DeafLink())  # type: ignore[arg-type]

    def take(data: bytes) -> None:
        if (message := message_of(data)) is not None:
            uplink.received(message)
            clock.advance(1)
            uplink.tick(idle=True)

    node = "jardin/v1/potager-1"
    ack = wire.encode_ack(wire.Ack(BOOT, ((1, 50), (52, 52)), "store-1"))
    return [
        said(f"{node}/ack", ack),
        said("jardin/v1/gateway/state", b'{"state": "online", "store": "s1", "time": 1763785800}'),
        said(f"{node}/clock/answer", b'{"id": "a1", "t": 1763785800.5, "trusted": true}'),
        said(f"{node}/about", b'{"start": "x", "yields": true}'),
        said(f"{node}/state", b'{"state": "online"}'),
        said(advice, b'{"bed": "bac-1", "on": "2026-05-01", "verdict": "water", "mm": 12.5}'),
    ], take


def command_objects(_folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    good = b'{"id": "c1", "expires": 1763785900, "open_s": 60, "valve": "bac-1"}'
    return [good, b"{}", PACK], wire.decode_object


def invitations(folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    path = folder / "bac-1.join"
    link = f"jardin://jardin.local:8000/bac-1?authority={'0f' * 32}&secret={'1e' * 16}"

    def take(data: bytes) -> None:
        path.write_bytes(data)
        for text in (str(path), data.decode(errors="replace").replace("\0", "")):
            with suppress(OSError):  # a name that no file can have
                _refused_or_read(text)

    return [link.encode(), f"# for you\n{link}\n".encode(), b"ABCD-EFGH-JKLM-NPQR"], take


def _refused_or_read(text: str) -> None:
    from sensor_node.errors import UsageError  # noqa: PLC0415

    with suppress(UsageError):
        read_invitation(text)


def tables(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    gateway, path = gateway_in(folder, stack), folder / "a.csv"

    def take(data: bytes) -> None:
        path.write_bytes(data)
        import_into(gateway, path, simulated=False)

    ours = (
        b"node,channel,quantity,time,value,unit,suspect\r\n"
        b"potager-1,air,air_temperature,2025-11-22T04:30:00.000Z,21.4,Cel,\r\n"
    )
    return [ours, _exported_csv(folder / "csv"), _exported_csv(folder / "fr", "csv-fr")], take


def _exported_csv(folder: Path, form: str = "csv") -> bytes:
    with garden_door(folder) as door:
        door.measure(Reading(AIR, NOW_MS - 1000, 21.4), Reading(AIR, NOW_MS - 999, 5.0, "stuck"))
        return door.get("/readings", channel="potager-1/air", format=form).content


def gardens(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    gateway, path, out = gateway_in(folder, stack), folder / "a.gz", folder / "out.gz"
    fill(folder / "old", 20)
    with closing(
        Gateway.open(GatewaySettings(data=folder / "old"), FakeClock(NOW_MS + 10**9))
    ) as o:
        export_garden(o, out)
    lines = gzip.decompress(out.read_bytes())

    def take(data: bytes) -> None:
        # As text inside whole members, so that more than gzip's own check is met; or as bytes.
        path.write_bytes(data if data[:1] == b"\x1f" else gzip.compress(data, 1))
        bring_garden(gateway, path)

    return [lines, out.read_bytes()], take


def backups(folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    data, path = folder / "data", folder / "a.zip"
    fill(data, 20)
    made = make_backup(GatewaySettings(data=data), folder, NOW_MS).path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(made)) as bundle:
        manifest = bundle.read("manifest.json")

    def take(content: bytes) -> None:
        if content[:2] == b"PK":
            path.write_bytes(content)
        else:  # as the manifest of an otherwise good backup
            _with_manifest(made, content, path)
        with prepared(path, data, NOW_MS):
            pass

    return [manifest, made[:3000], made], take


def _with_manifest(made: bytes, manifest: bytes, path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(made)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, manifest if name == "manifest.json" else old.read(name))


def forecasts(_folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    place = AskedPlace(LATITUDE, LONGITUDE)

    def take(data: bytes) -> None:
        with suppress(BadAnswer):
            outlook_of(data, place, NOW_MS)

    good = weather(NOW_MS)
    short = {**good, "hourly": {k: v[:80] for k, v in good["hourly"].items()}}
    return [json.dumps(good).encode()], lambda data: (take(data), take(json.dumps(short).encode()))


def serial_lines(_folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    def take(data: bytes) -> None:
        for line in data.split(b"\n"):
            if (found := LINE.fullmatch(line)) is not None:
                found[1].decode("ascii").lower()
                float(found[2])

    return [b"light:123\r\n", b" temp : -4.25 \n", b"A:1\nB:2\n"], take


def recordings(_folder: Path, _stack: ExitStack) -> tuple[list[bytes], Taker]:
    description = build(
        RecordingMap,
        {
            "time": {"columns": ["DATE"], "format": "%Y-%m-%d %H:%M", "zone": "Europe/Paris"},
            "channels": [{"column": "T", "channel": "air", "quantity": "air_temperature"}],
        },
    )

    def take(data: bytes) -> None:
        text = io.TextIOWrapper(
            io.BytesIO(data), encoding="utf-8-sig", errors="replace", newline=""
        )
        list(Recording(description).read(text))

    return [b'DATE,T\n2025-09-15 17:30,"21.5"\n2025-09-15 17:35,\n'], take


WRITES: Final = (
    ("POST", "/api/v1/readings", b'{"node":"meteo","readings":[{"channel":"a","value":1.5}]}'),
    ("PUT", "/api/v1/beds/bac-1", b'{"soil":"loam","crop":"tomato","area_m2":2.4,"channels":[]}'),
    ("POST", "/api/v1/beds/bac-1/waterings", b'{"cans":2,"at":"2025-11-22T04:00:00Z"}'),
    ("POST", "/api/v1/rain", b'{"mm":3.5,"on":"2025-11-21"}'),
    ("POST", "/api/v1/quarantine/retry", b'{"ids":[1]}'),
    ("POST", "/api/v1/tokens", b'{"label":"x","scopes":["read"],"days":3}'),
    ("POST", "/api/v1/codes", b'{"role":"group","plant":"tomate","hours":2}'),
    ("POST", "/entrer", b"code=bcdf-ghjk&vers=%2F"),
    ("POST", "/sortir", b"csrf=x"),
    ("POST", "/api/v1/join/account", b'{"claim":"0","password":"x"}'),
)
READS: Final = (
    b"/api/v1/readings?channel=potager-1/air&from=2025-11-21&to=now&every=1h&aggregate=mean",
    b"/api/v1/beds/bac-1/advice?on=2025-11-21", b"/api/v1/channels?node=potager-1", b"/?lang=en",
    b"/entrer?code=bcdf&vers=/", b"/vie-privee", b"/static/app.css", b"/confiance/jardin.crt",
    b"/api/v1/quarantine?limit=5&before=3", b"/api/v1/channels/potager-1/air/latest?old=ok",
)  # fmt: skip


def requests(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    """A request as one seed: method and address, headers, an empty line, the body."""
    people = stack.enter_context(people_of(folder))
    session = people.gateway.access.sessions.begin(Role.KEEPER, NOW_MS, secure=False)
    key = f"cookie: {COOKIE}={session.id}; lang=fr\r\nx-csrf-token: {session.csrf}\r\n"
    token = "authorization: Bearer jardin_abc\r\n"
    seeds = [
        f"{method} {path}\r\n{key}content-type: application/json\r\n\r\n".encode() + body
        for method, path, body in WRITES
    ]
    seeds += [b"GET " + path + b"\r\n" + key.encode() + b"\r\n" for path in READS]
    seeds += [b"GET " + path + b"\r\n" + token.encode() + b"\r\n" for path in READS[:3]]
    form = b"content-type: application/x-www-form-urlencoded\r\n\r\ncode=bcdf-ghjk&vers=%2F"
    seeds.append(b"POST /entrer\r\n" + form)
    return seeds, lambda data: ask(people, data)


def ask(people: People, data: bytes) -> None:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    method, _, target = first.partition(b" ")
    path, _, query = target.partition(b"?")
    if not (path.startswith(b"/") and method.isalpha() and VISIBLE.fullmatch(first)):
        return  # the server's own parser has refused it
    headers = [
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(b":") for line in lines)
        if colon and name.strip().isascii()
    ]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": method.decode().upper(), "raw_path": path, "query_string": query,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"), "root_path": "",
        "headers": [(b"host", b"localhost:8000"), *headers],
        "client": (HERE.host, 50000), "server": ("localhost", 8000), "state": {},
    }  # fmt: skip
    people.clock.advance(30)  # so that wrong codes do not shut the door for the rest
    status, answered = people.runner.run(answered_by(people.app, scope, body))
    assert status < 500 or b'"INTERNAL' not in answered, answered[:300]
    assert status != 500, answered[:300]


async def answered_by(app: Any, scope: dict[str, Any], body: bytes) -> tuple[int, bytes]:
    told: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return parts.pop() if parts else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    await app(scope, receive, send)
    content = b"".join(part.get("body", b"") for part in told)
    return int(told[0]["status"]) if told else 0, content


class Unforeseen(logging.Handler):
    """Keeps what the server logs with a traceback: there it is that its failures end."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.met: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info:
            self.met.append(logging.Formatter().format(record))


def connections(folder: Path, stack: ExitStack) -> tuple[list[bytes], Taker]:
    """Raw bytes at the real door."""
    door = stack.enter_context(garden_door(folder))
    door.gateway.events.close()
    ear = Unforeseen()
    logging.getLogger().addHandler(ear)
    stack.callback(logging.getLogger().removeHandler, ear)
    seeds = [
        b"GET " + path + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" for path in READS
    ]
    seeds.append(
        b"POST /api/v1/readings HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    )
    seeds.append(b"POST /api/v1/rain HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}")
    return seeds, lambda data: knock(door, ear, data)


def knock(door: Door, ear: Unforeseen, data: bytes) -> None:
    host, _, port = door.address.removeprefix("http://").partition(":")
    with suppress(ConnectionError), socket.create_connection((host, int(port)), 20) as visitor:
        visitor.sendall(data)
        visitor.shutdown(socket.SHUT_WR)
        while visitor.recv(65536):
            pass
    met, ear.met = ear.met, []
    assert met == []


TARGETS: Final = [
    Target(begin.__name__.replace("_", " "), begin)
    for begin in (
        messages_to_the_gateway, messages_to_a_node, command_objects, invitations, tables, gardens,
        backups, forecasts, serial_lines, recordings, requests, connections,
    )
]  # fmt: skip


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def fed(target: Target, folder: Path, stack: ExitStack, all_s: float) -> int:
    seeds, take = target.begin(folder, stack)
    return walk(target.name, seeds, take, all_s / len(TARGETS))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_the_bytes_they_are_taken_or_refused(
    target: Target, tmp_path: Path, stack: ExitStack
) -> None:
    assert fed(target, tmp_path, stack, seconds(10.0)) >= 20


@pytest.mark.prove
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_whatever_the_bytes_for_half_an_hour(
    target: Target, tmp_path: Path, stack: ExitStack
) -> None:
    assert fed(target, tmp_path, stack, seconds(1800.0)) >= 1000
