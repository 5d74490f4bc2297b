"""The steward's verb ``clock``: a person's phone tells the time to a Pi that has none."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from gateway.kit.errand import Request
from gateway.kit.system import System
from sensor_node.clock import SANE_SINCE_MS
from sensor_node.errors import HardwareError, UsageError

VERB: Final = "clock"
SANE_UNTIL_MS: Final = SANE_SINCE_MS + 20 * 366 * 86_400_000
OLD_AFTER_S: Final = 600.0
RTC: Final = Path("dev/rtc0")


def set_clock(request: Request, system: System) -> dict[str, Any]:
    """Set the clock to ``t_ms``, which was right ``up_s`` seconds after the start.

    So it does not matter how long the request waited. Returns when it was set, and whether a clock
    with a battery now keeps it. Raises ``UsageError`` for what is no time of ours, and
    ``HardwareError`` where the system refuses.
    """
    waited_s = system.up_s() - _number(request, "up_s")
    at_ms = _number(request, "t_ms") + waited_s * 1000
    if request.boot != system.boot() or not 0 <= waited_s <= OLD_AFTER_S:
        raise too_old()
    if not SANE_SINCE_MS <= at_ms <= SANE_UNTIL_MS:
        raise not_a_time()
    if system.keeps_time():
        raise _kept()
    try:
        system.set_clock(round(at_ms))
    except OSError as error:
        raise _refused(error) from error
    return {
        "set_ms": round(at_ms),
        "rtc": _keep_in_battery_clock(system),
        "ntp": system.give_time(),
    }


def _number(request: Request, name: str) -> float:
    value = request.values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise not_a_time()
    return value if abs(value) < SANE_UNTIL_MS else SANE_UNTIL_MS + 1  # also not finite ones


def _keep_in_battery_clock(system: System) -> bool:
    if not (system.root / RTC).exists():
        return False
    return system.does("hwclock", "--systohc", "--utc")


def not_a_time() -> UsageError:
    """To whoever types or sends something that can be no present time."""
    return UsageError(
        "CLOCK_NOT_A_TIME",
        fr="Cette heure ne peut pas être juste : vérifiez la date et l'heure du téléphone, puis "
        "recommencez.",
        en="This time cannot be right: check the phone's date and time, then try again.",
    )


def too_old() -> UsageError:
    """To a request from before a start or a long wait."""
    return UsageError(
        "CLOCK_TOO_LATE",
        fr="L'heure envoyée a attendu trop longtemps : recommencez depuis la page.",
        en="The time that was sent has waited too long: try again from the page.",
    )


def _kept() -> UsageError:
    return UsageError(
        "CLOCK_KEPT",
        fr="Le réseau règle déjà l'heure de cette passerelle : il n'y a rien à faire.",
        en="The network already keeps the time of this gateway: there is nothing to do.",
    )


def _refused(error: OSError) -> HardwareError:
    return HardwareError(
        "CLOCK_REFUSED",
        fr=f"Le système ne laisse pas régler l'heure ({error.strerror}) : vérifiez le service "
        "jardin-steward (systemctl status jardin-steward).",
        en=f"The system does not let the time be set ({error.strerror}): check the service "
        "jardin-steward (systemctl status jardin-steward).",
    )
