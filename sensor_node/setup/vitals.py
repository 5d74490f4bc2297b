"""The machine itself: its clock, its supply, its heat, its Wi-Fi."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sensor_node.board import Board
from sensor_node.clock import SANE_SINCE_MS, Clock
from sensor_node.drivers.base import Measured, Suspect
from sensor_node.drivers.pi_health import Options, PiHealth
from sensor_node.errors import HardwareError, SensorFault
from sensor_node.setup.buses import is_raspberry_pi
from sensor_node.setup.finding import Finding, bad, good, odd
from sensor_node.wiring import Words

CLOCK = Words("heure", "clock")
SUPPLY = Words("alimentation", "power supply")
HEAT = Words("processeur", "processor")
WIFI = Words("Wi-Fi", "Wi-Fi")
RTC = Path("sys/class/rtc/rtc0")
HOT_C, TOO_HOT_C = 70.0, 80.0
WEAK_DBM, TOO_WEAK_DBM = -70.0, -80.0


def clock(clock: Clock, root: Path, *, is_believed: bool) -> Finding:
    """Whose time it is. ``is_believed``: the setting says so, whatever the kernel knows."""
    shown = datetime.fromtimestamp(clock.wall_ms() / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
    if clock.synchronised() and clock.wall_ms() >= SANE_SINCE_MS:
        if is_believed:
            return good(
                CLOCK,
                f'{shown} ; cette horloge est crue (clock = "system")',
                f'{shown}; this clock is believed (clock = "system")',
            )
        return good(CLOCK, f"{shown}, tenue par le réseau", f"{shown}, kept by the network")
    fr, en = "", ""
    if (root / RTC).exists():
        fr = " Une horloge à pile est là, mais seule elle n'est pas crue."
        en = " There is a battery clock, but alone it is not believed."
    return odd(
        CLOCK,
        f"{shown}, que rien ne tient : le nœud demandera l'heure à la passerelle, et garde ses "
        f"mesures d'ici là.{fr}",
        f"{shown}, kept by nothing: the node will ask the gateway for the time, and keeps what it "
        f"measures until then.{en}",
    )


def body(machine: Board) -> Iterator[Finding]:
    """Supply and heat, from the files that a Pi's kernel keeps."""
    health = PiHealth(Options(temperature="t", undervoltage="u"), machine).read()
    yield _supply(_told(health["u"]), machine.system_root)
    yield _heat(_told(health["t"]))


def wifi(machine: Board, tables: Sequence[Any]) -> Finding:
    """The level that the Wi-Fi hears, on the interface that ``pi-health`` names, else wlan0."""
    named = (t.get("interface") for t in tables if isinstance(t, dict))
    interface = next((str(name) for name in named if name), "wlan0")
    dbm = _told(PiHealth(Options(signal="s", interface=interface), machine).read()["s"])
    if isinstance(dbm, SensorFault):
        return odd(
            WIFI,
            f"pas de Wi-Fi {interface} ici : le réseau passe-t-il par un câble ?",
            f"no Wi-Fi {interface} here: does the network come by cable?",
        )
    if dbm >= WEAK_DBM:
        return good(WIFI, f"{dbm:.0f} dBm", f"{dbm:.0f} dBm")
    if dbm >= TOO_WEAK_DBM:
        return odd(
            WIFI, f"{dbm:.0f} dBm, faible : il coupera parfois", f"{dbm:.0f} dBm, weak: it will "
            "break at times",
        )  # fmt: skip
    return bad(
        WIFI,
        HardwareError(
            "WIFI_WEAK",
            fr=f"{dbm:.0f} dBm, trop faible : rapprochez le point d'accès, ou sortez le Pi de sa "
            "boîte en métal.",
            en=f"{dbm:.0f} dBm, too weak: bring the access point closer, or take the Pi out of "
            "its metal box.",
        ),
    )


def _told(value: Measured) -> float | SensorFault:
    return value.value if isinstance(value, Suspect) else value


def _supply(alarm: float | SensorFault, root: Path) -> Finding:
    if isinstance(alarm, SensorFault):
        if is_raspberry_pi(root):
            return odd(
                SUPPLY,
                "tension inconnue : ce noyau ne la dit pas",
                "voltage unknown: this kernel does not tell",
            )
        return odd(
            SUPPLY,
            "tension inconnue : ceci n'est pas un Raspberry Pi",
            "voltage unknown: this is not a Raspberry Pi",
        )
    if alarm:
        return bad(
            SUPPLY,
            HardwareError(
                "UNDERVOLTAGE",
                fr="La tension est passée sous 4,63 V : changez de bloc (5 V, 2,5 A ou plus) et "
                "prenez un câble court et épais.",
                en="The voltage fell under 4.63 V: change the power unit (5 V, 2.5 A or more) and "
                "take a short, thick cable.",
            ),
        )
    return good(SUPPLY, "assez de tension", "enough voltage")


def _heat(celsius: float | SensorFault) -> Finding:
    if isinstance(celsius, SensorFault):
        return odd(HEAT, "température inconnue ici", "temperature unknown here")
    fr = f"{celsius:.0f} °C"
    if celsius < HOT_C:
        return good(HEAT, fr, fr)
    if celsius < TOO_HOT_C:
        return odd(HEAT, f"{fr}, chaud : est-il au soleil ?", f"{fr}, hot: is it in the sun?")
    return bad(
        HEAT,
        HardwareError(
            "TOO_HOT",
            fr=f"{fr} : le Pi ralentit. Mettez-le à l'ombre, et donnez de l'air à sa boîte.",
            en=f"{fr}: the Pi slows down. Put it in the shade, and give its box some air.",
        ),
    )
