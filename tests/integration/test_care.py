"""The care of a garden in service: real nodes, a real broker, a real door, a small disk."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from door import Door
from gardens import NOON_MS, PAGE, dump, fill, kill_pages, leaves_of, settings_of, store_id
from harness import Ear, answers, environment, eventually, gateway_on, new_mosquitto
from prometheus_client.parser import text_string_to_metric_families
from test_chain import NODE, node_on

from gateway import checks, folder, mend
from gateway.backup import make_backup
from gateway.broker import MosquittoBroker, free_port
from gateway.carebook import Carebook
from gateway.restore import prepared
from gateway.run import GatewayProcess
from gateway.service import Gateway
from gateway.settings import GatewaySettings, Http
from gateway.store.base import Series
from gateway.store.sqlite import SqliteStore
from sensor_node.clock import FakeClock
from sensor_node.errors import StorageError
from sensor_node.link import Broker

AIR = Series(NODE, "air")


def values(data: Path) -> list[tuple[int, float]]:
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as store:
        return [(p.at_ms, p.value) for p in store.points(AIR, 0, 2**52, 10**6)]


def test_after_a_restore_what_was_measured_since_comes_back_by_itself(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    """Ten readings, a backup, ten more, all acknowledged; then back to the backup."""
    data = tmp_path / "garden"
    with node_on(tmp_path, mosquitto.port) as node:
        with gateway_on(data, mosquitto.port) as gateway:
            node.deliver(10)
            made = make_backup(gateway.settings, tmp_path, NOON_MS)
            assert made.manifest.files["store.sqlite"].counts["series"] == 3
            node.deliver(10)
        before = values(data)
        assert len(before) == 20
        with folder.alone(data), prepared(made.path, data, NOON_MS) as preparation:
            preparation.apply()
        assert values(data) == before[:10]
        with gateway_on(data, mosquitto.port):
            eventually(lambda: len(values(data)) == 20, "the ten readings since come back")
            node.deliver(1)
    assert values(data)[:20] == before
    assert len(values(data)) == 21


def test_after_a_salvage_what_the_nodes_still_have_comes_back(
    mosquitto: MosquittoBroker, tmp_path: Path
) -> None:
    data = tmp_path / "garden"
    with node_on(tmp_path, mosquitto.port) as node:
        with gateway_on(data, mosquitto.port):
            node.deliver(30)
        before = values(data)
        kill_pages(data / "store.sqlite", leaves_of(data / "store.sqlite"))
        mend.look_over(data, Carebook(data), NOON_MS, "Europe/Paris")
        assert len(Carebook(data).damages) == 1
        assert len(values(data)) < 30
        with gateway_on(data, mosquitto.port):
            eventually(lambda: values(data) == before, "all of it comes back")


# --- the command line, as a service runs it ------------------------------------------------------


class Service:
    """``jardin-gateway run`` as its own process, with its door."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.config = folder / "gateway.toml"
        self.http_port = free_port()
        self.broker_port = port
        (folder / "stick").mkdir()
        self.config.write_text(
            f'data = "{self.data}"\nlanguage = "en"\nclock = "system"\n'
            f"[broker]\nhost = '127.0.0.1'\nport = {port}\n"
            f"[http]\nhost = '127.0.0.1'\nport = {self.http_port}\n"
            f"[backup]\nfolder = '{folder / 'stick'}'\n",
            encoding="utf-8",
        )
        self.process: subprocess.Popen[bytes] | None = None
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.http_port}", trust_env=False)

    def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway", "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                env=environment(),
            )
        eventually(self.answers, "the door is open", 60)

    def answers(self) -> bool:
        return answers(f"http://127.0.0.1:{self.http_port}")

    def stop(self, number: int = signal.SIGTERM) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(60)
        self.process = None
        return code

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway", *arguments, "--config", str(self.config)],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    def health(self) -> dict[str, Any]:
        answer = self.client.get("/api/v1/health", headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        return {check["name"]: check for check in answer.json()["checks"]}

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    broker = new_mosquitto(tmp_path / "broker")
    broker.start()
    service = Service(tmp_path, broker.port)
    yield service
    service.client.close()
    if service.process is not None:
        service.process.kill()
        service.process.wait()
    broker.stop()


def test_a_running_gateway_is_backed_up_and_not_restored_over(service: Service) -> None:
    service.start()
    eventually(lambda: "BACKED_UP" in service.log, "its first backup is made by itself")
    done = service.command("backup", "--to", str(service.folder / "mine.zip"))
    assert done.returncode == 0, done.stderr
    mine = str(service.folder / "mine.zip")
    refused = service.command("restore", mine, "--yes")
    assert refused.returncode == 5
    assert "stop" in refused.stderr or "arrêtez" in refused.stderr
    assert service.stop() == 0
    assert not (service.data / "running").exists()
    done = service.command("restore", mine, "--yes")
    assert done.returncode == 0, done.stderr
    service.start()
    assert service.health()["backup"]["code"] == "BACKUP_SAME_DISK"


def test_two_gateways_on_one_folder_are_refused_with_5(service: Service) -> None:
    service.start()
    second = subprocess.run(
        [sys.executable, "-m", "gateway", "run", "--config", str(service.config)],
        env={**environment(), "JARDIN_HTTP_PORT": str(free_port())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 5
    assert "at work" in second.stderr


def test_a_start_after_kill_9_looks_everything_through_and_mends(service: Service) -> None:
    fill(service.data)
    service.start()
    service.stop(signal.SIGKILL)
    assert (service.data / "running").exists()
    kill_pages(service.data / "store.sqlite", [leaves_of(service.data / "store.sqlite")[5]])
    service.start()
    check = service.health()["databases"]
    assert check["code"] == "DATABASE_SALVAGED"
    assert "between" in check["text"]
    assert "DATABASE_SALVAGED" in service.log
    page = service.client.get("/", headers={"Accept-Language": "en"}).text
    assert "store.sqlite was damaged" in page
    report = (service.data / "store.sqlite.damaged-1.txt").read_text(encoding="utf-8")
    assert "entre" in report
    assert "between" in report


def test_damage_at_work_is_mended_without_anybody(service: Service) -> None:
    """A page dies under a running gateway; what it wanted to write is written afterwards."""
    fill(service.data)
    service.start()
    path = service.data / "store.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(PASSIVE)")
        db.execute("BEGIN IMMEDIATE")
        kill_pages_under_a_lock(path, [root_of_held(db, "hourly")])
        # A commit of somebody else's: the gateway looks at the disk again.
        db.execute("UPDATE meta SET value = value WHERE key = 'readings'")
        db.execute("COMMIT")
    ear = Ear(service.broker_port)
    ear.say("jardin/v1/plante/say/haut", "21.5")
    eventually(lambda: "DATABASE_SALVAGED" in service.log, "it is mended", 60)
    eventually(service.answers, "it is back", 60)
    eventually(
        lambda: service.client.get("/api/v1/channels/plante/haut/latest").status_code == 200,
        "the reading is stored",
    )
    ear.close()
    assert service.health()["databases"]["code"] == "DATABASE_SALVAGED"


def root_of_held(db: sqlite3.Connection, table: str) -> int:
    (number,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return (int(number) - 1) * PAGE


def kill_pages_under_a_lock(path: Path, places: list[int]) -> None:
    """From another process: to close a file here would take away this process's locks on it."""
    program = "import sys; from gardens import kill_pages; from pathlib import Path;"
    program += "kill_pages(Path(sys.argv[1]), map(int, sys.argv[2:]))"
    subprocess.run(
        [sys.executable, "-c", program, str(path), *map(str, places)],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


# --- the numbers ---------------------------------------------------------------------------------


def test_health_and_metrics_tell_what_came_in(mosquitto: MosquittoBroker, tmp_path: Path) -> None:
    with (
        gateway_on(tmp_path / "g", mosquitto.port) as gateway,
        node_on(tmp_path, mosquitto.port) as node,
        door_of(gateway) as client,
    ):
        for _ in range(4):
            node.sample()
        eventually(lambda: node.outbox.waiting_count() == 0, "all is acknowledged")
        answer = client.get("/api/v1/health", params={"lang": "fr"})
        metrics = client.get("/metrics")
    assert answer.status_code == 200
    health = {check["name"]: check for check in answer.json()["checks"]}
    assert health["ingest"]["values"]["packs_a_minute"] == 4
    assert health["ingest"]["values"]["readings_a_minute"] == 12
    assert health["commit"]["values"]["last"] is not None
    assert health["databases"]["values"]["readings"] == 12
    assert health["nodes"]["values"] == {"known": 1, "silent": 0}
    assert health["backup"]["code"] == "BACKUP_OFF"
    assert "sauvegarde" in health["backup"]["text"]
    assert metrics.headers["content-type"].startswith("text/plain")
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.text)
        for sample in family.samples
    }
    assert samples["jardin_packs_total",] == 4
    assert samples["jardin_readings_total", "new"] == 12
    assert samples["jardin_stored_readings",] == 12
    assert samples["jardin_broker_up",] == 1
    assert samples["jardin_node_online", NODE] == 1
    assert samples["jardin_commit_seconds_count",] >= 1
    assert 0 < samples["jardin_disk_free_bytes",] < samples["jardin_disk_bytes",]


@contextmanager
def door_of(gateway: Gateway) -> Iterator[httpx.Client]:
    door = Door(gateway, FakeClock())
    door.open()
    try:
        yield door.client
    finally:
        door.client.close()
        door.shut()
        door._listener.close()


# --- a full disk ---------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB of its own."""
    path = tmp_path / "small"
    path.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(path)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("needs the right to mount a small file system (root)")
    yield path
    # Lazily: a test that failed may still have a file open there.
    subprocess.run(["umount", "--lazy", str(path)], check=True)


def leave_room(disk: Path, room: int) -> None:
    (disk / "filler").write_bytes(bytes(shutil.disk_usage(disk).free - room))


def test_a_small_disk_is_told_before_it_is_full(small_disk: Path) -> None:
    with closing(Gateway.open(GatewaySettings(data=small_disk))) as gateway:
        assert gateway.commit_error is None
        assert "DISK_ALMOST_FULL" in {check.code for check in checks.for_the_page(gateway)}


def test_a_gateway_on_a_full_disk_says_so_at_its_start_and_harms_nothing(
    small_disk: Path,
) -> None:
    data = small_disk / "data"
    fill(data, 100)
    held = values_of_all(data)
    with pytest.raises(OSError, match="No space"):
        (small_disk / "filler").write_bytes(bytes(5_000_000))
    settings = GatewaySettings(
        data=data, broker=Broker(port=free_port()), http=Http(host="127.0.0.1", port=free_port())
    )
    with pytest.raises(StorageError) as caught:
        GatewayProcess(settings).run()
    assert caught.value.code == "DISK_FULL"
    (small_disk / "filler").unlink()
    assert values_of_all(data) == held


def test_a_backup_that_finds_no_room_leaves_nothing_behind(
    small_disk: Path, tmp_path: Path
) -> None:
    fill(tmp_path / "data")
    good = make_backup(settings_of(tmp_path / "data"), small_disk, NOON_MS)
    content = good.path.read_bytes()
    leave_room(small_disk, 500_000)
    with pytest.raises(StorageError) as caught:
        make_backup(settings_of(tmp_path / "data"), small_disk, NOON_MS + 1000)
    assert caught.value.code == "BACKUP_NO_ROOM"
    assert sorted(path.name for path in small_disk.iterdir()) == ["filler", good.path.name]
    assert good.path.read_bytes() == content


def test_a_backup_whose_room_vanishes_meanwhile_leaves_nothing_behind(
    small_disk: Path, tmp_path: Path
) -> None:
    fill(tmp_path / "data")

    def fill_up(_step: str, _done: float) -> None:
        filler = small_disk / "filler"
        with filler.open("ab") as file, pytest.raises(OSError, match="No space"):
            file.write(bytes(5_000_000))

    with pytest.raises(StorageError) as caught:
        make_backup(settings_of(tmp_path / "data"), small_disk, NOON_MS, fill_up)
    assert caught.value.code == "BACKUP_NO_ROOM"
    assert [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_restore_that_finds_no_room_changes_nothing(small_disk: Path, tmp_path: Path) -> None:
    fill(tmp_path / "data")
    made = make_backup(settings_of(tmp_path / "data"), tmp_path, NOON_MS)
    data = small_disk / "data"
    fill(data, 100)
    leave_room(small_disk, 200_000)
    before = values_of_all(data)
    with (
        pytest.raises(StorageError) as caught,
        folder.alone(data),
        prepared(made.path, data, NOON_MS),
    ):
        pytest.fail("there is no room")
    assert caught.value.code == "DISK_FULL"
    assert values_of_all(data) == before
    assert not (data / "restoring").exists()


def values_of_all(data: Path) -> object:
    return dump(data), store_id(data)
