"""``jardin-node simulate`` for a workshop's group, in front of a real gateway."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from door import Door, garden_door
from harness import eventually

from sensor_node import settings
from sensor_node.clock import FakeClock
from sensor_node.config import NodeSettings
from sensor_node.errors import NetworkError
from sensor_node.simulate_group import POT, GroupDoor, GroupSimulation
from sensor_node.simulate_own import OwnSampling


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with garden_door(tmp_path) as opened:
        yield opened


def host_of(door: Door) -> str:
    return door.address.removeprefix("http://")


@contextmanager
def simulated(door: Door, way_in: GroupDoor) -> Iterator[GroupSimulation]:
    pot = settings.build(NodeSettings, {"node": "pot", "data": ".", "sensors": POT})
    clock = FakeClock(door.clock.wall_ms())
    with closing(OwnSampling(pot, clock, clock.wall_ms())) as sampling:
        yield GroupSimulation(sampling, way_in, clock, 10)


def channels(door: Door, plant: str) -> dict[str, bool]:
    found = door.json("/channels", node=f"atelier.{plant}")["channels"]
    return {one["channel"].rpartition("/")[2]: one["simulated"] for one in found}


def test_a_group_s_pot_measures_into_its_sandbox_and_says_that_it_is_none(door: Door) -> None:
    code = door.gateway.workshops.begin("Essai", 4, 60).about.code
    way_in = GroupDoor(host_of(door), "", "fr")
    assert way_in.join(code, "radis") == "radis"
    with simulated(door, way_in) as running:
        running.turn()
    assert channels(door, "radis") == {
        "simule-sol": True, "simule-air": True, "simule-humidite": True,
    }  # fmt: skip
    assert door.gateway.store.count() == 0


def test_a_pause_is_said_once_and_then_it_goes_on(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    workshop = door.gateway.workshops.begin("Essai", 4, 60)
    way_in = GroupDoor(host_of(door), "", "fr")
    way_in.join(workshop.about.code, None)
    with simulated(door, way_in) as running:
        workshop.pause()
        running.turn()
        running.turn()
        said = [one.levelname for one in caplog.records if one.name == "jardin.simulate"]
        assert said == ["WARNING"]
        workshop.resume()
        running.turn()
    assert workshop.sandbox.store.count() == 3


def test_after_the_end_it_stops_and_says_why(door: Door) -> None:
    workshop = door.gateway.workshops.begin("Essai", 4, 60)
    way_in = GroupDoor(host_of(door), "", "fr")
    way_in.join(workshop.about.code, None)
    workshop.end()
    with (
        simulated(door, way_in) as running,
        pytest.raises(NetworkError, match="L'atelier est fini") as refused,
    ):
        running.turn()
    assert refused.value.code == "WORKSHOP_OVER"


def test_a_garden_that_is_not_there_is_told_with_its_address() -> None:
    with pytest.raises(NetworkError) as refused:
        GroupDoor("127.0.0.1:9", "jardin_radis_x", "fr").join("bcdf-ghjk", None)
    assert refused.value.code == "WORKSHOP_ABSENT"
    assert "127.0.0.1:9" in refused.value.fr


def test_the_command_takes_the_code_of_the_big_screen_and_a_node_of_the_demo(door: Door) -> None:
    code = door.gateway.workshops.begin("Essai", 4, 60).about.code
    command = [sys.executable, "-m", "sensor_node", "simulate", "--gateway", host_of(door)]
    command += ["--code", code, "--plant", "ail", "--node", "potager"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        eventually(lambda: "ail" in door.gateway.workshops.plants(), "the group is there")
        eventually(lambda: bool(channels(door, "ail")), "it has measured")
    finally:
        process.terminate()
        told, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "ail" in told
    token = door.gateway.workshops.all()[0].session.known("ail").token
    assert f"--token {token}" in told  # for the next time: the same group


def test_nothing_to_simulate_is_told() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sensor_node", "simulate"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "--code" in done.stderr
