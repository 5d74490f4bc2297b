"""Settings: whatever is wrong is said with its key; the docs name every one of them."""

from __future__ import annotations

import importlib
import re
from dataclasses import MISSING, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gateway.settings import GatewaySettings
from sensor_node import config
from sensor_node.config import NodeSettings
from sensor_node.drivers import TABLE
from sensor_node.errors import ConfigError
from sensor_node.recording import RecordingMap
from sensor_node.settings import build, describe, from_answer, load, section, setting, variable_of

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"


@dataclass(frozen=True)
class Well:
    depth_m: float = setting(5.0, fr="profondeur", en="depth", unit="m", least=0, most=30)
    covered: bool = setting(True, fr="couvert", en="covered")


@dataclass(frozen=True)
class Plot:
    name: str = setting(fr="nom de la parcelle", en="name of the plot")
    tools: list[str] = setting(fr="outils", en="tools")
    beds: int = setting(1, fr="planches", en="beds", least=1, most=9)
    crop: str = setting("tomate", fr="culture", en="crop", choices=("tomate", "salade"))
    slope: float | None = setting(None, fr="pente", en="slope", least=-45, most=45)
    folder: Path = setting(Path(), fr="dossier", en="folder")
    notes: list[Any] = field(default_factory=list)
    well: Well = section(Well)


GOOD: dict[str, Any] = {"name": "nord", "tools": ["bêche"]}


