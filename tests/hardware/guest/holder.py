"""A process of its own that holds one line until it is killed.

holder.py contact PIN    as a contact, through the project's board
holder.py relay PIN      as an output to an active-low relay, off: the line is high
"""

from __future__ import annotations

import signal
import sys

import gpiozero
import pins

from sensor_node.board import PiBoard


def main(kind: str, pin: int) -> None:
    pins.use()
    if kind == "relay":
        held = gpiozero.OutputDevice(pin, active_high=False, initial_value=False)
    else:
        held = PiBoard().contact(pin)
    print("held", held, flush=True)
    signal.pause()


main(sys.argv[1], int(sys.argv[2]))
