"""What happens now, for those who watch: pages, tablets, programs.

Events are published from any thread and kept for five minutes. A watcher is a place in that one
row, not a queue of its own: forty of them cost forty numbers, and one that cannot keep up is told
to start again (``reset``) instead of holding memory.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sensor_node.clock import Clock, SystemClock

KEEP_S: Final = 300.0
KEEP_EVENTS: Final = 30_000
"""A bound on memory, some 10 MB: fifty channels at an event a second need half of it."""
RESET: Final = "reset"
GONE: Final = "gone"
"""What is left of an event that was taken back; nobody listens for it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. ``data`` is one line of JSON."""

    id: str
    kind: str
    data: str

    def frame(self) -> str:
        """The event as it travels in a stream of server-sent events."""
        return f"id: {self.id}\nevent: {self.kind}\ndata: {self.data}\n\n"


class EventHub:
    """The row of recent events and those who wait for its next.

    Ids are ``<hub>-<number>``: an id of an earlier start of the gateway is recognised as such.
    """

    def __init__(self, clock: Clock | None = None, keep_events: int = KEEP_EVENTS) -> None:
        self._clock = clock or SystemClock()
        self._keep_events = keep_events
        self._hub = secrets.token_hex(4)
        self._first = 1  # number of the oldest event kept
        self._kept: deque[tuple[float, Event]] = deque()
        self._waiting: set[asyncio.Future[None]] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def last_id(self) -> str:
        """The place after everything published: a page made now misses nothing from here."""
        with self._lock:
            return self._id(self._last)

    @property
    def closed(self) -> bool:
        """Whether the hub has been closed."""
        return self._closed

    def publish(self, kind: str, data: Mapping[str, Any]) -> None:
        """Tell all watchers; may be called from any thread. Nothing happens once closed.

        Raises ``ValueError`` for a number that is not finite.
        """
        text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        with self._lock:
            if self._closed:
                return
            event = Event(self._id(self._last + 1), kind, text)
            self._kept.append((self._clock.monotonic_s(), event))
            self._forget()
            waiting, self._waiting = self._waiting, set()
        _wake(waiting)

    def subscribe(self, last_event_id: str | None = None) -> Subscription:
        """What happens from now on, or after ``last_event_id``.

        Where the events after that id are no longer to be had, the first is a ``reset``.
        """
        with self._lock:
            self._forget()
            if not last_event_id:
                return Subscription(self, self._last)
            seen = self._number(last_event_id)
            lost = seen is None or not self._first - 1 <= seen <= self._last
            return Subscription(self, self._last if seen is None or lost else seen, lost=lost)

    def forget(self, is_gone: Callable[[Event], bool]) -> None:
        """Empty those events of the row, which nobody may hear again; ids stay as they are."""
        with self._lock:
            self._kept = deque(
                (at_s, Event(event.id, GONE, "{}") if is_gone(event) else event)
                for at_s, event in self._kept
            )

    def close(self) -> None:
        """End every subscription, at once and for good; may be called from any thread."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, set()
        _wake(waiting)

    # What a Subscription needs; each takes the lock.

    def _after(self, seen: int) -> tuple[list[Event], int, bool]:
        """The events after number ``seen``, the number of the last one, whether some are lost."""
        with self._lock:
            if seen < self._first - 1:
                return [], self._last, True
            newest_first = [event for _, event in islice(reversed(self._kept), self._last - seen)]
            return newest_first[::-1], self._last, False

    def _wait_after(self, seen: int) -> asyncio.Future[None]:
        """A future that is done as soon as there is an event after ``seen``, or the end."""
        future = asyncio.get_running_loop().create_future()
        with self._lock:
            if self._closed or self._last != seen:
                future.set_result(None)
            else:
                self._waiting.add(future)
        return future

    def _give_up(self, future: asyncio.Future[None]) -> None:
        with self._lock:
            self._waiting.discard(future)

    # Below: only under the lock.

    @property
    def _last(self) -> int:
        return self._first + len(self._kept) - 1

    def _id(self, number: int) -> str:
        return f"{self._hub}-{number}"

    def _number(self, event_id: str) -> int | None:
        hub, _, number = event_id.partition("-")
        known = hub == self._hub and number.isascii() and number.isdigit() and len(number) < 16
        return int(number) if known else None

    def _forget(self) -> None:
        horizon = self._clock.monotonic_s() - KEEP_S
        while self._kept and (len(self._kept) > self._keep_events or self._kept[0][0] < horizon):
            self._kept.popleft()
            self._first += 1


class Subscription(AsyncIterator[Event]):
    """One watcher's place in the row; iterate it, or ``take`` batches with a time-out."""

    def __init__(self, hub: EventHub, seen: int, *, lost: bool = False) -> None:
        self._hub = hub
        self._seen = seen
        self._lost = lost
        self._ready: deque[Event] = deque()

    @property
    def last_id(self) -> str:
        """The id to come back with."""
        return self._hub._id(self._seen)

    async def take(self, timeout_s: float | None = None) -> list[Event] | None:
        """The events since the last call, waiting for one; ``[]`` after ``timeout_s`` of calm.

        None once the hub is closed.
        """
        if self._lost:
            self._lost = False
            return [self._reset()]
        if not await self._something(timeout_s):
            return []
        if self._hub.closed:
            return None
        events, self._seen, lost = self._hub._after(self._seen)
        return [self._reset()] if lost else events

    async def __anext__(self) -> Event:
        while not self._ready:
            events = await self.take()
            if events is None:
                raise StopAsyncIteration
            self._ready.extend(events)
        return self._ready.popleft()

    async def _something(self, timeout_s: float | None) -> bool:
        future = self._hub._wait_after(self._seen)
        try:
            async with asyncio.timeout(timeout_s):
                await future
        except TimeoutError:
            return False
        finally:
            self._hub._give_up(future)
        return True

    def _reset(self) -> Event:
        return Event(self.last_id, RESET, "{}")


def _wake(waiting: Iterable[asyncio.Future[None]]) -> None:
    """Wake each waiting future in its own loop, with one call per loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for future in waiting:
        by_loop.setdefault(future.get_loop(), []).append(future)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_finish, futures)
        except RuntimeError:  # the loop was closed: nobody is left to be told
            continue


def _finish(futures: Iterable[asyncio.Future[None]]) -> None:
    for future in futures:
        if not future.done():
            future.set_result(None)
