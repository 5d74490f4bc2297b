"""LibreOffice with French settings opens what the garden exports: numbers are numbers, dates dates.

As a teacher opens it: the import dialog has "Détecter les nombres spéciaux" ticked, which is what
``docs/workshops.md`` says to do (without it LibreOffice takes every date for text).
"""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from door import AIR, NOW_MS, Door, garden_door
from harness import missing

from gateway.store.base import Reading
from gateway.times import to_rfc3339
from gateway.workshop.satchel import pack

pytestmark = pytest.mark.prove

VALUES: Final = (21.5, -3.0, 4242.73125, 0.0, 1e-07)
SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>fr-FR</value></prop></item></oor:items>
"""
# Semicolon, quote, UTF-8, from the first line, the user's language, special numbers detected.
OPENED: Final = "CSV:59,34,76,1,,0,false,true"
OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
PATIENCE_S: Final = 180


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with garden_door(tmp_path_factory.mktemp("garden"), pages=True) as opened:
        yield opened


def opened(folder: Path, text: bytes) -> list[list[Any]]:
    """The rows of the table as LibreOffice has it: a number, a date or a text in each cell."""
    program = shutil.which("soffice")
    if program is None:
        missing("libreoffice-calc-nogui")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user/registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    (folder / "table.csv").write_bytes(text)
    subprocess.run(
        [
            *(program, f"-env:UserInstallation={profile.as_uri()}", "--headless"),
            *(f"--infilter={OPENED}", "--convert-to", "fods", "table.csv"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    document = ElementTree.parse(folder / "table.fods")  # noqa: S314 - made a moment ago, by our own program
    rows = document.iter(f"{TABLE}table-row")
    return [
        [value for cell in row.iter(f"{TABLE}table-cell") for value in _values(cell)]
        for row in rows
    ]


def _values(cell: ElementTree.Element) -> list[Any]:
    """Cells that are alike and side by side are written once."""
    return [_value(cell)] * int(cell.get(f"{TABLE}number-columns-repeated", "1"))


def _value(cell: ElementTree.Element) -> Any:
    kind = cell.get(f"{OFFICE}value-type")
    if kind == "float":
        return float(cell.attrib[f"{OFFICE}value"])
    if kind == "date":
        return datetime.fromisoformat(cell.attrib[f"{OFFICE}date-value"])
    return "\n".join("".join(line.itertext()) for line in cell.iter(f"{TEXT}p"))


def local(number: int) -> datetime:
    """When the reading was, by the clock on the wall."""
    moment = datetime.fromtimestamp((NOW_MS + number * 1000) // 1000, ZoneInfo("Europe/Paris"))
    return moment.replace(tzinfo=None)


def check(rows: list[list[Any]]) -> None:
    header, *lines = rows
    assert header[0] == "heure locale"
    assert header[6] == "valeur"
    assert [line[0] for line in lines] == [local(number) for number in range(len(VALUES))]
    assert [line[6] for line in lines] == list(VALUES)


def test_the_measures_that_the_garden_gives(door: Door, tmp_path: Path) -> None:
    door.measure(*(Reading(AIR, NOW_MS + at * 1000, value) for at, value in enumerate(VALUES)))
    answer = door.get(
        "/readings", channel=str(AIR), to=to_rfc3339(NOW_MS + 60_000), format="csv-fr"
    )
    check(opened(tmp_path, answer.content))


def test_the_file_that_a_class_takes_home(door: Door, tmp_path: Path) -> None:
    workshops = door.gateway.workshops
    workshop = workshops.begin("La terre a soif", 4, 60)
    _, plant = workshops.join(workshop.about.code, "tomate")
    token = workshop.session.known(plant).token
    readings = [
        {"channel": "score", "value": value, "time": to_rfc3339(NOW_MS + at * 1000)}
        for at, value in enumerate(VALUES)
    ]
    key = {"Authorization": f"Bearer {token}"}
    sent = door.client.post("/api/v1/readings", json={"readings": readings}, headers=key)
    assert sent.status_code == 201, sent.text
    workshop.write(plant, "=1+1 ; « sec »\nil a plu")
    workshop.end()
    taken = pack(workshop, door.gateway.settings.timezone, "fr")
    with zipfile.ZipFile(io.BytesIO(taken)) as file:
        check(opened(tmp_path / "readings", file.read("mesures-fr.csv")))
        header, note = opened(tmp_path / "notes", file.read("notes.csv"))
    assert header == ["heure", "groupe", "note"]
    assert note[:2] == [local(0), "tomate"]
    assert note[2].startswith("'=1+1 ; « sec »")  # a text, and no sum
