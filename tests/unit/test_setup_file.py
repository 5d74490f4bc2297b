"""node.toml is written so that TOML reads back exactly what was answered, whole or not at all."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sheets import tables_of

from sensor_node import config
from sensor_node.errors import ConfigError, StorageError, UsageError
from sensor_node.link import Broker
from sensor_node.setup.settings_file import HIDDEN, Answers, file_text, write
from sensor_node.setup.toml_text import toml_comment, toml_value

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    NUMBERS,
    st.lists(NUMBERS),
    st.lists(TEXTS),
)


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Any) -> None:
    read = tomllib.loads(f"key = {toml_value(value)}")["key"]

    assert read == value
    assert type(read) is type(value)


@given(TEXTS, VALUES)
def test_a_comment_stays_a_comment_whatever_it_says(text: str, value: Any) -> None:
    comment = toml_comment("".join(c for c in text if c.isprintable() or c.isspace()))
    assert tomllib.loads(f"{comment}\nkey = {toml_value(value)}") == {"key": value}


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, [1.0, math.nan], "\ud800"])
def test_what_toml_cannot_hold_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"not a finite|surrogates"):
        toml_value(value)


def answers(**different: Any) -> Answers:
    told: dict[str, Any] = {
        "node": "potager-1",
        "data": "/home/pi/jardin-potager-1",
        "interval_s": 300.0,
        "language": "en",
        "pins": "fake",
        "broker": Broker("jardin.local", 1883, "potager-1", 'pass"wörd\\'),
        "sensors": tables_of(),
    }
    return Answers(**{**told, **different})


def test_the_file_loads_back_with_every_answer(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    write(answers(), path)

    loaded = config.load(path)
    assert (loaded.node, str(loaded.data)) == ("potager-1", "/home/pi/jardin-potager-1")
    assert (loaded.interval_s, loaded.language, loaded.pins) == (300.0, "en", "fake")
    assert loaded.broker == answers().broker
    assert loaded.sensors == tables_of()
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_line_is_explained_in_the_readers_language(language: str) -> None:
    text = file_text(answers(language=language))
    explained = {"fr": "# secondes entre deux mesures", "en": "# seconds between two samples"}
    assert f"{explained[language]}\ninterval_s = 300\n" in text
    assert ("# sonde de sol capacitive" in text) is (language == "fr")


def test_a_file_with_a_password_is_for_its_owner_alone(tmp_path: Path) -> None:
    write(answers(), tmp_path / "secret.toml")
    write(answers(broker=Broker()), tmp_path / "open.toml")

    assert (tmp_path / "secret.toml").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "open.toml").stat().st_mode & 0o777 == 0o644


def test_a_password_can_be_left_out_of_what_is_shown() -> None:
    shown = file_text(answers(), hide_password=True)
    assert "wörd" not in shown
    assert f'password = "{HIDDEN}"' in shown


def test_settings_that_are_there_are_not_written_over_unasked(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text("mine")
    with pytest.raises(UsageError) as caught:
        write(answers(), path)
    assert caught.value.code == "FILE_EXISTS"
    assert path.read_text() == "mine"

    write(answers(), path, overwrite=True)
    assert config.load(path).node == "potager-1"


def test_settings_that_cannot_be_leave_the_old_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "node.toml"
    path.write_text("mine")
    with pytest.raises(ConfigError):
        write(answers(interval_s=1.0), path, overwrite=True)
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as caught:
        write(answers(), tmp_path / "absent" / "node.toml")
    assert "absent" in caught.value.en
