"""The hour that a person's phone tells the gateway, checked against what the garden has seen."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.kit import setting_clock
from gateway.kit.asking import PATIENCE_S, Steward
from gateway.kit.setting_clock import SANE_UNTIL_MS, not_a_time
from gateway.service import Gateway
from gateway.times import AHEAD_MS
from sensor_node.clock import SANE_SINCE_MS
from sensor_node.errors import UsageError

_TYPED: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII)
_MILLISECONDS: Final = re.compile(r"\d{1,15}", re.ASCII)


def parse_hour(text: str, timezone: str) -> int:
    """Milliseconds since 1970 UTC as a script sends them, or ``2026-05-01T08:00`` by the garden's
    own clock. Raises ``UsageError`` for what can be no present time.
    """
    text = text.strip()
    if _MILLISECONDS.fullmatch(text):
        at_ms = int(text)
    elif _TYPED.fullmatch(text):
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone))
        except ValueError:
            raise not_a_time() from None
        at_ms = round(moment.timestamp() * 1000)
    else:
        raise not_a_time()
    if not SANE_SINCE_MS <= at_ms <= SANE_UNTIL_MS:
        raise not_a_time()
    return at_ms


def set_hour(
    gateway: Gateway, steward: Steward, at_ms: int, by: str, *, sure: bool = False
) -> None:
    """It is ``at_ms`` now. Unless somebody is ``sure``, not before what the garden has measured.

    Raises ``UsageError``, and what ``Steward.have`` raises.
    """
    up_s = gateway.clock.monotonic_s()
    newest_ms = max((one.at_ms for one in gateway.present.all().values()), default=0)
    if at_ms < newest_ms - AHEAD_MS and not sure:
        raise _before_readings()
    steward.have(setting_clock.VERB, {"t_ms": at_ms, "up_s": up_s}, PATIENCE_S)
    gateway.access.note(by, "CLOCK_SET")


def _before_readings() -> UsageError:
    return UsageError(
        "CLOCK_BEFORE_READINGS",
        fr="Cette heure est d'avant la dernière mesure du jardin : le téléphone est-il à l'heure "
        "et à la date d'aujourd'hui ? S'il l'est, cochez « J'en suis sûr » et recommencez.",
        en="This time is before the garden's last reading: has the phone today's time and date? "
        "If it has, tick 'I am sure' and try again.",
    )
