"""The words of the garden: quantities, states, faults and what to do, in the reader's language.

French is the source; ``N_`` marks what the catalogues translate, and a test reads these marks.
"""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from babel.dates import format_timedelta


def N_(text: str) -> str:  # noqa: N802 - gettext's customary mark
    """Mark ``text`` for translation and leave it as it is."""
    return text


@dataclass(frozen=True, slots=True)
class Look:
    """How a quantity is shown.

    ``family`` gives its colour, ``icon`` its picture, ``decimals`` its precision; ``span`` is the
    least height of its curve, in its unit, so that noise never looks like weather. ``high`` and
    ``low`` say what the ends of the curve mean.
    """

    name: str
    icon: str
    family: str
    decimals: int
    span: float
    high: str = ""
    low: str = ""


# In the order in which a gardener looks at them; the technical ones come last.
LOOKS: Final[Mapping[str, Look]] = {
    "soil_moisture": Look(N_("Eau dans la terre"), "soil", "soil", 0, 10),
    "soil_moisture_raw": Look(
        N_("Humidité de la terre"), "soil", "soil", 2, 0.1, N_("sec"), N_("humide")
    ),
    "soil_temperature": Look(N_("Température de la terre"), "soil-warmth", "soil", 1, 4),
    "air_temperature": Look(N_("Température de l’air"), "thermometer", "warmth", 1, 4),
    "relative_humidity": Look(N_("Humidité de l’air"), "drop", "water", 0, 10),
    "rain": Look(N_("Pluie"), "rain", "water", 1, 2),
    "water_volume": Look(N_("Eau versée"), "can", "water", 1, 5),
    "tank_level": Look(N_("Niveau de la cuve"), "tank", "water", 0, 10),
    "tank_empty": Look(N_("Cuve vide"), "tank", "water", 0, 1),
    "wind_speed": Look(N_("Vent"), "wind", "air", 1, 2),
    "wind_direction": Look(N_("Direction du vent"), "compass", "air", 0, 360),
    "illuminance": Look(N_("Lumière"), "sun", "light", 0, 500),
    "irradiance": Look(N_("Rayonnement du soleil"), "sun", "light", 0, 50),
    "pressure": Look(N_("Pression de l’air"), "gauge", "air", 0, 8),
    "number": Look(N_("Nombre"), "number", "plain", 3, 1),
    "battery": Look(N_("Pile"), "battery", "plain", 0, 10),
    "supply_voltage": Look(N_("Tension d’alimentation"), "bolt", "plain", 2, 0.5),
    "undervoltage": Look(N_("Tension trop basse"), "bolt", "plain", 0, 1),
    "signal": Look(N_("Force du Wi-Fi"), "signal", "plain", 0, 10),
    "cpu_temperature": Look(N_("Température du boîtier"), "chip", "plain", 1, 4),
}
UNKNOWN: Final = Look(N_("Mesure"), "number", "plain", 3, 1)
RANK: Final = {quantity: rank for rank, quantity in enumerate(LOOKS)}
YES_OR_NO: Final = frozenset({"tank_empty", "undervoltage"})

UNITS: Final[Mapping[str, str]] = {
    "Cel": "°C",
    "%RH": "%",
    "%EL": "%",
    "W/m2": "W/m²",
    "deg": "°",
    "l": "L",
    "/": "",
}

QUALITIES: Final[Mapping[str, str]] = {
    "good": N_("à jour"),
    "stale": N_("ancienne"),
    "suspect": N_("douteuse"),
    "fault": N_("en panne"),
    "none": N_("pas encore de mesure"),
}
NODE_STATES: Final[Mapping[str, str]] = {
    "online": N_("en ligne"),
    "offline": N_("arrêté"),
    "lost": N_("perdu de vue"),
    "unknown": N_("état inconnu"),
}

_Unit = Literal["day", "hour", "minute", "second"]
AGE_UNITS: Final[tuple[tuple[_Unit, int], ...]] = (("day", 86400), ("hour", 3600), ("minute", 60))
JUST_NOW_S: Final = 10
ONLY_GRANULARITY: Final = 1e9
"""Babel's threshold: no unit above the one that is asked for is ever large enough."""

