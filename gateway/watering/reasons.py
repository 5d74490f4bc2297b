"""Why: reasons as codes and numbers, and one table that tells them in French and in English."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

Language = Literal["fr", "en"]


class Word(NamedTuple):
    """A word of the garden's own in a sentence, as the name of a crop."""

    fr: str
    en: str


Number = float | int | date | Word

SHOWN: Final = 3
"""An advice gives three reasons at the most, the weightiest first."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its code, and the numbers of its sentence by name, already rounded."""

    code: str
    numbers: tuple[tuple[str, Number], ...] = ()


def because(code: str, **numbers: Number) -> Reason:
    """Give a reason with its numbers; floats are rounded to whole ones."""
    rounded = tuple(
        (name, round(value) if isinstance(value, float) else value)
        for name, value in numbers.items()
    )
    return Reason(code, rounded)


TEXTS: Final[dict[str, dict[Language, str]]] = {
    # Why there is no verdict
    "nothing_known": {
        "fr": "ni température depuis trois jours, ni sonde : vérifiez du doigt",
        "en": "no temperature for three days and no probe: check with your finger",
    },
    "too_unsure": {
        "fr": "trop de choses manquent pour conseiller : vérifiez du doigt",
        "en": "too much is missing to advise: check with your finger",
    },
    # Cold and wet
    "frost_expected": {
        "fr": "gel attendu cette nuit : {min_c} °C ; protégez, n'arrosez pas",
        "en": "frost expected tonight: {min_c} °C; protect, do not water",
    },
    "frost_foreseen": {
        "fr": "gel prévu dans les 24 h : {min_c} °C ; protégez, n'arrosez pas (prévision"
        " Open-Meteo : {age})",
        "en": "frost forecast within 24 h: {min_c} °C; protect, do not water (Open-Meteo"
        " forecast: {age})",
    },
    "soil_cold": {
        "fr": "la terre est à {soil_c} °C : elle ne boit pas",
        "en": "the soil is at {soil_c} °C: it does not drink",
    },
    "waterlogged": {
        "fr": "la terre est gorgée d'eau depuis {hours} h : les racines manquent d'air",
        "en": "the soil has been full of water for {hours} h: the roots lack air",
    },
    # The bed
    "empty": {"fr": "le bac est vide", "en": "the bed is empty"},
    "seed_dry": {
        "fr": "le dessus du semis sèche : il manque {missing} mm, on arrose dès {threshold} mm ;"
        " en pluie fine",
        "en": "the top of the seedbed is drying: {missing} mm missing, water from {threshold} mm"
        " on; with a fine rose",
    },
    "seed_moist": {
        "fr": "le dessus du semis est frais : il manque {missing} mm, on arrose dès {threshold} mm",
        "en": "the top of the seedbed is moist: {missing} mm missing, water from {threshold} mm on",
    },
    "twice_in_heat": {
        "fr": "plus de 28 °C attendus ({max_c} °C) : deux fois dans la journée",
        "en": "over 28 °C expected ({max_c} °C): twice in the day",
    },
    "twice_in_heat_foreseen": {
        "fr": "plus de 28 °C prévus ({max_c} °C, prévision Open-Meteo : {age}) : deux fois dans"
        " la journée",
        "en": "over 28 °C forecast ({max_c} °C, Open-Meteo forecast: {age}): twice in the day",
    },
    # What is missing, and since when
    "missing": {
        "fr": "il manque {missing} mm sur {total}, seuil {threshold} (mesures : {age})",
        "en": "{missing} mm missing of {total}, threshold {threshold} (readings: {age})",
    },
    "missing_mixed": {
        "fr": "il manque {missing} mm sur {total}, seuil {threshold} (mesures : {age}) ; de ce qui"
        " pousse ici, {crop} a les racines les plus courtes et décide",
        "en": "{missing} mm missing of {total}, threshold {threshold} (readings: {age}); of what"
        " grows here, {crop} has the shortest roots and decides",
    },
    "used": {
        "fr": "{used} mm consommés depuis {since}, {rain} mm de pluie",
        "en": "{used} mm used since {since}, {rain} mm of rain",
    },
    "used_typed": {
        "fr": "{used} mm consommés depuis {since}, {rain} mm de pluie (notée à la main)",
        "en": "{used} mm used since {since}, {rain} mm of rain (noted by hand)",
    },
    "used_online": {
        "fr": "{used} mm consommés depuis {since}, {rain} mm de pluie (d'après Open-Meteo, en"
        " partie au moins)",
        "en": "{used} mm used since {since}, {rain} mm of rain (by Open-Meteo, at least in part)",
    },
    "used_blind": {
        "fr": "{used} mm consommés depuis {since} ; la pluie n'est pas connue ({points} points de"
        " sûreté en moins)",
        "en": "{used} mm used since {since}; the rain is not known ({points} points less sure)",
    },
    "probe_fell": {
        "fr": "la sonde a baissé de {points} points en deux jours",
        "en": "the probe has fallen {points} points in two days",
    },
    "probe_rose": {
        "fr": "la sonde est montée de {points} points en deux jours",
        "en": "the probe has risen {points} points in two days",
    },
    # When, and how much
    "not_before": {"fr": "pas avant {days} j", "en": "not before {days} d"},
    "soon": {
        "fr": "le seuil approche : demain peut-être",
        "en": "the threshold is near: perhaps tomorrow",
    },
    "nobody_until": {
        "fr": "personne ne vient avant {until} : le seuil serait passé",
        "en": "nobody comes before {until}: the threshold would be passed",
    },
    "too_little": {
        "fr": "la dose serait de moins de 4 mm : attendre vaut mieux",
        "en": "the dose would be under 4 mm: better wait",
    },
    "rain_expected": {
        "fr": "{rain} mm de pluie attendus d'ici demain soir (prévision Open-Meteo : {age})",
        "en": "{rain} mm of rain expected by tomorrow evening (Open-Meteo forecast: {age})",
    },
    "rain_unproven": {
        "fr": "la pluie d'hier n'est connue que par Open-Meteo : on n'attend pas deux fois de"
        " suite",
        "en": "yesterday's rain is known from Open-Meteo alone: one does not wait twice running",
    },
    "rain_failed": {
        "fr": "la pluie attendue hier n'est pas venue",
        "en": "the rain expected yesterday did not come",
    },
    "restricted_until_hour": {
        "fr": "arrêté sécheresse : arrosage permis {allowed} à partir de {hour} h",
        "en": "drought restriction: watering allowed {allowed} from {hour}:00",
    },
    "restricted_all_day": {
        "fr": "arrêté sécheresse : arrosage interdit",
        "en": "drought restriction: watering forbidden",
    },
    "tank_short": {
        "fr": "la citerne n'a plus que {litres} l",
        "en": "the tank has only {litres} l left",
    },
    "two_passes": {
        "fr": "en deux passages, pour que la terre boive",
        "en": "in two passes, so that the soil drinks",
    },
    # A probe that needs a hand
    "probe_fault": {
        "fr": "la sonde est débranchée ou en court-circuit depuis {since} : vérifiez ses fils",
        "en": "the probe has been unplugged or shorted since {since}: check its wires",
    },
    "probe_bus_fault": {
        "fr": "toutes les entrées du convertisseur sont en butée depuis {since} : vérifiez son"
        " alimentation et ses fils",
        "en": "all inputs of the converter have been at an end since {since}: check its supply and"
        " wires",
    },
    "probe_in_air": {
        "fr": "la sonde est hors de terre depuis {since} : remettez-la",
        "en": "the probe has been out of the soil since {since}: put it back",
    },
    "probe_flooded": {
        "fr": "la sonde est dans l'eau depuis {since} : le bac s'écoule-t-il ?",
        "en": "the probe has been in water since {since}: does the bed drain?",
    },
    "probe_floating": {
        "fr": "aucune sonde n'est branchée à son entrée depuis {since} : vérifiez la prise",
        "en": "no probe has been plugged into its input since {since}: check the plug",
    },
    "probe_stuck": {
        "fr": "la sonde ne bouge plus depuis {since} : essayez-la dans l'eau, ou changez-la",
        "en": "the probe has not moved since {since}: try it in water, or change it",
    },
    "probe_moved": {
        "fr": "la sonde a été déplacée ({since}) : enfoncez-la comme avant",
        "en": "the probe was moved ({since}): push it in as before",
    },
    "probe_silent": {
        "fr": "la sonde se tait depuis {since} : son nœud marche-t-il ?",
        "en": "the probe has been silent since {since}: does its node run?",
    },
    "probe_drifts": {
        "fr": "la sonde a dérivé : bien arrosée, la terre ne lui donne plus la même valeur ;"
        " étalonnez-la",
        "en": "the probe has drifted: well watered, the soil no longer gives it the same value;"
        " calibrate it",
    },
    "probe_off_balance": {
        "fr": "la sonde et le compte ne s'accordent plus depuis deux semaines : étalonnez-la, et"
        " notez chaque arrosage",
        "en": "the probe and the books have not agreed for two weeks: calibrate it, and note every"
        " watering",
    },
    # What to doubt
    "afternoon_only": {
        "fr": "la sonde n'a parlé que dans la journée : le soleil la trompe un peu",
        "en": "the probe was heard by day only: the sun misleads it a little",
    },
    "how_many_cans": {
        "fr": "la sonde a vu un arrosage que personne n'a noté : combien d'arrosoirs ?",
        "en": "the probe saw a watering that nobody noted: how many cans?",
    },
    "not_seen": {
        "fr": "un arrosage noté n'a pas été vu par la sonde : est-elle bien placée ?",
        "en": "a noted watering was not seen by the probe: is it in the right place?",
    },
}

