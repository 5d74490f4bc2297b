"""What goes wrong with a real InfluxDB: said in one sentence, and nothing changed.

``tests/influx.py`` says how to name the server; without one these tests skip.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from door import Door
from harness import Ear, GatewayInProcess, eventually
from influx import a_bucket, a_token
from relay import Relay

from gateway.broker import MosquittoBroker
from gateway.pages import measures
from gateway.pages.frame import Reader
from gateway.pages.numbers import Format
from gateway.security.access import Who
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.store.base import Committed, Fault, Reading, Series
from gateway.store.influx_server import InfluxServer
from gateway.store.influxdb import InfluxStore
from gateway.store.settings import InfluxSettings, StoreSettings
from sensor_node import wire
from sensor_node.clock import FakeClock
from sensor_node.errors import StorageError
from sensor_node.node import new_boot

AIR = Series("potager-1", "air")
NOON = 1_763_809_200_000
EVERYTHING = ' |> range(start: 0, stop: 2200-01-01T00:00:00Z) |> group(columns: ["_field"])'
FRENCH = Reader("fr", None, Format("fr", "Europe/Paris"), Who(Role.READER))


@pytest.fixture
def bucket() -> Iterator[InfluxSettings]:
    with a_bucket() as settings:
        yield settings


def content(settings: InfluxSettings) -> list[tuple[str, str, str, str]]:
    """Every field of every point in the bucket."""
    with closing(InfluxServer(settings)) as server:
        rows = server.ask(f'from(bucket: "{settings.bucket}"){EVERYTHING}')
        names = ("_time", "_measurement", "_field", "_value")
        return sorted(
            (r.cells[a], r.cells[b], r.cells[c], r.cells[d]) for r in rows for a, b, c, d in [names]
        )


def refusal(settings: InfluxSettings) -> StorageError:
    with pytest.raises(StorageError) as caught:
        InfluxStore(settings)
    return caught.value


def with_token(change: str) -> Callable[[InfluxSettings], InfluxSettings]:
    return lambda settings: replace(settings, token=change)


WRONG = {
    "token": (with_token("no-such-token"), "INFLUX_TOKEN"),
    "no token": (with_token(""), "INFLUX_TOKEN"),
    "bucket": (lambda settings: replace(settings, bucket="no-such-bucket"), "INFLUX_BUCKET"),
    "organisation": (lambda settings: replace(settings, org="no-such-org"), "INFLUX_BUCKET"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_setting_is_told_and_nothing_is_changed(bucket: InfluxSettings, what: str) -> None:
    change, code = WRONG[what]
    InfluxStore(bucket).close()
    before = content(bucket)
    error = refusal(change(bucket))
    assert (error.code, error.exit_code) == (code, 5)
    assert content(bucket) == before


def test_a_store_whose_id_was_taken_away_gets_a_new_one_and_keeps_its_readings(
    bucket: InfluxSettings,
) -> None:
    with closing(InfluxStore(bucket)) as store:
        before = store.id
        store.commit([Reading(AIR, NOON, 1.0)], [])
    with closing(InfluxServer(bucket)) as server:
        server.delete('_measurement="store"', 0, 86_400_000)
    with closing(InfluxStore(bucket)) as store:
        assert store.id != before
        assert store.count() == 1


def test_a_token_for_the_bucket_alone_is_enough(bucket: InfluxSettings) -> None:
    with (
        a_token(bucket, "read", "write") as token,
        closing(InfluxStore(replace(bucket, token=token))) as store,
    ):
        assert store.commit([Reading(AIR, NOON, 1.0)], []) == Committed(new=1)
        assert store.delete(AIR, NOON, NOON + 1) == 1


@pytest.mark.parametrize("action", ["read", "write"])
def test_a_token_that_may_only_do_half_is_refused_at_the_start(
    bucket: InfluxSettings, action: str
) -> None:
    with a_token(bucket, action) as token:
        assert refusal(replace(bucket, token=token)).code in {"INFLUX_TOKEN", "INFLUX_BUCKET"}
    assert content(bucket) == []


def test_a_bucket_that_forgets_is_refused() -> None:
    with a_bucket(keep_s=7 * 86_400) as forgetful:
        assert refusal(forgetful).code == "INFLUX_RETENTION"
        assert content(forgetful) == []


@pytest.mark.parametrize("value", ["21i", '"warm"', "true"])
@pytest.mark.parametrize("tags", ["node=potager-1,channel=air", "host=pc"])
def test_fields_of_another_type_are_told_at_the_start(
    bucket: InfluxSettings, value: str, tags: str
) -> None:
    with closing(InfluxServer(bucket)) as server:
        server.write([f"reading,{tags} value={value} {NOON}"])
    before = content(bucket)
    assert refusal(bucket).code == "INFLUX_FIELD_TYPE"
    assert content(bucket) == before


def test_fields_of_another_type_that_come_later_stop_the_commit_until_they_are_gone(
    bucket: InfluxSettings,
) -> None:
    with closing(InfluxStore(bucket)) as store, closing(InfluxServer(bucket)) as other:
        other.write([f"reading,host=pc value=3i {NOON}"])
        for _ in range(2):
            with pytest.raises(StorageError) as caught:
                store.commit([Reading(AIR, NOON, 1.0)], [Fault(AIR, NOON + 1, "checksum")])
            assert caught.value.code == "INFLUX_FIELD_TYPE"
        assert store.count() == 0
        other.delete('_measurement="reading"', NOON, NOON)
        store.commit([Reading(AIR, NOON + 30 * 86_400_000, 1.0)], [])
        assert store.count() == 1


def test_a_server_that_is_not_there_is_told_at_the_start(bucket: InfluxSettings) -> None:
    relay = Relay(("127.0.0.1", 9))
    relay.cut()
    error = refusal(replace(bucket, url=f"http://127.0.0.1:{relay.port}"))
    assert error.code == "INFLUX_ABSENT"
    assert str(relay.port) in error.fr


def run(folder: Path, settings: InfluxSettings) -> subprocess.CompletedProcess[str]:
    file = folder / "gateway.toml"
    file.write_text(
        f'data = "{folder / "data"}"\nlanguage = "en"\n[http]\nhost = "127.0.0.1"\nport = 0x7fff\n'
        f'[store]\nengine = "influxdb"\n[store.influxdb]\nurl = "{settings.url}"\n'
        f'org = "{settings.org}"\nbucket = "{settings.bucket}"\ntoken = "{settings.token}"\n'
    )
    command = [sys.executable, "-m", "gateway", "run", "--config", str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


RUNS = {
    "INFLUX_TOKEN": (with_token("wrong"), "refuses the token"),
    "INFLUX_BUCKET": (lambda settings: replace(settings, bucket="none"), "no bucket 'none'"),
    "INFLUX_FIELD_TYPE": (lambda settings: settings, "of another type"),
}


@pytest.mark.parametrize("what", RUNS)
def test_a_gateway_that_cannot_use_its_engine_ends_with_code_5_and_one_sentence(
    bucket: InfluxSettings, tmp_path: Path, what: str
) -> None:
    change, words = RUNS[what]
    if what == "INFLUX_FIELD_TYPE":
        with closing(InfluxServer(bucket)) as other:
            other.write([f"reading,node=potager-1,channel=air value=21i {NOON}"])
    before = content(bucket)
    done = run(tmp_path, change(bucket))
    assert done.returncode == 5
    assert done.stderr.count("\n") == 1
    assert words in done.stderr
    assert content(bucket) == before


@pytest.fixture
def relay(bucket: InfluxSettings) -> Iterator[Relay]:
    address = urlsplit(bucket.url)
    relay = Relay((address.hostname or "", address.port or 80))
    yield relay
    relay.cut()


def away(bucket: InfluxSettings, relay: Relay) -> StoreSettings:
    url = f"http://127.0.0.1:{relay.port}"
    return StoreSettings("influxdb", replace(bucket, url=url, timeout_s=2.0))


class Garden:
    """A gateway and an ear on its broker; the engine is behind a relay."""

    def __init__(self, data: Path, broker_port: int, store: StoreSettings) -> None:
        self._process = GatewayInProcess.on(data, broker_port, store=store)
        self.gateway = self._process.gateway
        self.ear = Ear(broker_port)
        self.boot = new_boot()

    def __enter__(self) -> Garden:
        self._process.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ear.close()
        self._process.stop()

    def send(self, seq: int) -> None:
        record = wire.Record("air", "Cel", seq / 10)
        pack = wire.Pack(AIR.node, self.boot, seq, NOON + seq, "ntp", (record,))
        self.ear.say(wire.pack_topic(AIR.node, self.boot, seq), wire.encode_pack(pack))

    def acknowledged(self) -> int:
        acks = [wire.decode_ack(p) for p in self.ear.on(wire.node_topic(AIR.node, "ack"))]
        return sum(last - first + 1 for ack in acks for first, last in ack.ranges)


def test_while_the_engine_is_away_nothing_is_acknowledged_and_then_all_of_it(
    mosquitto: MosquittoBroker, bucket: InfluxSettings, relay: Relay, tmp_path: Path
) -> None:
    with Garden(tmp_path, mosquitto.port, away(bucket, relay)) as garden:
        gateway = garden.gateway
        garden.send(1)
        eventually(lambda: garden.acknowledged() == 1, "the first is acknowledged")
        relay.cut()
        for seq in range(2, 12):
            garden.send(seq)
        eventually(lambda: gateway.commit_error is not None, "the loss is known")
        assert gateway.commit_error is not None
        assert gateway.commit_error.code == "INFLUX_ABSENT"
        assert garden.acknowledged() == 1
        assert "InfluxDB ne répond pas" in measures.render(gateway, FRENCH)
        relay.mend()
        eventually(lambda: garden.acknowledged() == 11, "all is acknowledged")
        assert gateway.commit_error is None
        assert gateway.store.count() == 11


@pytest.fixture
def door(bucket: InfluxSettings, relay: Relay, tmp_path: Path) -> Iterator[Door]:
    settings = GatewaySettings(data=tmp_path, store=away(bucket, relay))
    clock = FakeClock(NOON)
    door = Door(Gateway.open(settings, clock), clock)
    door.open()
    yield door
    door.close()


def test_without_its_engine_a_garden_shows_what_it_knows_and_says_what_is_wrong(
    door: Door, relay: Relay
) -> None:
    gateway = door.gateway
    gateway.catalogue.see_channel(AIR, "Cel", "air_temperature")
    door.measure(Reading(AIR, NOON - 1000, 21.5))
    gateway.broker_up = gateway.ingest_alive = True
    assert door.client.get("/healthz").status_code == 200
    relay.cut()
    health = door.client.get("/healthz")
    assert (health.status_code, health.json()["store"]) == (503, False)
    page = measures.render(gateway, FRENCH)
    assert "InfluxDB ne répond pas" in page
    assert "21,5" in page
    answer: httpx.Response = door.get("/readings", channel=str(AIR), every="1h")
    assert (answer.status_code, answer.json()["code"]) == (503, "INFLUX_ABSENT")
    relay.mend()
    assert door.client.get("/healthz").status_code == 200
    assert "InfluxDB" not in measures.render(gateway, FRENCH)
