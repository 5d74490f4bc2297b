"""What a forecast says to the alerts: of the night that comes, never of the one that is over."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from watched import ZONE, moment_ms

from gateway.alarms.foretold import Foretold
from gateway.forecast.outlook import Hour, Outlook

FETCHED_MS = moment_ms("2026-04-02 00:00")
HOUR_MS = 3_600_000


def warmth_c(at_ms: int) -> float:
    """Frost in the night to the third, ten degrees in that to the second, warmest at noon."""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(ZONE))
    if at.hour == 5:
        return -2.0 if at.day == 3 else 10.0
    return 25.0 if at.hour == 12 else 15.0


class Kept:
    """What the garden has kept of the service's answers."""

    def __init__(self, fetched_ms: int = FETCHED_MS) -> None:
        times = (FETCHED_MS + n * HOUR_MS for n in range(60))
        hours = tuple(Hour(at, warmth_c(at), None, None, None, None) for at in times)
        self._outlook = Outlook(fetched_ms, hours, ())

    def outlook(self) -> Outlook:
        return self._outlook


def foretold(kept: Kept | None = None) -> Foretold:
    return Foretold(kept or Kept(), ZONE)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "minimum_c"),
    [
        ("2026-04-02 03:00", 10.0),
        ("2026-04-02 09:00", None),
        ("2026-04-02 13:59", None),
    ],
)
def test_by_night_it_is_of_this_night_and_in_the_morning_of_none(
    now: str, minimum_c: float | None
) -> None:
    assert foretold().minimum_c(moment_ms(now)) == minimum_c


def test_from_the_afternoon_on_it_is_of_the_night_that_comes() -> None:
    kept = Kept(fetched_ms=moment_ms("2026-04-02 12:00"))
    assert foretold(kept).minimum_c(moment_ms("2026-04-02 14:00")) == -2.0
    assert foretold(kept).minimum_c(moment_ms("2026-04-02 23:30")) == -2.0


def test_the_maximum_is_of_what_is_left_of_today() -> None:
    assert foretold().maximum_c(moment_ms("2026-04-02 08:00")) == 25.0
    kept = Kept(fetched_ms=moment_ms("2026-04-02 12:00"))
    assert foretold(kept).maximum_c(moment_ms("2026-04-02 15:00")) == 15.0
    assert foretold(kept).maximum_c(moment_ms("2026-04-02 21:00")) is None


def test_a_stale_forecast_says_nothing() -> None:
    assert foretold().minimum_c(moment_ms("2026-04-02 20:00")) is None
