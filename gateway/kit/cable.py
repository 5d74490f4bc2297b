"""``python -m gateway.kit.cable``: the guard of the cable, a small program of root's.

It gives addresses on the cable where nobody else does, and on no other (``cable_rule``). What it
found stands in a file for the gateway's page and ``jardin-gateway doctor`` (``network_state``).
"""

from __future__ import annotations

import argparse
import contextlib
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.kit import cable_rule
from gateway.kit.cable_ear import CableEar, is_open, plugged
from gateway.kit.cable_place import CablePlace
from gateway.kit.cable_rule import Heard, Standing
from gateway.kit.network_state import STATE, NetworkState, Radio, write
from gateway.kit.radio import leases_in, look_at_radio
from gateway.kit.system import System
from sensor_node.supervisor import Supervisor

LOOK_S: Final = 0.5
"""How long a pulled cable may go unseen; an answer of a server wakes at once."""
TELL_S: Final = 30.0
SETTINGS: Final = Path("/etc/jardin/cable-dnsmasq.conf")


class CableGuard:
    """One cable; ``turn`` is called over and over."""

    def __init__(
        self, interface: str, place: CablePlace, *, tell: Callable[[Standing], None]
    ) -> None:
        self.standing = Standing()
        self._interface = interface
        self._place = place
        self._tell = tell
        self._ear: CableEar | None = None

    def turn(self, now_s: float) -> None:
        """Look, hear, decide, do. Whatever fails begins again from listening, without serving."""
        try:
            self._turn(now_s)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{self._interface}: {error}", file=sys.stderr, flush=True)
            self._close()
            self._stand(Standing(listen_s=self.standing.listen_s, since_s=now_s))

    def wait(self, at_most_s: float) -> None:
        """Until an answer comes, or so long."""
        ears = [] if self._ear is None else [self._ear]
        select.select(ears, [], [], at_most_s)

    def close(self) -> None:
        """Give no more addresses, hear no more."""
        self._close()
        self._stand(Standing())

    def _turn(self, now_s: float) -> None:
        heard, bridged = self._hear()
        cable, own = plugged(self._interface), self._ear.own if self._ear else b""
        self._stand(cable_rule.after(self.standing, now_s, cable, heard, own, bridged=bridged))
        if self._place.is_lost() and cable is not None:
            self._stand(cable_rule.listening(self.standing, now_s, cable))
        if self._ear and self.standing.asks and now_s >= self.standing.ask_at_s:
            self._ear.ask(now_s - self.standing.since_s)
            self.standing = cable_rule.asked(self.standing, now_s)

    def _hear(self) -> tuple[list[Heard], bool]:
        """Everything since the last turn; nothing where the interface is absent or was off."""
        if not is_open(self._interface):
            self._close()
            self._place.open()
            return [], False
        self._ear = self._ear or CableEar(self._interface)
        return self._ear.heard(), self._ear.bridged()

    def _stand(self, standing: Standing) -> None:
        is_new = standing.state != self.standing.state or self._place.is_lost()
        self.standing = standing
        if is_new:
            self._place.become(standing.state)
            server = f" ({standing.other.answer.server})" if standing.other else ""
            print(f"{self._interface}: {standing.state}{server}", flush=True)
            self._tell(standing)

    def _close(self) -> None:
        if self._ear is not None:
            self._ear.close()
        self._ear = None


def main(arguments: Sequence[str] | None = None, system: System | None = None) -> int:
    """Until it is told to end; returns 0."""
    asked = _parser().parse_args(arguments)
    system = system or System()
    place = CablePlace(asked.cable, system, asked.settings, asked.state.with_name("leases"))
    radio = Radio()

    def tell(standing: Standing) -> None:
        leases = leases_in(place.leases) if standing.state == "serving" else 0
        with contextlib.suppress(OSError):  # whoever reads it sees that it is old
            write(asked.state, NetworkState.of(system.up_s(), asked.cable, standing, leases, radio))

    guard = CableGuard(asked.cable, place, tell=tell)
    ended: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: ended.append(number))
    supervisor = Supervisor(TELL_S)
    place.become("unplugged")
    place.part(asked.cable, asked.radio)
    told_s = -TELL_S
    while not ended:
        now_s = system.up_s()
        guard.turn(now_s)
        if now_s - told_s >= TELL_S:
            radio = look_at_radio(system, asked.radio)
            tell(guard.standing)
            told_s = now_s
        supervisor.sampled()
        guard.wait(LOOK_S)
    supervisor.stopping()
    guard.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway.kit.cable")
    parser.add_argument("--cable", default="eth0", metavar="eth0")
    parser.add_argument("--radio", default="wlan0", metavar="wlan0")
    parser.add_argument("--settings", type=Path, default=SETTINGS)
    parser.add_argument("--state", type=Path, default=STATE)
    return parser


if __name__ == "__main__":
    sys.exit(main())
