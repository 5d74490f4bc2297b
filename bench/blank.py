"""How long a kit with a year of data takes until it is blank for the next school: the running
gateway, its broker, and a keeper who types the word.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from bench.figures import Figure
from bench.gateway import gateway_on
from bench.years import Years
from gateway.broker import HOST, find_mosquitto
from gateway.kit.blank import decided

CODE, PHRASE = "bcdf-ghjk", "pelle brouette mardi cerise"
KIT = f'[kit]\nname = "JARDIN-0"\ncode = "{CODE}"\n'
BLANK_S, PATIENCE_S = 60.0, 600.0


def measure(folder: Path, data: Years) -> list[Figure]:
    """The data taken along, and the kit made blank."""
    if find_mosquitto() is None:
        print("mosquitto is not installed: no kit is handed over", file=sys.stderr)
        return []
    folder.mkdir(parents=True)
    shutil.copytree(data.folder, folder / "data")
    print("a gateway with the kit's data starts", file=sys.stderr)
    with gateway_on(folder, settings=KIT) as served:
        address = f"http://{HOST}:{served.port}"
        took_s, taken, blank_s = _handed_over(folder / "data", address)
    about = f"{data.readings / 1e6:.1f} million readings"
    return [
        Figure(f"{about} taken along", "s", [took_s]),
        Figure("  one file", "MB", [taken / 1e6]),
        Figure("  the kit blank", "s", [blank_s], most=BLANK_S),
    ]


def _handed_over(data: Path, address: str) -> tuple[float, int, float]:
    """Seconds until the data are taken along, their bytes, and seconds until the kit is blank."""
    with _keeper(address) as keeper:
        began_s = time.monotonic()
        taken = len(keeper.get("/remise/donnees").raise_for_status().content)
        took_s = time.monotonic() - began_s
        began_s = time.monotonic()
        keeper.post("/remise", data={"mot": "effacer"}).raise_for_status()
        _wait_for_blank(data, address)
        blank_s = time.monotonic() - began_s
    return took_s, taken, blank_s


def _wait_for_blank(data: Path, address: str) -> None:
    """Raises ``TimeoutError``."""
    print("the kit is made blank", file=sys.stderr)
    end_s = time.monotonic() + PATIENCE_S
    while not _is_blank(data, address):
        if time.monotonic() > end_s:
            raise TimeoutError(f"the kit is not blank after {PATIENCE_S:g} s")
        time.sleep(0.05)


def _is_blank(data: Path, address: str) -> bool:
    """Whether the first start is offered again."""
    try:
        page = httpx.get(f"{address}/bienvenue?lang=fr", trust_env=False, timeout=PATIENCE_S)
    except httpx.HTTPError:
        return False
    return decided(data) is None and "Commencer" in page.text


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
