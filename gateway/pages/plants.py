"""The plants of groups, as readers call them."""

from __future__ import annotations

import gettext
from typing import Final

from gateway.pages.words import N_

PLANT_WORDS: Final = {
    "tomate": N_("Tomate"),
    "carotte": N_("Carotte"),
    "radis": N_("Radis"),
    "laitue": N_("Laitue"),
    "courge": N_("Courge"),
    "citrouille": N_("Citrouille"),
    "concombre": N_("Concombre"),
    "aubergine": N_("Aubergine"),
    "poivron": N_("Poivron"),
    "piment": N_("Piment"),
    "oignon": N_("Oignon"),
    "ail": N_("Ail"),
    "poireau": N_("Poireau"),
    "chou": N_("Chou"),
    "brocoli": N_("Brocoli"),
    "petit-pois": N_("Petit pois"),
    "haricot": N_("Haricot"),
    "mais": N_("Maïs"),
    "pomme-de-terre": N_("Pomme de terre"),
    "betterave": N_("Betterave"),
    "navet": N_("Navet"),
    "asperge": N_("Asperge"),
    "artichaut": N_("Artichaut"),
    "champignon": N_("Champignon"),
    "fraise": N_("Fraise"),
    "framboise": N_("Framboise"),
    "cerise": N_("Cerise"),
    "pomme": N_("Pomme"),
    "poire": N_("Poire"),
    "prune": N_("Prune"),
    "raisin": N_("Raisin"),
    "melon": N_("Melon"),
    "pasteque": N_("Pastèque"),
    "citron": N_("Citron"),
    "myrtille": N_("Myrtille"),
    "noix": N_("Noix"),
    "noisette": N_("Noisette"),
    "tournesol": N_("Tournesol"),
    "marguerite": N_("Marguerite"),
    "tulipe": N_("Tulipe"),
    "lavande": N_("Lavande"),
    "coquelicot": N_("Coquelicot"),
    "menthe": N_("Menthe"),
    "trefle": N_("Trèfle"),
    "ble": N_("Blé"),
    "cactus": N_("Cactus"),
}


def plant_words(plant: str, texts: gettext.NullTranslations) -> str:
    """The name of ``plant`` in the reader's language."""
    return texts.gettext(PLANT_WORDS[plant])
