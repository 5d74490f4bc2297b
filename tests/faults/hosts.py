"""Several hosts on this machine: network namespaces, each with a cable to the first one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import harness
import pytest

ROOT = Path(__file__).parents[2]
NETWORK = "10.77.0"


class Network:
    """Hosts by their names; ``address`` of each. The first one is wired to all the others."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._prefix = f"jardin{os.getpid()}-"
        self._first, *self._others = names
        self.address = {name: f"{NETWORK}.{at}" for at, name in enumerate(names, 1)}

    @contextmanager
    def up(self) -> Iterator[Network]:
        with ExitStack() as stack:
            for name in self.address:
                ip("netns", "add", self._prefix + name)
                stack.callback(ip, "netns", "del", self._prefix + name)
            self._has_address(self._first, "lo")
            for at, name in enumerate(self._others):
                self._wire(name, f"cable{at}")
            yield self

    def command(self, host: str, *words: str) -> list[str]:
        """``words`` as they are run on ``host``."""
        return ["ip", "netns", "exec", self._prefix + host, *words]

    def python(self, host: str, *words: str) -> list[str]:
        """A Python program on ``host``."""
        return self.command(host, sys.executable, *words)

    def _wire(self, name: str, port: str) -> None:
        pair = ("type", "veth", "peer", "eth0", "netns", self._prefix + name)
        self._in(self._first, "ip", "link", "add", port, *pair)
        self._in(self._first, "ip", "link", "set", port, "up")
        self._in(name, "ip", "link", "set", "lo", "up")
        self._has_address(name, "eth0")
        self._in(name, "ip", "route", "add", self.address[self._first], "dev", "eth0")
        self._in(self._first, "ip", "route", "add", self.address[name], "dev", port)

    def _has_address(self, name: str, device: str) -> None:
        self._in(name, "ip", "link", "set", device, "up")
        self._in(name, "ip", "address", "add", f"{self.address[name]}/32", "dev", device)

    def _in(self, host: str, *words: str) -> None:
        subprocess.run(self.command(host, *words), check=True, capture_output=True)


class Cabling:
    """Hosts without any address, and switches that their cables are plugged into."""

    def __init__(self, *hosts: str) -> None:
        self._prefix = f"jardin{os.getpid()}-"
        self._hosts = hosts
        self._ports: dict[tuple[str, str], tuple[str, str]] = {}

    @contextmanager
    def up(self) -> Iterator[Cabling]:
        with ExitStack() as stack:
            for name in (*self._hosts, "switches"):
                ip("netns", "add", self._prefix + name)
                stack.callback(ip, "netns", "del", self._prefix + name)
                self.does(name, "ip", "link", "set", "lo", "up")
            yield self

    def switch(self, name: str, *settings: str) -> None:
        """A new switch; ``settings`` of its bridge: ``stp_state 1`` makes it a managed one."""
        self.does("switches", "ip", "link", "add", name, "type", "bridge", *settings)
        self.does("switches", "ip", "link", "set", name, "up")

    def plug(self, host: str, device: str, switch: str) -> None:
        """The cable of ``device`` goes into ``switch``; it is a new one the first time."""
        if (host, device) not in self._ports:
            port = f"port{len(self._ports)}"
            peer = ("type", "veth", "peer", device, "netns", self._prefix + host)
            self.does("switches", "ip", "link", "add", port, *peer)
            self._ports[host, device] = (port, "")
        port, before = self._ports[host, device]
        if before != switch:
            self.does("switches", "ip", "link", "set", port, "master", switch)
        self.does("switches", "ip", "link", "set", port, "up")
        self._ports[host, device] = (port, switch)

    def pull(self, host: str, device: str) -> None:
        """Pull the cable: no signal any more."""
        port, _ = self._ports[host, device]
        self.does("switches", "ip", "link", "set", port, "down")

    def command(self, host: str, *words: str) -> list[str]:
        """``words`` as they are run on ``host``."""
        return ["ip", "netns", "exec", self._prefix + host, *words]

    def does(self, host: str, *words: str) -> str:
        """Run ``words`` on ``host``; what it said. Fails where they do."""
        done = subprocess.run(
            self.command(host, *words), check=False, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done.stdout


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


def need_namespaces() -> None:
    """Skip where this user may make no hosts."""
    try:
        ip("netns", "add", f"jardin{os.getpid()}")
        ip("netns", "del", f"jardin{os.getpid()}")
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"needs root and network namespaces (ip netns): {error}")


def environment() -> dict[str, str]:
    return {**harness.environment(), "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
