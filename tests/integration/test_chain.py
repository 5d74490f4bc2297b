"""From a wired probe over MQTT to disk: what the gateway stores, says, and refuses to say."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from harness import Ear, GatewayInProcess, Wiretap, eventually, gateway_on

from gateway.broker import HOST, Broker, MosquittoBroker
from gateway.retry import retry
from gateway.service import Gateway
from gateway.store.base import Series
from gateway.store.sqlite import SqliteStore
from sensor_node import wire
from sensor_node.clock import FakeClock, SystemClock
from sensor_node.drivers import build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.link import Broker as BrokerAddress
from sensor_node.node import Node, new_boot
from sensor_node.outbox import Outbox
from sensor_node.sampler import Sampler

NODE = "potager-1"
SENSORS = [
    {"type": "soil-mcp3008", "channel": "bac-1-soil", "adc_channel": 0},
    {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"},
]


class Bench:
    """A node on fake pins whose samples the test takes itself."""

    def __init__(self, folder: Path, port: int) -> None:
        self.board = FakeBoard(counts=600)
        self.sampler = Sampler(build_sensors(SENSORS, self.board))
        self.outbox = Outbox(folder / "outbox.sqlite")
        self.node = Node(
            NODE,
            self.sampler,
            self.outbox,
            BrokerAddress(host=HOST, port=port),
            SystemClock(trusted=True),
            interval_s=300,
        )
        self.node.delivery.start()

    def sample(self) -> None:
        self.board.let_pass(10)
        self.node.sample()

    def measure(self, times: int) -> None:
        """Samples of which each differs from the one before."""
        for _ in range(times):
            self.board.dht22_parts[4].temperature_c += 0.1
            self.sample()

    def deliver(self, times: int) -> None:
        """As ``measure``, until the gateway has all that waited."""
        self.measure(times)
        eventually(self.all_confirmed, "all is acknowledged")

    def all_confirmed(self) -> bool:
        return self.outbox.waiting_count() == 0

    def close(self) -> None:
        self.node.delivery.stop()
        self.sampler.close()
        self.outbox.close()


@contextmanager
def node_on(folder: Path, port: int) -> Iterator[Bench]:
    bench = Bench(folder, port)
    try:
        yield bench
    finally:
        bench.close()


@contextmanager
def ear_on(port: int) -> Iterator[Ear]:
    ear = Ear(port)
    try:
        yield ear
    finally:
        ear.close()


def pack(*records: wire.Record, seq: int = 1, boot: str | None = None, at_ms: int = 0) -> wire.Pack:
    at_ms = at_ms or SystemClock().wall_ms()
    return wire.Pack(NODE, boot or new_boot(), seq, at_ms, "ntp", records)


def say_pack(ear: Ear, said: wire.Pack) -> None:
    ear.say(wire.pack_topic(said.node, said.boot, said.seq), wire.encode_pack(said))


def shown(gateway: Gateway, channel: str = "air") -> tuple[float | None, str, str | None] | None:
    """The latest value of ``channel``, its quality and its fault, as the pages have it."""
    latest = gateway.present.get(Series(NODE, channel))
    return None if latest is None else (latest.value, latest.quality, latest.fault)


def test_one_sample_travels_from_the_pins_to_the_store_and_is_acknowledged(
    broker: Broker, tmp_path: Path
) -> None:
    with gateway_on(tmp_path / "g", broker.port) as gateway, node_on(tmp_path, broker.port) as node:
        node.board.adc.counts[0] = 441
        node.board.dht22_parts[4].temperature_c = -3.4
        node.sample()
        eventually(lambda: node.outbox.waiting_count() == 0, "the pack is acknowledged")
        ((entry, acked),) = node.outbox.entries()
        assert acked
        (point,) = gateway.store.points(Series(NODE, "bac-1-soil"), 0, 2**52, 10)
        assert point.at_ms == entry.at_ms
        assert point.value == pytest.approx(441 / 1023, abs=1e-6)
        # The present is told after the ack: it may still be on its way.
        eventually(lambda: shown(gateway) == (-3.4, "good", None), "it is the latest")


def test_channels_appear_with_their_quantities_by_themselves(
    broker: Broker, tmp_path: Path
) -> None:
    with gateway_on(tmp_path / "g", broker.port) as gateway, node_on(tmp_path, broker.port) as node:
        node.sample()
        eventually(lambda: len(gateway.catalogue.channels()) == 3, "three channels appear")
        info = gateway.catalogue.channel(Series(NODE, "bac-1-soil"))
        assert info is not None
        assert (info.quantity, info.unit, info.pin) == ("soil_moisture_raw", "/", "MCP3008 CH0")
        eventually(lambda: gateway.catalogue.nodes()[NODE].state == "online", "it is online")


def test_a_failed_sensor_sends_a_fault_and_never_a_value(broker: Broker, tmp_path: Path) -> None:
    with gateway_on(tmp_path / "g", broker.port) as gateway, node_on(tmp_path, broker.port) as node:
        node.board.dht22_parts[4].queue(*[[]] * 4)
        node.sample()
        eventually(lambda: node.outbox.waiting_count() == 0, "the pack is acknowledged")
        eventually(lambda: shown(gateway) == (None, "fault", "no answer"), "it is the latest")
        assert gateway.store.points(Series(NODE, "air"), 0, 2**52, 10) == []


def test_nothing_is_acknowledged_while_the_commit_is_blocked(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    tap = Wiretap(mosquitto.port)
    process = GatewayInProcess.on(tmp_path / "g", tap.port)
    tried = threading.Event()
    process.gateway.store.close()
    path = tmp_path / "g" / "store.sqlite"
    process.gateway.store = Noticing(SqliteStore(path, busy_timeout_ms=50), tried)
    with (
        ear_on(mosquitto.port) as ear,
        closing(tap),
        closing(sqlite3.connect(path)) as intruder,
    ):
        intruder.execute("BEGIN IMMEDIATE")
        with process:
            eventually(lambda: tap.sent["PUBACK"] == 1, "the gateway hears its own state")
            said = pack(wire.Record("air", "Cel", 21.4))
            say_pack(ear, said)
            for _ in range(2):  # it tries, and tries again
                assert tried.wait(20)
                tried.clear()
            assert tap.sent["PUBACK"] == 1
            assert ear.on(wire.node_topic(NODE, "ack")) == []
            assert process.gateway.commit_error is not None  # and people are told
            intruder.execute("ROLLBACK")
            eventually(lambda: tap.sent["PUBACK"] == 2, "PUBACK follows the commit")
            eventually(lambda: len(ear.on(wire.node_topic(NODE, "ack"))) == 1, "so does the ack")
            (payload,) = ear.on(wire.node_topic(NODE, "ack"))
            ack = wire.Ack(said.boot, ((1, 1),), process.gateway.store.id)
            assert wire.decode_ack(payload) == ack
            assert process.gateway.store.count() == 1
            assert process.gateway.commit_error is None


class Noticing(SqliteStore):
    """A store that says when a commit was tried in vain."""

    def __init__(self, store: SqliteStore, tried: threading.Event) -> None:
        self.__dict__.update(store.__dict__)
        self._tried = tried

    def commit(self, *arguments):  # type: ignore[no-untyped-def]
        try:
            return super().commit(*arguments)
        except Exception:
            self._tried.set()
            raise


def test_storing_twice_is_storing_once_and_another_value_replaces_and_is_told(
    broker: Broker, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "jardin")
    at_ms = SystemClock().wall_ms()
    with gateway_on(tmp_path / "g", broker.port) as gateway, ear_on(broker.port) as ear:
        first = pack(wire.Record("air", "Cel", 21.4), at_ms=at_ms)
        say_pack(ear, first)
        say_pack(ear, first)
        eventually(lambda: len(ear.on(wire.node_topic(NODE, "ack"))) >= 1, "it is acknowledged")
        say_pack(ear, pack(wire.Record("air", "Cel", 22.0), at_ms=at_ms, seq=2))
        eventually(
            lambda: (
                [p.value for p in gateway.store.points(Series(NODE, "air"), 0, 2**52, 9)] == [22.0]
            ),
            "the later value stands alone",
        )
        assert gateway.store.count() == 1
        eventually(lambda: "REPLACED: 1 readings" in caplog.text, "it is told")


def test_a_malformed_pack_goes_to_quarantine_with_its_reason_and_is_acknowledged(
    broker: Broker, tmp_path: Path
) -> None:
    boot = new_boot()
    with gateway_on(tmp_path / "g", broker.port) as gateway, ear_on(broker.port) as ear:
        ear.say(wire.pack_topic(NODE, boot, 7), b"not json")
        eventually(lambda: gateway.quarantine.count() == 1, "it is in quarantine")
        (item,) = gateway.quarantine.list(9)
        assert (item.code, item.payload, item.node) == ("NOT_JSON", b"not json", NODE)
        eventually(lambda: len(ear.on(wire.node_topic(NODE, "ack"))) == 1, "it is acknowledged")
        ack = wire.decode_ack(ear.on(wire.node_topic(NODE, "ack"))[0])
        assert (ack.ranges, ack.refused) == (((7, 7),), ((7, 7),))


def test_the_good_readings_of_a_pack_are_stored_beside_a_refused_one_which_can_be_retried(
    broker: Broker, tmp_path: Path
) -> None:
    about = {"channels": {"air": {"quantity": "relative_humidity"}}}
    with gateway_on(tmp_path / "g", broker.port) as gateway, ear_on(broker.port) as ear:
        ear.say(wire.node_topic(NODE, "about"), json.dumps(about))
        say_pack(ear, pack(wire.Record("air", "Cel", 21.4), wire.Record("light", "lx", 12.0)))
        eventually(lambda: gateway.quarantine.count() == 1, "the unit does not fit")
        assert gateway.quarantine.list(9)[0].code == "UNIT_MISMATCH"
        assert gateway.store.count() == 1
        assert retry(gateway, None) == 0
        about["channels"]["air"]["quantity"] = "air_temperature"
        ear.say(wire.node_topic(NODE, "about"), json.dumps(about))
        air = Series(NODE, "air")
        eventually(
            lambda: gateway.catalogue.channels()[air].quantity == "air_temperature", "it is mended"
        )
        assert retry(gateway, None) == 1
        assert [p.value for p in gateway.store.points(air, 0, 2**52, 9)] == [21.4]
        assert gateway.quarantine.count() == 0


def test_a_pack_from_the_future_is_refused_by_a_trusted_clock(
    broker: Broker, tmp_path: Path
) -> None:
    clock = FakeClock(1_763_785_800_000)
    with gateway_on(tmp_path / "g", broker.port, clock) as gateway, ear_on(broker.port) as ear:
        say_pack(ear, pack(wire.Record("air", "Cel", 1.0), at_ms=clock.wall_ms() + 600_001))
        eventually(lambda: gateway.quarantine.count() == 1, "it is refused")
        assert gateway.quarantine.list(9)[0].code == "IN_THE_FUTURE"
        say_pack(ear, pack(wire.Record("air", "Cel", 2.0), at_ms=clock.wall_ms() + 600_000, seq=2))
        eventually(lambda: gateway.store.count() == 1, "ten minutes ahead are taken")


def test_a_pack_from_the_future_waits_while_the_gateway_does_not_know_the_time(
    broker: Broker, tmp_path: Path
) -> None:
    clock = FakeClock(1_763_785_800_000, synchronised=False)
    boot = new_boot()
    with gateway_on(tmp_path / "g", broker.port, clock) as gateway, ear_on(broker.port) as ear:
        later = pack(
            wire.Record("air", "Cel", 1.0), at_ms=clock.wall_ms() + 10**9, boot=boot, seq=1
        )
        say_pack(ear, later)
        say_pack(ear, pack(wire.Record("air", "Cel", 2.0), at_ms=clock.wall_ms(), boot=boot, seq=2))
        eventually(lambda: gateway.store.count() == 1, "the other one is stored")
        acks = [wire.decode_ack(p) for p in ear.on(wire.node_topic(NODE, "ack"))]
        assert all(ack.ranges == ((2, 2),) for ack in acks)
        assert gateway.quarantine.count() == 0


def test_a_plain_number_from_a_simple_device_is_a_reading_but_not_when_retained(
    broker: Broker, tmp_path: Path
) -> None:
    plant = Series("microbit", "ma-plante")
    with ear_on(broker.port) as ear:
        ear.say("jardin/v1/microbit/say/ma-plante", "1.0", retain=True)
        with gateway_on(tmp_path / "g", broker.port) as gateway:
            ear.say("jardin/v1/microbit/say/ma-plante", "21.5", qos=0)
            eventually(lambda: gateway.store.count() == 1, "the number is stored")
            ear.say("jardin/v1/microbit/say/ma-plante", "viele")
            eventually(lambda: gateway.quarantine.count() == 1, "a word is refused")
            latest = gateway.present.get(plant)
            assert latest is not None
            assert latest.value == 21.5
            info = gateway.catalogue.channel(plant)
            assert info is not None
            assert info.quantity == "number"


def test_the_live_topic_holds_the_latest_value_and_is_cleared_by_a_fault(
    broker: Broker, tmp_path: Path
) -> None:
    topic = wire.live_topic(NODE, "air")
    with gateway_on(tmp_path / "g", broker.port), ear_on(broker.port) as ear:
        say_pack(ear, pack(wire.Record("air", "Cel", 21.4)))
        eventually(lambda: ear.on(topic) == [b"21.4"], "the value is published")
        say_pack(ear, pack(wire.Record("air", fault="checksum"), seq=2))
        eventually(lambda: ear.on(topic) == [b"21.4", b""], "the fault clears it")


def test_a_backlog_fills_history_and_never_moves_the_present(
    broker: Broker, tmp_path: Path
) -> None:
    now_ms = SystemClock().wall_ms()
    with gateway_on(tmp_path / "g", broker.port) as gateway, ear_on(broker.port) as ear:
        say_pack(ear, pack(wire.Record("air", "Cel", 5.0), at_ms=now_ms))
        eventually(lambda: gateway.store.count() == 1, "the newest is stored")
        say_pack(ear, pack(wire.Record("air", "Cel", 9.0), at_ms=now_ms - 3_600_000, seq=2))
        eventually(lambda: gateway.store.count() == 2, "history is filled")
        say_pack(ear, pack(wire.Record("light", "lx", 7.0), at_ms=now_ms, seq=3))
        eventually(lambda: shown(gateway, "light") is not None, "what came after it is shown")
        assert shown(gateway) == (5.0, "good", None)


def test_a_node_is_told_the_time_by_a_gateway_that_knows_it(broker: Broker, tmp_path: Path) -> None:
    clock = FakeClock(1_763_785_800_000)
    with gateway_on(tmp_path / "g", broker.port, clock), ear_on(broker.port) as ear:
        ear.say(wire.node_topic(NODE, "clock/ask"), b'{"id": "q1", "t_node": 0}')
        answers = wire.node_topic(NODE, "clock/answer")
        eventually(lambda: len(ear.on(answers)) == 1, "it answers")
        assert json.loads(ear.on(answers)[0]) == {"id": "q1", "t": 1763785800.0, "trusted": True}


def test_a_node_without_a_clock_sends_once_the_gateway_has_told_it_the_time(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    lost = FakeClock(0, synchronised=False)
    sampler = Sampler(build_sensors(SENSORS, FakeBoard(counts=600)))
    outbox = Outbox(tmp_path / "outbox.sqlite")
    address = BrokerAddress(host=HOST, port=mosquitto.port)
    node = Node(NODE, sampler, outbox, address, MovingClock(lost), interval_s=300)
    node.sample()
    ((entry, _),) = outbox.entries()
    assert entry.at_ms is None
    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        node.delivery.start()
        eventually(lambda: gateway.store.count() == 3, "the pack arrives, dated")
        (point,) = gateway.store.points(Series(NODE, "air"), 0, 2**52, 9)
        assert abs(point.at_ms - SystemClock().wall_ms()) < 60_000
        eventually(lambda: gateway.catalogue.nodes()[NODE].clock == "gateway", "it says so")
        node.delivery.stop()
    sampler.close()
    outbox.close()


class MovingClock:
    """A node's clock that stands in 1970 while its monotonic time is real."""

    def __init__(self, wall: FakeClock) -> None:
        self._wall = wall
        self._real = SystemClock()

    def wall_ms(self) -> int:
        return self._wall.wall_ms()

    def monotonic_s(self) -> float:
        return self._real.monotonic_s()

    def kept_by(self) -> None:
        return None

    def synchronised(self) -> bool:
        return False


