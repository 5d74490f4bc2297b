"""What the gateway asks the system for: files in, answers out, nothing believed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import pytest

from gateway.kit import steward
from gateway.kit.asking import Steward
from gateway.kit.clock import ToldClock
from gateway.kit.errand import MOST_BYTES, Request, Values, boot_id
from gateway.kit.steward import VERBS, serve
from gateway.kit.system import System
from sensor_node import clock
from sensor_node.clock import SANE_SINCE_MS
from sensor_node.errors import ConfigError, GardenError, NetworkError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a kit is a Linux computer")

NOW_MS: Final = 1_780_000_000_000
UNIT: Final = Path(__file__).parents[2] / "firmware_config/jardin-steward.path"


class Pi(System):
    """A computer without the right to set its clock for real: it says what would be set."""

    def __init__(self, root: Path, programs: Sequence[str] = ()) -> None:
        super().__init__(root)
        self.programs = programs
        self.ran: list[list[str]] = []
        self.times: list[int] = []
        self.kept = self.fails = False
        self.started = "first start"
        self.since_s = 100.0
        self.error: OSError | None = None

    def has(self, program: str) -> bool:
        return program in self.programs

    def run(
        self, command: Sequence[str], patience_s: float = 1.0
    ) -> subprocess.CompletedProcess[str]:
        if not self.has(command[0]):
            raise FileNotFoundError(command[0])
        self.ran.append(list(command))
        return super().run(["false" if self.fails else "true"], patience_s)

    def boot(self) -> str:
        return self.started

    def up_s(self) -> float:
        return self.since_s

    def keeps_time(self) -> bool:
        return self.kept

    def set_clock(self, at_ms: int) -> None:
        if self.error is not None:
            raise self.error
        self.times.append(at_ms)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "requests"
    made.mkdir()
    return made


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path / "root")


def gateway(folder: Path | None, pi: Pi, *, awake: bool = True) -> Steward:
    """A gateway whose waiting is the steward's working."""

    def pause(_seconds: float) -> None:
        if awake and folder is not None:
            serve(folder, VERBS, pi)

    return Steward(folder, pause=pause, boot=pi.boot)


def told(pi: Pi, **values: Any) -> dict[str, Any]:
    return {"t_ms": NOW_MS, "up_s": pi.up_s(), **values}


def refused(folder: Path, pi: Pi, values: Values) -> str:
    with pytest.raises(GardenError) as caught:
        gateway(folder, pi).have("clock", values)
    assert caught.value.fr
    assert caught.value.en
    return caught.value.code


def test_a_phones_time_is_set_by_the_steward_and_the_answer_is_heard(folder: Path, pi: Pi) -> None:
    came_of_it = gateway(folder, pi).have("clock", told(pi))

    assert pi.times == [NOW_MS]
    assert came_of_it == {"set_ms": NOW_MS, "rtc": False, "ntp": False}
    assert sorted(path.name for path in folder.iterdir()) == ["clock.answer.json"]


def test_the_time_that_a_request_waited_is_added(folder: Path, pi: Pi) -> None:
    asking = gateway(folder, pi, awake=False)
    number = asking.ask("clock", told(pi))
    pi.since_s += 42.5
    serve(folder, VERBS, pi)

    assert pi.times == [NOW_MS + 42_500]
    assert (answer := asking.heard("clock", number)) is not None
    assert answer.done


def test_a_clock_with_a_battery_and_chrony_hear_the_time_too(folder: Path, pi: Pi) -> None:
    (pi.root / "dev").mkdir(parents=True)
    (pi.root / "dev/rtc0").touch()
    pi.programs = ("hwclock", "chronyc")

    assert gateway(folder, pi).have("clock", told(pi))["rtc"] is True
    assert pi.ran == [["hwclock", "--systohc", "--utc"], ["chronyc", "local", "stratum", "10"]]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"t_ms": "now"},
        {"t_ms": True},
        {"t_ms": None},
        {"t_ms": [1]},
        {"t_ms": SANE_SINCE_MS - 1},
        {"t_ms": SANE_SINCE_MS * 3},
        {"t_ms": -(10**400)},
        {"t_ms": float("inf")},
        {"t_ms": float("nan")},
    ],
    ids=str,
)
def test_what_can_be_no_present_time_is_not_set(folder: Path, pi: Pi, values: Values) -> None:
    code = refused(folder, pi, {"up_s": pi.up_s(), **values})

    assert code == "CLOCK_NOT_A_TIME"
    assert pi.times == []


