"""From a pack on the wire to a point on the screen, with every program real."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Ear, answers, environment, eventually, new_mosquitto
from playwright.sync_api import Page, expect
from served_garden import Watch

from gateway.broker import HOST, free_port
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.node import new_boot

AT_MOST_MS = 2000


@pytest.fixture
def garden_in_service(tmp_path: Path, built_assets: None) -> Iterator[tuple[str, Ear]]:
    """mosquitto and `jardin-gateway run` as a garden runs them: its address, and an ear on it."""
    broker = new_mosquitto(tmp_path / "broker")
    broker.start()
    port = free_port()
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'data = "{tmp_path / "garden"}"\nclock = "system"\n'
        f'[broker]\nhost = "{HOST}"\nport = {broker.port}\n'
        f'[http]\nhost = "{HOST}"\nport = {port}\n',
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "gateway", "run", "--config", str(config)]
    with (tmp_path / "gateway.log").open("wb") as log:
        gateway = subprocess.Popen(command, stdout=log, stderr=log, env=environment())
    address = f"http://{HOST}:{port}"
    eventually(lambda: answers(address), "the gateway is healthy")
    ear = Ear(broker.port)
    yield address, ear
    ear.close()
    gateway.terminate()
    gateway.wait(20)
    broker.stop()


def measure(ear: Ear, boot: str, seq: int, celsius: float) -> None:
    """Publish one pack, as a node does."""
    record = wire.Record("air", "Cel", celsius)
    pack = wire.Pack("serre", boot, seq, SystemClock().wall_ms(), "ntp", (record,))
    ear.say(wire.pack_topic("serre", boot, seq), wire.encode_pack(pack))


def test_a_pack_on_the_wire_is_a_point_on_the_open_page_within_two_seconds(
    garden_in_service: tuple[str, Ear], page: Page, watch: Watch
) -> None:
    address, ear = garden_in_service
    boot = new_boot()
    about = {"channels": {"air": {"quantity": "air_temperature"}}, "interval_s": 60}
    ear.say(wire.node_topic("serre", "about"), wire.encode_object(about), retain=True)
    ear.say(wire.node_topic("serre", "state"), "online", retain=True)
    measure(ear, boot, 1, 20.1)
    acks = wire.node_topic("serre", "ack")
    eventually(lambda: len(ear.on(acks)) == 1, "the first pack is stored")
    page.goto(f"{address}/mesures")
    card = page.locator('[data-channel="serre/air"]')
    expect(card.locator(".number")).to_have_text("20,1")
    week = card.locator(".week")
    expect(week).to_have_attribute("data-points", "1")
    requests_before = len(watch.requests)

    measure(ear, boot, 2, 23.4)

    expect(card.locator(".number")).to_have_text("23,4", timeout=AT_MOST_MS)
    expect(week).to_have_attribute("data-points", "2", timeout=AT_MOST_MS)
    assert len(watch.requests) == requests_before
