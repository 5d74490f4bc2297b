"""A foreign garden's season, from a CSV to a table, a CSV and a drawing."""

from __future__ import annotations

import csv
import math
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from harness import shared_data

from gateway.cli import main

BEGIN = datetime(2025, 6, 1, tzinfo=UTC)
STEP = timedelta(minutes=30)
DAYS = 12
Line = Callable[[datetime], str | None]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")


def warmth(at: datetime) -> float:
    return round(21 + 7 * math.sin((at.hour - 9) / 24 * 2 * math.pi), 1)


def water(at: datetime) -> float:
    """Falls by 1.2 points a day; watered on the sixth morning at 8:00."""
    days = (at - BEGIN) / timedelta(days=1)
    noise = 0.02 * (at.minute == 0)
    watered_h = (at - BEGIN - timedelta(days=5, hours=8)) / timedelta(hours=1)
    return round(26 - 1.2 * days + (9 if watered_h >= 0 else 0) + noise, 2)


def plain(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M},{warmth(at)},{water(at)}"


def moments(days: int = DAYS) -> Iterator[datetime]:
    return (BEGIN + number * STEP for number in range(days * 48))


@pytest.fixture
def recording(tmp_path: Path) -> Callable[..., Path]:
    """Writes a CSV of ``line`` at each half hour; None leaves it out."""

    def write(line: Line = plain, header: str = "time,temp,vwc", days: int = DAYS) -> Path:
        file = tmp_path / "garden.csv"
        lines = [header, *filter(None, (line(at) for at in moments(days)))]
        file.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return file

    return write


MAPS = ["--time", "time", "--map", "temp=air:air_temperature", "--map", "vwc=soil:soil_moisture"]
BED = ["--crop", "tomate", "--soil", "limon", "--area", "2", "--planted", "2025-05-10"]


def replay(file: Path, *more: str, maps: Sequence[str] = MAPS) -> int:
    return main(["advise", "--csv", str(file), *maps, *BED, *more])


def days_of(file: Path, *more: str, maps: Sequence[str] = MAPS) -> list[dict[str, str]]:
    output = file.with_name("days.csv")
    assert replay(file, *more, "--output", str(output), maps=maps) == 0
    with output.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    """The account of the file's lines."""
    lines = capsys.readouterr().out.partition("\n\n")[0].splitlines()
    return {name.strip(): int(count) for name, _, count in (x.rpartition(" ") for x in lines)}


# --- recordings of other people -----------------------------------------------------------------


GREENHOUSE = """
no_value = ["", "0"]
[time]
columns = [""]
zone = "Europe/Amsterdam"
[[channels]]
column = "Sensor 0013A20041A24464 - VWC (%) - averages"
channel = "soil"
quantity = "soil_moisture"
[[channels]]
column = "Sensor kas 4 L (073) - Temperature (°C) - averages"
channel = "air"
quantity = "air_temperature"
[[channels]]
column = "Sensor kas 4 L (073) - Humidity (%) - averages"
channel = "humidity"
quantity = "relative_humidity"
"""


def test_the_five_waterings_of_the_greenhouse_are_in_its_history(tmp_path: Path) -> None:
    source = shared_data("30mhz_greenhouse/one-month-every-5-minutes.csv")
    (tmp_path / "map.toml").write_text(GREENHOUSE, encoding="utf-8")
    output, drawing = tmp_path / "days.csv", tmp_path / "season.svg"
    done = main(
        [
            "advise", "--csv", str(source), "--map", str(tmp_path / "map.toml"),
            "--bed", "serre", "--exposure", "greenhouse", "--crop", "laitue", "--soil", "terreau",
            "--field-capacity", "27", "--latitude", "52", "--output", str(output),
            "--plot", str(drawing),
        ]
    )  # fmt: skip
    assert done == 0
    with output.open(encoding="utf-8", newline="") as lines:
        days = list(csv.DictReader(lines))
    watered = [day["date"] for day in days if day["found"] != "0"]
    assert watered == ["2020-08-20", "2020-08-24", "2020-08-30", "2020-09-07", "2020-09-12"]
    # On each of those mornings the advice was what the grower did.
    assert {day["verdict"] for day in days if day["date"] in watered} == {"yes"}
    assert (days[0]["date"], days[-1]["date"]) == ("2020-08-16", "2020-09-15")
    assert "seen by the probe" in drawing.read_text(encoding="utf-8")