def test_a_time_from_before_a_power_cut_is_not_set(folder: Path, pi: Pi) -> None:
    asking = gateway(folder, pi, awake=False)
    asking.ask("clock", told(pi))
    pi.started, pi.since_s = "second start", 101.0
    serve(folder, VERBS, pi)

    assert pi.times == []
    assert (answer := asking.heard("clock")) is not None
    assert answer.code == "CLOCK_TOO_LATE"


@pytest.mark.parametrize("late_s", [601.0, -1.0])
def test_a_time_that_waited_too_long_is_not_set(folder: Path, pi: Pi, late_s: float) -> None:
    assert refused(folder, pi, told(pi, up_s=pi.up_s() - late_s)) == "CLOCK_TOO_LATE"
    assert pi.times == []


def test_a_clock_that_the_network_keeps_is_left_alone(folder: Path, pi: Pi) -> None:
    pi.kept = True

    assert refused(folder, pi, told(pi)) == "CLOCK_KEPT"
    assert pi.times == []


def test_a_system_that_refuses_says_why(folder: Path, pi: Pi) -> None:
    pi.error = PermissionError(1, "Operation not permitted")

    assert refused(folder, pi, told(pi)) == "CLOCK_REFUSED"


def test_done_since_the_start_is_forgotten_by_the_next_start(folder: Path, pi: Pi) -> None:
    asking = gateway(folder, pi)
    assert not asking.is_done_since_start("clock")

    asking.have("clock", told(pi))
    assert asking.is_done_since_start("clock")

    pi.started = "second start"
    assert not asking.is_done_since_start("clock")


def test_a_refusal_counts_for_nothing(folder: Path, pi: Pi) -> None:
    refused(folder, pi, told(pi, t_ms=0))

    assert not gateway(folder, pi).is_done_since_start("clock")


def test_a_computer_without_a_steward_says_so(tmp_path: Path, pi: Pi) -> None:
    for folder in (None, tmp_path / "not there"):
        asking = gateway(folder, pi)
        assert not asking.is_there
        with pytest.raises(ConfigError) as caught:
            asking.have("clock", {})
        assert caught.value.code == "STEWARD_ABSENT"


def test_a_steward_who_stays_silent_is_asked_no_more(folder: Path, pi: Pi) -> None:
    with pytest.raises(NetworkError) as caught:
        gateway(folder, pi, awake=False).have("clock", told(pi))

    assert caught.value.code == "STEWARD_SILENT"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"[" * 50_000, b'{"id": 1}', b"\xff", b" " * (MOST_BYTES + 1), b"\0" * 9],
    ids=range(8),
)
def test_whatever_stands_in_a_request_gets_an_answer_and_goes(
    folder: Path, pi: Pi, content: bytes
) -> None:
    (folder / "clock.json").write_bytes(content)

    assert serve(folder, VERBS, pi) == 1
    assert (answer := gateway(folder, pi).heard("clock")) is not None
    assert answer.code == "ERRAND_UNREADABLE"
    assert not (folder / "clock.json").exists()


def test_no_link_is_followed_neither_by_reading_nor_by_writing(
    folder: Path, pi: Pi, tmp_path: Path
) -> None:
    secret, target = tmp_path / "secret", tmp_path / "target"
    secret.write_text(json.dumps({"id": "x", "boot": pi.boot(), "values": told(pi)}))
    target.write_text("kept")
    (folder / "clock.json").symlink_to(secret)
    (folder / "clock.answer.json").symlink_to(target)
    (folder / ".clock.answer.json.part").symlink_to(target)

    assert serve(folder, VERBS, pi) == 1
    assert pi.times == []
    assert target.read_text() == "kept"
    assert not (folder / "clock.answer.json").is_symlink()
    assert secret.exists()


def test_a_folder_that_is_a_link_is_not_entered(folder: Path, pi: Pi, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)

    with pytest.raises(OSError, match="link"):
        serve(tmp_path / "link", VERBS, pi)


def test_a_pipe_and_a_folder_hold_nobody_up(folder: Path, pi: Pi) -> None:
    os.mkfifo(folder / "clock.json")
    assert serve(folder, VERBS, pi) == 1
    (folder / "clock.json").mkdir()
    assert serve(folder, VERBS, pi) == 1
    assert serve(folder, VERBS, pi) == 0


