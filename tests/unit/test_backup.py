"""Backup and restore: one checked file, and back to it whole or not at all."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from gardens import NOON_MS, READINGS, SERIES, at_ms, dump, fill, settings_of, store_id

from gateway import archive, backup, cli, folder, swap
from gateway.archive import read_manifest
from gateway.backup import make_backup
from gateway.carebook import Carebook
from gateway.restore import prepared
from gateway.store.base import Reading
from gateway.store.sqlite import SqliteStore
from sensor_node.errors import StorageError


@pytest.fixture
def data(tmp_path: Path) -> Path:
    fill(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


@pytest.fixture
def made(data: Path, stick: Path) -> Path:
    return make_backup(settings_of(data), stick, NOON_MS).path


def restore(file: Path, data: Path) -> Path:
    with folder.alone(data), prepared(file, data, NOON_MS) as preparation:
        return preparation.apply()


def test_a_backup_is_one_file_named_after_garden_and_local_time(made: Path, stick: Path) -> None:
    assert [path.name for path in stick.iterdir()] == [made.name]
    assert made.name == "jardin-potager-dete-2025-11-22-120000.zip"


def test_a_backup_says_what_it_holds(made: Path) -> None:
    manifest = archive.check(made)
    store = manifest.files["store.sqlite"]
    assert manifest.garden == "Potager d’été"
    assert manifest.readings == READINGS * len(SERIES)
    assert store.from_ == "2025-11-22T11:00:00.000Z"
    assert store.schema == len(folder.DATABASES["store.sqlite"])
    assert manifest.files["quarantine.sqlite"].counts["items"] == 20


def test_what_is_restored_is_what_was_backed_up_under_a_new_id(made: Path, data: Path) -> None:
    held, old_id = dump(data), store_id(data)
    shutil.rmtree(data)
    restore(made, data)
    assert dump(data) == held
    assert store_id(data) != old_id


def test_two_restores_of_one_backup_have_different_ids(made: Path, data: Path) -> None:
    restore(made, data)
    first = store_id(data)
    restore(made, data)
    assert store_id(data) != first


def test_a_restore_sets_the_present_data_aside_as_they_were(made: Path, data: Path) -> None:
    with closing(SqliteStore(data / "store.sqlite")) as store:
        store.commit([Reading(SERIES[0], at_ms(READINGS), 1.0)], [])
        store.commit([Reading(SERIES[0], at_ms(READINGS + 1), 1.0)], [])
    held = dump(data)
    aside = restore(made, data)
    assert aside.parent == data
    assert dump(aside) == held
    assert not (data / swap.STAGE).exists()


def test_a_log_of_the_old_store_is_never_taken_for_the_new_ones(made: Path, data: Path) -> None:
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as open_one:
        open_one.commit([Reading(SERIES[0], at_ms(READINGS), 1.0)], [])
        for end in ("-wal", "-shm"):
            shutil.copy(data / f"store.sqlite{end}", data.parent / f"kept{end}")
    for end in ("-wal", "-shm"):
        shutil.copy(data.parent / f"kept{end}", data / f"store.sqlite{end}")
    aside = restore(made, data)
    with closing(SqliteStore(data / "store.sqlite")) as store:
        assert store.count() == READINGS * len(SERIES)
    assert (aside / "store.sqlite-wal").exists()


def test_a_backup_while_readings_come_in_is_of_one_moment(data: Path, stick: Path) -> None:
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as store:
        come = 0

        def measure(_step: str, _done: float) -> None:
            nonlocal come
            store.commit([Reading(s, at_ms(READINGS + come), 1.0) for s in SERIES], [])
            come += 1

        made = make_backup(settings_of(data), stick, NOON_MS, measure)
        assert come > 1
        assert store.count() == (READINGS + come) * len(SERIES)
    assert made.manifest.readings == READINGS * len(SERIES)


def _one_bit(content: bytes) -> bytes:
    """One bit in the middle that changes what is unpacked.

    Readings that repeat have the same bytes at many distances: a bit that names another of them
    spoils nothing.
    """
    for at in range(len(content) // 2, len(content)):
        flipped = _flip(content, at)
        try:
            with zipfile.ZipFile(io.BytesIO(flipped)) as bundle:
                harmless = bundle.testzip() is None
        except (zipfile.BadZipFile, zlib.error):
            harmless = False
        if not harmless:
            return flipped
    raise AssertionError("no bit matters")


def _flip(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 0x10]) + content[at + 1 :]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda content: content[:-100], "BACKUP_DAMAGED"),
        (lambda content: content[: len(content) // 2], "BACKUP_DAMAGED"),
        (lambda content: b"", "BACKUP_DAMAGED"),
        (lambda content: b"potatoes" * 1000, "BACKUP_DAMAGED"),
        (_one_bit, "BACKUP_DAMAGED"),
        (lambda content: _flip(content, 60), "BACKUP_DAMAGED"),
    ],
    ids=["cut at the end", "cut in half", "empty", "something else", "one bit", "its manifest"],
)
def test_a_damaged_backup_is_refused_and_nothing_changes(
    made: Path, data: Path, spoil: Callable[[bytes], bytes], code: str
) -> None:
    made.write_bytes(spoil(made.read_bytes()))
    held, files = dump(data), sorted(data.iterdir())
    with pytest.raises(StorageError) as caught:
        restore(made, data)
    assert caught.value.code == code
    assert dump(data) == held
    locks = {data / name for name in ("gateway.lock", "in-use.lock", "backup.lock")}
    assert {*sorted(data.iterdir())} - locks == {*files} - locks


def rewrite(path: Path, change: Callable[[dict[str, object]], None]) -> None:
    """Make the backup again with another manifest."""
    with zipfile.ZipFile(path) as bundle:
        members = {name: bundle.read(name) for name in bundle.namelist()}
    table = json.loads(members[archive.MANIFEST])
    change(table)
    members[archive.MANIFEST] = json.dumps(table).encode()
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in members.items():
            bundle.writestr(name, content)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table["files"]["store.sqlite"].update(schema=99),
        lambda table: table["files"]["garden.sqlite"].update(schema=99),
        lambda table: table.update(format=2),
        lambda table: table["files"].update({"beds.sqlite": table["files"]["garden.sqlite"]}),
    ],
    ids=["store", "catalogue", "format", "a further database"],
)
def test_a_restore_of_a_newer_schema_exits_with_5_and_changes_nothing(
    made: Path,
    data: Path,
    change: Callable[[dict[str, object]], None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    rewrite(made, change)
    held, config = dump(data), config_of(data)
    assert cli.main(["restore", str(made), "--config", str(config), "--yes"]) == 5
    said = capsys.readouterr().err
    assert "newer version" in said
    assert "Nothing was changed" in said
    assert dump(data) == held


def test_a_newer_schema_that_the_manifest_does_not_tell_is_found(made: Path, data: Path) -> None:
    """Whoever made it, the database itself has the last word."""
    work = made.parent / "store.sqlite"
    with zipfile.ZipFile(made) as bundle:
        bundle.extractall(made.parent)
    with closing(sqlite3.connect(work)) as db:
        db.execute("PRAGMA user_version = 99")
    with zipfile.ZipFile(made, "w") as bundle:
        table = json.loads((made.parent / archive.MANIFEST).read_text())
        table["files"]["store.sqlite"]["sha256"] = _sha256(work)
        bundle.writestr(archive.MANIFEST, json.dumps(table))
        for name in table["files"]:
            bundle.write(made.parent / name, name)
    held = dump(data)
    with pytest.raises(StorageError) as caught:
        restore(made, data)
    assert caught.value.code == "BACKUP_TOO_NEW"
    assert dump(data) == held


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def config_of(data: Path) -> Path:
    config = data.parent / "gateway.toml"
    config.write_text(f'data = "{data.as_posix()}"\n', encoding="utf-8")
    return config


@pytest.fixture
def french(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")


@pytest.mark.usefixtures("french")
def test_the_commands_back_up_and_restore(
    data: Path, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, held = str(config_of(data)), dump(data)
    assert cli.main(["backup", "--config", config, "--to", str(stick)]) == 0
    said = capsys.readouterr().out
    assert "Sauvegarde faite et vérifiée" in said
    assert "même disque" in said
    (made,) = stick.iterdir()
    assert cli.main(["restore", str(made), "--config", config, "--yes"]) == 0
    assert "before-restore-" in capsys.readouterr().out
    assert dump(data) == held


@pytest.mark.usefixtures("french")
def test_a_restore_that_nobody_can_confirm_changes_nothing(
    data: Path, made: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held, old_id = dump(data), store_id(data)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert cli.main(["restore", str(made), "--config", str(config_of(data))]) == 2
    assert "--yes" in capsys.readouterr().err
    assert (dump(data), store_id(data)) == (held, old_id)


@pytest.mark.usefixtures("french")
def test_a_backup_to_nowhere_asks_where(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["backup", "--config", str(config_of(data))]) == 2
    assert "backup.folder" in capsys.readouterr().err


def test_a_backup_to_a_stick_that_is_not_there_says_so(data: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        make_backup(settings_of(data), tmp_path / "media" / "usb", NOON_MS)
    assert caught.value.code == "BACKUP_FOLDER_ABSENT"
    assert not (tmp_path / "media").exists()


def test_a_backup_of_nothing_says_so(tmp_path: Path, stick: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(StorageError) as caught:
        make_backup(settings_of(tmp_path / "empty"), stick, NOON_MS)
    assert caught.value.code == "NOTHING_TO_BACK_UP"
    assert list(stick.iterdir()) == []


def test_a_damaged_database_is_not_backed_up_over_good_ones(data: Path, stick: Path) -> None:
    path = data / "store.sqlite"
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 21 * 4096] = bytes(4096)
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        make_backup(settings_of(data), stick, NOON_MS)
    assert caught.value.code == "BACKUP_OF_DAMAGED"
    assert list(stick.iterdir()) == []


def test_a_backup_can_be_given_its_name(data: Path, stick: Path) -> None:
    made = make_backup(settings_of(data), stick / "avant-les-vacances.zip", NOON_MS)
    assert read_manifest(made.path).readings == READINGS * len(SERIES)
    assert [path.name for path in stick.iterdir()] == ["avant-les-vacances.zip"]


def test_two_backups_in_one_second_are_two_files(data: Path, stick: Path, made: Path) -> None:
    again = make_backup(settings_of(data), stick, NOON_MS)
    assert again.path != made
    assert len(list(stick.iterdir())) == 2


def test_what_a_killed_backup_left_is_cleared_by_the_next(data: Path, stick: Path) -> None:
    for moment_ms in (NOON_MS, NOON_MS - 86_400_000):
        left = stick / f".{backup.name_of('Potager d’été', moment_ms, 'Europe/Paris')}.part"
        left.mkdir()
        (left / "store.sqlite").write_bytes(b"half")
    made = make_backup(settings_of(data), stick, NOON_MS)
    assert list(stick.iterdir()) == [made.path]


@pytest.mark.parametrize("done", range(8))
def test_a_restore_that_was_decided_is_carried_out_by_whoever_comes_next(
    made: Path, data: Path, done: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after each of its renames in turn."""
    held = dump(data)
    with closing(SqliteStore(data / "store.sqlite", timezone="Europe/Paris")) as store:
        store.commit([Reading(SERIES[0], at_ms(READINGS), 1.0)], [])
    renames = 0
    rename = Path.rename

    def stopping(self: Path, target: Path) -> Path:
        nonlocal renames
        renames += 1
        if renames > done:
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as stopped:
        stopped.setattr(Path, "rename", stopping)
        with folder.alone(data), prepared(made, data, NOON_MS) as preparation:
            try:
                preparation.apply()
            except KeyboardInterrupt:
                stopped.undo()
    with folder.shared(data):
        assert dump(data) == held
    assert not swap.is_decided(data)


