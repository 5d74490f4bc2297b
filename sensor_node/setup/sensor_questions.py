"""The questions about the sensors: which are connected, and each one's options."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import MISSING, Field
from functools import partial
from typing import Any

from sensor_node.drivers import TABLE, driver_module
from sensor_node.errors import ConfigError, UsageError
from sensor_node.settings import About, describe, from_answer, reject_unknown
from sensor_node.setup.choices import Choices, channel_options, is_gpio, plain_name
from sensor_node.setup.fitting import (
    PLACES,
    check_names,
    check_places,
    several_without_id,
    try_out,
)
from sensor_node.setup.talk import Questions

DEFAULT_KIND = "pi-health"
"""Nothing to wire, and never wrong."""
NONE = "-"
FLAG = "--sensor"

Table = dict[str, Any]


def sensor_tables(questions: Questions, flags: Sequence[str] | None) -> list[Table]:
    """The tables of ``[[sensors]]``, from ``--sensor`` flags or by asking.

    Raises ``ConfigError`` for a flag that cannot be, ``UsageError`` where nobody answers.
    """
    begun = [parse_flag(flag) for flag in flags] if flags else _chosen(questions)
    kinds = [table["type"] for table in begun]
    tables: list[Table] = []
    for started in begun:
        beside = Choices(tables, kinds)
        if flags:
            _name_channels(started, beside)
        tables.append(_complete(questions, started, beside, asked=not flags))
    return tables


def parse_flag(text: str) -> Table:
    """``dht22 pin=4 temperature=air`` as a table, each value as its option wants it."""
    try:
        kind, *pairs = shlex.split(text)
    except ValueError:
        raise _flag_wrong(text) from None
    module = driver_module(kind)
    known = [key for key, _, _ in describe(module.Options)]
    table: Table = {"type": kind}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise _flag_wrong(text)
        reject_unknown({name: None}, known, f"{kind}.")
        table[name] = from_answer(module.Options, name, value)
    return table


def _chosen(questions: Questions) -> list[Table]:
    """Which parts are connected, by number; only what they are, nothing of them yet."""
    kinds = list(TABLE)
    language = questions.language
    questions.say(questions.pick("\nCe qui peut être branché :", "\nWhat can be connected:"))
    for number, kind in enumerate(kinds, 1):
        questions.say(f" {number:3}  {plain_name(kind).text(language)} ({kind})")
    return questions.answer(
        FLAG,
        None,
        questions.pick(
            "Qu'avez-vous branché ? Des numéros ; deux fois le même pour deux pièces",
            "What have you connected? Numbers; twice the same for two parts",
        ),
        str(kinds.index(DEFAULT_KIND) + 1),
        partial(_kinds_from, kinds),
    )


def _kinds_from(kinds: Sequence[str], text: str) -> list[Table]:
    words = text.replace(",", " ").split()
    if not words or not all(word.isdecimal() and 0 < int(word) <= len(kinds) for word in words):
        raise ConfigError(
            "CHOICE_WRONG",
            fr=f"Des numéros de 1 à {len(kinds)}, séparés par des espaces.",
            en=f"Numbers from 1 to {len(kinds)}, with spaces between them.",
        )
    return [{"type": kinds[int(word) - 1]} for word in words]


def _name_channels(started: Table, beside: Choices) -> None:
    """A flag that names no channel means all that the part can measure, by their usual names."""
    names = channel_options(driver_module(started["type"]).Options)
    if not any(name in started for name in names):
        suggested = beside.also(started).table(started["type"])
        started.update({name: suggested[name] for name in names if name in suggested})


def _complete(questions: Questions, started: Table, beside: Choices, *, asked: bool) -> Table:
    """``started`` with the rest of its options; all again where the driver refuses the whole."""
    while True:
        table = _options(questions, dict(started), beside, asked=asked)
        try:
            check_names(table["type"], beside.also(table))
            check_places(table, beside)
            try_out([*beside.taken, table])
        except ConfigError as error:
            if questions.talk is None or not asked:
                raise
            questions.say(f"  {error.text(questions.language)}")
            continue
        return table


def _options(questions: Questions, table: Table, beside: Choices, *, asked: bool) -> Table:
    kind = table["type"]
    if asked:
        questions.say(f"\n{plain_name(kind).text(questions.language)} ({kind})")
    for name, each, about in describe(driver_module(kind).Options):
        is_needed = each.default is MISSING
        if name in table or not (asked or is_needed):
            continue
        so_far = beside.also(table)
        suggested = so_far.suggestion(kind, name)
        usual = None if is_needed else NONE
        value = questions.answer(
            f'{FLAG} "{kind} {name}=…"',
            None,
            f"  {_question(name, each, about, questions.language)}",
            usual if suggested is None else _shown(suggested, name),
            partial(_option, so_far, kind, name),
        )
        if value is not None and (is_needed or value != each.default):
            table[name] = value
    return table


def _option(beside: Choices, kind: str, name: str, text: str) -> Any:
    """One answer, looked at beside all that is known so far; None for no value."""
    options = driver_module(kind).Options
    ((each, about),) = ((e, a) for key, e, a in describe(options) if key == name)
    if text == NONE and each.default is None:
        if name == "id" and beside.count(kind) > 1:
            raise several_without_id()
        return None
    value = from_answer(options, name, text)
    so_far = beside.also({**beside.begun, name: value})
    check_names(kind, so_far)
    if is_gpio(about) or name in PLACES:
        check_places(so_far.table(kind), beside)
    return value


def _question(name: str, each: Field[Any], about: About, language: str) -> str:
    """``broche GPIO (numéro BCM), de 0 à 27 (pin)``."""
    text = about.fr if language == "fr" else about.en
    bounds = ""
    if about.least is not None and about.most is not None and about.unit:
        to = "à" if language == "fr" else "to"
        bounds = f", {about.least:g} {to} {about.most:g} {about.unit}"
    none = ""
    if each.default is None:
        none = f" ; {NONE} : aucune" if language == "fr" else f"; {NONE}: none"
    return f"{text}{bounds} ({name}){none}"


def _shown(value: Any, name: str) -> str:
    """A value as a person would type it."""
    if name == "address":
        return f"0x{value:02x}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _flag_wrong(text: str) -> UsageError:
    return UsageError(
        "SENSOR_FLAG_WRONG",
        fr=f"--sensor « {text} » : écrivez le type puis des nom=valeur, comme "
        "« dht22 pin=4 temperature=air humidity=humidity ».",
        en=f"--sensor '{text}': write the type, then name=value pairs, like "
        "'dht22 pin=4 temperature=air humidity=humidity'.",
    )
