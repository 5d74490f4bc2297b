"""A message: a title, and a few lines that say what, where, since when, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from gateway.alerts.alert import Alert
from gateway.alerts.digest import Telling, digest, told, untold
from gateway.watering.reasons import Language

MOST_LINES: Final = 8
Kind = Literal["urgent", "morning"]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent. tells: the alerts that it tells of, by their ids."""

    kind: Kind
    title: str
    lines: tuple[str, ...]
    tells: tuple[int, ...] = ()

    def body(self, language: Language, most: int = MOST_LINES) -> str:
        """Give the lines, and how many more there are than fit."""
        shown = [f"- {line}" for line in self.lines[:most]]
        more = len(self.lines) - len(shown)
        if more > 0:
            shown.append(_MORE[language].format(more))
        return "\n".join(shown)


_MORE: Final[dict[Language, str]] = {
    "fr": "- et {} de plus, sur la page du jardin.",
    "en": "- and {} more, on the garden's page.",
}


def message(kind: Kind, garden: str, alerts: Sequence[Alert], telling: Telling) -> Message | None:
    """Tell of `alerts` what is still untold; None where there is nothing to tell."""
    newest = {one.key: one for one in sorted(alerts, key=lambda one: one.begun_ms)}
    lines = digest(untold(alerts))
    if not lines:
        return None
    said = tuple(told(line, newest[line.key], telling) for line in lines)
    title = _TITLES[kind][telling.language].format(garden=garden)
    return Message(kind, title, said, tuple(one.id for one in alerts))


_TITLES: Final[dict[Kind, dict[Language, str]]] = {
    "urgent": {"fr": "{garden} : gel", "en": "{garden}: frost"},
    "morning": {"fr": "{garden} : le point du matin", "en": "{garden}: this morning"},
}


def joined(messages: Sequence[Message], language: Language) -> Message:
    """Put messages that wait for the same address into one: each line once, urgent ones first.

    What is cut of a long one is at its end, so the newest come before the older.
    """
    newest_first = messages[::-1]
    in_order = [one for kind in _KINDS for one in newest_first if one.kind == kind]
    lines = tuple(dict.fromkeys(line for one in in_order for line in one.lines))
    late = _LATE[language] if len(messages) > 1 else ""
    return Message(in_order[0].kind, in_order[0].title + late, lines)


_KINDS: Final[tuple[Kind, ...]] = ("urgent", "morning")
_LATE: Final[dict[Language, str]] = {"fr": " (avec du retard)", "en": " (late)"}