WHEN: Final[dict[str, dict[Language, str]]] = {
    "morning": {"fr": "ce matin, avant 10 h", "en": "this morning, before 10:00"},
    "evening": {"fr": "ce soir, après 19 h", "en": "this evening, after 19:00"},
    "twice": {"fr": "matin et fin d'après-midi", "en": "morning and late afternoon"},
    "from_day": {"fr": "pas avant {on}", "en": "not before {on}"},
    "from_hour": {"fr": "{on} à partir de {hour} h", "en": "{on} from {hour}:00"},
    "not_known": {"fr": "quand l'arrêté sera levé", "en": "when the restriction is lifted"},
}

DOUBTS: Final[dict[str, dict[Language, str]]] = {
    "no_probe": {"fr": "mettre une sonde dans le bac", "en": "put a probe into the bed"},
    "temperature_old": {
        "fr": "remettre en marche la mesure de température",
        "en": "get the temperature measured again",
    },
    "probe_suspect": {"fr": "vérifier la sonde", "en": "check the probe"},
    "no_rain_source": {
        "fr": "mesurer la pluie, ou la noter",
        "en": "measure the rain, or note it",
    },
    "two_points_only": {
        "fr": "un arrosage complet, puis deux jours : la sonde apprend son bac",
        "en": "one full watering, then two days: the probe learns its bed",
    },
    "probes_disagree": {"fr": "comparer les deux sondes", "en": "compare the two probes"},
    "probe_drifts": {"fr": "étalonner la sonde", "en": "calibrate the probe"},
    "probe_against_balance": {
        "fr": "noter tous les arrosages, étalonner la sonde",
        "en": "note every watering, calibrate the probe",
    },
    "afternoon_only": {
        "fr": "laisser le nœud allumé la nuit",
        "en": "leave the node switched on at night",
    },
    "rain_online": {"fr": "un pluviomètre au jardin", "en": "a rain gauge in the garden"},
    "rain_typed": {"fr": "un pluviomètre au jardin", "en": "a rain gauge in the garden"},
    "no_humidity": {"fr": "mesurer l'humidité de l'air", "en": "measure the air's humidity"},
    "default_soil": {
        "fr": "dire quelle est la terre, en la roulant dans la main",
        "en": "say which soil it is, by rolling it in the hand",
    },
    "planting_unknown": {"fr": "dire la date de plantation", "en": "say when it was planted"},
    "no_stages": {
        "fr": "rien : cette culture n'a pas de stades connus",
        "en": "nothing: this crop has no known stages",
    },
    "long_since_full": {
        "fr": "un arrosage complet, qui remet les comptes à zéro",
        "en": "one full watering, which sets the books to zero",
    },
    "radiation_estimated": {"fr": "mesurer la lumière", "en": "measure the light"},
}
"""What would raise the confidence, for each doubt."""

