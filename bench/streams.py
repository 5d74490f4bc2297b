"""Forty streams of events and a browser, for minutes: each hears every event, and hears it once.

Five nodes send a pack of five readings each two seconds through mosquitto to the gateway, as a user
runs it. The streams are plain HTTP, as a pupil's program or a tablet has them; one of them is cut
for half a minute and comes back with the id that it heard last. The browser is a real Chromium on
the page of the measures; what came to it is told by its own tools. Events are numbered: what a
stream should have heard is every number from where it began to the last one.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import sys
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from bench.browser import chromium, find_chromium
from bench.figures import Figure
from bench.gateway import gateway_on
from bench.publisher import BOOT
from gateway.broker import HOST, find_mosquitto
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.link import Broker, client_of

STREAMS: Final = 40
NODES: Final = 5
CHANNELS: Final = 5
EVERY_S: Final = 2.0
"""Pages are told of a channel once a second at most: here none of its readings is passed over."""
CUT_S: Final = 30.0
SETTLE_S: Final = 3.0
EVENTS: Final = "/api/v1/events"
NO_EVENT: Final = 1
"""Fewer than one."""


class Heard:
    """What one stream was told: how often each event came, by number, and the readings in them."""

    def __init__(self) -> None:
        self.first = 0
        self.numbers: Counter[int] = Counter()
        self.readings: set[tuple[str, float]] = set()
        self.resets = 0

    def begin(self, event_id: str) -> None:
        """All after ``event_id`` is to come."""
        self.first = number_of(event_id) + 1

    def take(self, event_id: str, kind: str, data: str) -> None:
        """An event came."""
        if kind == "reset":
            self.resets += 1
            return
        self.numbers[number_of(event_id)] += 1
        told = json.loads(data)
        if kind == "reading" and "value" in told:
            self.readings.add((told["channel"], told["value"]))

    def missed(self, last: int) -> int:
        """How many events up to ``last`` never came."""
        return sum(number not in self.numbers for number in range(self.first, last + 1))

    @property
    def twice(self) -> int:
        """How many came more than once."""
        return sum(count > 1 for count in self.numbers.values())


def number_of(event_id: str) -> int:
    """The place of an event among all."""
    return int(event_id.rpartition("-")[2])


class Parser:
    """A stream's lines, taken as the standard of server-sent events says.

    ``last_id``: of the last event that came whole, which is what a browser comes back with.
    """

    def __init__(self) -> None:
        self.heard = Heard()
        self.last_id = ""
        self._fields: dict[str, str] = {}

    def begin(self) -> None:
        """A new connection: what was cut off is not to be had."""
        self._fields = {}

    def take(self, line: str) -> None:
        """One line, without its end."""
        if line:
            name, _, value = line.partition(":")
            self._fields[name] = value.removeprefix(" ")
            return
        fields, self._fields = self._fields, {}
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.heard.take(self.last_id, fields["event"], fields["data"])
        elif "id" in fields:
            self.heard.begin(self.last_id)


class Reader:
    """One stream, read in a thread of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._parser = Parser()
        self.heard = self._parser.heard
        self.began = threading.Event()
        self.open()

    def open(self) -> None:
        """Listen; from the last event that was heard on, where there was one."""
        self._door = http.client.HTTPConnection(HOST, self._port)
        last_id = self._parser.last_id
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self._door.request("GET", EVENTS, headers=headers)
        # The answer takes the socket over: it is kept to be cut.
        self._socket: socket.socket = self._door.sock
        answer = self._door.getresponse()
        self._thread = threading.Thread(target=self._listen, args=(answer,))
        self._thread.start()

    def cut(self) -> None:
        """Lose the connection, in the middle of whatever was coming."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._door.close()

    def _listen(self, answer: http.client.HTTPResponse) -> None:
        self._parser.begin()
        with contextlib.suppress(OSError, http.client.HTTPException, ValueError):
            for line in answer:
                self._parser.take(line.decode().rstrip("\n"))
                if self._parser.last_id:
                    self.began.set()


class Speaker:
    """The nodes: each value that they send is sent once only, so that it can be found again."""

    def __init__(self, broker: Broker) -> None:
        self._client = client_of(broker, "bench-nodes")
        self._client.connect(broker.host, broker.port)
        self._client.loop_start()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.said: set[tuple[str, float]] = set()

    def __enter__(self) -> Speaker:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self._client.disconnect()
        self._client.loop_stop()

    def _run(self) -> None:
        seq = 0
        while not self._stopping.is_set():
            for node in range(NODES):
                self._say(f"node-{node}", seq)
                if self._stopping.wait(EVERY_S / NODES):
                    return
            seq += 1

    def _say(self, node: str, seq: int) -> None:
        values = {f"light-{number}": float(seq * CHANNELS + number) for number in range(CHANNELS)}
        records = [wire.Record(channel, "lx", value) for channel, value in values.items()]
        at_ms = SystemClock().wall_ms()
        payload = wire.seal(node, at_ms, "ntp", wire.encode_records(records))
        topic = wire.pack_topic(node, BOOT, seq)
        self._client.publish(topic, payload, qos=1).wait_for_publish(CUT_S)
        self.said |= {(f"{node}/{channel}", value) for channel, value in values.items()}


def measure(folder: Path, minutes: float) -> list[Figure]:
    """What each stream missed and heard twice in so many ``minutes``."""
    if find_mosquitto() is None or find_chromium() is None:
        print("no mosquitto or no chromium: the streams are not watched", file=sys.stderr)
        return []
    with gateway_on(folder) as served:
        return list(_watch(served.port, Broker(HOST, served.broker), 60 * minutes))


def _watch(port: int, broker: Broker, seconds: float) -> Iterator[Figure]:
    readers = [Reader(port) for _ in range(STREAMS)]
    for one in readers:
        one.began.wait()
    with chromium() as browser:
        page = browser.new_context(locale="fr-FR").new_page()
        with Speaker(broker) as speaker:
            seen = _listen(page, f"http://{HOST}:{port}/mesures")
            caught_up = _live(page, readers[0], seconds)
        page.wait_for_timeout(1000 * SETTLE_S)
        newest = Reader(port)  # where its stream begins is where the others must have come to
        newest.began.wait()
        for one in (*readers, newest):
            one.cut()
        browser.close()
    last = newest.heard.first - 1
    yield from _figures([one.heard for one in readers], seen, last, caught_up, speaker.said)


def _listen(page: Page, address: str) -> Heard:
    """Have the browser open the page, and hear what comes to it."""
    heard, tools = Heard(), page.context.new_cdp_session(page)
    tools.send("Network.enable")

    def come(event: dict[str, Any]) -> None:
        heard.take(event["eventId"], event["eventName"], event["data"])

    tools.on("Network.eventSourceMessageReceived", come)
    page.goto(address)
    heard.begin(
        page.evaluate("JSON.parse(document.getElementById('page').textContent).lastEventId")
    )
    return heard


def _live(page: Page, reader: Reader, seconds: float) -> int:
    """Let the time pass; ``reader`` is away in the middle of it. How many events it had missed."""
    rest_s = max(0.0, seconds - CUT_S) / 2
    page.wait_for_timeout(1000 * rest_s)
    reader.cut()
    before = len(reader.heard.numbers)
    page.wait_for_timeout(1000 * CUT_S)
    reader.open()
    page.wait_for_timeout(1000 * SETTLE_S)
    caught_up = len(reader.heard.numbers) - before
    page.wait_for_timeout(1000 * rest_s)
    return caught_up


def _figures(
    streams: Sequence[Heard],
    browser: Heard,
    last: int,
    caught_up: int,
    said: set[tuple[str, float]],
) -> Iterator[Figure]:
    """``last``: the number of the newest event. ``said``: the readings that the nodes sent."""
    whole = [last - one.first + 1 for one in streams]
    yield Figure(f"{len(streams)} streams and a browser", "events", whole)
    # Summed up: one that missed something must not be hidden by the others.
    for name, counts in {
        "missed, by all streams": [one.missed(last) for one in streams],
        "heard twice": [one.twice for one in streams],
        "told to start again": [one.resets for one in streams],
        f"unheard of {len(said):,} readings": [len(said - one.readings) for one in streams],
        "missed by the browser": [browser.missed(last)],
        "heard twice by it": [browser.twice],
    }.items():
        yield Figure(f"  {name}", "", [sum(counts)], most=NO_EVENT)
    yield Figure(f"  caught up after {CUT_S:.0f} s", "events", [caught_up])
