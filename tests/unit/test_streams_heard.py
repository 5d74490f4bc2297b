"""The bench counts each event that a stream missed or heard twice."""

from __future__ import annotations

import json

from bench.streams import Heard, Parser


def told(number: int) -> str:
    data = json.dumps({"channel": "node-0/light-0", "value": float(number)})
    return f"id: hub-{number}\nevent: reading\ndata: {data}\n\n"


def heard(text: str) -> Heard:
    parser = Parser()
    for line in text.splitlines():
        parser.take(line)
    return parser.heard


BEGIN = "retry: 3000\nid: hub-3\n\n"


def test_a_whole_stream_has_missed_nothing() -> None:
    whole = heard(BEGIN + told(4) + ": still here\n\n" + told(5))
    assert (whole.first, whole.missed(5), whole.twice) == (4, 0, 0)
    assert whole.readings == {("node-0/light-0", 4.0), ("node-0/light-0", 5.0)}


def test_what_is_not_there_is_missed_also_at_the_end() -> None:
    assert heard(BEGIN + told(5)).missed(6) == 2


def test_what_comes_again_was_heard_twice() -> None:
    assert heard(BEGIN + told(4) + told(5) + told(5)).twice == 1


def test_an_event_that_was_cut_off_does_not_count_as_heard() -> None:
    parser = Parser()
    for line in (BEGIN + told(4) + told(5)[:20]).splitlines():
        parser.take(line)
    assert parser.last_id == "hub-4"
    assert parser.heard.missed(5) == 1


def test_to_be_told_to_start_again_is_no_event() -> None:
    reset = heard(BEGIN + "id: hub-9\nevent: reset\ndata: {}\n\n")
    assert (reset.resets, reset.missed(9)) == (1, 6)
