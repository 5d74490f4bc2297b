"""On a real Pi Blinka takes SIGTERM for itself: a node still ends by its own will."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

from harness import eventually
from killed import as_a_kill_leaves_it

from gateway.broker import free_port

ROOT = Path(__file__).parents[2]
PROGRAM = """
import signal
import sys
from pathlib import Path

from sensor_node import run
from sensor_node.fakes import FakeBoard


class LikeAPi(FakeBoard):
    def dht22(self, pin):
        # adafruit_dht imports this on a real Pi.
        import adafruit_blinka.microcontroller.bcm283x.pulseio.PulseIn as theirs

        assert signal.getsignal(signal.SIGTERM) is theirs._signal_handler
        return super().dht22(pin)


run.board_of = lambda settings: LikeAPi()
sys.exit(run.run_node(Path(sys.argv[1])))
"""


def test_a_node_with_a_dht_ends_in_good_order_when_it_is_told_to(tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text(
        f'node = "potager-1"\ndata = "{tmp_path / "node"}"\npins = "fake"\nclock = "system"\n'
        f'[broker]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "humidity"\n',
        encoding="utf-8",
    )
    log = tmp_path / "node.log"
    with log.open("wb") as output:
        node = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(config)], cwd=ROOT, stdout=output, stderr=output
        )
    try:
        eventually(lambda: packs_in(tmp_path / "node" / "outbox.sqlite") == 1, "it samples")
        node.send_signal(signal.SIGTERM)
        assert node.wait(20) == 0, log.read_text()
    finally:
        node.kill()
        node.wait()
    assert "Traceback" not in log.read_text()


def packs_in(path: Path) -> int:
    try:
        with as_a_kill_leaves_it(path) as found:
            return int(found.execute("SELECT count(*) FROM packs").fetchone()[0])
    except (OSError, sqlite3.DatabaseError):  # not made yet, or copied while it is written
        return 0
