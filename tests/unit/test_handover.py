"""Handing a kit over: the data go along, nothing is left, and no power cut makes half of it."""

from __future__ import annotations

import gzip
import json
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from traces import AIR, GARDENS_OWN, PLANT, found_in, leave, needles

from gateway import erasing, folder
from gateway.backup import make_backup
from gateway.batch import Batch
from gateway.broker import free_port
from gateway.carebook import Carebook
from gateway.cli import main
from gateway.erasing import Erased
from gateway.kit import blank, garden, handover
from gateway.kit.garden import Garden
from gateway.kit.taking import take_along
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock
from sensor_node.errors import NetworkError, StorageError, UsageError

NOW_MS = 1_780_000_000_000
SCHOOL = "École-traçable"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    (tmp_path / "stick").mkdir()
    path = tmp_path / "gateway.toml"
    path.write_text(
        f'data = "{tmp_path}/data"\nclock = "system"\n[backup]\nfolder = "{tmp_path}/stick"\n'
        f"[broker]\nport = {free_port()}\n",
        encoding="utf-8",
    )
    return path


def opened(config: Path) -> Gateway:
    return Gateway.open(garden.load(config), FakeClock(NOW_MS))


def lived(config: Path) -> str:
    """A school's garden, named by it, with a backup; returns a token that has ended."""
    data = config.parent / "data"
    data.mkdir()
    (data / "keys").mkdir()
    (data / "keys/authority.key").write_text("stays")
    garden.keep(data, Garden(SCHOOL, "fr", 47.0, 5.0))
    with closing(opened(config)) as gateway:
        token = leave(gateway, NOW_MS)
    settings = garden.load(config)
    backup = make_backup(settings, config.parent / "stick", NOW_MS)
    Carebook(settings.data).backed_up(backup, NOW_MS)
    return token


def words(token: str) -> list[bytes]:
    return [*needles(token), PLANT.encode(), str(GARDENS_OWN).encode(), SCHOOL.encode()]


def places(config: Path) -> list[Path]:
    return [config.parent / "data", config.parent / "stick"]


def erase(settings: GatewaySettings) -> Erased:
    """As ever, but that no broker runs here to be asked."""
    done = erasing.erase_everything(settings)
    done.broker = None
    return done


def decided(config: Path) -> None:
    with closing(opened(config)) as gateway:
        handover.decide(gateway, "effacer", without=True)


def test_after_a_handover_no_file_tells_of_the_school(config: Path) -> None:
    token = lived(config)
    decided(config)
    handover.finish(garden.load(config), erase)

    assert found_in(places(config), words(token)) == []
    assert (config.parent / "data/keys/authority.key").read_text() == "stays"
    with closing(opened(config)) as gateway:
        assert gateway.settings.name == "Jardin"
        assert gateway.store.count() == 0
        assert not gateway.access.has_keeper()


@pytest.mark.parametrize("files", [0, 1, 3, 6, 11])
def test_a_power_cut_at_any_file_is_gone_on_with_at_the_next_start(
    config: Path, files: int
) -> None:
    token = lived(config)
    decided(config)
    data = config.parent / "data"

    def cut(settings: GatewaySettings) -> Erased:
        goes = [*erasing.backups(settings), *(p for p in sorted(data.iterdir()) if p.is_file())]
        kept = {blank.DECISION, "gateway.lock", "in-use.lock", "backup.lock"}
        erasing.remove([path for path in goes if path.name not in kept][:files])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handover.finish(garden.load(config), cut)
    handover.finish(garden.load(config), erase)

    assert found_in(places(config), words(token)) == []
    assert list((config.parent / "stick").iterdir()) == []
    assert blank.decided(data) is None


def test_a_power_cut_before_the_decision_leaves_the_garden_as_it_was(config: Path) -> None:
    lived(config)

    assert handover.finish(garden.load(config), erase) is None
    with closing(opened(config)) as gateway:
        assert gateway.settings.name == SCHOOL
        assert gateway.store.count() > 0


def test_while_mqtt_may_still_hold_something_it_is_not_done(config: Path) -> None:
    lived(config)
    decided(config)

    with pytest.raises(NetworkError):
        handover.finish(garden.load(config))
    assert blank.decided(config.parent / "data") is not None


def test_the_data_come_first_and_the_word_is_typed(config: Path) -> None:
    lived(config)
    with closing(opened(config)) as gateway:
        for word, without, code in (
            ("effacer", False, "HANDOVER_TAKE_FIRST"),
            ("oui", True, "HANDOVER_NO_WORD"),
            ("", True, "HANDOVER_NO_WORD"),
        ):
            with pytest.raises(UsageError) as caught:
                handover.decide(gateway, word, without=without)
            assert caught.value.code == code
        assert blank.decided(gateway.settings.data) is None
        handover.note_taken(gateway.settings.data)
        handover.decide(gateway, " Erase ", without=False)
        assert blank.decided(gateway.settings.data) is not None