def test_two_backups_at_once_are_one_too_many(data: Path, stick: Path) -> None:
    refused: list[str] = []

    def another(_step: str, _done: float) -> None:
        with pytest.raises(StorageError) as caught:
            make_backup(settings_of(data), stick, NOON_MS)
        refused.append(caught.value.code)

    made = make_backup(settings_of(data), stick, NOON_MS, another)
    assert set(refused) == {"DATA_IN_USE"}
    assert list(stick.iterdir()) == [made.path]


def test_an_import_and_a_restore_do_not_meet(made: Path, data: Path) -> None:
    with folder.shared(data), pytest.raises(StorageError) as caught:
        restore(made, data)
    assert caught.value.code == "DATA_IN_USE"


def test_a_restore_waits_for_nobody_while_a_gateway_runs(made: Path, data: Path) -> None:
    with folder.running(data) as lock:
        lock.share()
        with pytest.raises(StorageError) as caught:
            restore(made, data)
        with folder.shared(data):
            pass  # a backup or an import may
    assert caught.value.code == "GATEWAY_RUNNING"
    restore(made, data)


def test_two_gateways_on_one_folder_are_one_too_many(data: Path) -> None:
    with (
        folder.running(data) as lock,
        pytest.raises(StorageError) as caught,
        folder.running(data),
    ):
        lock.share()
    assert caught.value.code == "GATEWAY_RUNNING"


def test_a_backup_is_remembered(data: Path, stick: Path) -> None:
    made = make_backup(settings_of(data), stick, NOON_MS)
    book = Carebook(data)
    book.backup_failed(StorageError("BACKUP_FAILED", fr="non", en="no"))
    book.backed_up(made, NOON_MS)
    last = Carebook(data).last_backup
    assert last is not None
    assert (last.path, last.same_disk) == (str(made.path), True)
    assert Carebook(data).backup_failure is None
