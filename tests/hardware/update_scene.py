"""Played inside an arm64 root whose network is cut, from the wheel alone: a card is made, measures,
is updated, and falls back by itself from a version that does not start.

``python3 update_scene.py install | live``; what it finds is printed, one line a fact.
"""

import json
import subprocess
import sys
import time
import urllib.request
from functools import partial
from pathlib import Path

from gateway.bundle.host import Host
from gateway.bundle.opened import opened
from gateway.kit import packages, releases
from gateway.kit.system import System

OUT = Path("/mnt/out")
PROGRAM = "/opt/jardin/current/bin/jardin-gateway"
GATEWAY = """
data = "/var/lib/jardin"
timezone = "Europe/Paris"
clock = "system"

[broker]
host = "127.0.0.1"
port = 1883

[http]
host = "127.0.0.1"
port = 8000
"""
NODE = """
node = "potager-1"
data = "/var/lib/jardin-node"
interval_s = 10
pins = "fake"
clock = "system"

[broker]
host = "127.0.0.1"
port = 1883

[[sensors]]
type = "soil-mcp3008"
channel = "bac-1-soil"
adc_channel = 0
"""
PATIENCE_S = 600


def say(fact: str, value: object = "") -> None:
    print(f"{fact}: {value}", flush=True)


def install() -> None:
    began = time.monotonic()
    with opened(OUT / "first.bundle") as bundle:
        host = Host.here()
        system, run = host.find(bundle.manifest), System().run
        names = packages.install_missing(bundle, system, "kit", run=run)
        say("packages", len(names))
        say("again", len(packages.install_missing(bundle, system, "kit", run=run)))
        tell = partial(say, "step")
        release = releases.install(bundle, "kit", host=host, run=run, tell=tell)
        releases.switch(release)
    said = subprocess.run(
        [PROGRAM, "--version"], capture_output=True, text=True, check=True, env={}
    )
    say("installed", said.stdout.strip())
    say("seconds", round(time.monotonic() - began))


def live() -> None:
    keys, data = Path("/etc/jardin/update-keys"), Path("/var/lib/jardin")
    for folder in (keys, data, Path("/var/lib/jardin-node")):
        folder.mkdir(parents=True, exist_ok=True)
    (keys / "kit.pub").write_bytes((OUT / "kit.pub").read_bytes())
    Path("/etc/jardin/gateway.toml").write_text(GATEWAY)
    Path("/etc/jardin/node.toml").write_text(NODE)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mosquitto", "-d", "-p", "1883"], check=True)
    subprocess.run(
        ["systemctl", "start", "jardin-gateway.service", "jardin-node.service"], check=True
    )
    before = await_readings(1)
    say("measures", before > 0)
    update("good")
    say("measures after", await_readings(before + 1) > before)
    update("broken")
    say("measures still", await_readings(before + 2) > before + 1)


def update(name: str) -> None:
    done = subprocess.run(
        [PROGRAM, "update", str(OUT / f"{name}.bundle")],
        capture_output=True,
        text=True,
        env={"JARDIN_LANGUAGE": "en"},
        check=False,
    )
    say(f"update {name}", done.returncode)
    say("said", (done.stdout + done.stderr).strip().replace("\n", " | "))
    say("in service", releases.current().version)


def await_readings(most: int) -> int:
    """How many readings of the node the store has, once it has more than ``most - 1``."""
    for _ in range(PATIENCE_S):
        found = count()
        if found >= most:
            return found
        time.sleep(1)
    return -1


def count() -> int:
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/api/v1/nodes", timeout=30) as answer:
            return sum(node["packs"] for node in json.load(answer)["nodes"])
    except (OSError, ValueError, KeyError):
        return -1


{"install": install, "live": live}[sys.argv[1]]()
