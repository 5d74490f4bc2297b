"""Runs in a card's system, as systemd would: each unit's own command, under its own user.

Broker, gateway, a node that joins with the invitation of its card; until the gateway has a reading
of each channel. What it found is in ``/mnt/out``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

OUT = Path("/mnt/out")
CHANNELS = 5


def start(unit: str) -> subprocess.Popen[bytes]:
    """The command of ``unit``."""
    text = Path("/etc/systemd/system", unit).read_text()
    said = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    user, home = said["User"], f"/var/lib/{said['User']}"
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
    with (OUT / f"{unit}.log").open("ab") as log:
        return subprocess.Popen(
            [*as_user, *said["ExecStart"].split()],
            stdout=log,
            stderr=log,
            cwd=home,
            env={**os.environ, "HOME": home},
        )


def ask(path: str) -> dict[str, object]:
    """The page's own answer, on the port without a number."""
    with urllib.request.urlopen(f"http://localhost/api/v1/{path}", timeout=60) as answer:
        return dict(json.load(answer))


def until(look: Callable[[], object]) -> object:
    """What ``look`` finds at last."""
    while True:
        try:
            if found := look():
                return found
        except OSError:
            pass
        time.sleep(1)


def channels() -> object:
    """All of them, once each has a value."""
    found = ask("channels")["channels"]
    assert isinstance(found, list)
    known = [one for one in found if one["latest"] and one["latest"]["value"] is not None]
    return known if len(known) >= CHANNELS else None


def believe_the_clock() -> None:
    """In place of a phone that tells the hour: this computer's is right, and nobody sets it."""
    for name in ("gateway", "node"):
        path = Path(f"/etc/jardin/{name}.toml")
        path.write_text(f'clock = "system"\n{path.read_text()}')


def main() -> None:
    """The kit at work."""
    believe_the_clock()
    running = [start("jardin-broker.service"), start("jardin-gateway.service")]
    running.append(start("jardin-node.service"))
    until(lambda: ask("garden"))
    while start("jardin-join.service").wait() != 0:
        time.sleep(1)
    running[2].terminate()  # the unit's ExecStartPost: a node that runs reads its keys
    running[2].wait()
    running[2] = start("jardin-node.service")
    (OUT / "channels.json").write_text(json.dumps(until(channels)))
    for each in reversed(running):
        each.terminate()
    print([each.wait() for each in reversed(running)])


if __name__ == "__main__":
    main()
