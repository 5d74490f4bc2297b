"""``GET /quarantine``: what was refused and why; ``POST /quarantine/retry``: try it again."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from gateway.api.context import MAX_ID, Language, TheGateway
from gateway.api.guard import allow
from gateway.api.shapes import QuarantinePage, Refused, Retried, RetryRequest
from gateway.quarantine import QuarantineItem
from gateway.retry import retry as retry_refused
from gateway.security.roles import Action
from gateway.times import to_rfc3339

router = APIRouter(prefix="/quarantine", tags=["quarantine"])


@router.get("", dependencies=[allow(Action.READ)], summary="What was refused, and why")
def quarantine(
    gateway: TheGateway,
    language: Language,
    limit: Annotated[int, Query(ge=1, le=500, description="At most so many")] = 50,
    before: Annotated[
        int | None, Query(ge=1, le=MAX_ID, description="Only older ones than this id")
    ] = None,
) -> QuarantinePage:
    """Refused packs and readings with their payload, newest first."""
    found = gateway.quarantine.list(limit + 1, before)
    items = [_shape(item, language) for item in found[:limit]]
    return QuarantinePage(
        items=items,
        next=items[-1].id if len(found) > limit else None,
        count=gateway.quarantine.count(),
        evicted=gateway.quarantine.evicted(),
    )


@router.post("/retry", dependencies=[allow(Action.RETRY)], summary="Try refused items again")
def retry(gateway: TheGateway, body: RetryRequest | None = None) -> Retried:
    """Once the cause is mended (a name, a unit, a clock): all of them, or those with `ids`."""
    accepted = retry_refused(gateway, body.ids if body else None)
    return Retried(accepted=accepted, left=gateway.quarantine.count())


def _shape(item: QuarantineItem, language: str) -> Refused:
    payload, encoding = readable(item.payload)
    return Refused(
        id=item.id,
        received=to_rfc3339(item.received_ms),
        node=item.node,
        channel=item.channel,
        topic=item.topic,
        code=item.code,
        text=item.text_fr if language == "fr" else item.text_en,
        payload=payload,
        encoding=encoding,
    )


def readable(payload: bytes) -> tuple[str, Literal["text", "base64"]]:
    """``payload`` as a person or a program can read it, and how that was written."""
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return base64.b64encode(payload).decode(), "base64"
    if any(not (c.isprintable() or c in "\r\n\t") for c in text):
        return base64.b64encode(payload).decode(), "base64"
    return text, "text"
