"""``GET /events``: what happens, as it happens (Server-Sent Events)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from gateway.api.context import TheGateway
from gateway.api.guard import allow, still_may
from gateway.events import Subscription
from gateway.security.roles import Action

router = APIRouter(tags=["events"])

KEEP_ALIVE_S: Final = 15.0
RETRY_MS: Final = 3000


class EventStream(StreamingResponse):
    """A stream that browsers read with ``EventSource``."""

    media_type = "text/event-stream"


@router.get(
    "/events",
    dependencies=[allow(Action.READ)],
    summary="What happens, as it happens",
    response_class=EventStream,
    responses={
        200: {
            "description": "`reading`, `state`, `advice` and `reset` events",
            "content": {
                "text/event-stream": {
                    "schema": {"type": "string"},
                    "example": "id: 5f0c9a1e-42\nevent: reading\n"
                    'data: {"channel":"potager-1/air","time":"2026-05-01T06:00:00.000Z",'
                    '"value":21.4,"unit":"Cel"}\n\n',
                }
            },
        }
    },
)
async def events(
    request: Request,
    gateway: TheGateway,
    last_event_id: Annotated[str | None, Header(description="Sent by browsers")] = None,
    from_id: Annotated[
        str | None,
        Query(alias="last_event_id", description="The same, for a page's first connection"),
    ] = None,
) -> EventStream:
    """After an id, the missed events of the last five minutes come first.

    Where they are no longer to be had, a `reset` says: load everything again. In a private garden
    the stream ends with the key that opened it.
    """
    seen = last_event_id or from_id
    still = partial(still_may, request, Action.READ) if gateway.access.private else None
    return EventStream(
        _frames(gateway.events.subscribe(seen), still, is_new=not seen),
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _frames(
    subscription: Subscription, still: Callable[[], bool] | None, *, is_new: bool
) -> AsyncIterator[str]:
    # An id without data is remembered by the browser and dispatches nothing: whoever loses the
    # connection before the first event comes back to the right place.
    place = f"id: {subscription.last_id}\n" if is_new else ""
    yield f"retry: {RETRY_MS}\n{place}\n"
    while (batch := await subscription.take(KEEP_ALIVE_S)) is not None:
        if still is not None and not await run_in_threadpool(still):
            return
        yield "".join(event.frame() for event in batch) or ": still here\n\n"
