"""``GET /nodes``: the computers in the garden and how they are."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from gateway.api.context import Language, TheGateway, unknown_node
from gateway.api.guard import allow
from gateway.api.health import health_of
from gateway.api.shapes import Health, Node, NodeList
from gateway.catalogue import NodeInfo
from gateway.present import Latest
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.times import to_rfc3339

router = APIRouter(tags=["nodes"])


@router.get("/nodes", dependencies=[allow(Action.READ)], summary="All nodes and how they are")
def nodes(gateway: TheGateway, language: Language) -> NodeList:
    """Each node with its state, when it was last seen, and its health in words."""
    present = _present_by_node(gateway)
    known = gateway.catalogue.nodes()
    return NodeList(
        nodes=[_shape(gateway, known[n], present.get(n, []), language) for n in sorted(known)]
    )


@router.get("/nodes/{node}", dependencies=[allow(Action.READ)], summary="One node")
def one_node(
    gateway: TheGateway, language: Language, node: Annotated[str, Path(examples=["potager-1"])]
) -> Node:
    """One node; 404 `UNKNOWN_NODE` names the nearest ones."""
    info = gateway.catalogue.node(node)
    if info is None:
        raise unknown_node(gateway, node)
    return _shape(gateway, info, _present_by_node(gateway).get(node, []), language)


def _present_by_node(gateway: Gateway) -> dict[str, list[Latest]]:
    by_node: dict[str, list[Latest]] = {}
    for series, latest in gateway.present.all().items():
        by_node.setdefault(series.node, []).append(latest)
    return by_node


def _shape(gateway: Gateway, info: NodeInfo, present: list[Latest], language: str) -> Node:
    return Node(
        node=info.node,
        state=info.state,
        last_seen=None if info.last_seen_ms is None else to_rfc3339(info.last_seen_ms),
        interval_s=info.interval_s,
        packs=info.packs,
        quarantined=info.quarantined,
        dropped=info.dropped,
        clock=info.clock,
        health=Health.model_validate(
            health_of(info, present, gateway.clock.wall_ms(), language), from_attributes=True
        ),
        about=info.about,
    )
