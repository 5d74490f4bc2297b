"""A command that only reads refuses a folder without a garden, and makes none there."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli import main
from sensor_node.errors import StorageError

READING = {
    "export": ["export", "garden.jsonl.gz"],
    "backup": ["backup", "--to", "."],
    "advise": ["advise"],
    "advise history": ["advise", "--history"],
    "report": ["report", "--year", "2026"],
    "erase": ["erase", "--old", "--yes"],
    "token list": ["token", "list"],
    "token revoke": ["token", "revoke", "1"],
    "workshop list": ["workshop", "list"],
    "workshop count": ["workshop", "count", "a1"],
    "workshop end": ["workshop", "end", "a1", "--to", "class.zip"],
}


@pytest.mark.parametrize("command", READING)
@pytest.mark.parametrize("there", [True, False])
def test_where_there_is_no_garden_none_is_made(
    command: str,
    there: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    monkeypatch.chdir(tmp_path)
    config, data = tmp_path / "gateway.toml", tmp_path / "usb" / "data"
    config.write_text(f'data = "{data.as_posix()}"\n', encoding="utf-8")
    if there:
        data.mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    assert main([*READING[command], "--config", str(config)]) == StorageError.exit_code
    assert f"There is no garden in {data}" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
