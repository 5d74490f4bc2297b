"""What can be chosen for a bed, in the reader's language: crops, soils by feel, exposure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from gateway.pages.frame import Reader
from gateway.pages.words import N_
from gateway.watering.beds import Exposure, Method
from gateway.watering.crops import CROPS

EMPTY: Final = N_("bac vide")
CROP_WORDS: Final = {
    "tomate": N_("tomate"),
    "laitue": N_("laitue"),
    "carotte": N_("carotte"),
    "pomme-de-terre": N_("pomme de terre"),
    "haricot-vert": N_("haricot vert"),
    "courgette": N_("courgette"),
    "potiron-courge": N_("potiron, courge"),
    "concombre": N_("concombre"),
    "fraisier": N_("fraisier"),
    "menthe-aromatiques": N_("menthe et aromatiques"),
    "radis": N_("radis"),
    "epinard": N_("épinard"),
    "chou": N_("chou"),
    "oignon": N_("oignon"),
    "ail": N_("ail"),
    "poivron": N_("poivron"),
    "aubergine": N_("aubergine"),
    "petit-pois": N_("petit pois"),
    "feve": N_("fève"),
    "betterave": N_("betterave"),
    "melon": N_("melon"),
    "mais-doux": N_("maïs doux"),
}
EXPOSURES: Final[dict[Exposure, str]] = {
    "open": N_("en plein soleil"),
    "half_shade": N_("à mi-ombre"),
    "shade": N_("à l’ombre"),
    "wall": N_("contre un mur au sud"),
    "greenhouse": N_("sous serre"),
}
METHODS: Final[dict[Method, str]] = {
    "can": N_("à l’arrosoir"),
    "hose": N_("au tuyau"),
    "sprinkler": N_("à l’arroseur"),
}


@dataclass(frozen=True, slots=True)
class Feel:
    """A soil as a hand tells it: ``name``, and what a moist handful does."""

    name: str
    does: str


FEELS: Final = {
    "sable": Feel(N_("Sable"), N_("File entre les doigts. Aucune boule ne tient.")),
    "limon-sableux": Feel(N_("Sable et limon"), N_("Une boule se fait, puis s’effrite.")),
    "limon": Feel(N_("Limon"), N_("Doux comme la farine. La boule tient, pas le boudin.")),
    "limon-argileux": Feel(N_("Limon et argile"), N_("Un boudin se fait. Plié, il casse.")),
    "argile": Feel(N_("Argile"), N_("Colle. Le boudin se plie en anneau.")),
    "terreau": Feel(N_("Terreau"), N_("Léger, brun, fibreux : il sort d’un sac.")),
}


def crop_name(crop: str | None, reader: Reader) -> str:
    """What grows, in the reader's language."""
    if crop is None:
        return reader.tell(EMPTY)
    return reader.tell(CROP_WORDS[crop]) if crop in CROP_WORDS else crop


def crops(reader: Reader) -> list[tuple[str, str]]:
    """All crops by key, in the order of their names."""
    named = [(key, reader.tell(CROP_WORDS[key])) for key in CROPS]
    return sorted(named, key=lambda one: _sorted_as(one[1]))


def _sorted_as(name: str) -> str:
    return name.replace("é", "e").casefold()
