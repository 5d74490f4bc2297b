"""What the repository promises to whoever clones it."""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from sensor_node import __version__

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
PEER = "peer-mqtt-io.txt"
"""What the bench compares with has an environment of its own, and pins that are not ours."""
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
GUIDES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md")]
# Written in two halves, so that this file does not name them itself.
HOSTS = [
    name + rest
    for name, rest in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("piwheels", ".org"),
        ("registry.npm", "js.org"),
        ("registry.yarn", "pkg.com"),
    )
]
PROXY = re.compile(r"(https?_proxy|index-url|trusted-host|find-links)\s*[=: ]\s*\S*//", re.I)
HOME = re.compile(r"(?<![\w.])/(work|root|Users)/[\w.]")


def _texts() -> list[tuple[str, str]]:
    """Every file of the repository that is text, with its name."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    texts = []
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            texts.append((name, content.decode("utf-8")))
    return texts


def test_no_file_names_a_package_registry_or_a_proxy() -> None:
    named = [
        name for name, text in _texts() if PROXY.search(text) or any(host in text for host in HOSTS)
    ]
    assert not named


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    assert not [name for name, text in _texts() if HOME.search(text)]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_file_is_exact_pins_and_nothing_else(lock: Path) -> None:
    pin = re.compile(r"[a-z0-9][a-z0-9.-]*==[\w.]+( ; [\w '\"<>=!.()]+)?")
    lines = lock.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and not pin.fullmatch(line)] == []


def test_the_lock_files_agree_with_each_other() -> None:
    assert {lock.name for lock in LOCKS} == {"node.txt", "gateway.txt", "dev.txt", PEER}
    pins = {lock.name: set(_pins(lock)) for lock in LOCKS}
    dev = pins["dev.txt"]
    # What a tool of the tests needs everywhere, the node may need on one system only.
    apart = (pins["node.txt"] | pins["gateway.txt"]) - dev
    assert {pin.split(" ; ")[0] for pin in apart} <= dev


def test_the_lock_files_hold_all_that_the_project_asks_for() -> None:
    asked = {
        "node.txt": PROJECT["dependencies"] + PROJECT["optional-dependencies"]["node"],
        "gateway.txt": PROJECT["dependencies"]
        + PROJECT["optional-dependencies"]["gateway"]
        + PROJECT["optional-dependencies"]["influxdb"],
        "dev.txt": PROJECT["optional-dependencies"]["dev"],
        PEER: PYPROJECT["dependency-groups"]["peer"],
    }
    for name, wanted in asked.items():
        locked = {pin.split("==")[0] for pin in _pins(ROOT / "requirements" / name)}
        assert {re.split(r"[^\w.-]", each, maxsplit=1)[0] for each in wanted} <= locked, name


def test_a_node_needs_no_web_framework() -> None:
    locked = {pin.split("==")[0] for pin in _pins(ROOT / "requirements" / "node.txt")}
    assert not locked & {"fastapi", "pydantic", "starlette", "numpy", "sqlalchemy"}


def test_the_lock_of_the_pages_says_no_address() -> None:
    lock = json.loads((ROOT / "dashboards/package-lock.json").read_text(encoding="utf-8"))
    packages = [package for name, package in lock["packages"].items() if name]
    assert packages
    assert not [package for package in packages if "resolved" in package]
    assert all("integrity" in package for package in packages)


@pytest.mark.parametrize("script", PROJECT["scripts"])
def test_each_command_can_be_imported(script: str) -> None:
    module, _, function = PROJECT["scripts"][script].partition(":")
    assert callable(getattr(importlib.import_module(module), function))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_each_make_command_of_a_guide_exists(guide: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    named = set(re.findall(r"(?:`|^ {4})make ([a-z]+)", guide.read_text(encoding="utf-8"), re.M))
    assert named
    assert named <= targets


def test_contributing_shows_the_five_commands() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    for target in ("demo", "test", "check", "bench", "prove"):
        assert text.count(f"| `make {target}` |") == 2, target  # in French and in English


def test_the_continuous_run_is_check_and_test() -> None:
    run = ROOT / ".ci/run"
    commands = [line for line in run.read_text().splitlines() if line.startswith("make ")]
    assert commands == ["make check", "make test"]
    assert run.stat().st_mode & 0o111


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest would collect one of the two alone."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []


def test_the_changelog_tells_of_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"\n## {__version__}\n" in changelog


def _pins(lock: Path) -> list[str]:
    lines = lock.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "==" in line and not line.startswith("#")]
