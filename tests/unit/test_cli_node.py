"""``jardin-node`` answers a mistake with one plain sentence, the right exit code, no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LANGUAGES = pytest.mark.parametrize("language", ["fr", "en"])
GOOD = 'node = "potager-1"\ndata = "{data}"\npins = "{pins}"\n[broker]\nport = 1\n'
SOIL = '[[sensors]]\ntype = "soil-mcp3008"\nchannel = "bac-1-soil"\nadc_channel = 0\n'


def jardin_node(
    *arguments: str | Path, language: str | None = "en", **variables: str
) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of ``jardin-node``."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("JARDIN_")}
    if language is not None:
        variables["JARDIN_LANGUAGE"] = language
    done = subprocess.run(
        [sys.executable, "-m", "sensor_node", *map(str, arguments)],
        cwd=ROOT,
        env={**kept, "COLUMNS": "200", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def one_sentence(*arguments: str | Path, language: str, code: int, **variables: str) -> str:
    """What the command says, once it is sure that this is one line and ``code`` its exit code."""
    returned, out, said = jardin_node(*arguments, language=language, **variables)
    assert (returned, out) == (code, ""), said
    lines = said.splitlines()
    assert len(lines) == 1, said
    assert lines[0].endswith((".", "?", ")")), said
    return lines[0]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "node.toml"


def pick(language: str, fr: str, en: str) -> str:
    return fr if language == "fr" else en


@LANGUAGES
def test_a_wrong_key_is_refused_and_the_nearest_one_named(config: Path, language: str) -> None:
    config.write_text('node = "potager-1"\ndata = "d"\nintervall_s = 60\n')

    said = one_sentence("run", "--config", config, language=language, code=3)

    assert said == pick(
        language,
        "Réglage inconnu « intervall_s ». Vouliez-vous dire « interval_s » ?",
        "Unknown setting 'intervall_s'. Did you mean 'interval_s'?",
    )


@LANGUAGES
def test_a_missing_file_is_named(config: Path, language: str) -> None:
    said = one_sentence("run", "--config", config, language=language, code=3)

    assert str(config) in said
    assert pick(language, "n'existe pas", "does not exist") in said


@LANGUAGES
def test_a_value_out_of_bounds_is_refused_with_its_bound(config: Path, language: str) -> None:
    config.write_text('node = "potager-1"\ndata = "d"\ninterval_s = 1\n')

    said = one_sentence("run", "--config", config, language=language, code=3)

    assert "interval_s" in said
    assert pick(language, "au moins 10", "at least 10") in said


@LANGUAGES
def test_a_name_that_cannot_travel_is_refused(config: Path, language: str) -> None:
    config.write_text('node = "Potager 1"\ndata = "d"\n')

    said = one_sentence("run", "--config", config, language=language, code=3)

    assert "Potager 1" in said
    assert pick(language, "lettres minuscules", "lower-case letters") in said


@LANGUAGES
def test_a_machine_without_spi_is_said_so(config: Path, tmp_path: Path, language: str) -> None:
    config.write_text(GOOD.format(data=tmp_path / "data", pins="gpio") + SOIL)

    said = one_sentence("run", "--config", config, language=language, code=4)

    assert pick(language, "Pas de bus SPI", "No SPI bus") in said
    assert "raspi-config" in said


@LANGUAGES
def test_a_folder_that_cannot_be_written_is_said_so(
    config: Path, tmp_path: Path, language: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    config.write_text(GOOD.format(data=tmp_path / "file" / "data", pins="fake"))

    said = one_sentence("run", "--config", config, language=language, code=5)

    assert str(tmp_path / "file" / "data") in said
    assert pick(language, "n'est pas accessible en écriture", "is not writable") in said


@LANGUAGES
def test_the_language_of_the_settings_is_that_of_the_answer(
    config: Path, tmp_path: Path, language: str
) -> None:
    (tmp_path / "file").write_text("in the way")
    text = f'language = "{language}"\n' + GOOD.format(data=tmp_path / "file" / "data", pins="fake")
    config.write_text(text)

    _, _, said = jardin_node("run", "--config", config, language=None)

    assert pick(language, "n'est pas accessible", "is not writable") in said


@LANGUAGES
def test_a_simulated_node_that_does_not_exist_is_answered_with_those_that_do(
    tmp_path: Path, language: str
) -> None:
    said = one_sentence(
        "simulate", "--node", "balcon", "--data", tmp_path, language=language, code=2
    )

    assert "potager" in said
    assert pick(language, "« balcon »", "'balcon'") in said


@pytest.mark.parametrize(
    ("option", "value", "language"), [("--interval", "5", "fr"), ("--past-days", "31", "en")]
)
def test_a_simulation_out_of_bounds_is_refused(option: str, value: str, language: str) -> None:
    said = one_sentence("simulate", "--node", "potager", option, value, language=language, code=2)

    assert option in said
    assert pick(language, " à ", " to ") in said


@LANGUAGES
def test_a_recording_that_is_not_there_is_named(tmp_path: Path, language: str) -> None:
    code, _, said = jardin_node(
        "replay",
        tmp_path / "absent.csv",
        "--node=pot",
        "--time=time",
        "--map=temp=air:air_temperature",
        f"--data={tmp_path}",
        "--port=1",
        language=language,
    )

    assert code == 2
    assert pick(language, "ne peut pas être lu", "cannot be read") in said.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        (("--map=temp",), 3, "temp"),
        (("--map=temp=air",), 2, "COLUMN=channel:quantity"),
        (("--map=temp=Air:air_temperature",), 3, "'Air'"),
        (("--map=temp=air:warmth",), 3, "quantity"),
        (("--map=temp=air:air_temperature", "--zone=Europe/Pari"), 3, "'Europe/Pari'"),
        (("--map=temp=air:air_temperature", "--speed=0"), 2, "--speed"),
        (("--map=temp=air:air_temperature", "--separator=ab"), 3, "single character"),
    ],
)
def test_a_map_that_cannot_be_is_refused_before_anything_is_sent(
    tmp_path: Path, arguments: tuple[str, ...], code: int, expected: str
) -> None:
    said = one_sentence(
        "replay",
        tmp_path / "any.csv",
        "--node=pot",
        "--time=time",
        f"--data={tmp_path / 'data'}",
        *arguments,
        language="en",
        code=code,
    )

    assert expected in said
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [(), ("sow",), ("run",), ("run", "--config"), ("simulate", "--node", "serre", "--port", "x")],
)
def test_wrong_usage_is_exit_code_2_with_the_usage(arguments: tuple[str, ...]) -> None:
    code, out, said = jardin_node(*arguments)

    assert (code, out) == (2, "")
    assert said.startswith("usage: jardin-node")


def test_a_port_in_the_environment_that_is_none_spoils_only_the_command_that_uses_it(
    tmp_path: Path,
) -> None:
    code, out, _ = jardin_node("--help", JARDIN_BROKER_PORT="abc")
    assert (code, "simulate" in out) == (0, True)

    said = one_sentence(
        "simulate",
        "--node=serre",
        f"--data={tmp_path / 'data'}",
        language="en",
        code=3,
        JARDIN_BROKER_PORT="abc",
    )
    assert "'broker.port': must be: int" in said
    assert not (tmp_path / "data").exists()


@LANGUAGES
def test_help_describes_each_command_in_the_readers_language(language: str) -> None:
    code, out, said = jardin_node("--help", language=language)

    assert (code, said) == (0, "")
    assert pick(language, "mesurer et envoyer", "measure and send") in out
    assert pick(language, "enregistrement CSV", "recording from CSV") in out


def test_the_version_is_that_of_the_package() -> None:
    code, out, _ = jardin_node("--version")

    assert (code, out) == (0, "jardin-node 0.1.0\n")
