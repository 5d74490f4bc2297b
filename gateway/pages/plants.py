"""The plants of groups, as readers call them."""

from __future__ import annotations

import difflib
import gettext
import re
from functools import cache
from typing import Final

from gateway.letters import bare
from gateway.pages.words import N_
from gateway.translations import installed
from gateway.workshop.refusals import unknown_plant

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


ALSO: Final = {"corn": "mais", "eggplant": "aubergine", "beet": "betterave"}
"""English words of pupils elsewhere."""


def plant_of(text: str) -> str:
    """The plant that ``text`` means, in French or English, one or several of it: "Petits pois" is
    ``petit-pois``. Raises ``AccessRefused``, which tells the nearest ones.
    """
    known = _by_word()
    found = known.get(_compared(text))
    if found is not None:
        return found
    close = difflib.get_close_matches(_compared(text), known, n=3, cutoff=0.6)
    near = [PLANT_WORDS[plant] for plant in dict.fromkeys(known[word] for word in close)]
    raise unknown_plant(text, near, [installed().of("en").gettext(word) for word in near])


@cache
def _by_word() -> dict[str, str]:
    """Each plant by its words as they are compared."""
    english = installed().of("en")
    words = {_compared(word): plant for word, plant in ALSO.items()}
    for plant, word in PLANT_WORDS.items():
        words |= {_compared(one): plant for one in (plant, word, english.gettext(word))}
    return words


def _compared(text: str) -> str:
    """Without case, accents, spaces and what makes several of one thing."""
    return "".join(word.rstrip("esx") for word in re.split(r"[^a-z]+", bare(text)))


def plant_words(plant: str, texts: gettext.NullTranslations) -> str:
    """The name of ``plant`` in the reader's language."""
    return texts.gettext(PLANT_WORDS[plant])
