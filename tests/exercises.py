"""What a teacher looks for in each exercise, and the garden in which the programs are run.

A check answers None, or the letter of the hint on the sheet that helps.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from door import Door
from plots import DAMP, DAY_MS, HOUR_MS, MORNING_MS, commit, make_bed, summer

from gateway.store.base import Reading, Series
from sensor_node.garden import STEP_MS, Moment, SimulatedGarden
from sensor_node.garden.demo import BEDS, SEED

DOCS: Final = Path(__file__).parents[1] / "docs"
WATER: Final = Series("potager", "tomates")
GLASS: Final = Series("serre", "air")
METEO, ORCHARD = Series("meteo", "air"), Series("verger", "air")
STUCK_C: Final = 21.0
ODD: Final = {40: 85.0, 100: -127.0}
"""When, and what a DS18B20 says when it has just been switched on, and when its cable is off."""
AREA_M2: Final = 2.0
DAYS: Final = 16


@dataclass(frozen=True)
class Language:
    """Where the sheets of a language are, and what their programs say."""

    folder: str
    module: str
    wrong: str
    thirsty: str
    mean: str
    odd: str
    to_check: str
    nobody: str
    missing: str
    teachers: str

    @property
    def notes(self) -> Path:
        return DOCS / self.folder / self.teachers

    def sheet(self, number: int) -> Path:
        (found,) = (DOCS / self.folder).glob(f"{number}-*.md")
        return found

    def solution(self, number: int) -> Path:
        return DOCS / self.folder / "solutions" / f"{number}.py"

    def wrong_solution(self, number: int, letter: str) -> Path:
        return DOCS / self.folder / "solutions" / f"{number}-{self.wrong}-{letter.lower()}.py"


FRENCH: Final = Language(
    "exercices", "jardin", "faux", "J'ai soif", "moyenne", "bizarres", "à vérifier", "aucun",
    "manque", "enseignants.md",
)  # fmt: skip
ENGLISH: Final = Language(
    "exercises", "garden", "wrong", "I am thirsty", "mean", "odd", "to check", "none", "missing",
    "teachers.md",
)  # fmt: skip
LANGUAGES: Final = (FRENCH, ENGLISH)

Run = Callable[[], str]
Check = Callable[[Door, Language, Run], str | None]


def run_program(path: Path, name: str, module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the program at ``path`` prints, run with ``module`` as the file beside it."""
    monkeypatch.setitem(sys.modules, name, module)
    said = io.StringIO()
    with redirect_stdout(said):
        exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), {})  # noqa: S102
    return said.getvalue()


def hint(language: Language, number: int, letter: str) -> str:
    """The hint ``letter`` of a sheet."""
    text = language.sheet(number).read_text(encoding="utf-8")
    (found,) = re.findall(rf"^- {letter}\. (.+)$", text, re.M)
    return str(found)


# --- the garden -------------------------------------------------------------------------------


@cache
def simulated() -> tuple[Moment, ...]:
    """The demo's garden in the July of the tests."""
    begin_ms = MORNING_MS - DAYS * DAY_MS
    garden = SimulatedGarden(SEED, BEDS, begin_ms - STEP_MS)
    return tuple(garden.run(begin_ms, MORNING_MS))


def lay_out(door: Door) -> None:
    """Six days of July of a bed that was full, with two evenings of cans and a day of rain."""
    begin_ms = MORNING_MS - 6 * DAY_MS
    summer(door, begin_ms)
    for node, channel, quantity in (
        (*WATER, "soil_moisture"),
        (*GLASS, "air_temperature"),
        (*ORCHARD, "air_temperature"),
    ):
        door.gateway.catalogue.set_about(node, {"channels": {channel: {"quantity": quantity}}})
    _measure(door, MORNING_MS - DAYS * DAY_MS, begin_ms)
    make_bed(door, "tomates", area_m2=AREA_M2, channels=[])
    water(door, begin_ms - 12 * HOUR_MS, cans=30)
    for day in range(6):
        _live(door, begin_ms + day * DAY_MS, day)
    _advance(door, MORNING_MS)


def _live(door: Door, morning_ms: int, day: int) -> None:
    _advance(door, morning_ms)
    door.clock.set_wall(morning_ms + 12 * HOUR_MS)
    if day in (2, 4):
        water(door, morning_ms + 12 * HOUR_MS, cans=0.6)
    on = datetime.fromtimestamp(morning_ms / 1000, UTC).date().isoformat()
    rain = door.client.post("/api/v1/rain", json={"mm": 7.0 if day == 3 else 0.0, "on": on})
    assert rain.status_code == 201, rain.text


