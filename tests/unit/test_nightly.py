"""The backup of every night: when it is made, what is kept, and what is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from gardens import NOON_MS, fill, settings_of

from gateway import nightly
from gateway.backup import name_of
from gateway.carebook import Carebook
from gateway.nightly import Nightly
from gateway.settings import BackupSettings
from sensor_node.errors import StorageError

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIDNIGHT_MS = NOON_MS + 12 * HOUR_MS  # local midnight in Paris, in winter
THREE_MS = MIDNIGHT_MS + 3 * HOUR_MS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    fill(tmp_path / "data", 20)
    return tmp_path / "data"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


Make = Callable[..., Nightly]


@pytest.fixture
def keeper(data: Path, stick: Path) -> Make:
    return lambda **more: Nightly(settings_of(data, stick, **more), Carebook(data))


def test_without_a_folder_nothing_is_ever_due(data: Path) -> None:
    assert not Nightly(settings_of(data), Carebook(data)).is_due(THREE_MS)


def test_a_garden_that_never_made_one_makes_one_at_once(keeper: Make) -> None:
    assert keeper().is_due(NOON_MS)


def test_one_is_made_each_night_at_its_hour(keeper: Make) -> None:
    keeper().run(NOON_MS)
    assert not keeper().is_due(THREE_MS - 1)
    assert keeper().is_due(THREE_MS)
    keeper().run(THREE_MS)
    assert not keeper().is_due(THREE_MS + DAY_MS - 1)
    assert keeper().is_due(THREE_MS + DAY_MS)


def test_a_garden_that_was_off_at_the_hour_makes_up_for_it(keeper: Make) -> None:
    keeper().run(NOON_MS)
    assert keeper().is_due(THREE_MS + 5 * HOUR_MS)


def test_a_backup_from_the_future_does_not_hold_up_those_of_now(keeper: Make) -> None:
    keeper().run(THREE_MS + 400 * DAY_MS)
    assert keeper().is_due(THREE_MS)


def test_a_clock_before_the_software_makes_no_backup(keeper: Make) -> None:
    assert not keeper().is_due(1000)


@pytest.mark.parametrize("day", ["2026-03-28", "2026-03-29", "2026-10-24", "2026-10-25"])
@pytest.mark.parametrize("hour", range(24))
def test_there_is_one_a_day_also_when_the_clocks_change(
    data: Path, stick: Path, day: str, hour: int
) -> None:
    """Asked every ten minutes for two days and a half, from the evening before."""
    keeper = Nightly(settings_of(data, stick, hour=hour), Carebook(data))
    start_ms = round(datetime.fromisoformat(f"{day}T20:00+00:00").timestamp() * 1000)
    struck = {keeper._struck_ms(start_ms + n * 600_000) for n in range(6 * 60)}
    assert len(struck) in (3, 4)
    apart = [b - a for a, b in zip(sorted(struck), sorted(struck)[1:], strict=False)]
    assert all(23 * HOUR_MS <= step <= 25 * HOUR_MS for step in apart)


def test_a_failed_backup_is_told_and_tried_again_after_an_hour(
    keeper: Make, data: Path, stick: Path
) -> None:
    stick.rmdir()
    kept = keeper()
    with pytest.raises(StorageError):
        kept.run(THREE_MS)
    failure = Carebook(data).backup_failure
    assert failure is not None
    assert failure.code == "BACKUP_FOLDER_ABSENT"
    assert not kept.is_due(THREE_MS + HOUR_MS - 1)
    stick.mkdir()
    assert kept.is_due(THREE_MS + HOUR_MS)
    kept.run(THREE_MS + HOUR_MS)
    assert Carebook(data).backup_failure is None


def test_an_empty_folder_where_the_stick_was_is_not_the_stick(
    keeper: Make, data: Path, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as plugged_in:
        plugged_in.setattr("gateway.backup.is_same_disk", lambda *_: False)
        keeper().run(NOON_MS)
    with pytest.raises(StorageError) as caught:
        keeper().run(THREE_MS)
    assert caught.value.code == "BACKUP_DISK_ABSENT"
    assert len(list(stick.iterdir())) == 1


def test_a_year_of_nights_leaves_seven_days_and_eight_weeks(keeper: Make, stick: Path) -> None:
    for day in range(365):
        name = name_of("Potager d’été", THREE_MS + day * DAY_MS, "Europe/Paris")
        (stick / name).touch()
    made = keeper().run(THREE_MS + 365 * DAY_MS).path
    left = sorted(path.name for path in stick.iterdir())
    assert made.name == left[-1]
    days = [date.fromisoformat(name.removeprefix("jardin-potager-dete-")[:10]) for name in left]
    assert days[-7:] == [days[-1] - timedelta(days=n) for n in range(6, -1, -1)]
    assert len({day.isocalendar()[:2] for day in days}) == 8
    assert len(days) <= 7 + 8


def test_what_is_not_this_gardens_backup_is_never_deleted(keeper: Make, stick: Path) -> None:
    others = (
        "photos.zip",
        "jardin-potager-dete-avant-les-vacances.zip",
        "jardin-autre-2020-01-01-030000.zip",
        "jardin-potager-dete-2020-01-01-030000.txt",
        "jardin-potager-dete-2020-13-41-030000.zip",
        "jardin-potager-dete-2999-01-01-030000.zip",
    )
    for name in others:
        (stick / name).touch()
    keeper(keep_daily=1, keep_weekly=0).run(THREE_MS)
    made = keeper(keep_daily=1, keep_weekly=0).run(THREE_MS + DAY_MS).path
    assert {path.name for path in stick.iterdir()} == {*others, made.name}


def test_a_failed_backup_deletes_nothing(
    keeper: Make, stick: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = keeper(keep_daily=1, keep_weekly=0)
    good = kept.run(THREE_MS).path
    content = bytearray((data / "store.sqlite").read_bytes())
    content[2 * 4096 : 3 * 4096] = bytes(4096)
    (data / "store.sqlite").write_bytes(content)
    with pytest.raises(StorageError):
        kept.run(THREE_MS + DAY_MS)
    assert [path.name for path in stick.iterdir()] == [good.name]


def test_the_newest_stays_whatever_is_to_be_kept() -> None:
    made = datetime(2026, 5, 1, 3, tzinfo=UTC)
    kept = [nightly.Kept(Path(f"{n}.zip"), made - timedelta(hours=n)) for n in range(3)]
    settings = BackupSettings(keep_daily=1, keep_weekly=0)
    assert nightly.superfluous(kept, settings, Path("2.zip")) == [Path("1.zip")]
