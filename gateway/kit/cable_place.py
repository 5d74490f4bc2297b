"""What the kit is on its cable: nothing, the one who gives addresses, or a guest.

It serves with a dnsmasq of its own, the one that NetworkManager brings for the Wi-Fi
(dnsmasq-base), and its own settings. As a guest it asks nothing itself: NetworkManager, told by
conf.d/jardin-cable.conf to leave the interface alone, is handed it for that long.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

from gateway.kit.cable_ear import is_there
from gateway.kit.cable_rule import State
from gateway.kit.system import PATH, System

ADDRESS: Final = "10.42.1.1/24"
"""The kit's own on a cable that it serves; the Wi-Fi of a kit has 10.42.0.1/24."""
STOPS_WITHIN_S: Final = 2.0
HANDS_OVER_WITHIN_S: Final = 10.0
FORBIDDEN: Final = "90"
"""The number of the rules that let nothing through from one network of the kit's to another."""


class CablePlace:
    """``settings``: dnsmasq's file; ``leases``: where it notes what it gave."""

    def __init__(self, interface: str, system: System, settings: Path, leases: Path) -> None:
        self.leases = leases
        self._interface = interface
        self._system = system
        self._settings = settings
        self._server: subprocess.Popen[bytes] | None = None

    def is_lost(self) -> bool:
        """Whether the server of addresses has ended by itself."""
        return self._server is not None and self._server.poll() is not None

    def become(self, state: State) -> None:
        """Leave what the kit was here, then be what ``state`` says. Raises ``OSError``."""
        self._serve_no_more()
        if state != "guest":
            self._hand_over("no")
        if state == "serving":
            self._serve()
        elif state == "guest":
            self._hand_over("yes")

    def open(self) -> None:
        """The interface is switched on, if there is one, to see whether a cable is in."""
        if is_there(self._interface):
            self._ip("link", "set", self._interface, "up")

    def part(self, *interfaces: str) -> None:
        """Nobody gets from one of ``interfaces`` through the kit to anywhere.

        NetworkManager lets the Wi-Fi's phones pass to every network that the kit is on: a school's
        must not be one of them.
        """
        for each in interfaces:
            rule = ("priority", FORBIDDEN, "iif", each, "prohibit")
            if each not in self._ip("rule", "show", "priority", FORBIDDEN).stdout.split():
                self._ip("rule", "add", *rule)

    def _serve(self) -> None:
        self._ip("address", "replace", ADDRESS, "dev", self._interface)
        self._server = subprocess.Popen(
            [
                "dnsmasq", "--keep-in-foreground", "--pid-file=",
                f"--conf-file={self._settings}", f"--interface={self._interface}",
                f"--dhcp-leasefile={self.leases}",
            ],
            env={"PATH": PATH, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
        )  # fmt: skip

    def _serve_no_more(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.terminate()
            try:
                server.wait(STOPS_WITHIN_S)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        # Also what a guard before this one, which was killed, has left.
        self._ip("address", "del", ADDRESS, "dev", self._interface)

    def _hand_over(self, is_managed: str) -> None:
        """Without NetworkManager nobody is there to be a guest, and nothing is missed."""
        if self._system.has("nmcli"):
            command = ["nmcli", "device", "set", self._interface, "managed", is_managed]
            self._system.run(command, HANDS_OVER_WITHIN_S)

    def _ip(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._system.run(["ip", *words])
