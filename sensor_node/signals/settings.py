"""What node.toml may say of the lamp and the buzzer at the bed: ``[signals]``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, tzinfo

from sensor_node import wire
from sensor_node.errors import ConfigError
from sensor_node.settings import setting
from sensor_node.signals.quiet import QuietHours


@dataclass(frozen=True)
class SignalSettings:
    """A lamp and a buzzer, and whose advice they show; without a pin there is neither."""

    led: int | None = setting(
        None, fr="broche GPIO de la lampe (numéro BCM)", en="GPIO pin of the lamp (BCM number)",
        least=0, most=27,
    )  # fmt: skip
    led_active_high: bool = setting(
        True, fr="la lampe brille quand la broche est à 3,3 V", en="lit when its pin is at 3.3 V"
    )
    buzzer: int | None = setting(
        None, fr="broche GPIO du buzzer (numéro BCM)", en="GPIO pin of the buzzer (BCM number)",
        least=0, most=27,
    )  # fmt: skip
    beds: list[str] | None = setting(
        None, fr="bacs dont le conseil se montre", en="beds whose advice is shown"
    )
    quiet_from: str = setting(
        "21:00", fr="le buzzer se tait à partir de (HH:MM)", en="buzzer silent from (HH:MM)"
    )
    quiet_to: str = setting(
        "08:00", fr="le buzzer se tait jusqu'à (HH:MM)", en="buzzer silent until (HH:MM)"
    )
    timezone: str | None = setting(
        None, fr="fuseau horaire, comme Europe/Paris", en="time zone, as Europe/Paris"
    )

    @property
    def has_pins(self) -> bool:
        """Whether there is anything to show with."""
        return self.led is not None or self.buzzer is not None

    @property
    def quiet(self) -> QuietHours:
        """When the buzzer is silent; raises ``ConfigError`` for what is no time of day."""
        return QuietHours(
            _time_of_day("quiet_from", self.quiet_from), _time_of_day("quiet_to", self.quiet_to)
        )

    @property
    def zone(self) -> tzinfo | None:
        """The garden's zone, or None for the system's; ``ConfigError`` for an unknown one."""
        if self.timezone is None:
            return None
        from zoneinfo import ZoneInfo  # noqa: PLC0415 - only a node with a zone of its own

        try:
            return ZoneInfo(self.timezone)
        except (KeyError, ValueError, OSError):
            raise _wrong(
                "timezone",
                f"fuseau horaire inconnu « {self.timezone} » (par exemple Europe/Paris)",
                f"unknown time zone '{self.timezone}' (for example Europe/Paris)",
            ) from None

    def check(self) -> None:
        """Raises ``ConfigError`` for what cannot be shown."""
        for bed in self.beds or ():
            wire.check_id(bed, "bed")
        if self.led is not None and self.led == self.buzzer:
            raise _wrong(
                "buzzer",
                "la lampe et le buzzer ne peuvent pas partager une broche",
                "the lamp and the buzzer cannot share a pin",
            )
        self.quiet, self.zone  # noqa: B018 - read now, so that a mistake is said at the start


def _time_of_day(key: str, text: str) -> time:
    try:
        hours, minutes = text.split(":")
        return time(int(hours), int(minutes))
    except ValueError:
        raise _wrong(
            key, f"« {text} » n'est pas une heure comme 21:00", f"'{text}' is no time as 21:00"
        ) from None


def _wrong(key: str, fr: str, en: str) -> ConfigError:
    return ConfigError(
        "CONFIG_WRONG_VALUE",
        fr=f"Réglage « signals.{key} » : {fr}.",
        en=f"Setting 'signals.{key}': {en}.",
    )
