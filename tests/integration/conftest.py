"""Real brokers for the integration tests."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from door import Door, garden_door
from harness import new_mosquitto

from gateway.broker import Broker, EmbeddedBroker, MosquittoBroker, free_port


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[MosquittoBroker]:
    broker = new_mosquitto(tmp_path / "broker")
    broker.start()
    yield broker
    broker.stop()
    gc.collect()


# amqtt leaves the sockets of its clients to the garbage collector when it stops.
AMQTT = pytest.param(
    "amqtt",
    marks=pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
)


@pytest.fixture(params=["mosquitto", AMQTT])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    broker: Broker = (
        new_mosquitto(tmp_path / "broker")
        if request.param == "mosquitto"
        else EmbeddedBroker(free_port())
    )
    broker.start()
    yield broker
    broker.stop()
    gc.collect()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with garden_door(tmp_path) as opened:
        yield opened
