"""A BME280 at register level (Bosch's data sheet BST-BME280-DS002, section 5)."""

from __future__ import annotations

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