def test_the_gateway_says_that_it_is_there_and_its_last_will_says_that_it_is_lost(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    topic = wire.gateway_state_topic()
    with ear_on(mosquitto.port) as ear:
        with GatewayInProcess.on(tmp_path / "g", mosquitto.port) as process:
            eventually(lambda: len(ear.on(topic)) >= 1, "it speaks")
            said = json.loads(ear.on(topic)[0])
            assert said["state"] == "online"
            assert said["store"] == process.gateway.store.id
            process.vanish()
        eventually(lambda: json.loads(ear.on(topic)[-1]) == {"state": "lost"}, "the will speaks")


def test_a_node_sends_everything_again_to_a_gateway_that_lost_its_disk(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    def stored(gateway: Gateway) -> int:
        return len(gateway.store.points(Series(NODE, "air"), 0, 2**52, 99))

    with node_on(tmp_path, mosquitto.port) as node:
        with gateway_on(tmp_path / "first", mosquitto.port) as gateway:
            for _ in range(30):
                node.sample()
            eventually(lambda: node.outbox.waiting_count() == 0, "all are acknowledged")
            before = stored(gateway)
        with gateway_on(tmp_path / "second", mosquitto.port) as gateway:
            eventually(lambda: stored(gateway) == before, "the month comes back")
            eventually(lambda: node.outbox.waiting_count() == 0, "and is acknowledged again")
