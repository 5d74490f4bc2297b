"""``python asking_names.py NAME [SERVER]``: the address of NAME, as a phone finds it, or nothing.

With SERVER by DNS (RFC 1035); without, by a question to everybody on the cable (mDNS, RFC 6762).
"""

from __future__ import annotations

import socket
import struct
import sys

A, IN, TO_ME_ALONE = 1, 1, 0x8000
MDNS = ("224.0.0.251", 5353)
PATIENCE_S = 3.0


def question(name: str, unicast: int) -> bytes:
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return (
        struct.pack("!6H", 7, 0x0100, 1, 0, 0, 0) + labels + struct.pack("!BHH", 0, A, IN | unicast)
    )


def address(message: bytes, asked: bytes) -> str:
    """The first address in the answers of ``message``."""
    count, at = struct.unpack("!H", message[6:8])[0], 12
    if struct.unpack("!H", message[4:6])[0]:
        at = len(asked)
    for _ in range(count):
        at = past_name(message, at)
        kind, _, _, length = struct.unpack("!HHIH", message[at : at + 10])
        at += 10 + length
        if kind == A:
            return socket.inet_ntoa(message[at - 4 : at])
    return ""


def past_name(message: bytes, at: int) -> int:
    while message[at]:
        if message[at] & 0xC0:  # a pointer to a name that was said before
            return at + 2
        at += 1 + message[at]
    return at + 1


def main() -> None:
    name, *servers = sys.argv[1:]
    asked = question(name, 0 if servers else TO_ME_ALONE)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as to:
        to.settimeout(PATIENCE_S)
        to.sendto(asked, (servers[0], 53) if servers else MDNS)
        try:
            print(address(to.recv(4096), asked))
        except TimeoutError:
            print()


if __name__ == "__main__":
    main()
