"""What a teacher looks for in each exercise, and the garden in which the programs are run.

A check answers None, or the letter of the hint on the sheet that helps.
"""

from __future__ import annotations

import io
import math
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest
from door import Door
from plots import DAY_MS, HOUR_MS, MORNING_MS, STEP_MS, commit, make_bed, summer, warm_days

from gateway.store.base import Reading, Series

DOCS: Final = Path(__file__).parents[1] / "docs"
WATER: Final = Series("potager", "tomates")
GLASS: Final = Series("serre", "air")
METEO, ORCHARD = Series("meteo", "air"), Series("verger", "air")
STUCK_C: Final = 21.0
ODD_C: Final = (85.0, -127.0)
"""What a DS18B20 says when it has just been switched on, and when its cable is off."""
AREA_M2: Final = 2.0


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

    def sheet(self, number: int) -> Path:
        (found,) = (DOCS / self.folder).glob(f"{number}-*.md")
        return found

    def solution(self, number: int) -> Path:
        return DOCS / self.folder / "solutions" / f"{number}.py"

    def wrong_solution(self, number: int, letter: str) -> Path:
        return DOCS / self.folder / "solutions" / f"{number}-{self.wrong}-{letter.lower()}.py"


FRENCH: Final = Language(
    "exercices", "jardin", "faux", "J'ai soif", "moyenne", "bizarres", "à vérifier", "aucun",
    "manque",
)  # fmt: skip
ENGLISH: Final = Language(
    "exercises", "garden", "wrong", "I am thirsty", "mean", "odd", "to check", "none", "missing"
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
    warm_days(door, 10, now_ms=begin_ms)
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
    warm_days(door, 1, now_ms=morning_ms)
    door.gateway.advisor.look()
    door.json("/beds/tomates/advice")


def water(door: Door, at_ms: int, cans: float) -> None:
    at = datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = door.client.post("/api/v1/beds/tomates/waterings", json={"cans": cans, "at": at})
    assert answer.status_code == 201, answer.text


def last_day(value: Callable[[int], float] | None = None) -> list[float]:
    """The last day of a thermometer: warm by day, or what ``value`` says."""
    return [(value or _warm)(at_ms) for at_ms in moments()]


def _warm(at_ms: int) -> float:
    return round(21 + 7 * math.sin((at_ms % DAY_MS / DAY_MS - 0.33) * 2 * math.pi), 1)


def _stuck(_at_ms: int) -> float:
    return STUCK_C


def moments() -> range:
    return range(MORNING_MS - DAY_MS, MORNING_MS + 1, STEP_MS)


def set_day(door: Door, series: Series, values: Sequence[float]) -> None:
    commit(door, [Reading(series, at, value) for at, value in zip(moments(), values, strict=True)])


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
    true = last_day()
    measured = list(true)
    measured[40], measured[100] = ODD_C
    good = [value for number, value in enumerate(true) if number not in (40, 100)]
    set_day(door, GLASS, measured)
    said = run()
    mean, odd = number_after(language.mean, said), number_after(language.odd, said)
    if odd == len(ODD_C) and mean == pytest.approx(sum(good) / len(good), abs=0.06):
        return None
    return "A" if mean == pytest.approx(sum(measured) / len(measured), abs=0.06) else "B"


def check_3(door: Door, language: Language, run: Run) -> str | None:
    said = []
    for stuck in (METEO, ORCHARD, None):
        for series in (METEO, ORCHARD):
            set_day(door, series, last_day(_stuck if series == stuck else None))
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
