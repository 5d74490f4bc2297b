"""``python eavesdropper.py FILE [DEVICE]``: writes every frame that this card sees to FILE."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

ETH_P_ALL = 3


def main() -> None:
    """Until it is told to end."""
    card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    card.bind((sys.argv[2] if len(sys.argv) > 2 else "eth0", 0))
    with Path(sys.argv[1]).open("wb", buffering=0) as file:
        print("listening", flush=True)
        while True:
            file.write(card.recv(65536))


if __name__ == "__main__":
    main()
