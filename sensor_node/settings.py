"""Settings: a frozen dataclass is the one table that feeds the TOML file, the environment and
the docs.

A field made by ``setting`` carries its sentence, bounds and choices. ``load`` reads a file and
the environment into such a dataclass; whatever is wrong is a ``ConfigError`` that names the key,
what is expected, and for an unknown key the nearest right one.
"""

from __future__ import annotations

import difflib
import math
import os
import tomllib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from sensor_node.errors import ConfigError

T = TypeVar("T")
ENV_PREFIX = "JARDIN_"
_YES_AND_NO = {
    **dict.fromkeys(("true", "yes", "y", "oui", "o"), True),
    **dict.fromkeys(("false", "no", "n", "non"), False),
}


@dataclass(frozen=True, slots=True)
class About:
    """What a person needs to know of one setting."""

    fr: str
    en: str
    unit: str = ""
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()


def setting(
    default: Any = MISSING,
    *,
    fr: str,
    en: str,
    unit: str = "",
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A dataclass field with its sentence, ``unit``, bounds (inclusive) and choices."""
    metadata = {"about": About(fr, en, unit, least, most, choices)}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=default, metadata=metadata)


def section(kind: type[Any]) -> Any:
    """A dataclass field that is a TOML table of its own."""
    return field(default_factory=kind)


def load(kind: type[T], path: Path, environment: Mapping[str, str] = os.environ) -> T:
    """The settings in the TOML file ``path``, overridden by ``JARDIN_…`` variables.

    Raises ``ConfigError`` for a missing or unreadable file, a wrong key, type or value.
    """
    return build(kind, read_toml(path), environment)


def read_toml(path: Path) -> dict[str, Any]:
    """The table in the TOML file ``path``; ``ConfigError`` where there is none."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(
            "CONFIG_ABSENT",
            fr=f"Le fichier de réglages {path} n'existe pas : donnez le bon chemin avec --config.",
            en=f"The settings file {path} does not exist: give the right path with --config.",
        ) from None
    except OSError as error:
        raise ConfigError(
            "CONFIG_UNREADABLE",
            fr=f"Le fichier {path} ne peut pas être lu ({error.strerror}).",
            en=f"The file {path} cannot be read ({error.strerror}).",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "CONFIG_NOT_TOML",
            fr=f"Le fichier {path} n'est pas du TOML correct : {error}.",
            en=f"The file {path} is not correct TOML: {error}.",
        ) from None


def build(
    kind: type[T], table: Mapping[str, Any], environment: Mapping[str, str] | None = None
) -> T:
    """``kind`` from a parsed table; the environment wins over the table."""
    merged = _override(kind, dict(table), environment or {}, ENV_PREFIX)
    return _build(kind, merged, "")


def describe(kind: type[Any], prefix: str = "") -> Iterator[tuple[str, Field[Any], About]]:
    """Each setting of ``kind`` as (dotted key, field, About), for docs and ``--help``."""
    hints = typing.get_type_hints(kind)
    for each in fields(kind):
        if is_dataclass(hints[each.name]):
            yield from describe(typing.cast(type[Any], hints[each.name]), f"{prefix}{each.name}.")
        elif "about" in each.metadata:
            yield prefix + each.name, each, each.metadata["about"]


def from_answer(kind: type[Any], name: str, text: str) -> Any:
    """The value of the setting ``name`` of ``kind`` that a person typed: a decimal comma will do,
    so will oui and non, and a list is numbers or words with commas between them.

    Raises ``ConfigError`` that says what is expected.
    """
    wanted = typing.get_type_hints(kind)[name]
    (about,) = (each.metadata.get("about") for each in fields(kind) if each.name == name)
    kinds = {wanted, *typing.get_args(wanted)}
    value: Any = text
    if list[str] in kinds:
        value = [word for word in text.replace(",", " ").split() if word]
    elif list[float] in kinds:
        value = _from_text(f"[{text}]", wanted)
    elif bool in kinds:
        value = _YES_AND_NO.get(text.strip().lower(), text)
    else:
        value = _from_text(text.replace(",", ".") if float in kinds else text, wanted)
    return _check(value, wanted, name, about)


def variable_of(key: str) -> str:
    """The environment variable of a dotted key: ``broker.host`` is ``JARDIN_BROKER_HOST``."""
    return ENV_PREFIX + key.replace(".", "_").upper()