def test_a_verb_that_fails_unforeseen_is_answered_and_not_repeated(folder: Path, pi: Pi) -> None:
    def fail(_request: Request, _system: System) -> Values:
        raise RuntimeError("no such luck")

    asking = gateway(folder, pi, awake=False)
    asking.ask("clock", {})
    serve(folder, {"clock": fail}, pi)

    answer = asking.heard("clock")
    assert answer is not None
    assert answer.code == "STEWARD_FAILED"
    for words in (answer.fr, answer.en):
        assert "jardin-update" in words, "whose verbs are answered in the same way"
    assert "no such luck" in answer.en
    assert serve(folder, {"clock": fail}, pi) == 0


def test_a_power_cut_in_the_middle_has_it_done_again(folder: Path, pi: Pi) -> None:
    done: list[str] = []

    def cut(request: Request, _system: System) -> Values:
        done.append(request.id)
        if len(done) == 1:
            raise KeyboardInterrupt
        return {"times": len(done)}

    asking = gateway(folder, pi, awake=False)
    number = asking.ask("update", {})
    with pytest.raises(KeyboardInterrupt):
        serve(folder, {"update": cut}, pi)
    serve(folder, {"update": cut}, pi)

    assert done == [number, number]
    assert (answer := asking.heard("update", number)) is not None
    assert answer.values == {"times": 2}


def test_the_systems_log_begins_anew_when_a_kit_is_handed_over(folder: Path, pi: Pi) -> None:
    pi.programs = ("journalctl",)
    assert gateway(folder, pi).have("journal", {}) == {}
    assert pi.ran == [["journalctl", "--rotate"], ["journalctl", "--vacuum-time=1s"]]


def test_a_log_that_cannot_be_cleared_is_told(folder: Path, pi: Pi) -> None:
    pi.programs, pi.fails = ("journalctl",), True
    with pytest.raises(GardenError) as caught:
        gateway(folder, pi).have("journal", {})
    assert caught.value.code == "JOURNAL_KEPT"


def test_an_answer_to_somebody_elses_request_is_not_ours(folder: Path, pi: Pi) -> None:
    asking = gateway(folder, pi)
    asking.have("clock", told(pi))

    assert asking.heard("clock", "another id") is None


def test_a_clock_that_was_told_stays_told_whatever_is_asked_later(
    folder: Path, pi: Pi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "kernel_is_synchronised", lambda: False)
    monkeypatch.setattr(clock, "rtc_agrees", lambda _wall_ms: False)
    asking = gateway(folder, pi)
    gateways = ToldClock(asking)
    assert gateways.kept_by() is None

    asking.have("clock", told(pi))
    assert gateways.kept_by() == "person"

    assert refused(folder, pi, told(pi, t_ms=0)) == "CLOCK_NOT_A_TIME"
    assert gateways.kept_by() == "person"


def test_two_who_ask_at_once_do_not_spoil_each_others_request(folder: Path, pi: Pi) -> None:
    asking = gateway(folder, pi, awake=False)
    with ThreadPoolExecutor(8) as pages:
        numbers = list(pages.map(lambda _n: asking.ask("clock", told(pi)), range(100)))

    assert json.loads((folder / "clock.json").read_bytes())["id"] in numbers


def test_the_program_itself_refuses_what_is_no_time(folder: Path) -> None:
    """As systemd starts it; whoever runs the tests may have the right to set a clock, so it is
    asked for none.
    """
    asking = Steward(folder)
    number = asking.ask("clock", {"t_ms": 0, "up_s": 0})
    arguments = [sys.executable, "-m", "gateway.kit.steward", "--requests", str(folder)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert (answer := asking.heard("clock", number)) is not None
    assert answer.code in {"CLOCK_NOT_A_TIME", "CLOCK_TOO_LATE"}


def test_the_program_loads_nothing_but_the_standard_library_and_ours() -> None:
    code = (
        "import sys; before = set(sys.modules); import gateway.kit.steward;"
        "print(*{n.split('.')[0] for n in set(sys.modules) - before} - sys.stdlib_module_names)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert set(done.stdout.split()) <= {"gateway", "sensor_node"}


def test_each_verb_wakes_the_steward_and_nothing_else_does() -> None:
    woken = re.findall(r"(?m)^PathExists=(.*)$", UNIT.read_text(encoding="utf-8"))

    assert woken == [f"{steward.REQUESTS}/{verb}.json" for verb in VERBS]


def test_this_computer_knows_which_start_it_is(tmp_path: Path) -> None:
    (tmp_path / "boot_id").write_text("1234\n")

    assert boot_id(tmp_path / "boot_id") == "1234"
    assert boot_id(tmp_path / "none") == ""