def wrong(table: dict[str, Any], environment: dict[str, str] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        build(Plot, table, environment)
    return caught.value


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plot.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_what_the_file_leaves_out_has_its_default() -> None:
    plot = build(Plot, GOOD)

    assert (plot.beds, plot.crop, plot.slope, plot.well) == (1, "tomate", None, Well())


def test_every_kind_of_value_is_read_from_the_file(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
        name = "sud"
        beds = 3
        crop = "salade"
        slope = 2
        folder = "/srv/jardin"
        tools = ["bêche", "râteau"]
        notes = [{ any = 1 }]
        [well]
        depth_m = 7.5
        covered = false
        """,
    )

    assert load(Plot, path, {}) == Plot(
        "sud",
        ["bêche", "râteau"],
        3,
        "salade",
        2.0,
        Path("/srv/jardin"),
        [{"any": 1}],
        Well(7.5, False),
    )


def test_a_tilde_is_the_home_folder() -> None:
    assert build(Plot, GOOD | {"folder": "~/jardin"}).folder == Path("~/jardin").expanduser()


def test_an_unknown_key_is_refused_and_the_nearest_named_in_both_languages() -> None:
    error = wrong(GOOD | {"bed": 2})

    assert error.code == "CONFIG_UNKNOWN_KEY"
    assert error.fr == "Réglage inconnu « bed ». Vouliez-vous dire « beds » ?"
    assert error.en == "Unknown setting 'bed'. Did you mean 'beds'?"


def test_an_unknown_key_in_a_table_is_named_with_its_table() -> None:
    assert "'well.depht_m'. Did you mean 'depth_m'?" in wrong(GOOD | {"well": {"depht_m": 2}}).en


def test_an_unknown_key_like_no_other_is_answered_with_all_of_them() -> None:
    assert "Possible: name, tools, beds" in wrong(GOOD | {"xyzzy": 2}).en


def test_a_missing_key_is_named_with_what_it_is() -> None:
    error = wrong({"tools": []})

    assert error.fr == "Réglage « name » : il manque. (nom de la parcelle)"
    assert error.en == "Setting 'name': it is missing. (name of the plot)"


def test_a_missing_key_in_a_table_that_is_missing_is_named_too() -> None:
    with pytest.raises(ConfigError, match=r"time\.columns"):
        build(RecordingMap, {})


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"name": 7}, "'name': must be: str"),
        ({"beds": "two"}, "'beds': must be: int"),
        ({"beds": 2.5}, "'beds': must be: int"),
        ({"beds": True}, "'beds': must be: int"),
        ({"slope": "steep"}, "'slope': must be: float"),
        ({"slope": False}, "'slope': must be: float"),
        ({"folder": 5}, "'folder': must be: Path"),
        ({"tools": "bêche"}, "'tools': must be: list"),
        ({"tools": [1]}, "'tools': must be a list of texts"),
        ({"notes": {}}, "'notes': must be: list"),
        ({"well": 3}, "'well': must be a table"),
        ({"well": {"covered": 1}}, "'well.covered': must be: bool"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_the_right_one(
    table: dict[str, Any], expected: str
) -> None:
    assert expected in wrong(GOOD | table).en


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"beds": 0}, "at least 1"),
        ({"beds": 10}, "at most 9"),
        ({"slope": -45.5}, "at least -45"),
        ({"slope": float("nan")}, "must be a finite number"),
        ({"slope": float("inf")}, "must be a finite number"),
        ({"well": {"depth_m": 31}}, "at most 30 m. (depth)"),
        ({"crop": "tomates"}, "must be one of: tomate, salade"),
    ],
)
def test_a_value_out_of_bounds_is_refused_with_the_bound(
    table: dict[str, Any], expected: str
) -> None:
    assert expected in wrong(GOOD | table).en


@pytest.mark.parametrize("beds", [1, 9])
def test_the_bounds_themselves_are_allowed(beds: int) -> None:
    assert build(Plot, GOOD | {"beds": beds}).beds == beds


def test_the_environment_wins_over_the_file() -> None:
    environment = {
        "JARDIN_NAME": "7",
        "JARDIN_TOOLS": '["râteau", "seau"]',
        "JARDIN_BEDS": "4",
        "JARDIN_SLOPE": "-1.5",
        "JARDIN_FOLDER": "/tmp/x",  # noqa: S108 - only a text
        "JARDIN_WELL_DEPTH_M": "9",
        "JARDIN_WELL_COVERED": "false",
        "JARDIN_UNRELATED": "?",
    }

    plot = build(Plot, GOOD | {"beds": 2, "well": {"depth_m": 1.0}}, environment)

    assert (plot.name, plot.beds, plot.slope, plot.folder) == ("7", 4, -1.5, Path("/tmp/x"))  # noqa: S108
    assert plot.tools == ["râteau", "seau"]
    assert plot.well == Well(9.0, False)


@pytest.mark.parametrize(
    ("variable", "text", "expected"),
    [
        ("JARDIN_BEDS", "many", "'beds': must be: int"),
        ("JARDIN_BEDS", "", "'beds': must be: int"),
        ("JARDIN_BEDS", "99", "'beds': at most 9"),
        ("JARDIN_TOOLS", "râteau", "'tools': must be: list"),
        ("JARDIN_TOOLS", "[1]", "'tools': must be a list of texts"),
        ("JARDIN_WELL_COVERED", "yes", "'well.covered': must be: bool"),
        ("JARDIN_SLOPE", "nan", "'slope': must be a finite number"),
    ],
)
def test_a_wrong_variable_is_refused_as_its_setting(
    variable: str, text: str, expected: str
) -> None:
    assert expected in wrong(GOOD, {variable: text}).en


def test_a_missing_file_is_said_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"CONFIG_ABSENT.*plot\.toml"):
        load(Plot, tmp_path / "plot.toml", {})


def test_a_folder_in_place_of_a_file_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="CONFIG_UNREADABLE"):
        load(Plot, tmp_path, {})


def test_bad_toml_is_said_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"CONFIG_NOT_TOML.*line 2"):
        load(Plot, written(tmp_path, "name = 'nord'\nbeds = \n"), {})


def test_a_file_that_is_not_utf_8_is_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "plot.toml"
    path.write_bytes("name = 'potirón'".encode("latin-1"))

    with pytest.raises(ConfigError, match="CONFIG_NOT_TOML"):
        load(Plot, path, {})


@pytest.mark.parametrize("node", ["Potager", "gateway", ""])
def test_a_node_needs_a_name_that_can_travel(tmp_path: Path, node: str) -> None:
    with pytest.raises(ConfigError, match="ID_"):
        config.load(written(tmp_path, f"node = '{node}'\ndata = 'data'"))


def test_a_password_is_never_in_a_repr() -> None:
    settings = build(NodeSettings, {"node": "a", "data": "d", "broker": {"password": "s3cret"}})

    assert settings.broker.password == "s3cret"
    assert "s3cret" not in repr(settings)


# --- docs/configuration.md ----------------------------------------------------------------------


def documented(language: str, title: str) -> dict[str, list[str]]:
    """The rows of the table below ``title`` in one half of the document, by setting."""
    french, english = DOCS.read_text(encoding="utf-8").split("\n## English\n")
    half = french if language == "fr" else english
    part = half.split(title, 1)[1]
    table = re.search(r"(?:^\|.*\n)+", part, re.MULTILINE)
    assert table is not None
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()]
    return {row[0].strip("`"): row[1:] for row in rows[2:]}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("title", "kind"), [("node.toml\n", NodeSettings), ("gateway.toml\n", GatewaySettings)]
)
def test_the_docs_name_each_setting_with_its_variable_and_default(
    language: str, title: str, kind: type[Any]
) -> None:
    rows = documented(language, f": {title}" if language == "en" else f" : {title}")

    assert list(rows) == [key for key, _, _ in describe(kind)]
    for key, each, about in describe(kind):
        variable, default, text = rows[key]
        assert variable == f"`{variable_of(key)}`"
        assert default == shown(each.default, language)
        for bound in (about.least, about.most):
            assert bound is None or f"{bound:g}" in text
        assert all(f"`{choice}`" in text for choice in about.choices)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", TABLE)
def test_the_docs_name_each_setting_of_each_driver(language: str, name: str) -> None:
    options = importlib.import_module(TABLE[name].partition(":")[0]).Options

    rows = documented(language, f'\n`type = "{name}"`')

    assert list(rows) == [key for key, _, _ in describe(options)]
    for key, each, about in describe(options):
        assert rows[key][0] == shown(each.default, language)
        assert all(f"`{choice}`" in rows[key][1] for choice in about.choices)


def shown(default: object, language: str) -> str:
    if default is MISSING:
        return "à donner" if language == "fr" else "to be given"
    if default is None:
        return "aucune" if language == "fr" else "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, Path):
        return f"`{default}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default:g}`"


@dataclass(frozen=True)
class Typed:
    """Settings as a person may type them."""

    times: float = setting(1.0, fr="fois", en="times", most=9)
    volts: list[float] | None = setting(None, fr="tensions", en="voltages")
    names: list[str] | None = setting(None, fr="noms", en="names")
    inside: bool = setting(False, fr="dedans", en="inside")
    address: int = setting(0, fr="adresse", en="address")


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("times", "0,5", 0.5),
        ("times", "3", 3.0),
        ("volts", "0.1, 2", [0.1, 2]),
        ("names", "light, temp=air_temperature", ["light", "temp=air_temperature"]),
        ("inside", "oui", True),
        ("inside", "No", False),
        ("address", "0x5c", 0x5C),
    ],
)
def test_an_answer_is_read_as_people_write(name: str, text: str, value: object) -> None:
    assert from_answer(Typed, name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [("times", "ten"), ("times", "10"), ("volts", "0.1;2"), ("inside", "perhaps"), ("times", "")],
)
def test_an_answer_that_cannot_be_says_what_is_expected(name: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_answer(Typed, name, text)
    assert name in caught.value.en
