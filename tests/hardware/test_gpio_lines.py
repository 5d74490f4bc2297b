"""The node's drivers on a real kernel's GPIO lines, in a QEMU guest: ``make prove``.

Debian's own kernel runs in a machine emulated in software, with the kernel's GPIO simulator as
its chip: see ``guest/proofs.py`` for what is done there. The guest's clock counts instructions
(``-icount``), so a busy computer stretches no bounce and no tip.
"""

from __future__ import annotations

import contextlib
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hardware.roots import MAKE_S, PROJECT, Root, need, need_root, pins

pytestmark = pytest.mark.prove

GUEST = Path(__file__).with_name("guest")
GUEST_S = 300.0
"""It takes about 20 s."""
DEBIAN = Root(
    "amd64",
    "x86_64",
    (
        *("ca-certificates", "python3", "python3-venv"),
        *("linux-headers-amd64", "linux-source-6.1", "gcc", "libc6-dev", "make", "xz-utils"),
        *("busybox-static", "cpio", "kmod"),
    ),
)

Findings = dict[str, Any]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Findings:
    """What was found in one run of the guest."""
    if platform.machine() != DEBIAN.machine:
        pytest.skip("needs an x86-64 computer to build the guest's kernel module")
    need_root()
    qemu = need("qemu-system-x86_64", "qemu-system-x86")
    need("debootstrap", "debootstrap")
    out = tmp_path_factory.mktemp("guest")
    DEBIAN.make(pins(DEBIAN.machine))
    _make_kernel(out)
    console = _run(qemu, out)
    findings = out / "findings.json"
    if not findings.exists():
        pytest.fail(f"the guest told nothing; its console:\n{console[-3000:]}")
    print(findings.read_text(encoding="utf-8"))
    found: Findings = json.loads(findings.read_text(encoding="utf-8"))
    return found


def _make_kernel(out: Path) -> None:
    """The kernel and its first file system, once for each change of what they are made of."""
    parts = "\n".join((GUEST / name).read_text() for name in ("kernel.sh", "Kbuild", "init"))
    if not DEBIAN.has("kernel", parts):
        guest = f"/mnt/code/{GUEST.relative_to(PROJECT).as_posix()}"
        DEBIAN.run(out, f"{guest}/kernel.sh", guest, patience_s=MAKE_S)
        DEBIAN.mark("kernel", parts)


def _run(qemu: str, out: Path) -> str:
    """Runs the guest until it ends itself; gives its console."""
    boot = DEBIAN.folder / "boot"
    command = [qemu, "-nodefaults", "-no-reboot", "-display", "none", "-monitor", "none"]
    # Software emulation, always: /dev/kvm may be there and hang.
    command += ["-M", "pc,accel=tcg", "-cpu", "max", "-m", "512", "-icount", "shift=2,sleep=off"]
    command += ["-kernel", str(boot / "vmlinuz"), "-initrd", str(boot / "initramfs")]
    command += ["-append", "console=ttyS0 panic=-1 quiet", "-serial", "stdio"]
    for tag, folder in (("root", DEBIAN.folder), ("code", PROJECT)):
        command += ["-virtfs", f"{_shared(tag, folder)},readonly=on"]
    command += ["-virtfs", _shared("out", out)]
    console = out / "console.log"
    # When the time is up, what it has told by then says how far it came.
    with console.open("wb") as log, contextlib.suppress(subprocess.TimeoutExpired):
        files = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
        subprocess.run(command, timeout=GUEST_S, check=False, **files)
    return console.read_text(encoding="utf-8", errors="replace")


def _shared(tag: str, folder: Path) -> str:
    return f"local,path={folder},mount_tag={tag},security_model=none"


def test_the_guest_runs_debians_kernel_and_its_gpio_simulator(found: Findings) -> None:
    assert found["kernel"].startswith("6.1.")
    assert found["chip"] == "gpiochip0"


def test_every_tip_of_10_ms_is_counted_once(found: Findings) -> None:
    rain = found["rain"]
    assert (rain["tips"], rain["counted"], rain["rain_mm"]) == (200, 200, 2.0), rain


def test_a_closure_of_half_the_debounce_is_no_tip(found: Findings) -> None:
    assert (found["flicks"]["flicks"], found["flicks"]["counted"]) == (200, 0), found["flicks"]


def test_ten_bouncing_closures_are_ten_tips(found: Findings) -> None:
    assert (found["bounce"]["closures"], found["bounce"]["counted"]) == (10, 10), found["bounce"]
    # Without the debounce each of them is eleven.
    assert found["bounce_not_debounced"] == {"closures": 10, "edges": 110}


def test_the_float_is_read_as_it_hangs_and_a_cut_wire_is_an_empty_tank(found: Findings) -> None:
    assert found["tank_float"] == {"untouched": 1.0, "closed": 0.0, "opened": 1.0}


def test_a_pin_that_another_process_has_is_told_in_a_plain_sentence(found: Findings) -> None:
    told = found["second_owner"]
    assert told["code"] == "PIN_BUSY", told
    assert "déjà prise ('GPIO busy')" in told["fr"]
    assert "already taken ('GPIO busy')" in told["en"]


def test_the_pin_of_a_killed_process_can_be_taken_at_once(found: Findings) -> None:
    assert found["second_owner"]["after_kill"] == "taken", found["second_owner"]


def test_the_line_of_a_killed_process_follows_its_pull(found: Findings) -> None:
    """An active-low relay that was off (high) is on after the kill where the wiring pulls down:
    a valve must be safe by its wiring.
    """
    assert found["killed_with_pull_down"] == {"before": 0, "held": 1, "after": 0}
    assert found["killed_with_pull_up"] == {"before": 1, "held": 1, "after": 1}
