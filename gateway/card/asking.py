"""What a kit and one of its cards are to be: from the flags, else asked, else the default."""

from __future__ import annotations

import argparse
import secrets
import tomllib
from dataclasses import replace
from pathlib import Path

from gateway.card.answers import Answers, check, check_password, new_password
from gateway.card.kit_folder import Facts, KitFolder, hotspot_of, new_name
from gateway.card.questions import Questions
from gateway.security.codes import new_short
from sensor_node import wire
from sensor_node.clock import SystemClock
from sensor_node.console import pick
from sensor_node.errors import ConfigError, language_of

NODE = "bac-1"
NODE_DATA = "/var/lib/jardin-node"


def kit_of(options: argparse.Namespace, questions: Questions) -> tuple[KitFolder, Facts]:
    """The kit's folder, made where it is not there, with more nodes where ``--nodes`` names them.

    Raises ``ConfigError``, ``UsageError`` and ``StorageError``.
    """
    kit = KitFolder(options.kit or _only_kit() or Path(new_name()))
    _check_place(kit.path, options.boot)
    if kit.is_made:
        old = kit.facts()
        nodes = dict.fromkeys([*old.nodes.split(), *_words(options.nodes or "")])
        facts = replace(old, nodes=" ".join(nodes))
    else:
        facts = _new_facts(options, kit.path.name, questions)
    _check_facts(facts)
    kit.make(facts, SystemClock())
    return kit, facts


def _check_place(path: Path, boot: Path) -> None:
    """All keys of the kit stay on this computer: a card's partition is read by anybody."""
    if path.resolve().is_relative_to(boot.resolve()) or (path.exists() and not path.is_dir()):
        raise ConfigError(
            "CARD_ANSWER",
            fr=f"--kit : « {path} » ne convient pas ; attendu : un dossier de cet ordinateur, qui "
            "n'est pas sur la carte. Rien n'a été écrit.",
            en=f"--kit: '{path}' will not do; expected: a folder of this computer, which is not on "
            "the card. Nothing was written.",
        )


def settings_of(options: argparse.Namespace, answers: Answers) -> str | None:
    """A person's own node.toml, for this node and this card; None: the kit's.

    What is wrong in it the node itself says; what it must have from the card is said here. Raises
    ``ConfigError``.
    """
    if options.settings is None:
        return None
    try:
        text = str(options.settings.read_text(encoding="utf-8"))
        told = tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise _unreadable(options.settings) from error
    wanted = {"node": answers.node, "data": NODE_DATA}
    for name, value in wanted.items():
        if told.get(name) != value:
            raise _other_setting(options.settings, name, value)
    return text


def _only_kit() -> Path | None:
    """The kit's folder here, where there is just one."""
    found = list(Path().glob("*/kit.toml"))
    return found[0].parent if len(found) == 1 else None


def _new_facts(options: argparse.Namespace, name: str, questions: Questions) -> Facts:
    ask = questions.answer
    nodes = ask(
        "--nodes", options.nodes, pick("Nœuds du kit", "Nodes of the kit"), options.node or NODE
    )
    return Facts(
        name=name,
        hostname=ask("--hostname", options.hostname, pick("Nom du Pi", "The Pi's name"), "jardin"),
        garden=ask("--garden", options.garden, pick("Nom du jardin", "Garden's name"), "Jardin"),
        language=ask(
            "--language", options.language, pick("Langue (fr, en)", "Language (fr, en)"),
            language_of(),
        ),
        country=ask("--country", options.country, pick("Pays du Wi-Fi", "Wi-Fi country"), "FR"),
        timezone=ask(
            "--timezone", options.timezone, pick("Fuseau horaire", "Time zone"), "Europe/Paris"
        ),
        hotspot=ask(
            "--hotspot", options.hotspot, pick("Nom du Wi-Fi", "Name of the Wi-Fi"),
            hotspot_of(name),
        ),
        password=check_password(options.wifi_password or new_password()),
        code=new_short(),
        nodes=" ".join(_words(nodes)),
    )  # fmt: skip


def answers_of(
    options: argparse.Namespace, system: str, facts: Facts, questions: Questions
) -> Answers:
    """What this card is to be. Raises ``ConfigError`` and ``UsageError``."""
    node = ""
    if options.role != "gateway":
        default = facts.nodes.split()[0] if options.role == "kit" else None
        node = questions.answer(
            "--node", options.node, pick("Nom de ce nœud", "Name of this node"), default
        )
        _require_node(node, facts)
    answers = _card(options.role, system, facts, node, options.pins)
    check(answers)
    return answers


def _check_facts(facts: Facts) -> None:
    """Before anything is made of them."""
    nodes = facts.nodes.split() or [""]  # a kit without any node is told as a node without a name
    for node in nodes:
        wire.check_id(node, "node")
    check(_card("kit", "bookworm", facts, nodes[0]))


def _card(role: str, system: str, facts: Facts, node: str, pins: str = "gpio") -> Answers:
    return Answers(
        card=secrets.token_hex(8),
        role=role,
        system=system,
        kit=facts.name,
        hostname=node.lower() if role == "node" else facts.hostname,
        garden=facts.garden,
        language=facts.language,
        country=facts.country,
        timezone=facts.timezone,
        hotspot=facts.hotspot,
        node=node,
        pins=pins,
    )


def _words(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _require_node(node: str, facts: Facts) -> None:
    if node in facts.nodes.split():
        return
    raise ConfigError(
        "CARD_UNKNOWN_NODE",
        fr=f"Le kit {facts.name} n'a pas de nœud « {node} » ; il a : {facts.nodes}. Rien n'a été "
        "écrit sur la carte.",
        en=f"The kit {facts.name} has no node '{node}'; it has: {facts.nodes}. Nothing was written "
        "on the card.",
    )


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        "CARD_SETTINGS_UNREADABLE",
        fr=f"{path} ne se lit pas comme un node.toml. Rien n'a été écrit sur la carte.",
        en=f"{path} cannot be read as a node.toml. Nothing was written on the card.",
    )


def _other_setting(path: Path, name: str, value: str) -> ConfigError:
    return ConfigError(
        "CARD_ANSWER",
        fr=f'{path} : écrivez {name} = "{value}". Rien n\'a été écrit sur la carte.',
        en=f'{path}: write {name} = "{value}". Nothing was written on the card.',
    )
