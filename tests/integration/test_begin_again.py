"""A gateway that begins again in its own process: nobody who knocks meanwhile is turned away."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import httpx
from harness import PATIENCE_S, answers, environment, eventually
from kits import CODE

from gateway.broker import HOST, MosquittoBroker, free_port


def test_the_door_stays_open_while_the_gateway_begins_again(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    port, config = free_port(), tmp_path / "gateway.toml"
    config.write_text(
        f'data = "{tmp_path}/data"\nclock = "system"\n[broker]\nhost = "{HOST}"\n'
        f'port = {mosquitto.port}\n[http]\nhost = "{HOST}"\nport = {port}\n'
        f'[kit]\nname = "JARDIN-0"\ncode = "{CODE}"\n',
        encoding="utf-8",
    )
    address = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "gateway", "run", "--config", str(config)]
    process = subprocess.Popen(command, env=environment())
    try:
        eventually(lambda: answers(address), "the gateway answers")
        turned_away: list[str] = []
        over = threading.Event()

        def knock() -> None:
            while not over.is_set():
                try:
                    httpx.get(f"{address}/healthz", trust_env=False, timeout=PATIENCE_S)
                except httpx.ConnectError as error:
                    turned_away.append(str(error))
                except httpx.TransportError:
                    pass  # an answer that the end of the old one cut short

        knocking = threading.Thread(target=knock)
        knocking.start()
        try:
            ours = {"Sec-Fetch-Site": "same-origin"}
            with httpx.Client(base_url=address, trust_env=False, headers=ours) as phone:
                assert phone.post("/bienvenue", data={"code": CODE}).status_code == 303
                assert phone.post("/bienvenue/jardin", data={"nom": "Essai"}).status_code == 200
            eventually(lambda: name_at(address) == "Essai", "the garden has its new name")
        finally:
            over.set()
            knocking.join()
        assert turned_away == []
    finally:
        process.terminate()
    assert process.wait(PATIENCE_S) == 0


def name_at(address: str) -> str:
    try:
        return str(httpx.get(f"{address}/api/v1/garden", trust_env=False).json()["name"])
    except httpx.TransportError:
        return ""
