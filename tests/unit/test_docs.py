"""The documentation says what the sources say."""

from __future__ import annotations

import ast
import importlib.util
import inspect
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gateway.settings import GatewaySettings
from sensor_node.config import NodeSettings
from sensor_node.conversions import CONVERSIONS
from sensor_node.drivers import TABLE, build_sensors
from sensor_node.fakes import FakeBoard
from sensor_node.recording import Recording, RecordingMap
from sensor_node.settings import build
from sensor_node.signals.signs import DARK, Sign, steps_of

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("[!.]*/README.md")])
GETTING_STARTED = [ROOT / "docs/getting-started.fr.md", ROOT / "docs/getting-started.en.md"]
ADDING = ROOT / "docs/adding-a-sensor.md"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
CODE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
# What makes an error, a refusal or a trouble out of a code and its words.
SPOKEN = {"_refuse", "_set_aside", "BadLine", "unknown"}


def _named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_each_link_inside_the_repository_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for found in LINK.finditer(text):
        target = found.group(1) or found.group(2)
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        aim = (page.parent / name).resolve() if name else page
        assert aim.exists(), target
        if anchor:
            assert anchor in _anchors(aim), target


def _anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=_named)
def test_each_page_is_in_french_and_in_english(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    other = page.name.replace(".fr.", ".en.")
    if other != page.name or ".en." in page.name:
        assert (page.parent / other).exists()
        return
    assert re.search(r"\b(le|la|les|et|une?)\b", text)
    assert re.search(r"\b(the|and|is|of)\b", text)


def test_each_error_has_its_line_in_both_languages() -> None:
    troubleshooting = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    interface = (ROOT / "docs/http-api.md").read_text(encoding="utf-8")
    silent = {
        code: place
        for code, place in _codes()
        if troubleshooting.count(f"| `{code}` |") != 2 and f"`{code}`" not in interface
    }
    assert not silent


def test_no_line_is_about_an_error_that_is_no_more() -> None:
    text = (ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in _sources())
    told = re.findall(r"^\| `([A-Z_]+)` \|", text, re.M)
    # An error's code, or the word that a line of the log begins with.
    assert not [code for code in told if not re.search(f'"{code}[":]', sources)]


def _sources() -> list[Path]:
    return [*(ROOT / "sensor_node").rglob("*.py"), *(ROOT / "gateway").rglob("*.py")]


def _codes() -> Iterator[tuple[str, str]]:
    """Each code that reaches a person, with the file it comes from."""
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((code, _named(path)) for code in _codes_of(node))


def _codes_of(call: ast.Call) -> Iterator[str]:
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func)
    if name not in SPOKEN and not {"fr", "en"} <= keywords.keys():
        return
    for value in [*call.args, keywords.get("code")]:
        if isinstance(value, ast.Constant) and CODE.fullmatch(str(value.value)):
            yield str(value.value)


