"""The set-up of a node: all its questions in order, each also a flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sensor_node import wire
from sensor_node.config import NodeSettings
from sensor_node.errors import ConfigError
from sensor_node.link import Broker
from sensor_node.settings import from_answer
from sensor_node.setup.sensor_questions import NONE, sensor_tables
from sensor_node.setup.settings_file import Answers
from sensor_node.setup.talk import Questions

DEFAULT_NODE, DEFAULT_HOST = "potager-1", "jardin.local"


@dataclass(frozen=True)
class Given:
    """What the flags say; None for what is to be asked.

    ``has_joined``: the garden has said already where the broker is and how to enter.
    """

    has_joined: bool = False
    node: str | None = None
    data: str | None = None
    interval: str | None = None
    language: str | None = None
    pins: str | None = None
    host: str | None = None
    port: str | None = None
    username: str | None = None
    password: str | None = None
    sensors: Sequence[str] | None = None


def interview(questions: Questions, given: Given, home: Path, *, is_pi: bool) -> Answers:
    """All answers, each checked. ``home``: below it the data are kept unless told otherwise;
    ``is_pi``: only elsewhere it is asked whether the pins are fake.

    Raises ``ConfigError`` for a wrong flag and ``UsageError`` for a missing one.
    """
    pick, ask = questions.pick, questions.answer
    questions.language = ask(
        "--language",
        # Nobody there to ask: the locale has said it already.
        given.language or (None if questions.talk else questions.language),
        pick("Langue des messages, fr ou en", "Language of the messages, fr or en"),
        questions.language,
        partial(from_answer, NodeSettings, "language"),
    )
    node = ask("--node", given.node, pick("Nom de ce nœud", "Name of this node"), DEFAULT_NODE,
               lambda text: wire.check_id(text, "node"))  # fmt: skip
    data = ask(
        "--data",
        given.data,
        pick("Dossier où garder ses mesures", "Folder to keep what it measures"),
        str(home / f"jardin-{node}"),
        lambda text: str(from_answer(NodeSettings, "data", text)),
    )
    interval_s = ask(
        "--interval",
        given.interval,
        pick("Secondes entre deux mesures", "Seconds between two samples"),
        "300",
        partial(from_answer, NodeSettings, "interval_s"),
    )
    pins = _pins(questions, given.pins, is_pi=is_pi)
    broker = None if given.has_joined else _broker(questions, given, node)
    tables = sensor_tables(questions, given.sensors)
    return Answers(node, data, interval_s, questions.language, pins, broker, tables)


def _pins(questions: Questions, given: str | None, *, is_pi: bool) -> str:
    if given is None and (is_pi or questions.talk is None):
        return "gpio"
    pins: str = questions.answer(
        "--pins",
        given,
        questions.pick(
            "Ceci n'est pas un Raspberry Pi. Vraies broches (gpio) ou capteurs factices (fake)",
            "This is not a Raspberry Pi. Real pins (gpio) or fake sensors (fake)",
        ),
        "gpio",
        partial(from_answer, NodeSettings, "pins"),
    )
    return pins


def _broker(questions: Questions, given: Given, node: str) -> Broker:
    pick, ask = questions.pick, questions.answer
    host = ask(
        "--host",
        given.host,
        pick("Adresse du serveur MQTT", "Address of the MQTT broker"),
        DEFAULT_HOST,
        _filled,
    )
    port: Any = ask(
        "--port",
        given.port,
        pick("Port du serveur MQTT", "Port of the MQTT broker"),
        "1883",
        partial(from_answer, Broker, "port"),
    )
    # With --yes alone, a broker that lets everybody in is the only one that can be hoped for.
    usual = node if questions.talk is not None or given.password is not None else NONE
    username = ask(
        "--username",
        given.username,
        pick(f"Nom MQTT de ce nœud ; {NONE} : aucun", f"MQTT name of this node; {NONE}: none"),
        usual,
        lambda text: "" if text == NONE else text,
    )
    password = given.password or ""
    if username and given.password is None:
        word = pick("Mot de passe MQTT (rien ne s'affiche)", "MQTT password (nothing is shown)")
        password = questions.secret("--password-file", word)
    return Broker(host, port, username, password)


def _filled(text: str) -> str:
    if text.strip():
        return text.strip()
    raise ConfigError("CHOICE_WRONG", fr="Il faut une réponse ici.", en="An answer is needed here.")
