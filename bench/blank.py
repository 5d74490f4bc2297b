"""How long a kit with a year of data takes until it is blank for the next school: the running
gateway, its broker, and a keeper who types the word.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.figures import Figure
from bench.years import Years
from gateway.broker import HOST, find_mosquitto, free_port
from gateway.kit.blank import decided

CODE, PHRASE = "bcdf-ghjk", "pelle brouette mardi cerise"
BLANK_S, PATIENCE_S = 60.0, 600.0


def measure(folder: Path, data: Years) -> list[Figure]:
    """The data taken along, and the kit made blank."""
    mosquitto = find_mosquitto()
    if mosquitto is None:
        print("mosquitto is not installed: no kit is handed over", file=sys.stderr)
        return []
    folder.mkdir(parents=True)
    shutil.copytree(data.folder, folder / "data")
    with _kit(folder, mosquitto) as address, _keeper(address) as keeper:
        began_s = time.monotonic()
        taken = len(keeper.get("/remise/donnees").raise_for_status().content)
        took_s = time.monotonic() - began_s
        began_s = time.monotonic()
        keeper.post("/remise", data={"mot": "effacer"}).raise_for_status()
        while not _is_blank(folder / "data", address):
            time.sleep(0.05)
        blank_s = time.monotonic() - began_s
    about = f"{data.readings / 1e6:.1f} million readings"
    return [
        Figure(f"{about} taken along", "s", [took_s]),
        Figure("  one file", "MB", [taken / 1e6]),
        Figure("  the kit blank", "s", [blank_s], most=BLANK_S),
    ]


def _is_blank(data: Path, address: str) -> bool:
    """Whether the first start is offered again."""
    try:
        page = httpx.get(f"{address}/bienvenue?lang=fr", trust_env=False, timeout=PATIENCE_S)
    except httpx.HTTPError:
        return False
    return decided(data) is None and "Commencer" in page.text


@contextmanager
def _kit(folder: Path, mosquitto: str) -> Iterator[str]:
    mqtt, http = free_port(), free_port()
    config = folder / "gateway.toml"
    config.write_text(
        f'data = "{folder}/data"\nclock = "system"\n[broker]\nhost = "{HOST}"\nport = {mqtt}\n'
        f'[http]\nhost = "{HOST}"\nport = {http}\n[kit]\nname = "JARDIN-0"\ncode = "{CODE}"\n'
    )
    address = f"http://{HOST}:{http}"
    commands = (
        [mosquitto, "-p", str(mqtt)],
        [sys.executable, "-m", "gateway", "run", "--config", str(config)],
    )
    running = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for command in commands]
    try:
        end_s = time.monotonic() + PATIENCE_S
        while not _answers(address) and time.monotonic() < end_s:
            time.sleep(0.1)
        yield address
    finally:
        for process in reversed(running):
            process.terminate()
            process.wait()


@contextmanager
def _keeper(address: str) -> Iterator[httpx.Client]:
    ours = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(
        base_url=address, trust_env=False, headers=ours, timeout=PATIENCE_S
    ) as client:
        told = {"code": CODE, "phrase": PHRASE}
        answer = client.post("/bienvenue/phrase", data=told)
        assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
        yield client


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
