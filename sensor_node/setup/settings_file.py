"""node.toml as a person finds it: each line with what it means, in the reader's language."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sensor_node import config
from sensor_node.config import NodeSettings
from sensor_node.database import storage_error
from sensor_node.errors import UsageError
from sensor_node.link import Broker
from sensor_node.settings import describe
from sensor_node.setup.choices import plain_name
from sensor_node.setup.toml_text import toml_comment, toml_value
from sensor_node.wiring import Words

HIDDEN = "********"
PRIVATE, PUBLIC = 0o600, 0o644


@dataclass(frozen=True)
class Answers:
    """All that the file will say. ``broker`` None: the node has joined, garden.toml tells it.
    ``sensors``: tables of ``[[sensors]]``.
    """

    node: str
    data: str
    interval_s: float
    language: str
    pins: str
    broker: Broker | None
    sensors: Sequence[Mapping[str, Any]] = field(default_factory=list)


def file_text(answers: Answers, *, hide_password: bool = False) -> str:
    """The file's text."""
    return "\n".join(_lines(answers, hide_password=hide_password)) + "\n"


def write(answers: Answers, path: Path, *, overwrite: bool = False) -> None:
    """Write the file whole or not at all, readable for its owner alone where it has a password.

    What was written is loaded back before it takes its name. Raises ``UsageError`` where the file
    is there already, ``StorageError`` where it cannot be written, ``ConfigError`` for settings
    that cannot be.
    """
    if path.exists() and not overwrite:
        raise file_exists(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=".node-", suffix=".toml")
    except OSError as error:
        raise storage_error(error, path.absolute()) from error
    fresh = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(file_text(answers))
            file.flush()
            os.fsync(file.fileno())
        config.load(fresh)
        fresh.chmod(PRIVATE if answers.broker and answers.broker.password else PUBLIC)
        fresh.replace(path)
    except OSError as error:
        raise storage_error(error, path.absolute()) from error
    finally:
        fresh.unlink(missing_ok=True)


def file_exists(path: Path) -> UsageError:
    """Nobody's settings are written over unasked."""
    return UsageError(
        "FILE_EXISTS",
        fr=f"{path} existe déjà : donnez un autre nom avec --output, ou --force pour le remplacer.",
        en=f"{path} exists already: give another name with --output, or --force to replace it.",
    )


def _lines(answers: Answers, *, hide_password: bool) -> Iterator[str]:
    language = answers.language
    yield toml_comment(
        Words(
            f"Les réglages du nœud {answers.node}, écrits par « jardin-node init ».",
            f"The settings of the node {answers.node}, written by 'jardin-node init'.",
        ).text(language)
    )
    yield toml_comment(
        Words(
            "Chaque réglage est expliqué dans docs/configuration.md.",
            "Each setting is explained in docs/configuration.md.",
        ).text(language)
    )
    yield ""
    told = {
        "node": answers.node,
        "data": answers.data,
        "interval_s": _short(answers.interval_s),
        "language": language,
        "pins": answers.pins,
    }
    yield from _settings(NodeSettings, told, language)
    if answers.broker is not None:
        yield from _broker(answers.broker, language, hide_password=hide_password)
    for table in answers.sensors:
        yield ""
        yield toml_comment(plain_name(table["type"]).text(language))
        yield "[[sensors]]"
        yield from (f"{key} = {toml_value(value)}" for key, value in table.items())


def _broker(broker: Broker, language: str, *, hide_password: bool) -> Iterator[str]:
    yield ""
    yield "[broker]"
    told: dict[str, Any] = {"host": broker.host, "port": broker.port}
    if broker.username:
        told["username"] = broker.username
    if broker.password:
        told["password"] = HIDDEN if hide_password else broker.password
    yield from _settings(Broker, told, language)


def _short(number: float) -> float:
    """300, not 300.0: a person reads this file."""
    return int(number) if number.is_integer() else number


def _settings(kind: type[Any], told: Mapping[str, Any], language: str) -> Iterator[str]:
    for key, _, about in describe(kind):
        if key in told:
            yield toml_comment(about.fr if language == "fr" else about.en)
            yield f"{key} = {toml_value(told[key])}"
