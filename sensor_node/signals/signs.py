"""The lamp's few signs: which of them hold, and how each looks.

No sign flashes more than twice a second: above three, flashes can harm a photosensitive person
(WCAG 2.2, success criterion 2.3.1).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import NamedTuple

from sensor_node.signals.advice import Advice
from sensor_node.signals.alerts import FROST
from sensor_node.signals.troubles import Trouble


class Step(NamedTuple):
    """On or off, for so long."""

    on: bool
    seconds: float


class Sign(Enum):
    """What the lamp can say, with one round of it."""

    HELP = (*(Step(True, 0.25), Step(False, 0.25)) * 3, Step(False, 1.5))
    FROST = (Step(True, 4.5), Step(False, 0.5))
    WATER = (Step(True, 1.5), Step(False, 1.5))
    LOOK = (Step(True, 1.5), Step(False, 0.5), Step(True, 0.25), Step(False, 1.75))
    NOTHING_TO_DO = (Step(True, 0.25), Step(False, 4.75))


DARK: Sequence[Step] = (Step(False, 3.0),)
"""Nothing is known, so nothing is shown."""
BETWEEN = Step(False, 1.5)
"""Keeps signs apart that are shown in turn."""


_SAID_BY_WATER = {"thirst"}


def call_of(advice: Advice | None) -> Sign | None:
    """What ``advice`` asks somebody to do today: to water, to protect from frost, or nothing."""
    if advice is None:
        return None
    if advice.verdict == "frost":
        return Sign.FROST
    if advice.verdict == "yes" or (advice.verdict == "seedbed" and advice.mm != 0):
        return Sign.WATER
    return None


def signs_of(
    troubles: Collection[Trouble],
    advices: Mapping[str, Advice | None],
    alerts: Mapping[str, frozenset[str]] = MappingProxyType({}),
) -> tuple[Sign, ...]:
    """The signs that hold, most pressing first, for today's ``advices`` and the codes of the
    ``alerts`` that hold; none: nothing is known.

    'Nothing to do' is said only when it is known of every bed, and nothing is wrong.
    """
    calls = {call_of(advice) for advice in advices.values()}
    codes = {code for its in alerts.values() for code in its}
    if codes & FROST:
        calls.add(Sign.FROST)
    if codes - FROST - (_SAID_BY_WATER if Sign.WATER in calls else set()):
        calls.add(Sign.LOOK)
    held = tuple(sign for sign in (Sign.FROST, Sign.WATER, Sign.LOOK) if sign in calls)
    if troubles:
        return (Sign.HELP, *held)
    if held:
        return held
    known = [advice is not None and advice.verdict != "unknown" for advice in advices.values()]
    return (Sign.NOTHING_TO_DO,) if known and all(known) else ()


def steps_of(signs: Sequence[Sign]) -> Sequence[Step]:
    """One round of the lamp: each sign in its turn."""
    if len(signs) > 1:
        return [step for sign in signs for step in (*sign.value, BETWEEN)]
    return signs[0].value if signs else DARK
