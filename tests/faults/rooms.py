"""A classroom of hosts: kits, phones, nodes and a school on one cable, with the card's files.

dnsmasq, chrony, avahi and udhcpc are Debian's; the guard of the cable is the one of the card.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from harness import eventually
from hosts import ROOT, Cabling, environment, need_namespaces

SYSTEM: Final = ROOT / "firmware_config/system"
CARD: Final = SYSTEM / "gateway"
HERE: Final = Path(__file__).parent
SCHOOL: Final = "10.21.0.1"
PROGRAMS: Final = ("ip", "dnsmasq", "busybox", "unshare", "nsenter")
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Room:
    """Hosts on one switch, ``cable``; ``wifi`` stands for the radio of a kit."""

    def __init__(self, cabling: Cabling, folder: Path, stack: ExitStack) -> None:
        self.cabling = cabling
        self.folder = folder
        self._stack = stack
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def kit(self, name: str = "kit", under: tuple[str, ...] = ()) -> None:
        """The guard of the kit's cable starts, ``under`` another program."""
        self.starts(
            name, f"guard-{name}", *under, sys.executable, "-m", "gateway.kit.cable",
            "--state", str(self.folder / f"{name}/network.json"),
            "--settings", str(CARD / "etc/jardin/cable-dnsmasq.conf"),
        )  # fmt: skip

    def state(self, name: str = "kit") -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.folder / name / "network.json").read_text())
        except OSError:
            return {"cable": ""}
        return found

    def becomes(self, state: str, name: str = "kit", patience_s: float = 20) -> None:
        eventually(lambda: self.state(name)["cable"] == state, f"{name}: {state}", patience_s)

    def school(self) -> None:
        """The school's server of addresses starts."""
        (self.folder / "school").mkdir(exist_ok=True)
        self.cabling.does("school", "ip", "address", "replace", f"{SCHOOL}/16", "dev", "eth0")
        self.starts(
            "school", "school", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
            "--bind-interfaces", "--interface=eth0", "--except-interface=lo", "--no-resolv",
            "--dhcp-authoritative", "--dhcp-range=10.21.3.1,10.21.3.99,255.255.0.0,1h",
            f"--dhcp-leasefile={self.folder}/school/leases", "--pid-file=", "--log-facility=-",
        )  # fmt: skip

    def phone(self, name: str = "phone", device: str = "eth0") -> str:
        """A phone asks for an address and tells what it got; empty: nobody answered."""
        self.cabling.does(name, "ip", "link", "set", device, "up")
        done = subprocess.run(
            self.cabling.command(
                name, "busybox", "udhcpc", "-f", "-q", "-n", "-t", "4", "-T", "2", "-i", device,
                "-O", "ntpsrv", "-s", str(HERE / "phone_lease.sh"),
            ),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if " from " in line]
        return lines[-1] if lines else ""

    def finds(self, host: str, *words: str) -> str:
        return self.cabling.does(
            host, sys.executable, str(HERE / "asking_names.py"), *words
        ).strip()

    def python(self, host: str, *words: str) -> None:
        """A Python program on ``host``, to its end. Fails where it does."""
        done = subprocess.run(
            self.cabling.command(host, sys.executable, *words),
            capture_output=True, text=True, check=False,
            cwd=self.folder, env=environment(), timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def reads(self, host: str, name: str, path: str) -> str:
        """What a browser on ``host`` shows of a page at ``name``; empty: nothing."""
        found = self.finds(host, name, "10.42.1.1")
        program = (
            "import sys, urllib.request as u; "
            "q = u.Request(sys.argv[1], headers={'Host': sys.argv[2]}); "
            "print(u.build_opener(u.ProxyHandler({})).open(q).read().decode())"
        )
        words = ("-c", program, f"http://{found}{path}", name)
        done = subprocess.run(
            self.cabling.command(host, sys.executable, *words),
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        return done.stdout

    def listens(self, switch: str = "cable") -> Path:
        """From now on a file holds every frame that goes through the switch of the cable."""
        heard = self.folder / "frames"
        self.cabling.does("switches", "ip", "link", "set", switch, "promisc", "on")
        listener = (sys.executable, str(HERE / "eavesdropper.py"), str(heard), switch)
        self.starts("switches", "ear", *listener)
        eventually(heard.exists, "somebody listens")
        return heard

    def hotspot(self, name: str = "kit", phone: str = "second") -> None:
        """The kit's Wi-Fi, as NetworkManager makes it: its dnsmasq with its own arguments."""
        for host in (name, phone):
            self.cabling.plug(host, "wlan0", "wifi")
            self.cabling.does(host, "ip", "link", "set", "wlan0", "up")
        self.cabling.does(name, "ip", "address", "add", "10.42.0.1/24", "dev", "wlan0")
        self.starts(
            name, f"hotspot-{name}", "dnsmasq", "--conf-file=/dev/null", "--no-hosts",
            "--keep-in-foreground", "--bind-interfaces", "--except-interface=lo",
            "--clear-on-reload", "--strict-order", "--listen-address=10.42.0.1",
            "--dhcp-range=10.42.0.10,10.42.0.254,3600", "--dhcp-lease-max=50",
            f"--dhcp-leasefile={self.folder}/hotspot-{name}.leases", "--pid-file=",
            f"--conf-dir={CARD}/etc/NetworkManager/dnsmasq-shared.d",
        )  # fmt: skip

    def runs(self, host: str, name: str, card: Path, *words: str, called: str = "jardin") -> None:
        """A program of the system's, with the files of ``card`` and a /run of its own."""
        self.starts(
            host, name, "unshare", "--mount", "--uts", "--pid", "--fork",
            "--mount-proc", str(HERE / "as_the_card.sh"), called, str(card), *words,
        )  # fmt: skip

    def within(self, name: str) -> tuple[str, ...]:
        """What stands before a command that is run where the program ``name`` is."""
        (child,) = _children(self._running[name].pid)
        return ("nsenter", "--target", child, "--mount", "--net", "--uts", "--pid")

    def beside(self, name: str, *words: str) -> str:
        """``words`` where the program ``name`` is; what they said."""
        done = subprocess.run(
            [*self.within(name), *words], capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout

    def log(self, name: str) -> str:
        """What the program ``name`` has said."""
        return (self.folder / f"{name}.log").read_text()

    def starts(self, host: str, name: str, *words: str) -> None:
        (self.folder / host).mkdir(exist_ok=True)
        self._stack.enter_context(self._program(name, self.cabling.command(host, *words)))

    def stops(self, name: str) -> None:
        process = self._running.pop(name)
        # These wait for the one inside: with it all in its namespaces end, or it is asked to.
        holders = {"unshare": signal.SIGKILL, "strace": signal.SIGTERM, "nsenter": signal.SIGTERM}
        for holder in holders.keys() & set(process.args):
            for child in _children(process.pid):
                os.kill(int(child), holders[holder])
            break
        else:
            process.send_signal(signal.SIGTERM)
        process.wait(20)

    @contextmanager
    def _program(self, name: str, command: list[str]) -> Iterator[None]:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command, cwd=self.folder, env=environment(), stdout=log, stderr=log
            )
            try:
                yield
            finally:
                if name in self._running:
                    self.stops(name)


def need(*programs: str) -> None:
    """Skip where one is missing; ``make prove`` installs only what changes nothing else."""
    for program in programs:
        if shutil.which(program, path=PATH) is None:
            pytest.skip(f"needs {program}, which is not installed here")


@contextmanager
def classroom(folder: Path) -> Iterator[Room]:
    """Two kits, a school and a phone, all on one switch; the test skips where that cannot be."""
    need_namespaces()
    need(*PROGRAMS)
    with ExitStack() as stack:
        hosts = ("kit", "second", "school", "phone")
        cabling = stack.enter_context(Cabling(*hosts).up())
        cabling.switch("cable")
        cabling.switch("wifi")
        for host in hosts:
            cabling.plug(host, "eth0", "cable")
        for host in hosts[1:]:
            cabling.does(host, "ip", "link", "set", "eth0", "up")
        yield Room(cabling, folder, stack)


def _children(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
