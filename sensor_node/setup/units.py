"""Values in words that people know: a comma in French, °C and % instead of SenML's signs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sensor_node.wiring import Words

_SIGNS = {"Cel": "°C", "%RH": "%", "%EL": "%", "deg": "°", "W/m2": "W/m²", "/": "", None: ""}
_STATES: Mapping[str, tuple[Words, Words]] = {
    "tank_empty": (Words("pas vide", "not empty"), Words("vide", "empty")),
    "undervoltage": (Words("non", "no"), Words("oui", "yes")),
}
_DECIMALS = {
    "soil_moisture_raw": 4, "illuminance": 0, "rain": 2, "supply_voltage": 2, "wind_direction": 0,
    "signal": 0,
}  # fmt: skip
RAW = Words("(brut)", "(raw)")


@dataclass(frozen=True, slots=True)
class Usual:
    """Between ``least`` and ``most`` nothing is odd; below or above, ``words`` say what may be."""

    least: float
    most: float
    words: Words


_FEVER = Words("à l'ombre, et loin d'un mur chaud ?", "in the shade, away from a warm wall?")
USUAL: Mapping[str, Usual] = {
    "soil_moisture_raw": Usual(
        0.3,
        0.79,
        Words(
            "presque ce qu'une sonde donne hors de terre : est-elle enfoncée jusqu'au trait ?",
            "nearly what a probe gives out of the soil: is it pushed in up to its line?",
        ),
    ),
    "air_temperature": Usual(-25, 50, _FEVER),
    "soil_temperature": Usual(
        -10, 45, Words("est-il bien dans la terre ?", "is it really in the soil?")
    ),
    "relative_humidity": Usual(
        8, 100, Words("très sec : est-ce bien l'air libre ?", "very dry: is this open air?")
    ),
    "cpu_temperature": Usual(
        -20,
        80,
        Words("le Pi chauffe : donnez-lui de l'air.", "the Pi is hot: give it some air."),
    ),
    "pressure": Usual(
        700, 1085, Words("est-ce la pression d'ici ?", "is this the pressure around here?")
    ),
    "undervoltage": Usual(
        0,
        0,
        Words(
            "alimentation trop faible : changez le bloc ou le câble.",
            "the supply is too weak: change the power unit or its cable.",
        ),
    ),
    "signal": Usual(
        -80,
        0,
        Words(
            "Wi-Fi faible : rapprochez le point d'accès.",
            "weak Wi-Fi: bring the access point closer.",
        ),
    ),
    "battery": Usual(15, 100, Words("presque vide : rechargez-la.", "nearly empty: charge it.")),
}
"""What a garden gives on any day. A value outside is shown, and said to be doubtful."""

DOUBTS: Mapping[str, Words] = {
    "stuck": Words(
        "la valeur ne bouge plus : touchez le capteur ou chauffez-le, elle doit changer.",
        "the value does not move any more: touch the sensor or warm it, it must change.",
    ),
    "moved": Words(
        "la sonde a bougé : enfoncez-la bien, et n'y touchez plus.",
        "the probe has moved: push it in well, and leave it alone.",
    ),
    "flooded": Words(
        "la sonde est dans l'eau : laissez la terre s'égoutter.",
        "the probe is in water: let the soil drain.",
    ),
}
"""What the reasons of a driver that doubts its own value mean, and what to do."""

REMARKS: Mapping[str, Words] = {
    "soil_moisture_raw": Words(
        "brut : une part de l'échelle, de 0 à 1, qui baisse quand la terre est plus mouillée ; "
        "l'étalonnage se fait à la passerelle.",
        "raw: a share of the scale, 0 to 1, that falls when the soil gets wetter; calibration is "
        "the gateway's work.",
    ),
    "rain": Words(
        "compté depuis le début de cette commande : pour l'essayer, basculez l'auget pendant que "
        "le nœud tourne, et regardez la page.",
        "counted since this command began: to try it, tip the bucket while the node runs, and "
        "look at the page.",
    ),
}
"""What a value of a quantity does not say by itself."""


def number(value: float, quantity: str, language: str) -> str:
    """With the digits that the quantity's sensors can tell."""
    text = f"{value:.{_DECIMALS.get(quantity, 1)}f}"
    return text.replace(".", ",") if language == "fr" else text


def in_words(value: float, quantity: str, unit: str | None, language: str) -> str:
    """``21,4 °C``, ``vide``, ``0,4312 (brut)``."""
    if quantity in _STATES:
        return _STATES[quantity][value == 1].text(language)
    sign = RAW.text(language) if quantity == "soil_moisture_raw" else _SIGNS.get(unit, unit or "")
    return f"{number(value, quantity, language)} {sign}".strip()


def doubt(value: float, quantity: str) -> Words | None:
    """Why a value is odd for a garden, or None."""
    usual = USUAL.get(quantity)
    return None if usual is None or usual.least <= value <= usual.most else usual.words
