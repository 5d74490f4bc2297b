"""The verdicts of the advice as a child reads them: one picture, one word, one number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from gateway.pages.words import N_

Amount = Literal["dose", "reserve", "cold", "none"]


@dataclass(frozen=True, slots=True)
class Sign:
    """How a verdict is shown.

    ``word``, ``icon``: a test sees that no two signs share either, for colour never says it alone.
    ``tone``: what colours it. ``amount``: which number stands beside. ``rank``: beds that need
    something done come first. ``plain``: the reason in a few words.
    """

    word: str
    icon: str
    tone: str
    amount: Amount
    rank: int


SIGNS: Final[Mapping[str, Sign]] = {
    "yes": Sign(N_("Arroser"), "pour", "water", "dose", 0),
    "seed_dry": Sign(N_("Arroser en pluie fine"), "rose", "water", "dose", 0),
    "frost": Sign(N_("Gel : protéger"), "frost", "cold", "cold", 1),
    "unknown": Sign(N_("Vérifier du doigt"), "finger", "doubt", "none", 2),
    "forbidden": Sign(N_("Interdit maintenant"), "forbidden", "stop", "dose", 3),
    "waterlogged": Sign(N_("Trop d’eau"), "puddle", "stop", "reserve", 4),
    "soon": Sign(N_("Bientôt"), "soon", "calm", "reserve", 5),
    "wait_for_rain": Sign(N_("Attendre la pluie"), "rain", "calm", "reserve", 6),
    "seedbed": Sign(N_("Semis au frais"), "seedling", "well", "reserve", 7),
    "no": Sign(N_("Pas besoin"), "well", "well", "reserve", 8),
    "done": Sign(N_("C’est fait"), "done", "well", "dose", 9),
    "pending": Sign(N_("Conseil en route"), "pending", "empty", "none", 10),
    "empty": Sign(N_("Bac vide"), "fallow", "empty", "none", 11),
}

PLAIN: Final[Mapping[str, str]] = {
    "nothing_known": N_("Aucun capteur ne parle de ce bac."),
    "too_unsure": N_("Le jardin n’est pas assez sûr."),
    "frost_expected": N_("Il va geler cette nuit."),
    "soil_cold": N_("La terre est trop froide pour boire."),
    "waterlogged": N_("La terre est gorgée d’eau."),
    "empty": N_("Rien ne pousse ici."),
    "seed_dry": N_("Le dessus du semis sèche."),
    "seed_moist": N_("Le dessus du semis est frais."),
    "twice_in_heat": N_("Il va faire très chaud."),
    "missing": N_("Voilà l’eau qui manque dans la terre."),
    "used": N_("Voilà ce que les plantes ont bu."),
    "probe_fell": N_("La sonde voit la terre sécher."),
    "probe_rose": N_("La sonde voit la terre se mouiller."),
    "not_before": N_("Il reste assez d’eau."),
    "missing_mixed": N_("Voilà ce qu’il manque d’eau, pour la culture la plus fragile."),
    "soon": N_("Demain peut-être."),
    "nobody_until": N_("Personne ne vient avant plusieurs jours."),
    "too_little": N_("Il manque trop peu d’eau."),
    "rain_expected": N_("Il va pleuvoir."),
    "rain_failed": N_("La pluie n’est pas venue."),
    "restricted_until_hour": N_("Arroser est interdit à cette heure."),
    "restricted_all_day": N_("Arroser est interdit : sécheresse."),
    "tank_short": N_("La citerne est presque vide."),
    "two_passes": N_("Arroser en deux fois."),
    "afternoon_only": N_("La sonde n’a parlé que le jour."),
    "how_many_cans": N_("Quelqu’un a arrosé : combien d’arrosoirs ?"),
    "not_seen": N_("La sonde n’a pas vu l’arrosage."),
    "frost_foreseen": N_("Il va geler."),
    "twice_in_heat_foreseen": N_("Il va faire très chaud."),
    "used_typed": N_("Voilà ce que les plantes ont bu."),
    "used_online": N_("Voilà ce que les plantes ont bu."),
    "used_blind": N_("Personne ne sait combien il a plu."),
    "rain_unproven": N_("On n’attend pas la pluie deux fois."),
    "probe_fault": N_("La sonde est débranchée."),
    "probe_bus_fault": N_("Le boîtier des sondes est en panne."),
    "probe_in_air": N_("La sonde est hors de terre."),
    "probe_flooded": N_("La sonde est dans l’eau."),
    "probe_floating": N_("La sonde est débranchée."),
    "probe_stuck": N_("La sonde ne bouge plus."),
    "probe_moved": N_("La sonde a bougé."),
    "probe_silent": N_("La sonde se tait."),
    "probe_drifts": N_("La sonde a dérivé : étalonnez-la."),
    "probe_off_balance": N_("La sonde et le compte ne s’accordent plus."),
}
"""Each reason in a few words, for whoever reads neither French nor English."""

WHENS: Final = (
    N_("ce matin, avant 10 h"),
    N_("ce soir, après 19 h"),
    N_("matin et fin d'après-midi"),
    N_("quand l'arrêté sera levé"),
)
"""The times of the advice that have no date in them."""


EMPTY: Final = "empty"
"""The reason that says that nothing grows there: it alone changes the sign of a verdict."""


def sign_of(verdict: str, dose: float | None, reasons: list[str]) -> str:
    """Which sign stands for an advice."""
    if EMPTY in reasons:
        return "empty"
    if verdict == "seedbed" and dose is not None:
        return "seed_dry"
    return verdict if verdict in SIGNS else "unknown"


def sign_of_told(told: Mapping[str, Any]) -> str:
    """Which sign stands for an advice as it was told."""
    return sign_of(told["verdict"], told["litres"], [one["code"] for one in told["reasons"]])
