"""What a card is to be: the answers, each checked, and as they stand in its ``card.toml``."""

from __future__ import annotations

import re
import secrets
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final
from zoneinfo import available_timezones

from gateway.toml_text import printable, toml_line, toml_text
from sensor_node import wire
from sensor_node.errors import LANGUAGES, ConfigError, StorageError

ROLES: Final = ("kit", "gateway", "node")
GATEWAY_ADDRESS: Final = "10.42.0.1"
"""The gateway's, on the kit's own Wi-Fi (system/gateway/…/jardin-hotspot.nmconnection)."""
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that a person takes for another on paper."""
PINS: Final = ("gpio", "fake")
_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_COUNTRY: Final = re.compile(r"[A-Z]{2}")
_PLAIN: Final = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9 ._+!?=,:/@#&*()-]*[A-Za-z0-9._+!?=,:/@#&*()-])?"
)
"""What NetworkManager's files take as it is, and every phone can type."""


@dataclass(frozen=True, slots=True)
class Words:
    """What the kit's sheet says and its cards must know: the Wi-Fi's ``password``, and the ``code``
    of the first start.
    """

    password: str
    code: str

    def to_text(self) -> str:
        """As it stands on the card until its first start has taken it away."""
        return f'password = "{self.password}"\ncode = "{self.code}"\n'


@dataclass(frozen=True, slots=True)
class Answers:
    """What ``card.toml`` says; no secret is in it. ``card``: the card's own number, new each time
    that it is made; ``node``: the node's name, empty on a gateway alone; ``kit``: of which it is.
    """

    card: str
    role: str
    system: str
    kit: str
    hostname: str
    garden: str
    language: str
    country: str
    timezone: str
    hotspot: str
    node: str = ""
    pins: str = "gpio"

    @property
    def has_gateway(self) -> bool:
        """Whether a gateway runs on it."""
        return self.role != "node"

    @property
    def has_node(self) -> bool:
        """Whether a node runs on it."""
        return self.role != "gateway"

    def values(self, words: Words | None = None) -> dict[str, str]:
        """What fills the gaps of the templates (gateway.card.templates)."""
        told = {name.upper(): value for name, value in asdict(self).items()}
        secret = asdict(words) if words else {}
        return told | {
            **{name.upper(): value for name, value in secret.items()},
            "USER": "jardin" if self.has_gateway else "jardin-node",
            "UUID": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{self.kit}.{self.hotspot}.jardin")),
            "GARDEN": toml_text(printable(self.garden)),
        }

    def to_text(self) -> str:
        """``card.toml``."""
        lines = [toml_line(name, value) for name, value in asdict(self).items()]
        head = "# Écrit par « jardin-gateway card ». Written by 'jardin-gateway card'."
        return "\n".join([head, *lines, ""])


def read_words(text: str) -> Words:
    """The words in ``text``. Raises ``StorageError``."""
    try:
        words = Words(**tomllib.loads(text))
        check_password(words.password)
    except (tomllib.TOMLDecodeError, TypeError, ConfigError) as error:
        raise _damaged("words.toml") from error
    return words


def read_answers(text: str) -> Answers:
    """The answers in ``text``. Raises ``StorageError`` where it is no whole card.toml."""
    try:
        told: Mapping[str, Any] = tomllib.loads(text)
        answers = Answers(**told)
        if not all(isinstance(value, str) for value in asdict(answers).values()):
            raise TypeError("not a text")
        check(answers)
    except (tomllib.TOMLDecodeError, TypeError, ConfigError) as error:
        raise _damaged("card.toml") from error
    return answers


def _damaged(name: str) -> StorageError:
    return StorageError(
        "CARD_DAMAGED",
        fr=f"{name} n'est pas entier : la carte est abîmée, ou sa copie inachevée. Refaites-la "
        "avec « jardin-gateway card ».",
        en=f"{name} is not whole: the card is damaged, or its copy unfinished. Make it again with "
        "'jardin-gateway card'.",
    )


def check(answers: Answers) -> None:
    """Raises ``ConfigError`` for the first answer that cannot be."""
    if answers.role not in ROLES:
        raise _wrong("--role", answers.role, ", ".join(ROLES), ", ".join(ROLES))
    if answers.has_node:
        wire.check_id(answers.node, "node")
    if not _HOST.fullmatch(answers.hostname):
        raise _wrong(
            "--hostname",
            answers.hostname,
            "a-z, 0-9 et - (63 au plus)",
            "a-z, 0-9 and - (up to 63)",
        )
    if not answers.garden.strip():
        raise _wrong("--garden", answers.garden, "un nom", "a name")
    if answers.language not in LANGUAGES:
        raise _wrong("--language", answers.language, "fr, en", "fr, en")
    if not _COUNTRY.fullmatch(answers.country):
        raise _wrong("--country", answers.country, "deux majuscules (FR)", "two capitals (FR)")
    zones = available_timezones()  # none where a small system has no tzdata
    if zones and answers.timezone not in zones:
        raise _wrong("--timezone", answers.timezone, "Europe/Paris", "Europe/Paris")
    if not 1 <= len(answers.hotspot) <= 32 or not _PLAIN.fullmatch(answers.hotspot):
        raise _wrong(
            "--hotspot", answers.hotspot, "1 à 32 lettres sans accent", "1 to 32 plain letters"
        )
    if answers.pins not in PINS:
        raise _wrong("--pins", answers.pins, ", ".join(PINS), ", ".join(PINS))


def check_password(password: str) -> str:
    """``password`` for the Wi-Fi. Raises ``ConfigError``."""
    if not 8 <= len(password) <= 63 or not _PLAIN.fullmatch(password):
        raise ConfigError(
            "CARD_WIFI_PASSWORD",
            fr="Le mot de passe du Wi-Fi a de 8 à 63 lettres, chiffres ou signes sans accent : "
            "donnez-en un autre avec --wifi-password, ou aucun, et il est tiré au sort.",
            en="The Wi-Fi password has 8 to 63 plain letters, digits or signs: give another one "
            "with --wifi-password, or none, and it is drawn by lot.",
        )
    return password


def new_password() -> str:
    """Three groups of four letters, 59 bits: a person types it once."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


def _wrong(flag: str, value: str, fr: str, en: str) -> ConfigError:
    return ConfigError(
        "CARD_ANSWER",
        fr=f"{flag} : « {value} » ne convient pas ; attendu : {fr}. Rien n'a été écrit.",
        en=f"{flag}: '{value}' will not do; expected: {en}. Nothing was written.",
    )
