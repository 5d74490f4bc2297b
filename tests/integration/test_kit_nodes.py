"""A kit's nodes when its gateway is another one: a new card, or a blank kit."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

from gardens import NOON_MS
from harness import eventually, gateway_on
from test_care import values
from test_chain import NODE, node_on

from gateway import folder
from gateway.backup import make_backup
from gateway.broker import HOST, MosquittoBroker
from gateway.keys.session import visit
from gateway.kit import handover
from gateway.restore import prepared
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from gateway.workshop.hush import FENCE
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.link import Broker


def test_a_card_that_dies_gets_its_backup_and_then_what_its_nodes_still_have(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    """Ten readings, a backup on the stick, ten more; the card is gone with all that was on it."""
    card, stick = tmp_path / "card", tmp_path / "stick"
    stick.mkdir()
    with node_on(tmp_path, mosquitto.port) as node:
        with gateway_on(card, mosquitto.port) as gateway:
            node.deliver(10)
            backup = make_backup(gateway.settings, stick, NOON_MS)
            node.deliver(10)
        before = values(card)
        shutil.rmtree(card)

        new = tmp_path / "new card"
        with gateway_on(new, mosquitto.port):
            node.deliver(1)  # it measures at once, before anybody has looked for the stick
        with folder.alone(new), prepared(backup.path, new, NOON_MS) as preparation:
            preparation.apply()
        assert values(new) == before[:10]
        with gateway_on(new, mosquitto.port):
            eventually(lambda: len(values(new)) == 21, "what was measured since comes back")
    assert values(new)[:20] == before


def test_a_kit_that_was_handed_over_takes_in_nothing_that_its_nodes_still_have_of_before(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    data = tmp_path / "garden"
    with node_on(tmp_path, mosquitto.port) as node:
        with gateway_on(data, mosquitto.port):
            node.deliver(10)
        assert _live_topics(mosquitto.port) != []
        node.measure(5)  # nobody takes these in: the gateway is off
        with closing(Gateway.open(_settings(data, mosquitto.port), trusted())) as gateway:
            handover.decide(gateway, "effacer", without=True)
        with folder.alone(data):
            assert handover.finish(_settings(data, mosquitto.port)) is not None
        assert _live_topics(mosquitto.port) == []

        with gateway_on(data, mosquitto.port) as blank:
            eventually(node.all_confirmed, "what nodes still had is confirmed")
            assert values(data) == []
            node.measure(2)
            eventually(lambda: len(values(data)) == 2, "what is measured from now on is taken in")
            eventually(lambda: NODE in blank.catalogue.nodes(), "the node is known again")


def trusted() -> SystemClock:
    return SystemClock(trusted=True)


def _live_topics(port: int) -> list[str]:
    """Where the broker keeps a value for whoever comes."""
    with visit(Broker(host=HOST, port=port)) as session:
        return session.retained([f"{wire.BASE}/live/#"], FENCE)


def _settings(data: Path, port: int) -> GatewaySettings:
    return GatewaySettings(data=data, broker=Broker(host=HOST, port=port))
