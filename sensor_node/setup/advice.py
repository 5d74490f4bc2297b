"""What every wiring sheet says: how to hold the board, and what destroys it."""

from __future__ import annotations

from sensor_node.wiring import Words

FIRST = Words("Coupez le courant avant de brancher.", "Switch the power off before you wire.")
HOLD = Words(
    "Tenez la carte avec la carte SD en haut et les 40 broches à droite : la broche 1 est en haut "
    "à gauche.",
    "Hold the board with the SD card at the top and the 40 pins on the right: pin 1 is at the top "
    "left.",
)
RAILS = Words(
    "Rail + et rail − : les deux lignes de la plaque d'essai. La broche 1 nourrit le rail + en "
    "3,3 V, la broche 6 relie le rail − à la masse (GND) ; toutes les pièces s'y branchent.",
    "Rail + and rail −: the two lines of the breadboard. Pin 1 feeds rail + with 3.3 V, pin 6 "
    "joins rail − to ground (GND); all parts are plugged in there.",
)
NO_FIVE = Words(
    "Jamais de 5 V (broches 2 et 4) sur une broche GPIO ni sur une entrée du MCP3008 : cela les "
    "détruit.",
    "Never 5 V (pins 2 and 4) on a GPIO pin or an input of the MCP3008: that destroys them.",
)
VALVE = Words(
    "Une vanne ou un relais : un programme tué lâche sa broche, qui suit alors sa résistance de "
    "tirage. Vanne normalement fermée, et tirage du côté qui ferme.",
    "A valve or a relay: a killed program lets go of its pin, which then follows its pull. Use a "
    "normally closed valve, and a pull to the side that closes it.",
)


BEFORE = (FIRST, HOLD, RAILS)
"""What to know before the first wire."""
BEWARE = (NO_FIVE, VALVE)
"""What to beware of, on every sheet."""
