"""A file or a number that cannot be, on the command line, is told so in plain words."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from gateway.catalogue import Catalogue
from gateway.cli import main


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    path = tmp_path / "gateway.toml"
    path.write_text(f'data = "{(tmp_path / "data").as_posix()}"\n', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("command", "name", "words"),
    [
        ("restore", ".", "est un dossier"),
        ("restore", "no.zip", "n'existe pas"),
        ("import", ".", "est un dossier"),
        ("import", "no.csv", "n'existe pas"),
        ("import", "no.jsonl.gz", "n'existe pas"),
    ],
)
def test_a_file_that_is_none_is_told_before_anything_is_made(
    config: Path, command: str, name: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(config.parent.rglob("*"))
    assert main([command, str(config.parent / name), "--config", str(config)]) == 5
    said = capsys.readouterr().err
    assert words in said
    assert "Errno" not in said
    assert sorted(config.parent.rglob("*")) == before


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("code --hours nan", "--hours"),
        ("code --hours inf", "--hours"),
        ("code --hours -1", "--hours"),
        ("code --hours 1e9", "de 0.01 à 744"),
        ("token create x --scope read --days nan", "--days"),
        ("token create x --scope read --days -1", "--days"),
        ("workshop start x --minutes nan", "--minutes"),
        ("workshop start x --minutes -1", "--minutes"),
        ("workshop start x --groups -1", "--groups"),
        ("workshop start x --groups 999999", "de 1 à 40"),
    ],
)
def test_a_number_that_cannot_be_is_told_with_those_that_can(
    config: Path, command: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*command.split(), "--config", str(config)]) == 2
    assert words in capsys.readouterr().err
    assert not (config.parent / "data").exists()


@pytest.mark.parametrize("port", ["-1", "65536"])
def test_a_port_that_there_is_none_of_is_told(
    tmp_path: Path, port: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["demo", "--port", port, "--data", str(tmp_path / "demo")]) == 2
    assert "65535" in capsys.readouterr().err


@pytest.mark.parametrize("number", ["99999999999999999999", "-1"])
def test_a_token_of_an_absurd_number_is_unknown(
    config: Path, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(Catalogue(config.parent / "data" / "garden.sqlite")):
        pass
    assert main(["token", "revoke", number, "--config", str(config)]) == 2
    assert f"jeton n° {number}" in capsys.readouterr().err