def _toml(page: Path, title: str) -> dict[str, Any]:
    blocks = re.findall(r"^```toml\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    (block,) = [block for block in blocks if block.startswith(f"# {title}\n")]
    return tomllib.loads(block)


@pytest.mark.parametrize("page", GETTING_STARTED, ids=_named)
def test_the_node_of_the_guide_measures(page: Path) -> None:
    settings = build(NodeSettings, _toml(page, "node.toml"))
    sensors = build_sensors(settings.sensors, FakeBoard(counts=600))
    assert {name for sensor in sensors for name in sensor.read()} == {
        "bac-1-soil",
        "air",
        "humidity",
    }
    for sensor in sensors:
        sensor.close()


@pytest.mark.parametrize("page", GETTING_STARTED, ids=_named)
def test_the_gateway_of_the_guide_can_be_set_up(page: Path) -> None:
    settings = build(GatewaySettings, _toml(page, "gateway.toml"))
    assert settings.broker.username == "gateway"


def test_the_lamp_of_the_guide_can_be_set_up() -> None:
    settings = build(
        NodeSettings, _node(_toml(ROOT / "docs/at-the-bed.md", "signals of node.toml"))
    )
    settings.signals.check()
    assert settings.signals.has_pins


def _node(table: dict[str, Any]) -> dict[str, Any]:
    return {"node": "potager-1", "data": "data"} | table


def test_the_guide_draws_each_sign_of_the_lamp_in_both_languages() -> None:
    text = (ROOT / "docs/at-the-bed.md").read_text(encoding="utf-8")
    for steps in (*(steps_of([sign]) for sign in Sign), DARK):
        one = "".join(("█" if on else "·") * round(seconds / 0.25) for on, seconds in steps)
        assert text.count(f"`{(one * 24)[:24]}`") == 2, one


def test_the_map_of_the_replay_guide_reads_a_file() -> None:
    description = build(RecordingMap, _toml(ROOT / "docs/replay.md", "map.toml"))
    lines = ["DATE;TIME;TENSION;TEMP\n", "01/05/2026;08:00;1,5;50 °F\n"]
    (row,) = Recording(description).read(lines)
    assert row.volts == {"pot-soil": 1.5}  # type: ignore[union-attr]
    assert row.values == {"air": 10.0}  # type: ignore[union-attr]


def test_the_replay_guide_names_every_conversion_in_both_languages() -> None:
    text = (ROOT / "docs/replay.md").read_text(encoding="utf-8")
    tables = "".join(line for line in text.splitlines() if line.startswith("|"))
    assert [name for name in CONVERSIONS if tables.count(f"`{name}`") < 2] == []


def _python(title: str) -> str:
    """The block of the guide to a new sensor that begins with ``# title``."""
    blocks = re.findall(r"^```python\n(.*?)^```", ADDING.read_text(encoding="utf-8"), re.M | re.S)
    (block,) = [block for block in blocks if block.startswith(f"# {title}\n")]
    return str(block)


def _loaded(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def ldr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The guide's driver, in the table as the guide says; the folder with its file."""
    (tmp_path / "ldr.py").write_text(_python("sensor_node/drivers/ldr.py"), encoding="utf-8")
    line = _python("sensor_node/drivers/__init__.py").splitlines()[1]
    for kind, place in ast.literal_eval("{" + line + "}").items():
        monkeypatch.setitem(TABLE, kind, place)  # type: ignore[misc]
        name = place.partition(":")[0]
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
        _loaded(name, tmp_path / "ldr.py")
    return tmp_path


def test_the_new_sensor_of_the_guide_passes_the_guides_tests(ldr: Path) -> None:
    (ldr / "test_ldr.py").write_text(_python("tests/unit/test_driver_ldr.py"), encoding="utf-8")
    tests = _loaded("the_guides_tests", ldr / "test_ldr.py")
    del sys.modules["the_guides_tests"]
    found = [test for name, test in inspect.getmembers(tests) if name.startswith("test_")]

    assert len(found) == 3
    for test in found:
        test(FakeBoard())


def test_the_new_sensor_of_the_guide_answers_what_the_guide_says(
    ldr: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (ldr / "try_it.py").write_text(_python("try_it.py"), encoding="utf-8")
    _loaded("try_it", ldr / "try_it.py")
    del sys.modules["try_it"]

    said = capsys.readouterr().out.splitlines()

    assert len(said) == 2
    for half in ADDING.read_text(encoding="utf-8").split("\n## English\n"):
        assert all(f"`{line}`" in half for line in said)


def test_the_new_sensor_of_the_guide_measures_in_a_node(ldr: Path) -> None:
    settings = build(NodeSettings, _toml(ADDING, "node.toml"))
    (sensor,) = build_sensors(settings.sensors, FakeBoard(counts=600))

    assert sensor.read() == {"light": 0.587}
    sensor.close()


@pytest.mark.parametrize("command", [["check", "--ignore", "S101"], ["format", "--check"]], ids=str)
def test_the_code_of_the_guide_is_in_the_style_of_the_house(ldr: Path, command: list[str]) -> None:
    (ldr / "test_ldr.py").write_text(_python("tests/unit/test_driver_ldr.py"), encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff", *command, "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run([*ruff, str(ldr)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_guide_to_a_new_sensor_names_only_files_that_are_there() -> None:
    named = set(re.findall(r"`(\w+\.py)`", ADDING.read_text(encoding="utf-8")))
    absent = {name for name in named if not list((ROOT / "sensor_node").rglob(name))}
    assert absent == {"try_it.py"}