def _advance(door: Door, morning_ms: int) -> None:
    door.clock.set_wall(morning_ms)
    _measure(door, morning_ms - DAY_MS, morning_ms)
    door.gateway.advisor.look()
    door.json("/beds/tomates/advice")


def _measure(door: Door, from_ms: int, to_ms: int) -> None:
    readings = []
    for moment in simulated():
        if from_ms < moment.at_ms <= to_ms:
            outside = round(moment.weather.air_temperature_c, 1)
            damp = round(moment.weather.relative_humidity_pct, 1)
            readings += [Reading(one, moment.at_ms, outside) for one in (METEO, ORCHARD)]
            readings.append(Reading(DAMP, moment.at_ms, damp))
    commit(door, readings)


def water(door: Door, at_ms: int, cans: float) -> None:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = door.client.post("/api/v1/beds/tomates/waterings", json={"cans": cans, "at": at})
    assert answer.status_code == 201, answer.text


def last_day() -> list[Moment]:
    """The last day of the simulated garden."""
    return [moment for moment in simulated() if moment.at_ms >= MORNING_MS - DAY_MS]


def set_day(door: Door, series: Series, values: Sequence[float]) -> None:
    """What ``series`` has measured in the last day."""
    times = [moment.at_ms for moment in last_day()]
    commit(
        door, [Reading(series, at_ms, value) for at_ms, value in zip(times, values, strict=True)]
    )


# --- the checks -------------------------------------------------------------------------------


def check_1(door: Door, language: Language, run: Run) -> str | None:
    said = []
    for percent in (18.0, 35.0):
        commit(door, [Reading(WATER, MORNING_MS, percent)])
        said.append(language.thirsty in run())
    if said == [True, False]:
        return None
    return "B" if said[0] == said[1] else "A"


def check_2(door: Door, language: Language, run: Run) -> str | None:
    true = [round(moment.under_glass.air_temperature_c, 1) for moment in last_day()]
    measured = list(true)
    for place, value in ODD.items():
        measured[place] = value
    good = [value for place, value in enumerate(true) if place not in ODD]
    set_day(door, GLASS, measured)
    said = run()
    mean, odd = number_after(language.mean, said), number_after(language.odd, said)
    if odd == len(ODD) and mean == pytest.approx(sum(good) / len(good), abs=0.06):
        return None
    return "A" if mean == pytest.approx(sum(measured) / len(measured), abs=0.06) else "B"


def check_3(door: Door, language: Language, run: Run) -> str | None:
    said = []
    for stuck in (METEO, ORCHARD, None):
        for series in (METEO, ORCHARD):
            warm = [round(moment.weather.air_temperature_c, 1) for moment in last_day()]
            set_day(door, series, [STUCK_C] * len(warm) if series == stuck else warm)
        (found,) = re.findall(rf"{language.to_check} : (\S+)", run())
        said.append(found)
    if said == ["meteo", "verger", language.nobody]:
        return None
    return "B" if said[0] == said[1] else "A"


def check_4(door: Door, language: Language, run: Run) -> str | None:
    advised: Any = door.json("/beds/tomates/advice")["inputs"]["missing_mm"]
    said = run()
    missing, litres = number_after(language.missing, said), number_after("litres", said)
    if missing != pytest.approx(advised, abs=1.0):
        return "A"
    return None if litres == pytest.approx(missing * AREA_M2, abs=0.2) else "B"


CHECKS: Final[dict[int, Check]] = {1: check_1, 2: check_2, 3: check_3, 4: check_4}


def number_after(word: str, said: str) -> float:
    """The number that the program wrote after ``word``."""
    (found,) = re.findall(rf"^{word} (-?\d+(?:\.\d+)?)", said, re.M)
    return float(found)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a sheet: of its lines, without code, titles and places to write."""
    for block in re.split(r"^ *```.*?^ *```", text, flags=re.M | re.S):
        for line in re.split(r"\n(?= *\d+\. | *- |\n|#)", block):
            plain = re.sub(r"^\s*(\d+\.|- [A-Z]\.|-|#+( \d+\.)?)\s+", "", line.replace("\n", " "))
            plain = re.sub(r"`[^`]*`", "code", plain).replace("*", "").replace("_", "")
            yield from (one for one in re.split(r"(?<=[.!?])\s+", plain.strip()) if one)
