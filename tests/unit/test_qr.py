"""An invitation as a QR code: coarse enough for a phone, and quiet around it."""

from __future__ import annotations

from xml.etree import ElementTree

from gateway.keys import qr
from sensor_node.joining import new_link

LINK = str(new_link("fablab-jardin.local:8000", "bac-des-tomates-et-des-basilics", "ab" * 32))
QUIET = 4
MOST_MODULES = 65
"""At 6 pixels each that is half a phone's screen; version 12."""


def test_the_drawing_is_an_svg_of_few_enough_squares() -> None:
    root = ElementTree.fromstring(qr.svg(LINK))  # noqa: S314 - our own drawing

    modules = int(root.attrib["width"]) // qr.SCALE - 2 * QUIET
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert 21 <= modules <= MOST_MODULES


def test_the_terminal_shows_the_same_squares_two_rows_in_one() -> None:
    lines = qr.terminal(LINK).splitlines()
    root = ElementTree.fromstring(qr.svg(LINK))  # noqa: S314 - our own drawing

    side = int(root.attrib["width"]) // qr.SCALE
    assert len(lines) >= side // 2
    assert not set("".join(lines)) - set("█▀▄ ")


def test_no_two_invitations_look_alike() -> None:
    other = str(new_link("fablab-jardin.local:8000", "bac-2", "ab" * 32))

    assert qr.svg(LINK) != qr.svg(other)