def reject_unknown(table: Mapping[str, Any], known: list[str], where: str) -> None:
    """Raises ``ConfigError`` for the first key of ``table`` that is not ``known``."""
    for key in table:
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
        fr = f" Vouliez-vous dire « {near[0]} » ?" if near else f" Possibles : {', '.join(known)}."
        en = f" Did you mean '{near[0]}'?" if near else f" Possible: {', '.join(known)}."
        raise ConfigError(
            "CONFIG_UNKNOWN_KEY",
            fr=f"Réglage inconnu « {where}{key} ».{fr}",
            en=f"Unknown setting '{where}{key}'.{en}",
        )


def _override(
    kind: type[Any], table: dict[str, Any], environment: Mapping[str, str], prefix: str
) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    for each in fields(kind):
        variable = prefix + each.name.upper()
        if is_dataclass(hints[each.name]):
            inner = table.get(each.name, {})
            if isinstance(inner, dict):
                nested = typing.cast(type[Any], hints[each.name])
                table[each.name] = _override(nested, dict(inner), environment, variable + "_")
        elif variable in environment and "about" in each.metadata:
            table[each.name] = _from_text(environment[variable], hints[each.name])
    return table


def _from_text(text: str, kind: Any) -> Any:
    """A variable's text as the TOML value it stands for; what is none is left to ``_check``."""
    wanted = {kind, *typing.get_args(kind)}
    if wanted & {int, float, bool} or any(typing.get_origin(k) is list for k in wanted):
        try:
            return tomllib.loads(f"v = {text}")["v"]
        except tomllib.TOMLDecodeError:
            return text
    return text


def _build(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    hints = typing.get_type_hints(kind)
    reject_unknown(table, [each.name for each in fields(kind)], where)  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for each in fields(kind):  # type: ignore[arg-type]
        wanted, key = hints[each.name], where + each.name
        if is_dataclass(wanted):
            inner = table.get(each.name, {})
            if not isinstance(inner, dict):
                raise _wrong(key, "doit être une table", "must be a table", None)
            values[each.name] = _build(typing.cast(type[Any], wanted), inner, key + ".")
        elif each.name not in table:
            if each.default is MISSING and each.default_factory is MISSING:
                raise _wrong(key, "il manque", "it is missing", each.metadata.get("about"))
        else:
            values[each.name] = _check(table[each.name], wanted, key, each.metadata.get("about"))
    return kind(**values)


def _check(value: Any, wanted: Any, key: str, about: About | None) -> Any:
    kinds = typing.get_args(wanted) if isinstance(wanted, types.UnionType) else (wanted,)
    if float in kinds and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if Path in kinds and isinstance(value, str):
        value = Path(value).expanduser()
    plain = tuple(typing.get_origin(k) or k for k in kinds)
    if not isinstance(value, plain) or (isinstance(value, bool) and bool not in plain):
        names = " / ".join(k.__name__ for k in plain if k is not type(None))
        raise _wrong(key, f"doit être : {names}", f"must be: {names}", about)
    if isinstance(value, list) and list[str] in kinds and not all(type(v) is str for v in value):
        raise _wrong(key, "doit être une liste de textes", "must be a list of texts", about)
    if about is not None:
        _check_bounds(value, key, about)
    return value


def _check_bounds(value: Any, key: str, about: About) -> None:
    if about.choices and value not in about.choices:
        allowed = ", ".join(about.choices)
        raise _wrong(key, f"doit être un de : {allowed}", f"must be one of: {allowed}", about)
    if not isinstance(value, int | float):
        return
    if not math.isfinite(value):
        raise _wrong(key, "doit être un nombre fini", "must be a finite number", about)
    if about.least is not None and value < about.least:
        raise _wrong(key, f"au moins {about.least:g}", f"at least {about.least:g}", about)
    if about.most is not None and value > about.most:
        raise _wrong(key, f"au plus {about.most:g}", f"at most {about.most:g}", about)


def _wrong(key: str, fr: str, en: str, about: About | None) -> ConfigError:
    unit = f" {about.unit}" if about and about.unit else ""
    return ConfigError(
        "CONFIG_WRONG_VALUE",
        fr=f"Réglage « {key} » : {fr}{unit}.{f' ({about.fr})' if about else ''}",
        en=f"Setting '{key}': {en}{unit}.{f' ({about.en})' if about else ''}",
    )
