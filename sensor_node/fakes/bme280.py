"""A BME280 at register level (Bosch's data sheet BST-BME280-DS002, section 5)."""

from __future__ import annotations

import math
import struct

CHIP_ID, BMP280_CHIP_ID = 0x60, 0x58
_DATA, _RESET = 0xF7, 0xE0
_CONTROL_HUMIDITY, _CONTROL = 0xF2, 0xF4
_NOT_MEASURED = bytes.fromhex("8000008000008000")

# The calibration of Bosch's worked example (BMP280, BST-BMP280-DS001, section 3.12), which with
# the counts below gives 25.08 °C and 1006.53 hPa; for humidity, that of a usual chip.
TEMPERATURE_AND_PRESSURE = struct.pack(
    "<HhhHhhhhhhhh",
    *(27504, 26435, -1000, 36477, -10685, 3024, 2855, 140, -7, 15500, -14600, 6000),
)
H1, H2, H3, H4, H5, H6 = 75, 370, 0, 313, 50, 30


class FakeBme280:
    """The chip: it measures once for each forced measure, and sleeps again.

    ``temperature_counts`` and ``pressure_counts`` (20 bits), ``humidity_counts`` (16 bits): what
    its converter gives. ``measures``: how often it has measured. ``asleep``: it takes commands
    and never measures.
    """

    def __init__(self, chip_id: int = CHIP_ID) -> None:
        self.temperature_counts = 519_888
        self.pressure_counts = 415_148
        self.humidity_counts = 30_000
        self.measures = 0
        self.asleep = False
        self._chip_id = chip_id
        self._pointer = 0
        self.power_on()

    def set_air(
        self, temperature_c: float, humidity_pct: float, pressure_hpa: float | None = None
    ) -> None:
        """Have its converter give what this air would; the pressure stays where none is said."""
        heat = 5120.0 * temperature_c
        self.temperature_counts = round(_temperature_counts(heat))
        self.humidity_counts = round(min(65535.0, max(0.0, _humidity_counts(humidity_pct, heat))))
        if pressure_hpa is not None:
            self.pressure_counts = round(_pressure_counts(100 * pressure_hpa, heat))

    def power_on(self) -> None:
        """What a cut of its supply leaves: the calibration alone."""
        self.registers = bytearray(256)
        self.registers[0xD0] = self._chip_id
        self.registers[0x88 : 0x88 + 24] = TEMPERATURE_AND_PRESSURE
        self.registers[0xA1] = H1
        self.registers[0xE1:0xE8] = struct.pack(
            "<hBbBbb", H2, H3, H4 >> 4, (H4 & 0xF) | (H5 & 0xF) << 4, H5 >> 4, H6
        )
        self.registers[_DATA : _DATA + 8] = _NOT_MEASURED

    def written(self, data: bytes) -> None:
        if len(data) == 1:
            self._pointer = data[0]
        for register, value in zip(data[::2], data[1::2], strict=False):
            self._write(register, value)

    def read(self, count: int) -> bytes:
        return bytes(self.registers[self._pointer : self._pointer + count])

    def _write(self, register: int, value: int) -> None:
        if register == _RESET:
            self.power_on()
            return
        self.registers[register] = value
        if register == _CONTROL and value & 0b11 in (1, 2):
            self._measure(value)
            self.registers[_CONTROL] &= ~0b11

    def _measure(self, control: int) -> None:
        if self.asleep:
            return
        self.measures += 1
        sampled = (control >> 2 & 7, control >> 5, self.registers[_CONTROL_HUMIDITY] & 7)
        data = (
            (self.pressure_counts << 4).to_bytes(3, "big"),
            (self.temperature_counts << 4).to_bytes(3, "big"),
            self.humidity_counts.to_bytes(2, "big"),
        )
        places = ((0, 3), (3, 6), (6, 8))
        for (start, end), on, part in zip(places, sampled, data, strict=True):
            # What is not sampled (oversampling 0) reads as if it had never been measured.
            measured = part if on else _NOT_MEASURED[start:end]
            self.registers[_DATA + start : _DATA + end] = measured


# The data sheet's compensation (section 8.1, with t_fine here called heat), turned round: what
# the library computes from these counts is the air that was set.


def _temperature_counts(heat: float) -> float:
    t1, t2, t3 = struct.unpack("<Hhh", TEMPERATURE_AND_PRESSURE[:6])
    root = math.sqrt(64.0 * t2 * t2 + 4.0 * t3 * heat)
    return float(131072.0 * ((root - 8.0 * t2) / (2.0 * t3) + t1 / 8192.0))


def _humidity_counts(humidity_pct: float, heat: float) -> float:
    over = heat - 76800.0
    bend = H1 / 524288.0
    straight = (1.0 - math.sqrt(1.0 - 4.0 * bend * humidity_pct)) / (2.0 * bend)
    slope = H2 / 65536.0 * (1.0 + H6 / 67108864.0 * over * (1.0 + H3 / 67108864.0 * over))
    return straight / slope + 64.0 * H4 + H5 / 16384.0 * over


def _pressure_counts(pascals: float, heat: float) -> float:
    p = (0, *struct.unpack("<Hhhhhhhhh", TEMPERATURE_AND_PRESSURE[6:]))  # p[1] is the sheet's P1
    over = heat / 2.0 - 64000.0
    offset = (over * over * p[6] / 32768.0 + 2.0 * over * p[5]) / 4.0 + 65536.0 * p[4]
    scale = (1.0 + (p[3] * over * over / 524288.0 + p[2] * over) / 524288.0 / 32768.0) * p[1]
    bend, slope = p[9] / 2**35, 1.0 + p[8] / 2**19
    root = math.sqrt(slope * slope - 4.0 * bend * (p[7] / 16.0 - pascals))
    raw = (root - slope) / (2.0 * bend)
    return float(1048576.0 - offset / 4096.0 - scale / 6250.0 * raw)
