"""The gateway's clock: kept by the network, by a battery, or told by a person since the start."""

from __future__ import annotations

from gateway.kit import setting_clock
from gateway.kit.asking import Steward
from gateway.settings import GatewaySettings
from sensor_node.clock import Keeper, SystemClock


class ToldClock(SystemClock):
    """This computer's clock, which is right as well once somebody has set it from a phone.

    The kernel forgets who set it; the steward's answer of this start says so.
    """

    def __init__(self, steward: Steward, *, trusted: bool = False) -> None:
        super().__init__(trusted=trusted)
        self._steward = steward
        self._told = False

    def kept_by(self) -> Keeper | None:
        kept = super().kept_by()
        if kept is not None:
            return kept
        if not self._told:  # asked for every pack; and once told, a later refusal untells nothing
            self._told = self._steward.is_done_since_start(setting_clock.VERB)
        return "person" if self._told else None


def clock_of(settings: GatewaySettings) -> SystemClock:
    """The clock of the gateway of ``settings``."""
    trusted = settings.clock == "system"
    if settings.kit.requests is None:
        return SystemClock(trusted=trusted)
    return ToldClock(Steward(settings.kit.requests), trusted=trusted)