_WEEKDAYS: Final[dict[Language, tuple[str, ...]]] = {
    "fr": ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
"""Named here: a computer's own names follow its language, not the reader's."""
_DAYS_BY_NAME: Final = 6


def tell(
    table: dict[str, dict[Language, str]], reason: Reason, on: date, language: Language
) -> str:
    """Give the sentence of a reason of `on`; days within a week are named, others dated."""
    numbers = {name: _word(name, value, on, language) for name, value in reason.numbers}
    return table[reason.code][language].format(**numbers)


def _word(name: str, value: Number, on: date, language: Language) -> str:
    if isinstance(value, date):
        return _day(value, on, language)
    if isinstance(value, Word):
        return value.fr if language == "fr" else value.en
    return _age(value, language) if name == "age" else str(value)


def _day(day: date, on: date, language: Language) -> str:
    away = (day - on).days
    if away in (0, 1):
        return {"fr": ("aujourd'hui", "demain"), "en": ("today", "tomorrow")}[language][away]
    if abs(away) <= _DAYS_BY_NAME:
        return _WEEKDAYS[language][day.weekday()]
    return f"le {day:%d/%m}" if language == "fr" else f"{day.day} {_MONTHS[day.month - 1]}"


def _age(seconds: float, language: Language) -> str:
    """Give an age in words, from minutes to days; negative stands for no reading at all."""
    if seconds < 0:
        return {"fr": "aucune", "en": "none"}[language]
    minutes = round(seconds / 60)
    if minutes < 90:
        amount = f"{minutes} min"
    elif minutes < 48 * 60:
        amount = f"{round(minutes / 60)} h"
    else:
        amount = f"{round(minutes / 1440)} " + {"fr": "jours", "en": "days"}[language]
    return {"fr": f"il y a {amount}", "en": f"{amount} ago"}[language]