# What a driver gives as the reason, what it means, and what to do.
FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "in air": (
        N_("la sonde est hors de terre"),
        N_("Remettez-la dans la terre, bien enfoncée."),
    ),
    "no answer": (
        N_("le capteur ne répond pas"),
        N_("Vérifiez ses fils et sa prise."),
    ),
    "checksum": (
        N_("le capteur répond de travers"),
        N_("Attendez la mesure suivante ; si cela dure, vérifiez ses fils."),
    ),
    "incomplete answer": (
        N_("le capteur ne répond qu’à moitié"),
        N_("Attendez la mesure suivante ; si cela dure, vérifiez ses fils."),
    ),
    "disconnected": (
        N_("la sonde est débranchée"),
        N_("Rebranchez la sonde et vérifiez ses trois fils."),
    ),
    "zeros": (
        N_("le capteur ne renvoie que des zéros"),
        N_("Vérifiez ses fils et sa prise."),
    ),
    "too slow": (
        N_("le capteur ne répond pas à temps"),
        N_("Vérifiez ses fils ; s’il reste muet, débranchez-le et relancez le nœud."),
    ),
    "nothing confirms": (
        N_("la valeur a sauté d’un coup"),
        N_("Attendez la mesure suivante ; si cela dure, vérifiez le capteur."),
    ),
    "no bus": (
        N_("le bus de ce capteur manque"),
        N_("Lancez « jardin-node doctor » sur ce nœud : il dit comment l’activer."),
    ),
    "floating": (
        N_("l’entrée est libre : aucune sonde n’y est branchée"),
        N_("Rebranchez la sonde, et mettez 100 kΩ entre l’entrée et GND."),
    ),
    "bus fault": (
        N_("le convertisseur ne répond pas"),
        N_("Vérifiez les fils du MCP3008 et son alimentation."),
    ),
    "bus busy": (
        N_("un autre capteur bloque le bus"),
        N_("Débranchez ses capteurs un par un pour trouver lequel, puis relancez le nœud."),
    ),
    "unsteady": (
        N_("la mesure n’arrête pas de changer"),
        N_("Vérifiez ses fils, et que rien ne bouge devant le capteur."),
    ),
    "below its range": (
        N_("ce capteur ne mesure pas le froid"),
        N_("Mettez-le dans une pièce chauffée ; dehors, prenez un autre capteur."),
    ),
    "over the scale": (
        N_("la tension dépasse ce que l’entrée mesure"),
        N_("Débranchez la batterie et vérifiez les deux résistances."),
    ),
    "saturated": (
        N_("il y a plus de lumière que le capteur n’en mesure"),
        N_("Mettez-lui un petit dôme blanc."),
    ),
    "is no rain": (
        N_("le pluviomètre a compté plus qu’il ne peut pleuvoir"),
        N_("Vérifiez son contact et ses fils."),
    ),
    "is no wind": (
        N_("l’anémomètre a compté plus que le vent ne peut souffler"),
        N_("Vérifiez son contact et ses fils."),
    ),
    "not calibrated then": (
        N_("la sonde n’était pas encore étalonnée"),
        N_("Attendez la mesure suivante, ou étalonnez-la aussi pour le passé."),
    ),
    "out of range": (
        N_("la valeur lue est impossible"),
        N_("Vérifiez le capteur et ses fils."),
    ),
}

# What a driver or the gateway gives as the reason of a doubt, what it means, and what to do.
DOUBTS: Final[Mapping[str, tuple[str, str]]] = {
    "stuck": (
        N_("la valeur ne bouge plus"),
        N_("Vérifiez le capteur : chauffez-le ou touchez-le, la valeur doit changer."),
    ),
    "moved": (
        N_("la sonde a bougé"),
        N_("Remettez-la dans la terre, bien enfoncée, et n’y touchez plus."),
    ),
    "flooded": (
        N_("la sonde est dans l’eau"),
        N_("Laissez la terre s’égoutter ; si elle est sèche, séchez la sonde."),
    ),
    "out of range": (
        N_("plus d’eau que tout, ou moins que rien"),
        N_("Étalonnez de nouveau la sonde : une fois sèche, une fois arrosée et ressuyée."),
    ),
    "estimated time": (
        N_("l’heure de cette mesure est estimée"),
        N_("Donnez au nœud un réseau ou une horloge."),
    ),
}

WINDS: Final = (
    N_("nord"),
    N_("nord-est"),
    N_("est"),
    N_("sud-est"),
    N_("sud"),
    N_("sud-ouest"),
    N_("ouest"),
    N_("nord-ouest"),
)


def look_of(quantity: str | None) -> Look:
    """How ``quantity`` is shown; a plain number where it is not known."""
    return LOOKS.get(quantity or "", UNKNOWN)


def wind_of(degrees: float) -> str:
    """The point of the compass that the wind comes from."""
    return WINDS[round(degrees / 45) % 8]


def fault_words(reason: str, words: gettext.NullTranslations) -> tuple[str, str]:
    """What a fault means, and what to do about it."""
    for known, (meaning, remedy) in FAULTS.items():
        if known in reason:
            return words.gettext(meaning), words.gettext(remedy)
    said = words.gettext("le capteur signale « %(reason)s »") % {"reason": reason}
    return said, words.gettext("Vérifiez le capteur et ses fils.")


def doubt_words(reason: str, words: gettext.NullTranslations) -> tuple[str, str]:
    """What a doubt means, and what to do about it."""
    meaning, remedy = DOUBTS.get(
        reason, (N_("valeur douteuse"), N_("Comparez avec un autre capteur ou votre main."))
    )
    return words.gettext(meaning), words.gettext(remedy)


def ago(age_s: float, words: gettext.NullTranslations, language: str) -> str:
    """An age in words: "il y a 3 min"; what is younger than ten seconds is "à l’instant"."""
    if age_s < JUST_NOW_S:
        return words.gettext("à l’instant")
    return _ago(language, *_whole(age_s))


@lru_cache(maxsize=512)  # a page of fifty channels says it fifty times
def _ago(language: str, unit: _Unit, whole_s: int) -> str:
    return format_timedelta(
        -whole_s,
        granularity=unit,
        threshold=ONLY_GRANULARITY,
        add_direction=True,
        format="short",
        locale=language,
    )


def lasting(age_s: float, language: str) -> str:
    """A duration in words: "3 heures"."""
    unit, whole_s = _whole(age_s)
    return format_timedelta(whole_s, granularity=unit, threshold=ONLY_GRANULARITY, locale=language)


def _whole(age_s: float) -> tuple[_Unit, int]:
    """The age in whole days, hours, minutes or seconds, rounded down as people tell it."""
    for unit, unit_s in AGE_UNITS:
        if age_s >= unit_s:
            return unit, int(age_s // unit_s) * unit_s
    return "second", int(age_s)
