"""DS18B20 thermometers at file level: the folder that the kernel's ``w1_therm`` fills."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path
from typing import Any

DEFAULT_ID = "00000a1b2c3d"
POWER_ON_C = 85.0


def scratchpad(temperature_c: float) -> bytes:
    """The nine bytes that a DS18B20 sends (its data sheet, figure 9), 12 bits a measure."""
    sixteenths = round(temperature_c * 16) & 0xFFFF
    data = bytes([sixteenths & 0xFF, sixteenths >> 8, 0x4B, 0x46, 0x7F, 0xFF, 0x0C, 0x10])
    return data + bytes([crc8(data)])


def crc8(data: bytes) -> int:
    """Maxim's checksum: x8 + x5 + x4 + 1, lowest bit first."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0x8C if crc & 1 else crc >> 1
    return crc


class FakeDs18b20:
    """One thermometer on the bus: what its ``w1_slave`` file says."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.measures(20.0)

    def measures(self, temperature_c: float) -> None:
        """From now on it answers with this temperature, to the sixteenth of a degree."""
        self.sends(scratchpad(temperature_c))

    def sends(self, data: bytes) -> None:
        """From now on it sends these nine bytes, which the kernel checks."""
        good = crc8(data[:-1]) == data[-1]
        dump = data.hex(" ")
        counts = int.from_bytes(data[:2], "little", signed=True)
        self.file_says(
            f"{dump} : crc={data[-1]:02x} {'YES' if good else 'NO'}\n"
            f"{dump} t={counts * 1000 // 16}\n"
        )

    def file_says(self, text: str) -> None:
        """From now on its file holds ``text``."""
        self._folder.mkdir(exist_ok=True)
        (self._folder / "w1_slave").write_text(text, encoding="ascii")

    def unplug(self) -> None:
        """Take it off the bus; ``measures`` puts it back."""
        shutil.rmtree(self._folder, ignore_errors=True)


class FakeOneWire:
    """The 1-Wire bus and the thermometers that were ever on it, by id (without ``28-``)."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="jardin-w1-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.parts: dict[str, FakeDs18b20] = {}

    def plug_in(self, sensor_id: str = DEFAULT_ID) -> FakeDs18b20:
        """The thermometer ``sensor_id``, new on the bus at first."""
        if sensor_id not in self.parts:
            self.parts[sensor_id] = FakeDs18b20(self.folder / f"28-{sensor_id}")
        return self.parts[sensor_id]

    def library(self) -> Any:
        """The library's unmodified class, looking at this bus."""
        from w1thermsensor import W1ThermSensor  # noqa: PLC0415 - only with a DS18B20

        return type("W1ThermSensor", (W1ThermSensor,), {"BASE_DIRECTORY": self.folder})
