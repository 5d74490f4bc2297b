"""``jardin-gateway erase``: what is erased is in no file any more, and it is shown before."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from traces import DAY_MS, GARDENS_OWN, LABEL, PLANT, found_in, leave, needles

from gateway import folder
from gateway.backup import make_backup
from gateway.broker import free_port
from gateway.carebook import Carebook
from gateway.cli import main
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.clock import FakeClock, SystemClock

LONG_AGO_MS = 1_746_000_000_000  # 2025-04-30, school years ago for whoever runs this
_LOCKS = {"backup.lock", "gateway.lock", "in-use.lock"}


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    (tmp_path / "stick").mkdir()
    path = tmp_path / "gateway.toml"
    path.write_text(
        f'data = "{tmp_path}/data"\nname = "Essai"\nclock = "system"\n'
        f'[backup]\nfolder = "{tmp_path}/stick"\n[broker]\nport = {free_port()}\n'
    )
    return path


def settings(config: Path) -> GatewaySettings:
    return settings_file.load(GatewaySettings, config, {})


def lived(config: Path, *, copies: bool = True) -> str:
    """A garden with traces, a backup, something set aside; returns an old token."""
    garden = settings(config)
    with closing(Gateway.open(garden, FakeClock(LONG_AGO_MS))) as gateway:
        token = leave(gateway, LONG_AGO_MS)
    if copies:
        backup = make_backup(garden, config.parent / "stick", LONG_AGO_MS)
        Carebook(garden.data).backed_up(backup, LONG_AGO_MS)
        aside = garden.data / "before-restore-2025-05-01-120000"
        aside.mkdir()
        (aside / "garden.sqlite").write_bytes((garden.data / "garden.sqlite").read_bytes())
        (garden.data / "store.sqlite.damaged-1").write_bytes(LABEL.encode())
    return token


def erase(config: Path, *arguments: str) -> int:
    return main(["erase", *arguments, "--config", str(config)])


def places(config: Path) -> list[Path]:
    return [config.parent / "data", config.parent / "stick"]


def test_what_is_old_is_in_no_file_nor_backup_any_more(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = lived(config)

    assert erase(config, "--old", "--yes") == 0

    assert found_in(places(config), needles(token)) == []
    told = capsys.readouterr().out
    assert "lines of the log of changes" in told
    assert "jardin-essai-2025" in told  # the backup that goes
    assert "It is erased" in told


def test_after_what_is_old_went_there_is_a_new_backup_without_it(config: Path) -> None:
    lived(config)
    erase(config, "--old", "--yes")

    (backup,) = (config.parent / "stick").iterdir()
    assert not backup.name.startswith("jardin-essai-2025-")
    last = Carebook(config.parent / "data").last_backup
    assert last is not None
    assert last.path == str(backup)


def test_a_preview_erases_nothing(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = lived(config)
    for what in ("--old", "--all"):
        assert erase(config, what, "--preview") == 0
    assert found_in(places(config), [needles(token)[0]])
    assert "goes, for good" in capsys.readouterr().out


def test_who_does_not_write_the_word_erases_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = lived(config)
    monkeypatch.setattr("builtins.input", lambda _asked: "yes")
    assert erase(config, "--old") == erase(config, "--all") == 1
    assert found_in(places(config), [needles(token)[0]])


def test_of_everything_nothing_is_left(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    token = lived(config)
    data = config.parent / "data"
    (data / "photo.jpg").write_bytes(b"not ours")

    code = erase(config, "--all", "--yes")

    words = [*needles(token), PLANT.encode(), str(GARDENS_OWN).encode()]
    assert found_in(places(config), words) == []
    assert list((config.parent / "stick").iterdir()) == []
    assert {p.name for p in data.iterdir()} == _LOCKS | {"photo.jpg"}
    said = capsys.readouterr()
    assert "photo.jpg" in said.out
    assert "may still retain values" in said.err  # no broker runs here
    assert code == 4


def test_a_garden_begins_anew_after_everything_went(config: Path) -> None:
    lived(config)
    erase(config, "--all", "--yes")
    with closing(Gateway.open(settings(config), SystemClock())) as gateway:
        assert gateway.store.count() == 0
        assert gateway.catalogue.nodes() == {}
        assert not gateway.access.has_keeper()


@pytest.mark.parametrize("what", ["--old", "--all"])
def test_while_the_garden_runs_nothing_is_erased(
    config: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    token = lived(config)
    with folder.running(config.parent / "data"):
        assert erase(config, what, "--yes") == 5
    assert found_in(places(config), [needles(token)[0]])
    assert "Nothing was changed" in capsys.readouterr().err


def test_other_gardens_backups_are_left_alone(config: Path) -> None:
    lived(config)
    other = config.parent / "stick/jardin-voisin-2025-05-01-030000.zip"
    other.write_bytes(b"not ours")
    erase(config, "--all", "--yes")
    assert other.exists()


def test_what_was_deleted_one_by_one_is_written_over(config: Path) -> None:
    """Also without ``erase``: a revoked code, an ended session, a message let go."""
    garden = settings(config)
    with closing(Gateway.open(garden, FakeClock(LONG_AGO_MS))) as gateway:
        leave(gateway, LONG_AGO_MS)
        gateway.quarantine.remove(gateway.quarantine.older_than(LONG_AGO_MS + DAY_MS))
    assert found_in([garden.data], [b"payload-traceable"]) == []


def test_nothing_is_erased_without_the_time(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(config)
    monkeypatch.setattr(SystemClock, "wall_ms", lambda _self: 0)
    assert erase(config, "--old", "--yes") == 3
    assert "Nothing was erased" in capsys.readouterr().err


def test_the_care_book_says_what_it_forgot(config: Path) -> None:
    book = Carebook(config.parent)
    book.forgot("1 a")
    assert json.loads((config.parent / "care.json").read_text()) == {"forgotten": "1 a"}
