"""What node.toml may say of the lamp and the buzzer at the bed: ``[signals]``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, tzinfo

from sensor_node import wire
from sensor_node.errors import ConfigError
from sensor_node.settings import setting
from sensor_node.signals.quiet import QuietHours
from sensor_node.wiring import BLACK, GND, GREEN, RED, V5, WHITE, Wire, Wiring, Words, gpio


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


def wirings(settings: SignalSettings) -> list[Wiring]:
    """How the lamp and the buzzer are wired, those that there are."""
    found = []
    if settings.led is not None:
        long_leg = Wire("+", gpio(settings.led), WHITE, through_ohm=330)
        note = Words("Le + est la patte longue.", "The + is the long leg.")
        wires = (long_leg, Wire("−", GND, BLACK))
        found.append(Wiring(Words("lampe (LED)", "lamp (LED)"), wires, (), (note,)))
    if settings.buzzer is not None:
        found.append(_buzzer(settings.buzzer))
    return found


def _buzzer(pin: int) -> Wiring:
    return Wiring(
        Words("buzzer, par un transistor NPN", "buzzer, through an NPN transistor"),
        (
            Wire("B", gpio(pin), GREEN, through_ohm=1_000),
            Wire("E", GND, BLACK),
            Wire("buzzer +", V5, RED),
        ),
        (),
        (
            Words(
                "B, C, E : base, collecteur et émetteur d'un BC547 ou 2N2222. Le « − » du buzzer "
                "va à C, et 10 kΩ relient B au rail −. Le 5 V ne touche que le buzzer.",
                "B, C, E: base, collector and emitter of a BC547 or 2N2222. The buzzer's − goes "
                "to C, and 10 kΩ join B to rail −. The 5 V touch the buzzer only.",
            ),
        ),
    )
