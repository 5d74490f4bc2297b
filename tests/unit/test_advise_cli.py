"""Water today? As the terminal says it."""

from __future__ import annotations

import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.beds.records import BedDetails
from gateway.cli import main
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import SystemClock


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "gateway.toml"
    file.write_text(f'data = "{tmp_path / "data"}"\nclock = "system"\n', encoding="utf-8")
    return file


def make_beds(tmp_path: Path, *beds: str) -> None:
    settings = GatewaySettings(data=tmp_path / "data", clock="system")
    gateway = Gateway.open(settings, SystemClock(trusted=True))
    for bed in beds:
        details = BedDetails(area_m2=2.0, name=f"Bed {bed}", crop=None)
        gateway.catalogue.beds.put(bed, details, round(time.time() * 1000))
    gateway.close()


def advise(config: Path, *more: str) -> int:
    return main(["advise", "--config", str(config), *more])


def test_each_bed_has_its_line_and_its_reasons(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_beds(tmp_path, "bac-1", "bac-2")
    assert advise(config) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" : ")[0] for line in lines if " : " in line] == ["Bed bac-1", "Bed bac-2"]
    assert lines[0] == "Bed bac-1 : no verdict"
    assert "check with your finger" in lines[1]


def test_it_speaks_french_too(
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    make_beds(tmp_path, "bac-1")
    assert advise(config, "--bed", "bac-1") == 0
    first, reason = capsys.readouterr().out.splitlines()
    assert first == "Bed bac-1 : pas de verdict"
    assert "vérifiez du doigt" in reason


def test_a_past_day_without_advice_has_none(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_beds(tmp_path, "bac-1")
    past = date.today() - timedelta(days=9)  # noqa: DTZ011 - any past day will do
    assert advise(config, "--on", past.isoformat()) == 0
    assert capsys.readouterr().out == "Bed bac-1 : no advice on that day\n"


@pytest.mark.parametrize(
    ("more", "words"),
    [(("--bed", "bac-11"), "there is: bac-1"), (("--on", "yesterday"), "like 2026-05-01")],
)
def test_what_is_wrong_is_told_with_exit_code_2(
    config: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    more: tuple[str, str],
    words: str,
) -> None:
    make_beds(tmp_path, "bac-1")
    assert advise(config, *more) == 2
    assert words in capsys.readouterr().err


def test_a_garden_without_beds_is_told_how_to_make_one(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_beds(tmp_path)
    assert advise(config) == 0
    assert "There is no bed yet" in capsys.readouterr().out
