"""When a message goes out: frost at once, the rest in the morning, at most three a day.

Why three are enough for frost. A night is told of at most twice: a risk, then frost; what comes
again in the same night has been told. The morning's message leaves one of the three free, so that
the first word of the next night is never late. Only the second word of a night can find three
messages gone: it waits for midnight, and the first has told people what to cover by then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alerts.alert import NIGHTS, Alert

MOST_A_DAY: Final = 3
KEPT_FOR_FROST: Final = 1


@dataclass(frozen=True, slots=True)
class Today:
    """The garden's day so far.

    hour: on the garden's wall. made: how many messages it has had. had_morning: whether its
    morning's message was made, or had nothing to tell. waiting: a message that has not gone to
    anybody yet takes another one along.
    """

    hour: int
    made: int
    had_morning: bool
    waiting: bool = False


def night_of(at_ms: int, zone: str) -> int:
    """When the night around `at_ms` began: at the garden's last noon, in ms since 1970 UTC."""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    day = at.date() if at.hour >= 12 else at.date() - timedelta(days=1)
    return round(datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def is_covered(alert: Alert, told: Sequence[Alert], zone: str) -> bool:
    """Whether somebody was told as much in the same night already."""
    if alert.key.code not in NIGHTS:
        return False
    night = night_of(alert.begun_ms, zone)
    return any(
        one.told_ms is not None
        and one.key.subject == alert.key.subject
        and one.key.code in {alert.key.code, "frost_alert"}
        and night_of(one.begun_ms, zone) == night
        for one in told
    )


def urgent_may_go(today: Today) -> bool:
    """Whether an urgent message goes out now."""
    return today.made < MOST_A_DAY or today.waiting


def morning_is_due(today: Today, hour: int) -> bool:
    """Whether the morning's message is to be made now; one that is crowded out goes tomorrow."""
    return not today.had_morning and today.hour >= hour


def morning_may_go(today: Today) -> bool:
    """Whether it leaves enough for a night's first word."""
    return today.made < MOST_A_DAY - KEPT_FOR_FROST or today.waiting
