"""A file that is named wrongly on the command line is told so in plain words."""

from __future__ import annotations

from pathlib import Path

import pytest

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
