"""The wiring sheet: each wire on its pin, each resistor, and what must be put right first."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from sheets import dht22, tables_of

from sensor_node.config import NodeSettings
from sensor_node.drivers import TABLE, options_of
from sensor_node.settings import build
from sensor_node.setup import header
from sensor_node.setup.rows import place_in_words, rows
from sensor_node.setup.sheet import (
    Part,
    Sheet,
    gpio_of,
    one_wire_pin_of,
    sheet_of,
    sheet_of_settings,
)
from sensor_node.setup.sheet_svg import svg
from sensor_node.setup.sheet_text import draw
from sensor_node.setup.terminal import Terminal
from sensor_node.wiring import COLOURS, GND, V5, V33, Wiring, adc, ohms

EVERYTHING = tables_of()
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
SVG = "{http://www.w3.org/2000/svg}"


def sheet(*tables: dict[str, Any], root: Path = Path("/nowhere")) -> Sheet:
    return sheet_of("potager-1", tables or EVERYTHING, root)


def parsed(drawing: str) -> ET.Element:
    return ET.fromstring(drawing)  # noqa: S314 - our own drawing


def wiring_of(table: dict[str, Any]) -> Wiring:
    module, options = options_of(table)
    wiring: Wiring = module.wiring(options)
    return wiring


# --- the drivers' own data ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", TABLE)
def test_every_driver_says_how_its_part_is_wired(kind: str) -> None:
    (table,) = tables_of(kind)
    wiring = wiring_of(table)

    assert wiring.part.fr != wiring.part.en
    for wire in wiring.wires:
        assert wire.colour in COLOURS
        is_place = wire.to in (V33, V5, GND) or re.fullmatch(r"CH[0-7]", wire.to)
        assert is_place or gpio_of(wire.to, 4) in range(28), wire
    for resistor in wiring.resistors:
        assert resistor.ohm > 0
        assert resistor.one != resistor.other


@pytest.mark.parametrize("kind", TABLE)
def test_a_part_with_a_supply_has_it_in_red_and_ground_in_black(kind: str) -> None:
    (table,) = tables_of(kind)
    for wire in wiring_of(table).wires:
        assert (wire.colour == "red") == (wire.to in (V33, V5)), wire
        assert (wire.colour == "black") == (wire.to == GND), wire


def test_a_battery_reaches_its_input_through_the_resistor_that_the_divider_says() -> None:
    table = {"type": "battery", "adc_channel": 1, "charge": "c", "divider": 11.0}
    (plus,) = (w for w in wiring_of(table).wires if w.to == adc(1))
    assert plus.through_ohm == 100_000


# --- the header ---------------------------------------------------------------------------------


def test_the_header_is_that_of_a_raspberry_pi() -> None:
    assert sorted(header.HEADER) == list(range(1, 41))
    places = list(header.HEADER.values())
    assert {p for p in places if p.startswith("GPIO")} == {f"GPIO{n}" for n in range(28)}
    assert [places.count(p) for p in (V33, V5, GND)] == [2, 2, 8]
    known = {"GPIO2": 3, "GPIO4": 7, "GPIO17": 11, "GPIO10": 19, "GPIO8": 24, "GPIO21": 40}
    assert {place: header.physical(place) for place in known} == known


def test_suggested_pins_are_free_of_every_bus_and_of_the_pis_own_jobs() -> None:
    busy = {*header.I2C_PINS.values(), *header.SPI_PINS.values(), *header.RESERVED, 4, 7}
    assert not busy & set(header.FREE_PINS)
    assert len(set(header.FREE_PINS)) == 28 - len(busy)


# --- the sheet ----------------------------------------------------------------------------------


def test_what_is_on_each_pin_is_told() -> None:
    drawn = sheet(*tables_of("soil-mcp3008", "dht22", "bh1750"))

    told = {n: [(u.letter, u.pin) for u in uses] for n, uses in drawn.uses.items()}
    assert told == {
        1: [("", "+")],
        6: [("", "−")],
        3: [("D", "SDA")],
        5: [("D", "SCL")],
        7: [("C", "DATA")],
        19: [("A", "DIN")],
        21: [("A", "DOUT")],
        23: [("A", "CLK")],
        24: [("A", "CS")],
    }


def chip(drawn: Sheet) -> Part:
    (part,) = (part for part in drawn.parts if part.is_chip)
    return part


def held_inputs(drawn: Sheet) -> dict[str, list[tuple[int, str]]]:
    """By input of the converter: each resistor that it has, and whereto."""
    held: dict[str, list[tuple[int, str]]] = {}
    for part in drawn.parts:
        for r in part.wiring.resistors:
            if r.one.startswith("CH"):
                held.setdefault(r.one, []).append((r.ohm, r.other))
    return held


def test_every_input_of_the_converter_has_its_resistor_and_only_one() -> None:
    tables = tables_of("soil-mcp3008", "soil-mcp3008", "wind-vane", "battery")

    held = held_inputs(sheet(*tables))

    down = [(100_000, GND)]
    assert held == {
        "CH0": down,
        "CH1": down,
        # 100 kΩ beside these would shift what they give.
        "CH2": [(10_000, V33)],
        "CH3": [(10_000, GND)],
        **{f"CH{n}": down for n in range(4, 8)},
    }


def test_a_node_without_a_probe_has_no_converter() -> None:
    assert not [part for part in sheet(dht22(4)).parts if part.is_chip]


def test_the_converter_is_wired_pin_by_pin_as_its_data_sheet_says() -> None:
    drawn = sheet(*tables_of("soil-mcp3008"))

    told = {row.pin: row.to for row in rows(drawn, chip(drawn), "en")}
    assert told == {
        "VDD (16)": "rail + (3.3 V)",
        "VREF (15)": "rail + (3.3 V)",
        "AGND (14)": "rail − (GND)",
        "DGND (9)": "rail − (GND)",
        "CLK (13)": "GPIO11, pin 23",
        "DOUT (12)": "GPIO9, pin 21",
        "DIN (11)": "GPIO10, pin 19",
        "CS (10)": "GPIO8, pin 24",
    }


@LANGUAGES
def test_a_wire_into_the_converter_names_its_pin(language: str) -> None:
    drawn = sheet(*tables_of("soil-mcp3008"))
    expected = {"fr": "CH0 de A, broche 1", "en": "CH0 of A, pin 1"}
    assert place_in_words(drawn, "CH0", language) == expected[language]


def test_ohms_are_written_as_on_the_packet() -> None:
    assert [ohms(n, "fr") for n in (470, 4700, 10_000, 100_000)] == [
        "470 Ω",
        "4,7 kΩ",
        "10 kΩ",
        "100 kΩ",
    ]


def test_one_wire_is_where_the_pis_boot_files_put_it(tmp_path: Path) -> None:
    boot = tmp_path / "boot/firmware/config.txt"
    boot.parent.mkdir(parents=True)
    boot.write_text("dtparam=i2c_arm=on\n# dtoverlay=w1-gpio,gpiopin=9\ndtoverlay=w1-gpio\n")
    assert one_wire_pin_of(tmp_path) == 4
    boot.write_text("dtoverlay=w1-gpio,gpiopin=5,pullup=0\n")
    assert one_wire_pin_of(tmp_path) == 5

    drawn = sheet(dht22(4), {"type": "ds18b20", "channel": "soil"}, root=tmp_path)
    assert not drawn.hazards
    assert drawn.uses[29][0].pin == "DQ"


def test_the_lamp_and_the_buzzer_are_on_the_sheet_and_keep_their_pins() -> None:
    signals = {"led": 18, "buzzer": 23}
    table = {"node": "pot", "data": "d", "signals": signals, "sensors": [dht22(23)]}
    drawn = sheet_of_settings(build(NodeSettings, table), Path("/nowhere"))

    told = {row.pin: (row.to, row.resistors) for p in drawn.parts for row in rows(drawn, p, "en")}
    assert told["+"] == ("GPIO18, pin 12", "via 330 Ω")
    assert told["B"] == ("GPIO23, pin 16", "via 1 kΩ")
    assert told["buzzer +"] == ("5 V, pin 2", "")
    assert "Two parts are on GPIO23" in drawn.hazards[0].en


# --- what must be put right ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([dht22(17), dht22(17, "b")], "Two parts are on GPIO17: A (air, air-damp), B (b, b-damp)"),
        ([dht22(4), {"type": "ds18b20", "channel": "soil"}], "1-Wire. Move the sensor, or put"),
        ([dht22(3), *tables_of("bh1750")], "Two parts are on GPIO3: A (air, air-damp), I²C"),
        ([dht22(10), *tables_of("soil-mcp3008")], "Two parts are on GPIO10: MCP3008, B"),
        (
            [{"type": "soil-mcp3008", "channel": c, "adc_channel": 2} for c in ("a", "b")],
            "Two parts are on CH2: B (a), C (b)",
        ),
        ([dht22(14)], "GPIO14, which serves the serial console: rather take GPIO17"),
        (
            [{"type": "bh1750", "channel": c} for c in ("a", "b")],
            "Two parts have the I²C address 0x23: bh1750 and bh1750",
        ),
        (
            [{"type": "ds18b20", "channel": c} for c in ("a", "b")],
            "Several DS18B20 on the bus: give each its own 'id'",
        ),
    ],
)
def test_a_wiring_that_cannot_work_says_why(tables: list[dict[str, Any]], words: str) -> None:
    (hazard,) = sheet(*tables).hazards
    assert words in hazard.en
    assert hazard.fr != hazard.en


def test_what_the_wizard_suggests_for_everything_at_once_can_work() -> None:
    assert sheet().hazards == ()


# --- in the terminal ----------------------------------------------------------------------------


@LANGUAGES
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "ascii", "cp437", "unknown-8"])
def test_the_drawing_fits_eighty_columns_in_any_encoding(encoding: str, language: str) -> None:
    drawn = draw(sheet(*EVERYTHING, dht22(17, "again")), language, Terminal(encoding=encoding))

    too_long = [line for line in drawn.splitlines() if len(line) > 80]
    assert not too_long
    drawn.encode("ascii" if encoding == "unknown-8" else encoding)
    assert "?" not in drawn


def test_each_pin_is_drawn_with_its_number_and_name() -> None:
    drawn = draw(sheet(), "en", Terminal())
    for number in range(1, 40, 2):
        left, right = header.name_of(header.HEADER[number], "en"), header.HEADER[number + 1]
        right = header.name_of(right, "en")
        pattern = rf"{re.escape(left)} +{number} │[●○] [●○]│ {number + 1} +{re.escape(right)}"
        assert re.search(pattern, drawn), pattern


@LANGUAGES
def test_it_says_colours_in_words_whether_or_not_it_shows_them(language: str) -> None:
    plain = draw(sheet(), language, Terminal())
    coloured = draw(sheet(), language, Terminal(coloured=True))

    assert "\x1b" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    for colour in ("red", "yellow", "blue", "green", "black", "orange", "violet"):
        assert COLOURS[colour].text(language) in plain


class _Stream:
    encoding = "utf-8"

    def __init__(self, *, tty: bool) -> None:
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("tty", "environment", "coloured"),
    [
        (True, {"TERM": "xterm"}, True),
        (True, {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {"TERM": "xterm"}, False),
    ],
)
def test_colours_are_shown_only_where_they_are_wanted(
    tty: bool, environment: dict[str, str], coloured: bool
) -> None:
    assert Terminal.of(_Stream(tty=tty), environment).coloured is coloured  # type: ignore[arg-type]


@LANGUAGES
def test_every_sheet_warns_of_five_volts_and_of_valves(language: str) -> None:
    drawn = " ".join(draw(sheet(dht22(4)), language, Terminal()).split())
    expected = {
        "fr": ("Jamais de 5 V", "un programme tué lâche sa broche"),
        "en": ("Never 5 V", "a killed program lets go of its pin"),
    }
    assert all(words in drawn for words in expected[language])


# --- the drawing to print -----------------------------------------------------------------------


@LANGUAGES
def test_the_drawing_stands_by_itself_on_a_page_of_a4(language: str) -> None:
    text = svg(sheet(), language)
    root = parsed(text)

    assert (root.get("width"), root.get("height")) == ("210mm", "297mm")
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    assert height / width == pytest.approx(297 / 210, rel=0.01)
    assert root.get("lang") == language
    assert "href" not in text
    assert "url(" not in text
    assert "<style" not in text


@LANGUAGES
def test_nothing_is_drawn_beyond_the_page(language: str) -> None:
    many = [*EVERYTHING, *({"type": "soil-mcp3008", "channel": f"x{n}", "adc_channel": n}
                           for n in range(8))]  # fmt: skip
    root = parsed(svg(sheet(*many), language))
    height = float(str(root.get("viewBox")).split()[3])

    lowest = [float(t.get("y", 0)) for t in root.iter(f"{SVG}text")]
    assert max(lowest) < height


@LANGUAGES
def test_a_screen_reader_hears_each_wire_with_its_colour(language: str) -> None:
    drawn = sheet(*tables_of("soil-mcp3008", "dht22"))
    root = parsed(svg(drawn, language))
    title, told = (str(root.findtext(f"{SVG}{name}")) for name in ("title", "desc"))

    assert root.get("role") == "img"
    assert "potager-1" in title
    for part in drawn.parts:
        for row in rows(drawn, part, language):
            assert f"{row.pin} → {row.to}, {COLOURS[row.colour].text(language)}" in told


@LANGUAGES
def test_every_colour_that_is_drawn_stands_beside_it_in_words(language: str) -> None:
    root = parsed(svg(sheet(), language))
    texts = [t.text or "" for t in root.iter(f"{SVG}text")]
    for part in sheet().parts:
        for row in rows(sheet(), part, language):
            assert COLOURS[row.colour].text(language) in texts


def test_names_cannot_break_out_of_the_drawing() -> None:
    assert "&lt;b&gt;" in svg(sheet_of("<b>", [dht22(4)]), "en")


# --- the command --------------------------------------------------------------------------------


def wiring_command(config: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sensor_node", "wiring", "--config", str(config), *more],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=30,
    )


def test_the_command_draws_both_and_fails_for_a_wiring_that_cannot_work(tmp_path: Path) -> None:
    config, drawing = tmp_path / "node.toml", tmp_path / "wiring.svg"
    config.write_text(
        'node = "potager-1"\ndata = "d"\nlanguage = "en"\n'
        '[[sensors]]\ntype = "dht22"\npin = 4\ntemperature = "air"\nhumidity = "damp"\n'
    )
    done = wiring_command(config, "--svg", str(drawing))
    assert (done.returncode, done.stderr) == (0, "")
    assert "Wiring of potager-1" in done.stdout
    assert parsed(drawing.read_text(encoding="utf-8")).tag == f"{SVG}svg"

    with config.open("a") as file:
        file.write('[[sensors]]\ntype = "ds18b20"\nchannel = "soil"\n')
    done = wiring_command(config)
    assert done.returncode == 3
    assert done.stdout.splitlines()[2].startswith("! GPIO4 has two uses")


def test_a_drawing_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    config = tmp_path / "node.toml"
    config.write_text('node = "potager-1"\ndata = "d"\nlanguage = "en"\n')
    done = wiring_command(config, "--svg", str(tmp_path / "absent" / "wiring.svg"))
    assert done.returncode == 5
    assert "is not writable" in done.stderr
