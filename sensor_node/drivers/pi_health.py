"""The Raspberry Pi's own health, from the files that its kernel keeps: nothing to wire.

Under-voltage is the alarm of the ``rpi_volt`` chip: the firmware saw the 5 V under 4.63 V since
the kernel last looked. That, and the Wi-Fi's level, may stand still for days; a processor's
temperature to the thousandth does not, and is doubted after one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sensor_node.board import Board
from sensor_node.drivers.base import Channel, Measured, Suspect
from sensor_node.drivers.stillness import Stillness
from sensor_node.errors import ConfigError, SensorFault
from sensor_node.settings import setting
from sensor_node.wiring import Wiring, Words

ZONE = Path("sys/class/thermal/thermal_zone0/temp")
HWMON, CHIP, ALARM = Path("sys/class/hwmon"), "rpi_volt", "in0_lcrit_alarm"
WIRELESS = Path("proc/net/wireless")
COLDEST_C, HOTTEST_C = -40.0, 125.0
WEAKEST_DBM = -120
STUCK_AFTER_H = 24


@dataclass(frozen=True)
class Options:
    """What node.toml may say of the Pi's health: what has no name is not measured."""

    temperature: str | None = setting(
        None, fr="nom de la voie de température du processeur", en="channel of the CPU temperature"
    )
    undervoltage: str | None = setting(
        None, fr="nom de la voie de sous-tension", en="channel of under-voltage"
    )
    signal: str | None = setting(
        None, fr="nom de la voie du signal Wi-Fi", en="channel of the Wi-Fi signal"
    )
    interface: str = setting("wlan0", fr="interface Wi-Fi", en="Wi-Fi interface")


class PiHealth:
    """Reads the CPU's temperature (°C), under-voltage (0 or 1) and the Wi-Fi signal (dBm).

    Each stands alone: one that is not there is a fault of its own channel. Raises ``ConfigError``
    when no channel has a name.
    """

    def __init__(self, options: Options, board: Board) -> None:
        self._board = board
        self._still = Stillness(STUCK_AFTER_H)
        self._root = board.system_root
        self._interface = options.interface
        asked = (
            (options.temperature, "cpu_temperature", "thermal_zone0", self._temperature),
            (options.undervoltage, "undervoltage", CHIP, self._undervoltage),
            (options.signal, "signal", options.interface, self._signal),
        )
        self._parts: dict[Channel, Callable[[], float | Suspect]] = {
            Channel(name, quantity, "Raspberry Pi", pin): read
            for name, quantity, pin, read in asked
            if name is not None
        }
        if not self._parts:
            raise ConfigError(
                "HEALTH_UNNAMED",
                fr="Le capteur « pi-health » n'a aucune voie : nommez-en une avec « temperature », "
                "« undervoltage » ou « signal ».",
                en="The sensor 'pi-health' has no channel: name one with 'temperature', "
                "'undervoltage' or 'signal'.",
            )

    @property
    def channels(self) -> tuple[Channel, ...]:
        return tuple(self._parts)

    def read(self) -> Mapping[str, Measured]:
        """Each channel's value, or the fault of what is not there."""
        return {channel.name: _value_or_fault(read) for channel, read in self._parts.items()}

    def close(self) -> None:
        """Nothing is held."""

    def _temperature(self) -> float | Suspect:
        celsius = _number(self._text(ZONE)) / 1000
        if not COLDEST_C <= celsius <= HOTTEST_C:
            raise _fault(f"{celsius} Cel is out of range")
        doubt = self._still.doubt(self._board.monotonic_s(), celsius)
        return Suspect(celsius, doubt) if doubt else celsius

    def _undervoltage(self) -> float:
        for name in sorted((self._root / HWMON).glob("*/name")):
            if self._text(name.relative_to(self._root)).strip() == CHIP:
                alarm = _number(self._text(name.relative_to(self._root).with_name(ALARM)))
                if alarm not in (0, 1):
                    raise _fault(f"an alarm of {alarm:g}")
                return alarm
        raise _fault(f"no {CHIP}")

    def _signal(self) -> float:
        """The third word after ``wlan0:``, the level: dBm where it is below 0."""
        for line in self._text(WIRELESS).splitlines():
            interface, _, rest = line.partition(":")
            if interface.strip() == self._interface:
                dbm = _number((rest.split() + [""] * 3)[2])
                if not WEAKEST_DBM <= dbm < 0:
                    raise _fault(f"{dbm:g} is no level in dBm")
                return dbm
        raise _fault(f"no {self._interface}")

    def _text(self, path: Path) -> str:
        try:
            return (self._root / path).read_text(encoding="ascii", errors="replace")
        except OSError as error:
            raise _fault(f"no {path.name}") from error


def _value_or_fault(read: Callable[[], float | Suspect]) -> Measured:
    try:
        return read()
    except SensorFault as fault:
        return fault


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise _fault("not a number") from None


def _fault(reason: str) -> SensorFault:
    return SensorFault(
        reason,
        code="HEALTH_UNKNOWN",
        fr=f"Le système ne le dit pas ({reason}) : est-ce un Raspberry Pi, en Wi-Fi ? Sinon, "
        "retirez cette voie de « pi-health ».",
        en=f"The system does not tell ({reason}): is this a Raspberry Pi, on Wi-Fi? If not, take "
        "this channel out of 'pi-health'.",
    )


def wiring(_options: Options) -> Wiring:
    """Nothing to wire."""
    return Wiring(Words("santé du Raspberry Pi lui-même", "the Raspberry Pi's own health"))
