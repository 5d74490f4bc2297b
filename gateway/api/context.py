"""What every endpoint is given: the gateway, the reader's language, and only known parameters."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Final, get_type_hints

from fastapi import Depends, Query, Request, params

from gateway.api.languages import reader_language
from gateway.api.problems import Problem, unknown
from gateway.beds.records import BedRecord
from gateway.service import Gateway

MAX_ID: Final = 2**63 - 1
"""What SQLite can number."""


async def _gateway(request: Request) -> Gateway:
    gateway: Gateway = request.app.state.gateway
    return gateway


TheGateway = Annotated[Gateway, Depends(_gateway)]


async def _language(
    request: Request,
    gateway: TheGateway,
    lang: Annotated[
        str | None,
        Query(description="`fr` or `en`; wins over `Accept-Language`.", examples=["en"]),
    ] = None,
) -> str:
    return reader_language(request, gateway.settings.language)


Language = Annotated[str, Depends(_language)]


async def only_known_parameters(request: Request, language: Language) -> None:
    """Refuse a query parameter that the endpoint does not have.

    A misspelt ``agregate=sum`` that is passed over would give means that look like sums.
    """
    known = _query_parameters(request.scope["endpoint"])
    for name in request.query_params:
        if name not in known:
            raise _unknown_parameter(name, known)


@cache
def _query_parameters(endpoint: Callable[..., Any]) -> tuple[str, ...]:
    names = {"lang"}
    for name, hint in get_type_hints(endpoint, include_extras=True).items():
        for about in getattr(hint, "__metadata__", ()):
            if isinstance(about, params.Query):
                names.add(about.alias or name)
    return tuple(sorted(names))


def _unknown_parameter(name: str, known: tuple[str, ...]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    fr = f"Vouliez-vous dire « {near[0]} » ?" if near else f"Possibles : {', '.join(known)}."
    en = f"Did you mean '{near[0]}'?" if near else f"Possible: {', '.join(known)}."
    return Problem(
        422,
        "UNKNOWN_PARAMETER",
        fr=f"Il n'y a pas de paramètre « {name[:80]} » ici. {fr}",
        en=f"There is no parameter '{name[:80]}' here. {en}",
        more={"near": near},
    )


def known_bed(gateway: Gateway, bed: str) -> BedRecord:
    """The bed of that id; raises ``Problem`` with the nearest ids where there is none."""
    known = gateway.catalogue.beds.all()
    if bed not in known:
        raise unknown("UNKNOWN_BED", ("bac", "bed"), bed, known)
    return known[bed]


def unknown_node(gateway: Gateway, node: str) -> Problem:
    """The problem of a node that nobody has heard of, with the nearest names."""
    return unknown("UNKNOWN_NODE", ("nœud", "node"), node, gateway.catalogue.nodes())


def unknown_channel(gateway: Gateway, name: str) -> Problem:
    """The problem of a channel that nobody has heard of, with the nearest names."""
    known = map(str, gateway.catalogue.channels())
    return unknown("UNKNOWN_CHANNEL", ("voie", "channel"), name, known)
