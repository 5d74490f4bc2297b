"""The files in which a Raspberry Pi's kernel tells its health, in a folder of their own."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

WIRELESS_HEAD = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
"""


class FakeSystem:
    """A Pi that is well: 48.3 °C, enough voltage, a fair Wi-Fi; ``root`` holds its files."""

    def __init__(self) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="jardin-fake-"))
        self._clean_up = weakref.finalize(self, shutil.rmtree, self.root, ignore_errors=True)
        self.write("sys/class/hwmon/hwmon0/name", "cpu_thermal\n")
        self.write("sys/class/hwmon/hwmon1/name", "rpi_volt\n")
        self.set_cpu_temperature(48.312)
        self.set_undervoltage(False)
        self.set_signal(-56)

    def set_cpu_temperature(self, celsius: float) -> None:
        """What the thermal zone says, in thousandths of a degree."""
        self.write("sys/class/thermal/thermal_zone0/temp", f"{round(celsius * 1000)}\n")

    def set_undervoltage(self, seen: bool) -> None:
        """Whether the firmware saw too little voltage."""
        self.write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", f"{seen:d}\n")

    def set_signal(self, dbm: int, interface: str = "wlan0") -> None:
        """The level that the Wi-Fi hears."""
        line = (
            f" {interface}: 0000   54.  {dbm}.  -256        0      0      0      0     72        0"
        )
        self.write("proc/net/wireless", f"{WIRELESS_HEAD}{line}\n")

    def write(self, path: str, text: str) -> None:
        """Give the file ``path`` below ``root`` this ``text``."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