def test_what_is_taken_along_opens_without_the_garden(config: Path, tmp_path: Path) -> None:
    lived(config)
    with closing(opened(config)) as gateway:
        file = take_along(gateway, tmp_path / "out")

    assert [path.name for path in (tmp_path / "out").iterdir()] == [file.name]
    with zipfile.ZipFile(file) as taken:
        assert taken.testzip() is None
        names = taken.namelist()
        days = taken.read("jours.csv").decode("utf-8-sig").splitlines()
        lines = gzip.decompress(taken.read("jardin.jsonl.gz")).decode().splitlines()
    assert names == ["jardin.jsonl.gz", "jours.csv", "bilan-2026.csv", "LISEZMOI.txt"]
    assert days[0].startswith("heure locale;")
    assert any("potager-1;air" in day and "21,98765" in day for day in days)
    assert json.loads(lines[0])["garden"]["name"] == SCHOOL


def test_the_system_is_asked_to_forget_its_log_too(config: Path) -> None:
    lived(config)
    requests = config.parent / "requests"
    requests.mkdir()
    with config.open("a", encoding="utf-8") as file:
        file.write(f'[kit]\nrequests = "{requests}"\n')
    decided(config)
    handover.finish(garden.load(config), erase)

    assert [path.name for path in requests.iterdir()] == ["journal.json"]


def test_a_workshop_that_nobody_has_ended_is_taken_along_and_counted(
    config: Path, tmp_path: Path
) -> None:
    lived(config)
    with closing(opened(config)) as gateway:
        workshop = gateway.workshops.begin("Les graines", 6, 60)
        file = take_along(gateway, tmp_path / "out")

    with zipfile.ZipFile(file) as taken:
        assert f"ateliers/atelier-{workshop.id}.zip" in taken.namelist()
        report = taken.read("bilan-2026.csv").decode("utf-8-sig")
    assert '"ateliers";1' in report


def test_what_nodes_still_keep_of_before_is_confirmed_but_not_taken_in(config: Path) -> None:
    lived(config)
    decided(config)
    handover.finish(garden.load(config), erase)
    since_ms = blank.since_ms(config.parent / "data")
    assert since_ms > NOW_MS

    from sensor_node import wire  # noqa: PLC0415

    with closing(opened(config)) as gateway:
        batch = Batch()
        batch.pass_over(wire.Pack("potager-1", "7c1e9a52d01b44f3", 4, NOW_MS, "ntp", ()))
        assert batch.seen == {("potager-1", "7c1e9a52d01b44f3"): [4]}
        batch.commit(gateway)
        assert gateway.store.count() == 0
        assert AIR not in gateway.catalogue.channels()


def test_a_clock_that_nobody_trusts_does_not_shut_out_the_next_school(config: Path) -> None:
    lived(config)
    clock = FakeClock(NOW_MS * 2, synchronised=False)
    with closing(Gateway.open(garden.load(config), clock)) as gateway:
        handover.decide(gateway, "erase", without=True)

    found = blank.decided(config.parent / "data")
    assert found is not None
    assert found.since_ms <= NOW_MS + 2


def test_a_decision_that_cannot_be_read_is_carried_out_all_the_same(config: Path) -> None:
    token = lived(config)
    (config.parent / "data" / blank.DECISION).write_bytes(b"{")
    handover.finish(garden.load(config), erase)

    assert found_in([config.parent / "data"], words(token)) == []


def test_the_command_takes_along_erases_and_says_so(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    token = lived(config)
    code = main(["reset", "--config", str(config), "--to", str(tmp_path / "out"), "--yes"])

    assert code == 4  # no broker runs here: at the next start it is gone on with
    assert "emporter-jardin-" in capsys.readouterr().out
    assert found_in(places(config), words(token)[:-1]) == []
    assert handover.finish(garden.load(config), erase) is not None
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_who_does_not_type_the_word_resets_nothing(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lived(config)
    monkeypatch.setattr("builtins.input", lambda _asked: "no")

    assert main(["reset", "--config", str(config), "--without"]) == 2
    with closing(opened(config)) as gateway:
        assert gateway.store.count() > 0


def test_while_the_garden_runs_the_command_resets_nothing(config: Path) -> None:
    lived(config)
    with folder.running(config.parent / "data"):
        assert main(["reset", "--config", str(config), "--without", "--yes"]) == 5
    assert StorageError.exit_code == 5


def test_a_kits_commands_know_the_name_that_the_school_gave(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lived(config)

    assert main(["erase", "--all", "--preview", "--config", str(config)]) == 0
    said = capsys.readouterr().out
    assert SCHOOL in said
    assert "jardin-ecole-tracable-" in said
    assert main(["backup", "--config", str(config)]) == 0
    assert len(list((config.parent / "stick").glob("jardin-ecole-tracable-*.zip"))) == 2
