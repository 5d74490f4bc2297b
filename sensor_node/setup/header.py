"""The 40 pins of a Raspberry Pi's header, and the 16 of an MCP3008."""

from __future__ import annotations

from sensor_node.wiring import GND, SCL, SDA, V5, V33, Words, gpio

_GPIO_AT = (
    (3, 2), (5, 3), (7, 4), (8, 14), (10, 15), (11, 17), (12, 18), (13, 27), (15, 22), (16, 23),
    (18, 24), (19, 10), (21, 9), (22, 25), (23, 11), (24, 8), (26, 7), (27, 0), (28, 1), (29, 5),
    (31, 6), (32, 12), (33, 13), (35, 19), (36, 16), (37, 26), (38, 20), (40, 21),
)  # fmt: skip
HEADER: dict[int, str] = {
    **dict.fromkeys((1, 17), V33),
    **dict.fromkeys((2, 4), V5),
    **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), GND),
    **{number: gpio(bcm) for number, bcm in _GPIO_AT},
}
"""What is at each physical pin: odd numbers on the inner row, even ones at the board's edge."""

PLUS_PIN, MINUS_PIN, FIVE_PIN = 1, 6, 2
"""Where the two rails of the breadboard, and what needs 5 V, are fed from."""

I2C_PINS = {SDA: 2, SCL: 3}
USUAL_ONE_WIRE_PIN = 4
SPI_PINS = {"CLK": 11, "DOUT": 9, "DIN": 10, "CS": 8}
"""The GPIO at each of the MCP3008's four wires of the bus."""

CHIP_PINS = {
    **{f"CH{n}": n + 1 for n in range(8)},
    "DGND": 9, "CS": 10, "DIN": 11, "DOUT": 12, "CLK": 13, "AGND": 14, "VREF": 15, "VDD": 16,
}  # fmt: skip
"""Where each name is on the MCP3008: 1 is beside the notch, 16 across from it."""

RESERVED = {
    0: Words("l'identité des cartes additionnelles", "the identity of add-on boards"),
    1: Words("l'identité des cartes additionnelles", "the identity of add-on boards"),
    14: Words("la console série", "the serial console"),
    15: Words("la console série", "the serial console"),
}
"""GPIOs that the Pi itself may drive at its start."""

FREE_PINS = (17, 27, 22, 5, 6, 13, 19, 26, 16, 20, 21, 12, 23, 24, 25, 18)
"""GPIOs with no other job, in the order in which they are suggested."""


def physical(place: str) -> int | None:
    """The number on the header of a GPIO's place, None for a place that is not one GPIO."""
    return next(
        (n for n, name in HEADER.items() if name == place and name.startswith("GPIO")), None
    )


def name_of(place: str, language: str) -> str:
    """What is printed beside a pin, in words: ``3,3 V``, ``5 V``, ``GND``, ``GPIO4``."""
    if place == V33:
        return "3,3 V" if language == "fr" else "3.3 V"
    return "5 V" if place == V5 else place
