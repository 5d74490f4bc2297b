"""The row of recent events and those who watch it."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from gateway.events import Event, EventHub, Subscription
from sensor_node.clock import FakeClock


def numbers(events: list[Event] | None) -> list[int]:
    return [json.loads(event.data)["n"] for event in events or []]


def publish(hub: EventHub, *values: int) -> None:
    for value in values:
        hub.publish("reading", {"n": value})


def test_a_watcher_sees_what_is_published_from_another_thread() -> None:
    async def watch() -> list[int]:
        hub = EventHub()
        watcher = hub.subscribe()
        thread = threading.Thread(target=publish, args=(hub, 1, 2, 3))
        thread.start()
        seen: list[int] = []
        async for event in watcher:
            seen += numbers([event])
            if len(seen) == 3:
                break
        thread.join()
        return seen

    assert asyncio.run(watch()) == [1, 2, 3]


def test_every_one_of_many_watchers_sees_every_event() -> None:
    async def watch(watcher: Subscription, count: int) -> list[int]:
        seen: list[int] = []
        async for event in watcher:
            seen += numbers([event])
            if len(seen) == count:
                break
        return seen

    async def crowd() -> list[list[int]]:
        hub = EventHub()
        watching = [asyncio.ensure_future(watch(hub.subscribe(), 200)) for _ in range(40)]
        await asyncio.to_thread(publish, hub, *range(200))
        return await asyncio.gather(*watching)

    assert asyncio.run(crowd()) == [list(range(200))] * 40


def test_one_who_comes_back_gets_what_was_missed_and_nothing_twice() -> None:
    async def scene() -> list[int]:
        hub = EventHub()
        first = hub.subscribe()
        publish(hub, 1)
        (event,) = await first.take() or []
        publish(hub, 2, 3)
        return numbers(await hub.subscribe(event.id).take())

    assert asyncio.run(scene()) == [2, 3]


def test_a_page_misses_nothing_between_its_making_and_its_stream() -> None:
    async def scene() -> list[int]:
        hub = EventHub()
        publish(hub, 1)
        rendered_at = hub.last_id
        publish(hub, 2)
        return numbers(await hub.subscribe(rendered_at).take())

    assert asyncio.run(scene()) == [2]


def test_what_was_missed_for_more_than_five_minutes_is_a_reset() -> None:
    async def scene() -> tuple[list[str], list[int]]:
        clock = FakeClock()
        hub = EventHub(clock)
        publish(hub, 1)
        seen = hub.last_id
        publish(hub, 2)
        clock.advance(301)
        publish(hub, 3)
        back = hub.subscribe(seen)
        kinds = [event.kind for event in await back.take() or []]
        publish(hub, 4)
        return kinds, numbers(await back.take())

    assert asyncio.run(scene()) == (["reset"], [4])


def test_what_was_missed_for_less_than_five_minutes_is_not() -> None:
    async def scene() -> list[int]:
        clock = FakeClock()
        hub = EventHub(clock)
        publish(hub, 1)
        seen = hub.last_id
        publish(hub, 2)
        clock.advance(299)
        return numbers(await hub.subscribe(seen).take())

    assert asyncio.run(scene()) == [2]


@pytest.mark.parametrize("seen", ["", None])
def test_one_who_comes_for_the_first_time_gets_only_what_is_new(seen: str | None) -> None:
    async def scene() -> list[int]:
        hub = EventHub()
        publish(hub, 1)
        watcher = hub.subscribe(seen)
        publish(hub, 2)
        return numbers(await watcher.take())

    assert asyncio.run(scene()) == [2]


@pytest.mark.parametrize("seen", ["x", "-", "12", "deadbeef-1", "deadbeef-", "²-²"])
def test_an_id_of_an_earlier_gateway_or_of_none_is_a_reset(seen: str) -> None:
    async def scene() -> list[str]:
        hub = EventHub()
        publish(hub, 1)
        return [event.kind for event in await hub.subscribe(seen).take() or []]

    assert asyncio.run(scene()) == ["reset"]


def test_an_id_that_is_still_to_come_is_a_reset() -> None:
    async def scene() -> list[str]:
        hub = EventHub()
        ahead = hub.last_id.replace("-0", "-9")
        return [event.kind for event in await hub.subscribe(ahead).take() or []]

    assert asyncio.run(scene()) == ["reset"]


def test_the_id_of_a_reset_is_where_to_come_back_to() -> None:
    async def scene() -> list[int]:
        hub = EventHub()
        publish(hub, 1)
        (reset,) = await hub.subscribe("of another time").take() or []
        publish(hub, 2)
        return numbers(await hub.subscribe(reset.id).take())

    assert asyncio.run(scene()) == [2]


def test_one_who_cannot_keep_up_is_reset_instead_of_holding_memory() -> None:
    async def scene() -> tuple[list[str], list[int]]:
        hub = EventHub(keep_events=10)
        slow = hub.subscribe()
        publish(hub, *range(11))
        kinds = [event.kind for event in await slow.take() or []]
        publish(hub, 99)
        return kinds, numbers(await slow.take())

    assert asyncio.run(scene()) == (["reset"], [99])


def test_calm_is_an_empty_batch() -> None:
    async def scene() -> list[Event] | None:
        return await EventHub().subscribe().take(timeout_s=0)

    assert asyncio.run(scene()) == []


def test_closing_ends_all_who_wait_and_all_who_come_later() -> None:
    async def scene() -> list[list[Event] | None]:
        hub = EventHub()
        waiting = [asyncio.ensure_future(hub.subscribe().take()) for _ in range(3)]
        await asyncio.to_thread(hub.close)
        publish(hub, 1)
        return [*await asyncio.gather(*waiting), await hub.subscribe().take()]

    assert asyncio.run(scene()) == [None] * 4


def test_a_watcher_whose_loop_is_gone_harms_nobody() -> None:
    hub = EventHub()

    async def leave_waiting() -> None:
        hub._wait_after(0)  # a watcher torn down with its loop

    asyncio.run(leave_waiting())
    publish(hub, 1)
    assert hub.last_id.endswith("-1")


def test_an_event_travels_as_one_frame_whatever_its_text() -> None:
    hub = EventHub()

    async def scene() -> str:
        watcher = hub.subscribe()
        hub.publish("alert", {"text": "gel\nà l'aube"})
        (event,) = await watcher.take() or []
        return event.frame()

    frame = asyncio.run(scene())
    assert frame == f'id: {hub.last_id}\nevent: alert\ndata: {{"text":"gel\\nà l\'aube"}}\n\n'
