"""An ear and a mouth on one cable, below all addresses: what servers of addresses say to anybody.

A packet socket (packet(7)) hears what is sent before this machine has an address, and takes no port
from the programs that do the real work. The kernel hands over only what a server's port sent, and
the signs of life of managed switches: a kit that serves thirty phones is not woken by each packet.
"""

from __future__ import annotations

import array
import os
import socket
import struct
from pathlib import Path
from typing import Final

from gateway.kit import dhcp
from gateway.kit.cable_rule import Heard

NETWORKS: Final = Path("/sys/class/net")

_IPV4, _BRIDGES = 0x0800, 0x0004
"""Ethernet's number of IPv4, and the kernel's for frames of 802.2, which bridges speak."""
_SPANNING_TREE: Final = bytes((0x42, 0x42, 0x03))
_UP: Final = 1
_TO_BRIDGES: Final = bytes.fromhex("0180c2000000")
_ATTACH_FILTER: Final = 26
_PACKET, _ADD_MEMBERSHIP, _MULTICAST = 263, 1, 0
_EVERYBODY: Final = b"\xff" * 6

# Classic BPF (linux/filter.h), from the head of the IPv4 packet: UDP, no later fragment, port 67.
_LOAD_BYTE, _LOAD_HALF, _LOAD_HALF_X, _HEADER_X = 0x30, 0x28, 0x48, 0xB1
_IF_EQUAL, _IF_BITS, _RETURN = 0x15, 0x45, 0x06
_FILTER: Final = (
    (_LOAD_BYTE, 0, 0, 9),
    (_IF_EQUAL, 0, 5, 17),
    (_LOAD_HALF, 0, 0, 6),
    (_IF_BITS, 3, 0, 0x1FFF),
    (_HEADER_X, 0, 0, 0),
    (_LOAD_HALF_X, 0, 0, 0),
    (_IF_EQUAL, 1, 0, dhcp.SERVER_PORT),
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFF),
)


class CableEar:
    """Open while there is an interface of that name; every method may raise ``OSError``."""

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self.own = hardware_of(interface)
        self._answers = _socket(interface, _IPV4, _FILTER)
        try:
            self._bridges = _socket(interface, _BRIDGES)
            _join(self._bridges, interface, _TO_BRIDGES)
        except OSError:
            self._answers.close()
            raise
        self._transaction = int.from_bytes(os.urandom(4), "big")

    def ask(self, waited_s: float = 0.0) -> None:
        """Ask everybody on the cable for an address; ``waited_s``: since the first question."""
        question = dhcp.question(self.own, self._transaction, waited_s)
        self._answers.sendto(question, (self._interface, _IPV4, 0, 0, _EVERYBODY))

    def heard(self) -> list[Heard]:
        """Every answer since the last call, whoever it was for."""
        found = []
        for payload, hardware in _drained(self._answers):
            answer = dhcp.answer(payload)
            if answer is not None:
                found.append(Heard(answer, hardware))
        return found

    def bridged(self) -> bool:
        """Whether a managed switch has spoken since the last call (IEEE 802.1D)."""
        return any(payload.startswith(_SPANNING_TREE) for payload, _ in _drained(self._bridges))

    def fileno(self) -> int:
        """Ready to be read when an answer has come."""
        return self._answers.fileno()

    def close(self) -> None:
        """Hear no more."""
        self._answers.close()
        self._bridges.close()


def hardware_of(interface: str) -> bytes:
    """Its address on the cable, 6 bytes. Raises ``OSError`` where there is none of that name."""
    text = (NETWORKS / interface / "address").read_text(encoding="ascii")
    return bytes.fromhex(text.strip().replace(":", ""))


def is_there(interface: str) -> bool:
    """Whether this computer has an interface of that name: a Pi Zero has no ``eth0``."""
    return (NETWORKS / interface).exists()


def is_open(interface: str) -> bool:
    """Whether there is an interface of that name and it is switched on."""
    try:
        flags = (NETWORKS / interface / "flags").read_text(encoding="ascii")
        return bool(int(flags, 16) & _UP)
    except (OSError, ValueError):
        return False


def plugged(interface: str) -> int | None:
    """Which plugging in of the cable this is; None while there is no signal on it.

    The kernel counts: a cable that was pulled and plugged between two looks is another one.
    """
    folder = NETWORKS / interface
    try:
        if (folder / "carrier").read_text(encoding="ascii").strip() != "1":
            return None
        return int((folder / "carrier_changes").read_text(encoding="ascii"))
    except (OSError, ValueError):  # no such interface, or one that is down
        return None


def _socket(
    interface: str, protocol: int, program: tuple[tuple[int, int, int, int], ...] = ()
) -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    try:
        if program:
            _attach(made, program)
        made.bind((interface, protocol))
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made


def _attach(made: socket.socket, program: tuple[tuple[int, int, int, int], ...]) -> None:
    code = array.array("B", b"".join(struct.pack("HBBI", *step) for step in program))
    made.setsockopt(
        socket.SOL_SOCKET, _ATTACH_FILTER, struct.pack("HP", len(program), code.buffer_info()[0])
    )


def _join(made: socket.socket, interface: str, group: bytes) -> None:
    """A network card lets by only the groups that somebody asked it for."""
    asked = struct.pack("iHH8s", socket.if_nametoindex(interface), _MULTICAST, len(group), group)
    made.setsockopt(_PACKET, _ADD_MEMBERSHIP, asked)


def _drained(from_: socket.socket) -> list[tuple[bytes, bytes]]:
    found: list[tuple[bytes, bytes]] = []
    while True:
        try:
            payload, sender = from_.recvfrom(65536)
        except BlockingIOError:
            return found
        found.append((payload, bytes(sender[4])))
