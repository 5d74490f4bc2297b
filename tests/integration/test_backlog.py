"""A backlog leaves through a real broker without keeping what is sampled meanwhile waiting."""

from __future__ import annotations

from pathlib import Path

from harness import eventually, gateway_on

from gateway.broker import HOST, MosquittoBroker
from gateway.store.base import Series
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.delivery import Delivery
from sensor_node.link import Broker as BrokerAddress
from sensor_node.outbox import Entry, Outbox

NODE, BOOT = "potager-1", "7c1e9a52d01b44f3"
NOON = 1_763_809_200_000
BACKLOG = 1500
SAMPLED_AT = (300, 600, 900)


def entry(seq: int) -> Entry:
    at_ms = NOON + seq * 60_000
    return Entry(BOOT, seq, seq * 60.0, at_ms, "ntp", f'{{"n":"air","u":"Cel","v":{seq / 100}}}')


class Sampling(Outbox):
    """A new pack is sampled whenever so many of the backlog are acknowledged."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.acknowledged: list[int] = []
        self._due = list(SAMPLED_AT)

    def mark(self, ack: wire.Ack) -> int:
        newly = super().mark(ack)
        self.acknowledged += [n for first, last in ack.ranges for n in range(first, last + 1)]
        if self._due and len(self.acknowledged) >= self._due[0]:
            self.append([entry(BACKLOG + 1 + len(SAMPLED_AT) - len(self._due))])
            self._due.pop(0)
        return newly


def test_what_is_sampled_while_a_backlog_leaves_arrives_before_its_end(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    outbox = Sampling(tmp_path / "outbox.sqlite")
    outbox.append([entry(seq) for seq in range(1, BACKLOG + 1)])
    address = BrokerAddress(host=HOST, port=mosquitto.port)
    delivery = Delivery(NODE, outbox, address, SystemClock(trusted=True), boot=BOOT, about=dict)
    packs = BACKLOG + len(SAMPLED_AT)

    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        delivery.start()
        eventually(lambda: len(set(outbox.acknowledged)) == packs, "all is acknowledged", 60)
        delivery.stop()
        points = gateway.store.points(Series(NODE, "air"), 0, 2**52, 2 * packs)

    assert [point.value for point in points] == [seq / 100 for seq in range(1, packs + 1)]
    order = outbox.acknowledged
    for nth, sampled_at in enumerate(SAMPLED_AT, start=1):
        assert sampled_at <= order.index(BACKLOG + nth) < order.index(BACKLOG - 1)
    outbox.close()


def test_many_nodes_that_come_back_at_once_lose_nothing(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    nodes, packs = [f"node-{number}" for number in range(20)], 60
    address = BrokerAddress(host=HOST, port=mosquitto.port)
    outboxes = {node: Outbox(tmp_path / node / "outbox.sqlite") for node in nodes}
    deliveries = []
    for node, outbox in outboxes.items():
        outbox.append([entry(seq) for seq in range(1, packs + 1)])
        clock = SystemClock(trusted=True)
        deliveries.append(Delivery(node, outbox, address, clock, boot=BOOT, about=dict))

    with gateway_on(tmp_path / "g", mosquitto.port) as gateway:
        for delivery in deliveries:
            delivery.start()
        for delivery in deliveries:
            delivery.wait_until_waiting(0, 60)
        for delivery in deliveries:
            delivery.stop()
        assert gateway.store.count() == len(nodes) * packs
        received = {name: node.packs for name, node in gateway.catalogue.nodes().items()}
        assert received == dict.fromkeys(nodes, packs)
        values = [seq / 100 for seq in range(1, packs + 1)]
        for node in nodes:
            points = gateway.store.points(Series(node, "air"), 0, 2**52, 2 * packs)
            assert [point.value for point in points] == values
    for outbox in outboxes.values():
        outbox.close()