def test_the_pot_is_watered_once_and_the_probe_that_was_put_in_is_no_watering(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = sorted(shared_data("plantwatch_rpi/Lux-Moisture").glob("*.csv"))
    files = [files[0], *files[-2:]]  # the days between are dry, and many
    file = tmp_path / "pot.csv"
    lines = [line for each in files for line in each.read_text(encoding="utf-8").splitlines()]
    file.write_text("\n".join([lines[0], *(x for x in lines if x != lines[0])]), encoding="utf-8")
    maps = [
        "--time", "DATE,TIME", "--time-format", "%B-%d-%Y %I:%M %p", "--zone", "Europe/Paris",
        "--map", "WET_VOLTAGE_V=pot:soil_moisture_raw:volts",
    ]  # fmt: skip
    days = days_of(file, "--air", "2.69", "--water", "1.46", maps=maps)
    assert [day["date"] for day in days if day["found"] != "0"] == ["2025-09-28"]
    assert {day["verdict"] for day in days} == {"", "unknown"}  # no temperature was measured
    assert told(capsys)["invalid"] == 0


# --- reading honestly ---------------------------------------------------------------------------


def test_each_day_of_a_file_has_its_line_and_its_watering_is_found(
    recording: Callable[..., Path],
) -> None:
    days = days_of(recording())
    assert [day["date"] for day in days] == [f"2025-06-{n:02d}" for n in range(1, DAYS + 1)]
    assert [day["date"] for day in days if day["found"] == "1"] == ["2025-06-06"]
    assert float(days[7]["missing_mm"]) < float(days[5]["missing_mm"])


@pytest.mark.parametrize("seed", range(6))
def test_no_day_is_made_up(recording: Callable[..., Path], seed: int) -> None:
    chance = random.Random(seed)
    silent = {day for day in range(1, DAYS - 1) if chance.random() < 0.4}
    days = days_of(recording(lambda at: None if (at - BEGIN).days in silent else plain(at)))
    assert len(days) == DAYS
    # An advice of 6:00 (UTC here) that rests on nothing of the 24 h before it is none.
    for number, day in enumerate(days):
        gap = number in silent and number - 1 in silent
        assert (day["readings"] == "no") == gap, number
        assert (day["verdict"] == "") == gap
        if gap:
            assert (day["missing_mm"], day["confidence"], day["advised_l"]) == ("", "", "")
        if number in silent:
            assert day["etc_mm"] == ""


def test_a_decimal_comma_a_semicolon_and_fahrenheit_are_the_same_garden(
    recording: Callable[..., Path],
) -> None:
    usual = days_of(recording())

    def french(at: datetime) -> str:
        cells = [f"{at:%d/%m/%Y %H:%M}", f"{warmth(at) * 1.8 + 32:.6f}", f"{water(at)}"]
        return ";".join(cells).replace(".", ",")

    maps = [
        "--time", "heure", "--time-format", "%d/%m/%Y %H:%M", "--separator", ";",
        "--decimal", ",", "--map", "temp=air:air_temperature:degF",
        "--map", "eau=soil:soil_moisture",
    ]  # fmt: skip
    assert days_of(recording(french, "heure;temp;eau"), maps=maps) == usual


def test_a_day_begins_when_the_recordings_own_zone_says_so(recording: Callable[..., Path]) -> None:
    days = days_of(recording(), "--zone", "Pacific/Auckland")
    assert len(days) == DAYS  # written in local time: the same days
    assert [day["date"] for day in days if day["found"] == "1"] == ["2025-06-06"]


def test_a_time_that_is_there_twice_counts_once_and_the_later_line_holds(
    recording: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    usual = days_of(recording())
    capsys.readouterr()

    def twice(at: datetime) -> str:
        return f"{at:%Y-%m-%d %H:%M},99,1\n{plain(at)}" if at.day == 3 else plain(at)

    assert days_of(recording(twice)) == usual
    account = told(capsys)
    assert (account["at the same time"], account["taken"]) == (48, DAYS * 48)


def test_lines_that_cannot_be_read_are_counted_and_named(
    recording: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = recording(lambda at: f"{at:%Y-%m-%d %H:%M},warm,?" if at.day == 2 else plain(at))
    assert replay(file) == 0
    said = capsys.readouterr().out
    assert "line 50, temp: not a number: 'warm'" in said
    assert "… and" in said


def test_litres_of_a_column_are_waterings_that_were_told(recording: Callable[..., Path]) -> None:
    def poured(at: datetime) -> str:
        litres = 20 if (at.day, at.hour, at.minute) == (6, 8, 0) else 0
        return f"{plain(at)},{litres}"

    maps = [*MAPS, "--map", "litres=can:water_volume"]
    days = days_of(recording(poured, "time,temp,vwc,litres"), maps=maps)
    (day,) = [day for day in days if day["given_l"]]
    assert (day["date"], day["given_l"]) == ("2025-06-06", "20.0")
    assert (day["logged"], day["found"], day["matched"]) == ("1", "1", "1")


def test_a_measured_depletion_is_compared(
    recording: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def measured(at: datetime) -> str:
        return f"{plain(at)},{'12.5' if at.hour == 7 and at.minute == 0 else ''}"

    file = recording(measured, "time,temp,vwc,depletion")
    days = days_of(file, "--measured", "depletion")
    assert {day["measured_mm"] for day in days} == {"12.5"}
    both = [float(day["missing_mm"]) - 12.5 for day in days if day["missing_mm"]]
    rmse = math.sqrt(sum(gap * gap for gap in both) / len(both))
    said = capsys.readouterr().out
    (line,) = [line for line in said.splitlines() if "RMSE" in line]
    assert line.split()[-1] == f"{rmse:.1f}"
    assert "bias, mm (positive: too dry)" in said


# --- two beds -----------------------------------------------------------------------------------


def test_two_beds_of_a_file_stand_side_by_side(
    recording: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    file = recording(lambda at: f"{plain(at)},{water(at) + 2}", "time,temp,vwc,vwc2")
    maps = [*MAPS, "--map", "vwc2=soil-2:soil_moisture"]
    drawing = file.with_name("both.svg")
    days = days_of(
        file, "--bed", "nu:channels=soil", "--bed", "paillis:mulched,channels=soil-2,name=Paillé",
        "--plot", str(drawing), maps=maps,
    )  # fmt: skip
    assert [day["bed"] for day in days] == ["nu"] * DAYS + ["paillis"] * DAYS
    bare, mulched = days[:DAYS], days[DAYS:]
    for one, other in zip(bare[1:-1], mulched[1:-1], strict=True):
        assert float(other["etc_mm"]) < float(one["etc_mm"])
        assert float(other["missing_mm"]) < float(one["missing_mm"])
    said = capsys.readouterr().out
    assert "Paillé — 2 m², tomato, loam soil, planted on Sat 2025-05-10, mulched" in said
    assert any(line.split() == ["summary", "nu", "Paillé"] for line in said.splitlines())
    assert "nu and Paillé: advice and water" in drawing.read_text(encoding="utf-8")


# --- what is wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--map", "vwcc=x:soil_moisture"], "Did you mean: vwc"),
        (["--crop", "tomato"], "there is: tomate"),
        (["--soil", "lime"], "there is: limon"),
        (["--planted", "in May"], "write it like 2026-05-01"),
        (["--area", "0"], "area is above 0"),
        (["--bed", "a:mulchd"], "there is: mulched"),
        (["--bed", "a", "--bed", "a"], "there twice"),
        (["--bed", "a:channels=sol"], "there is: soil"),
        (["--map", "vwc=raw:soil_moisture_raw:percent"], "has no meaning yet"),
        (["--latitude", "north"], "-90 to 90"),
        (["--from", "2024-01-01", "--to", "2024-01-01"], ""),
        (["--from", "2026-01-01"], "at least one day"),
    ],
)
def test_a_wrong_word_is_answered_with_what_there_is(
    recording: Callable[..., Path],
    more: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = replay(recording(days=2), *more)
    assert done == (2 if words else 0)
    assert words in capsys.readouterr().err


def test_a_file_without_a_readable_line_is_said_to_be_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "empty.csv"
    file.write_text("time,temp,vwc\nyesterday,20,12\n", encoding="utf-8")
    assert replay(file) == 2
    assert "No line of the file has a readable value: 1 lines read" in capsys.readouterr().err
    assert replay(tmp_path / "absent.csv") == 2


def test_a_map_that_cannot_be_is_a_matter_of_configuration(
    recording: Callable[..., Path],
) -> None:
    assert replay(recording(days=1), "--zone", "Mars/Olympus") == 3


def test_a_file_that_cannot_be_written_is_a_matter_of_storage(
    recording: Callable[..., Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(recording(days=2), "--plot", str(tmp_path / "absent" / "x.svg")) == 5
    assert str(tmp_path / "absent") in capsys.readouterr().err


def test_a_history_says_which_garden_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["advise", "--history"]) == 2
    assert "--csv FILE.csv" in capsys.readouterr().err
    assert main(["advise"]) == 2
