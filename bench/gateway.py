"""A gateway at work beside a bench, with a broker of its own, and how it is asked."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.broker import HOST, free_port, own_broker

PATIENCE_S = 60
RUN: Final = ("gateway", "run", "--config")

CONFIG = """
data = "{folder}"
clock = "system"

[broker]
host = "{host}"
port = {port}

[http]
host = "{host}"
port = {http}
"""


@dataclass(frozen=True)
class Served:
    """Where a gateway is at work: the ports of its broker and of its pages, and its process."""

    config: Path
    broker: int
    port: int
    pid: int


@contextmanager
def gateway_on(
    folder: Path, program: Sequence[str] = RUN, *more: str, settings: str = ""
) -> Iterator[Served]:
    """A gateway that answers, its data in ``folder``/data, as a user runs it.

    ``program``: another one that takes the settings' file and ``more``;
    ``settings``: the rest of that file.
    """
    broker = own_broker(folder / "broker")
    broker.start()
    port, config = free_port(), folder / "gateway.toml"
    own = CONFIG.format(folder=folder / "data", host=HOST, port=broker.port, http=port)
    config.write_text(own + settings)
    try:
        with running([sys.executable, "-m", *program, str(config), *more]) as pid:
            get(f"http://{HOST}:{port}/healthz").close()
            yield Served(config, broker.port, port, pid)
    finally:
        broker.stop()


@contextmanager
def running(command: list[str]) -> Iterator[int]:
    """A process, by its id, told to end at the end."""
    process = subprocess.Popen(command)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def get(address: str, patience_s: float = PATIENCE_S) -> Any:
    """The answer to a request that is made again until the gateway is up."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            return urllib.request.urlopen(address)  # noqa: S310 - always http://127.0.0.1
        time.sleep(0.01)
    raise TimeoutError(f"{address} does not answer")
