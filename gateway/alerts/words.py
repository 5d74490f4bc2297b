"""An alert in words: what, where, since when, and what to do. French and English."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from gateway.alerts.alert import Alert
from gateway.alerts.rules import Value
from gateway.watering.reasons import Language

DO: Final[Mapping[str, dict[Language, str]]] = {
    "frost_alert": {
        "fr": "Couvrez maintenant les plantes fragiles ; n'arrosez pas.",
        "en": "Cover tender plants now; do not water.",
    },
    "frost_watch": {
        "fr": "Préparez les voiles ; couvrez les plantes fragiles avant la nuit.",
        "en": "Get the fleece ready; cover tender plants before night.",
    },
    "heat_flowers": {
        "fr": "Ombrez, paillez, aérez la serre ; arrosez au pied le soir.",
        "en": "Shade, mulch, air the greenhouse; water at the foot in the evening.",
    },
    "heat_salads": {
        "fr": "Ombrez et paillez ; récoltez avant la montée en graines.",
        "en": "Shade and mulch; harvest before they bolt.",
    },
    "blight_risk": {
        "fr": "Regardez le dessous des feuilles ; ne mouillez pas le feuillage, aérez.",
        "en": "Look under the leaves; keep the leaves dry, give them air.",
    },
    "thirst": {
        "fr": "Arrosez au pied ; le conseil du jour dit combien.",
        "en": "Water at the foot; the advice of the day says how much.",
    },
    "tank_low": {
        "fr": "Remplissez la citerne, ou gardez l'eau pour les semis.",
        "en": "Fill the tank, or keep the water for the seedlings.",
    },
    "node_silent": {
        "fr": "Vérifiez son courant et son Wi-Fi ; il garde ses mesures.",
        "en": "Check its power and Wi-Fi; it keeps what it measures.",
    },
    "probe_out": {
        "fr": "Remettez la sonde dans la terre, vérifiez son fil.",
        "en": "Put the probe back into the soil, check its wire.",
    },
    "sensor_fault": {
        "fr": "Vérifiez le capteur et ses fils.",
        "en": "Check the sensor and its wires.",
    },
    "calibrate": {"fr": "Étalonnez la sonde.", "en": "Calibrate the probe."},
    "clock_untrusted": {
        "fr": "Reliez-le un moment à internet, ou changez la pile de son horloge.",
        "en": "Connect it to the internet for a while, or change its clock's battery.",
    },
    "voltage_low": {
        "fr": "Changez l'alimentation ou son câble : un Pi veut 5,1 V.",
        "en": "Replace the power supply or its cable: a Pi wants 5.1 V.",
    },
    "undervoltage": {
        "fr": "Changez l'alimentation ou son câble : un Pi veut 5,1 V.",
        "en": "Replace the power supply or its cable: a Pi wants 5.1 V.",
    },
    "battery_low": {
        "fr": "Rechargez la batterie, nettoyez le panneau solaire.",
        "en": "Charge the battery, clean the solar panel.",
    },
}
"""What to do, by the code of the rule."""

_SEEN: Final[Mapping[str, dict[Language, str]]] = {
    "minimum_c": {"fr": "minimum attendu {} °C", "en": "minimum expected {} °C"},
    "air_c": {"fr": "{} °C", "en": "{} °C"},
    "missing_mm": {"fr": "il manque {} mm", "en": "{} mm missing"},
    "level_pct": {"fr": "{} %", "en": "{} %"},
    "supply_v": {"fr": "{} V", "en": "{} V"},
    "state": {"fr": "{}", "en": "{}"},
}
_STATES: Final[Mapping[str, dict[Language, str]]] = {
    "fault": {"fr": "en panne", "en": "failing"},
    "bus_fault": {"fr": "plus aucune sonde ne répond", "en": "no probe answers"},
    "in_air": {"fr": "hors de la terre", "en": "out of the soil"},
    "floating": {"fr": "débranchée", "en": "unplugged"},
    "stuck": {"fr": "figée", "en": "stands still"},
    "estimated": {"fr": "heure estimée", "en": "time estimated"},
}
_DAYS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": (
        "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre",
        "octobre", "novembre", "décembre",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ),
}  # fmt: skip


def place(alert: Alert, names: Mapping[str, str], language: Language) -> str:
    """Say whose it is; empty for the garden. names: what people call the beds."""
    about, subject = alert.rule.about, alert.key.subject
    bed = names.get(alert.bed or "") or alert.bed
    if about == "bed":
        return bed or subject
    if about == "node":
        if not subject:
            return "passerelle" if language == "fr" else "gateway"
        return f"nœud {subject}" if language == "fr" else f"node {subject}"
    if about == "channel":
        return f"{bed} ({subject})" if bed else subject
    return ""


def what(alert: Alert, language: Language) -> str:
    """Say what it is, with the number that it was seen by."""
    text = alert.rule.fr if language == "fr" else alert.rule.en
    seen = _seen(alert, language)
    return f"{text} ({seen})" if seen else text


def headline(alert: Alert, names: Mapping[str, str], language: Language) -> str:
    """Say whose it is and what, in one line."""
    where = place(alert, names, language)
    colon = " : " if language == "fr" else ": "
    said = f"{where}{colon}{what(alert, language)}" if where else what(alert, language)
    return said[0].upper() + said[1:] if not where else said


def since(at_ms: int, now_ms: int, zone: str, language: Language) -> str:
    """Say a moment as one speaks of it: the hour, the day where it is another, the date later."""
    at, now = (datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)) for ms in (at_ms, now_ms))
    clock = f"{at.hour} h {at.minute:02d}" if language == "fr" else f"{at.hour}:{at.minute:02d}"
    days = (now.date() - at.date()).days
    if days == 0:
        return clock
    day = _DAYS[language][at.weekday()]
    if 0 < days < 7:
        return f"{day} {clock}"
    month = _MONTHS[language][at.month - 1]
    number = "1er" if language == "fr" and at.day == 1 else str(at.day)
    return f"{day} {number} {month}, {clock}"


def do(alert: Alert, language: Language) -> str:
    """Say what to do about it."""
    if alert.key == ("clock_untrusted", ""):
        return _DO_GATEWAY_CLOCK[language]
    return DO[alert.key.code][language]


_DO_GATEWAY_CLOCK: Final[dict[Language, str]] = {
    "fr": "Reliez la passerelle à internet, ou ajoutez-lui une horloge à pile.",
    "en": "Connect the gateway to the internet, or give it a clock with a battery.",
}


def _seen(alert: Alert, language: Language) -> str:
    said = [
        _SEEN[name][language].format(_value(value, language))
        for name, value in alert.values.items()
        if name in _SEEN
    ]
    return ", ".join(said)


def _value(value: Value, language: Language) -> str:
    if isinstance(value, str):
        return _STATES[value][language] if value in _STATES else value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",").replace("-", "−") if language == "fr" else text
