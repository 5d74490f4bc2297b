"""``jardin-node read``: each sensor once, now; one that fails hides none of the others."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sheets import dht22, tables_of

from sensor_node.board import PiBoard
from sensor_node.drivers.base import Suspect
from sensor_node.drivers.tank_float import TankFloat
from sensor_node.fakes import FakeBoard
from sensor_node.outbox import Outbox
from sensor_node.read_cli import as_json, print_lines
from sensor_node.setup.look import Seen, look_at
from sensor_node.setup.running import process_holding
from sensor_node.setup.terminal import Terminal
from sensor_node.setup.units import in_words
from sensor_node.simulate_parts import FEEDS

SOIL = {"type": "soil-mcp3008", "channel": "soil", "adc_channel": 0}
FLOAT = {"type": "tank-float", "channel": "tank", "pin": 22}


def verdicts(seen: list[Seen]) -> dict[str, str]:
    return {one.channel: one.verdict for one in seen}


def test_every_sensor_that_the_garden_moves_can_be_looked_at() -> None:
    seen = list(look_at(tables_of(*FEEDS), FakeBoard(counts=600)))
    # A steady 600 counts is between two positions of the usual vane, and a fault says so; how deep
    # a tank is only a person knows, and the least that it can be is not the fake's metre.
    assert {one.channel for one in seen if one.verdict == "fault"} <= {"wind-from", "tank-level"}
    assert all(one.unit is not None or one.quantity for one in seen if one.value is not None)


def test_a_value_comes_with_its_unit_and_a_verdict(board: FakeBoard) -> None:
    board.dht22(17)
    board.dht22_parts[17].temperature_c = 21.4
    (air, damp) = look_at([dht22(17)], board)
    assert (air.value, air.unit, air.verdict) == (21.4, "Cel", "good")
    assert (damp.channel, damp.value) == ("air-damp", 50.0)


def test_a_sensor_that_fails_hides_no_other_and_says_what_to_do(board: FakeBoard) -> None:
    board.adc.counts = [3] * 8

    seen = list(look_at([SOIL, FLOAT], board))

    assert verdicts(seen) == {"soil": "fault", "tank": "good"}
    assert seen[0].code == "PROBE_DISCONNECTED"
    assert seen[0].words is not None
    assert "vérifiez" in seen[0].words.fr


def test_a_bus_that_is_missing_hides_no_other_sensor(tmp_path: Path) -> None:
    class HalfBoard(FakeBoard):
        """A Pi whose SPI bus is not enabled."""

        def mcp3008(self, adc_channel: int) -> Any:
            return PiBoard().mcp3008(adc_channel)

    seen = list(look_at([SOIL, FLOAT], HalfBoard()))
    assert [(one.channel, one.code) for one in seen] == [("soil", "SPI_ABSENT"), ("tank", None)]


def test_a_sensor_that_hangs_is_left_and_the_next_one_is_read() -> None:
    go_on = threading.Event()

    class Hanging(FakeBoard):
        def dht22(self, pin: int) -> Any:
            go_on.wait()
            return super().dht22(pin)

    seen = list(look_at([dht22(4), FLOAT], Hanging(), slowest_s=0.2))
    go_on.set()

    assert verdicts(seen) == {"air": "fault", "air-damp": "fault", "tank": "good"}
    assert seen[0].code == "SENSOR_SLOW"


def test_an_error_that_nobody_foresaw_is_a_fault_too() -> None:
    class Broken(FakeBoard):
        def contact(self, pin: int, bounce_s: float | None = None) -> Any:
            raise ZeroDivisionError("oops")

    (seen,) = look_at([FLOAT], Broken())
    assert (seen.verdict, seen.code) == ("fault", "SENSOR_UNFORESEEN")
    assert "oops" in str(seen.words)


def test_a_table_that_is_wrong_is_told_with_the_rest(board: FakeBoard) -> None:
    seen = list(look_at([{"type": "dht22", "temperature": "air"}, "what", FLOAT], board))
    assert [(one.channel, one.code, one.exit_code) for one in seen] == [
        ("air", "CONFIG_WRONG_VALUE", 3),
        ("?", "SENSOR_NO_TYPE", 3),
        ("tank", None, 4),
    ]


def test_one_sensor_alone_can_be_asked_for(board: FakeBoard) -> None:
    assert verdicts(list(look_at([SOIL, dht22(4), FLOAT], board, "air-damp"))) == {
        "air": "good",
        "air-damp": "good",
    }
    assert list(look_at([SOIL], board, "elsewhere")) == []


@pytest.mark.parametrize(
    ("counts", "verdict"), [(600, "good"), (840, "doubtful"), (200, "doubtful")]
)
def test_a_value_that_no_garden_gives_is_shown_and_doubted(counts: int, verdict: str) -> None:
    (seen,) = look_at([SOIL], FakeBoard(counts=counts))
    assert seen.verdict == verdict
    assert seen.value == pytest.approx(counts / 1023, abs=1e-6)


def test_a_value_that_its_own_driver_doubts_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = {"tank": Suspect(1.0, "stuck")}
    monkeypatch.setattr(TankFloat, "read", lambda _self: stuck)
    (seen,) = look_at([FLOAT], FakeBoard())
    assert (seen.verdict, seen.value) == ("doubtful", 1.0)
    assert "does not move" in str(seen.words)


def test_under_voltage_is_doubtful_and_says_what_to_change(board: FakeBoard) -> None:
    board.system.set_undervoltage(True)
    (seen,) = look_at([{"type": "pi-health", "undervoltage": "volts"}], board)
    assert seen.verdict == "doubtful"
    assert seen.words is not None
    assert "power unit" in seen.words.en


@pytest.mark.parametrize(
    ("value", "quantity", "unit", "fr", "en"),
    [
        (21.44, "air_temperature", "Cel", "21,4 °C", "21.4 °C"),
        (55.0, "relative_humidity", "%RH", "55,0 %", "55.0 %"),
        (1013.25, "pressure", "hPa", "1013,2 hPa", "1013.2 hPa"),
        (12345.6, "illuminance", "lx", "12346 lx", "12346 lx"),
        (0.43121, "soil_moisture_raw", "/", "0,4312 (brut)", "0.4312 (raw)"),
        (1.0, "tank_empty", "/", "vide", "empty"),
        (0.0, "undervoltage", "/", "non", "no"),
        (202.5, "wind_direction", "deg", "202 °", "202 °"),
        (0.2794, "rain", "mm", "0,28 mm", "0.28 mm"),
    ],
)
def test_units_are_in_words_that_people_know(
    value: float, quantity: str, unit: str, fr: str, en: str
) -> None:
    assert in_words(value, quantity, unit, "fr") == fr
    assert in_words(value, quantity, unit, "en") == en


def test_what_failed_for_one_reason_says_it_once(
    board: FakeBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    board.dht22(4)
    board.dht22_parts[4].queue(*[[]] * 4)
    print_lines(look_at([dht22(4)], board), "fr", Terminal())

    out = capsys.readouterr().out
    assert out.count("✗") == 2
    assert out.count("vérifiez ses fils") == 1


def test_a_raw_soil_probe_is_explained(
    board: FakeBoard, capsys: pytest.CaptureFixture[str]
) -> None:
    board.adc.counts = [600] * 8
    print_lines(look_at([SOIL], board), "en", Terminal())
    assert "calibration is the gateway's work" in " ".join(capsys.readouterr().out.split())


def test_a_program_gets_the_units_of_the_wire(board: FakeBoard) -> None:
    board.adc.counts = [3] * 8
    soil, tank = json.loads(as_json(look_at([SOIL, FLOAT], board), "en"))
    assert (tank["value"], tank["unit"], tank["verdict"]) == (1.0, "/", "good")
    assert (soil["value"], soil["code"]) == (None, "PROBE_DISCONNECTED")


# --- beside a node that runs ----------------------------------------------------------------------


@contextmanager
def held_by_another_process(outbox: Path) -> Iterator[int]:
    """Somebody else has the outbox open; gives the process's id."""
    program = (
        "import sys; from pathlib import Path; from sensor_node.outbox import Outbox\n"
        "outbox = Outbox(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(outbox)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid


@pytest.mark.skipif(sys.platform != "linux", reason="locks are looked at on Linux")
def test_a_process_that_holds_the_outbox_is_found_and_not_disturbed(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    assert process_holding(path) is None
    with held_by_another_process(path) as pid:
        assert process_holding(path) == pid
        assert process_holding(path) == pid
    assert process_holding(path) is None
    Outbox(path).close()


def read(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sensor_node", "read", "--config", str(config), *more],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def settings(folder: Path, pins: str, sensors: str) -> Path:
    config = folder / "node.toml"
    config.write_text(
        f'node = "pot"\ndata = "{folder}/data"\nlanguage = "en"\npins = "{pins}"\n{sensors}'
    )
    return config


@pytest.mark.skipif(sys.platform != "linux", reason="locks are looked at on Linux")
def test_the_pins_of_a_running_node_are_left_alone(tmp_path: Path) -> None:
    config = settings(tmp_path, "gpio", '[[sensors]]\ntype="tank-float"\nchannel="t"\npin=22\n')
    with held_by_another_process(tmp_path / "data" / "outbox.sqlite") as pid:
        done = read(config)
    assert (done.returncode, done.stdout) == (4, "")
    assert f"The node is running (process {pid})" in done.stderr


def test_the_command_tells_all_and_fails_when_one_sensor_does(tmp_path: Path) -> None:
    tables = '[[sensors]]\ntype="tank-float"\nchannel="tank"\npin=22\n'
    config = settings(tmp_path, "fake", tables)
    done = read(config)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["✓", "tank", "empty", "good"]

    vane = '[[sensors]]\ntype="wind-vane"\nchannel="vane"\nadc_channel=0\n' + (
        "volts=[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8]\n"
    )
    config = settings(tmp_path, "fake", vane + tables)
    done = read(config, "--json")
    assert done.returncode == 4
    assert [one["verdict"] for one in json.loads(done.stdout)] == ["fault", "good"]


@pytest.mark.parametrize(
    ("sensors", "arguments", "words"),
    [
        ("", (), "names no sensor"),
        (
            '[[sensors]]\ntype="tank-float"\nchannel="t"\npin=2\n',
            ("--sensor", "x"),
            "No sensor fills the channel 'x'",
        ),
    ],
)
def test_nothing_to_read_is_said_so(
    tmp_path: Path, sensors: str, arguments: tuple[str, ...], words: str
) -> None:
    done = read(settings(tmp_path, "fake", sensors), *arguments)
    assert done.returncode == 2
    assert words in done.stderr
