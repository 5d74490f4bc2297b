"""Many events in few lines: one line an alert, however often it came and went."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gateway.alerts.alert import Alert
from gateway.alerts.rules import RULES, Event, Key
from gateway.alerts.words import do, headline, since
from gateway.watering.reasons import Language

Outcome = Literal["begun", "ended", "came_and_went"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the morning's message: an alert, what became of it, how often it began."""

    key: Key
    outcome: Outcome
    times: int


@dataclass(frozen=True, slots=True)
class Telling:
    """What a message is told with: the garden's zone and language, and the beds' names."""

    zone: str
    language: Language
    names: Mapping[str, str]
    now_ms: int


def digest(events: Sequence[Event]) -> tuple[Line, ...]:
    """Put the events since the last morning into one message: one line an alert, gravest first."""
    by_key: dict[Key, list[Event]] = {}
    for event in sorted(events, key=lambda one: one.at_ms):
        by_key.setdefault(event.key, []).append(event)
    lines = [_line(key, its) for key, its in by_key.items()]
    order = list(RULES)
    return tuple(sorted(lines, key=lambda one: (_RANK[one.outcome], order.index(one.key.code),
                                                one.key.subject)))  # fmt: skip


_RANK: Final[dict[Outcome, int]] = {"begun": 0, "came_and_went": 1, "ended": 2}
"""What still holds comes first: a long message is cut at its end."""


def _line(key: Key, events: Sequence[Event]) -> Line:
    began = sum(one.change == "begin" for one in events)
    if events[-1].change == "begin":
        return Line(key, "begun", began)
    return Line(key, "came_and_went" if began else "ended", began)


def untold(alerts: Sequence[Alert]) -> list[Event]:
    """Give what no message has told yet: beginnings, and the ends of what was told.

    An end that nobody was told the beginning of is one of "came and went"; that of an urgent one
    that was told is no news: the night is over.
    """
    events = []
    for one in alerts:
        if one.told_ms is None:
            events.append(Event(one.key, "begin", one.begun_ms))
        elif one.rule.urgent:
            continue
        if one.ended_ms is not None and one.told_end_ms is None:
            events.append(Event(one.key, "end", one.ended_ms))
    return events


def told(line: Line, alert: Alert, telling: Telling) -> str:
    """Give a line in words; `alert` is the newest one of its key."""
    language = telling.language
    head = headline(alert, telling.names, language)
    if line.outcome == "ended":
        return head.partition(" (")[0] + (" : c'est fini." if language == "fr" else ": over.")
    if line.outcome == "came_and_went":
        return head + _gone_again(line.times, language)
    begun = since(alert.begun_ms, telling.now_ms, telling.zone, language)
    link = "depuis" if language == "fr" else "since"
    often = _OFTEN[language].format(line.times) if line.times > 1 else ""
    return f"{head}, {link} {begun}{often}. {do(alert, language)}"


_OFTEN: Final[dict[Language, str]] = {"fr": " ({} fois en tout)", "en": " ({} times in all)"}


def _gone_again(times: int, language: Language) -> str:
    if language == "fr":
        return " : c'est passé." if times == 1 else f" : c'est passé, {times} fois."
    return ": gone again." if times == 1 else f": gone again, {times} times."
