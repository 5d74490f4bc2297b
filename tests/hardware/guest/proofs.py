"""What is measured in the guest; the tests judge it on the host.

    proofs.py FOLDER    writes FOLDER/findings.json

Each function gives its findings; one that raises gives its traceback instead. The project's
drivers run unmodified on gpiozero's own LGPIOFactory and on the kernel's GPIO simulator. Time is
real here: a reed contact and a debouncer know no other.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import platform
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pins
from chip import Line, SimulatedChip

from sensor_node.board import PiBoard
from sensor_node.drivers import build_sensor
from sensor_node.errors import HardwareError

HOLDER = Path(__file__).with_name("holder.py")
TIPS = 200
BOUNCING = 10
BOUNCES = 5
CLOSED_S = 0.01
QUIET_S = 0.3
"""More than any debounce here: what is still on its way has arrived."""

LOCK_ALL = 3
"""Pages that are there and pages to come (``MCL_CURRENT | MCL_FUTURE``)."""

Findings = dict[str, Any]


def rain(chip: SimulatedChip) -> Findings:
    """200 clean tips, closed for 10 ms and open for 10 ms."""
    return {"tips": TIPS} | _counted(chip.line(5), 5, TIPS, _tip)


def flicks(chip: SimulatedChip) -> Findings:
    """As many closures of half the debounce."""
    return {"flicks": TIPS} | _counted(chip.line(6), 6, TIPS, _flick)


def bounce(chip: SimulatedChip) -> Findings:
    """Ten closures, each bouncing five times when it closes and five times when it opens."""
    return {"closures": BOUNCING} | _counted(chip.line(13), 13, BOUNCING, _bouncing_tip)


def bounce_not_debounced(chip: SimulatedChip) -> Findings:
    """The same on a bare contact: what the debouncer had to take away."""
    line, edges = chip.line(19), []
    contact = PiBoard().contact(19)
    contact.when_activated = lambda: edges.append(1)
    for _ in range(BOUNCING):
        _bouncing_tip(line)
    time.sleep(QUIET_S)
    contact.close()
    return {"closures": BOUNCING, "edges": len(edges)}


def tank_float(chip: SimulatedChip) -> Findings:
    """What the driver says of a float that floats, hangs, and has its wire cut."""
    line = chip.line(17)
    sensor = build_sensor({"type": "tank-float", "channel": "tank", "pin": 17}, PiBoard())
    untouched = sensor.read()["tank"]
    line.to_ground()
    full = sensor.read()["tank"]
    line.to_supply()
    empty = sensor.read()["tank"]
    sensor.close()
    return {"untouched": untouched, "closed": full, "opened": empty}


def second_owner(chip: SimulatedChip) -> Findings:
    """What a person reads when another process has the pin, and after that one is killed."""
    del chip
    with _holder("contact", 22) as first:
        try:
            PiBoard().contact(22)
        except HardwareError as error:
            told = {"code": error.code, "fr": error.fr, "en": error.en}
        else:
            told = {"code": "none"}
        _kill(first)
        later = PiBoard().contact(22)
        later.close()
    return told | {"after_kill": "taken"}


def killed_with_pull_down(chip: SimulatedChip) -> Findings:
    return _killed(chip.line(23), 23, Line.to_ground)


def killed_with_pull_up(chip: SimulatedChip) -> Findings:
    return _killed(chip.line(24), 24, Line.to_supply)


def _killed(line: Line, pin: int, pull: Callable[[Line], None]) -> Findings:
    """The level of an output before, while and after a process holds it, which is killed."""
    pull(line)
    before = line.level
    with _holder("relay", pin) as process:
        held = line.level
        _kill(process)
    return {"before": before, "held": held, "after": line.level}


def _counted(line: Line, pin: int, times: int, tip: Callable[[Line], None]) -> Findings:
    """How many tips the rain gauge's driver has counted, with the debounce it has by default."""
    table = {"type": "rain-gauge", "channel": "rain", "pin": pin, "mm_per_tip": 0.01}
    gauge: Any = build_sensor(table, PiBoard())
    gauge.read()
    started_s = time.monotonic()
    for _ in range(times):
        tip(line)
    took_s = time.monotonic() - started_s
    time.sleep(QUIET_S)
    counted, rain_mm = gauge.counter.counted, gauge.read()["rain"]
    gauge.close()
    return {"counted": counted, "rain_mm": rain_mm, "took_s": round(took_s, 2)}


def _tip(line: Line, closed_s: float = CLOSED_S) -> None:
    line.to_ground()
    time.sleep(closed_s)
    line.to_supply()
    time.sleep(closed_s)


def _flick(line: Line) -> None:
    _tip(line, CLOSED_S / 2)


def _bouncing_tip(line: Line) -> None:
    for _ in range(BOUNCES):
        _flicker(line.to_ground, line.to_supply)
    line.to_ground()
    time.sleep(5 * CLOSED_S)
    for _ in range(BOUNCES):
        _flicker(line.to_supply, line.to_ground)
    line.to_supply()
    time.sleep(5 * CLOSED_S)


def _flicker(there: Callable[[], None], back: Callable[[], None]) -> None:
    for change in (there, back):
        change()
        time.sleep(0.0005)


@contextlib.contextmanager
def _holder(kind: str, pin: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(HOLDER), kind, str(pin)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert said.startswith("held"), said
            yield process
        finally:
            process.kill()


def _kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait(10)


PROOFS = (
    rain,
    flicks,
    bounce,
    bounce_not_debounced,
    tank_float,
    second_owner,
    killed_with_pull_down,
    killed_with_pull_up,
)


def main(folder: Path) -> None:
    # A page that had to come from the host in mid-bounce would make a tip of it.
    if ctypes.CDLL(None, use_errno=True).mlockall(LOCK_ALL) != 0:
        raise OSError(ctypes.get_errno(), "mlockall")
    chip = SimulatedChip()
    pins.use()
    findings: dict[str, Any] = {"kernel": platform.release(), "chip": chip.name}
    for proof in PROOFS:
        try:
            findings[proof.__name__] = proof(chip)
        except Exception:
            findings[proof.__name__] = {"failed": traceback.format_exc()}
        print(proof.__name__, findings[proof.__name__], flush=True)
    (folder / "findings.json").write_text(json.dumps(findings, indent=1), encoding="utf-8")


main(Path(sys.argv[1]))
