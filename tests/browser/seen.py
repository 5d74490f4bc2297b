"""Every page of a garden that has much to say, and what must hold on each, whoever looks at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final

from certificates import make_certificate
from planted import BLIND, MOIST, THIRSTY, enter, plant
from playwright.sync_api import BrowserContext
from served_garden import AIR, NOW_MS, PULLED, RAIN, SOIL, ServedGarden

from gateway.api import waterings
from gateway.api.bed_shapes import BedChange, BedCrop, NewWatering
from gateway.api.beds import change_bed
from gateway.api.guard import COOKIE
from gateway.certificates import AUTHORITY, FOLDER
from gateway.quarantine import Refused
from gateway.security.roles import Role
from gateway.sent import Sent
from gateway.store.base import Fault
from gateway.workshop.workshop import Workshop

SCREENS: Final[Mapping[str, dict[str, int]]] = {
    "phone": {"width": 360, "height": 800},
    "desktop": {"width": 1280, "height": 800},
}
LANGUAGES: Final[Mapping[str, str]] = {
    "fr": "lang=fr&with=",
    "en": "lang=en&with=",
    "ar": "lang=ar&with=",
    "fr-ar": "lang=fr&with=ar",
}
WHOLE: Final = ("fr", "en")
"""Languages that are complete; the others stand for what only the main pages show: see ``main``."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One page. ``says``: where its main thing stands, and in what words ``fr`` and ``en``.

    ``main``: also seen from right to left and with a second language beside the first.
    """

    name: str
    path: str
    says: str
    fr: str
    en: str
    who: str = "gardener"
    main: bool = False


TWO: Final = f"voie={AIR}&voie={SOIL}&voie={RAIN}"
GUIDE: Final = f"/etalonner/{SOIL}"
PAGES: Final = (
    Seen("today", "/?", f"#bed-{THIRSTY} .word", "Arroser", "Water", main=True),
    Seen("bed", f"/bacs/{MOIST}?", ".sentence", "Jamais trop sec", "Never too dry", main=True),
    Seen(
        "bed-two", f"/bacs/{MOIST}?avec={THIRSTY}&duree=saison&", ".sentence >> nth=1",
        "Les laitues sous serre", "Les laitues sous serre", main=True,
    ),
    Seen("bed-day", f"/bacs/{THIRSTY}?duree=jour&", ".sentence", "Trop sec", "Too dry"),
    Seen("bed-year", f"/bacs/{MOIST}?duree=annee&", "h1", "L’ail", "L’ail"),
    Seen("bed-form", f"/bacs/{MOIST}/modifier?", ".form-title", "Modifier ce bac", "Edit this bed",
         main=True),
    Seen("bed-mixed", f"/bacs/{BLIND}/modifier?", ".another legend >> nth=0", "Culture n° 2",
         "Crop no. 2"),
    Seen("bed-new", "/nouveau-bac?", ".form-title", "Nouveau bac", "New bed"),
    Seen("measures", "/mesures?", f"[data-channel='{AIR}'] .value", "17,6", "17.6", main=True),
    Seen("curves", f"/courbes?{TWO}&", ".told-curve .sentence >> nth=0", "Entre 12,1 et 23,6",
         "Between 12.1 and 23.6", main=True),
    Seen("curves-none", "/courbes?", "#chooser", "Une, deux ou trois", "One, two or three"),
    Seen("probes", "/etalonner?", ".probe-made >> nth=0", "étalonnée", "calibrated", main=True),
    Seen("calibrate-1", f"{GUIDE}?", ".is-now", "Terre sèche", "Dry soil", main=True),
    Seen("calibrate-2", f"{GUIDE}?sec=0,75&sec_vaut=6&", ".is-now", "arrosée", "watered"),
    Seen("calibrate-3", f"{GUIDE}?sec=0,75&sec_vaut=6&humide=0,47&humide_vaut=30&", ".result",
         "maintenant", "now"),
    Seen("health", "/sante?", "#urgent-title", "à faire", "to do", main=True),
    Seen("enter", "/entrer?", "label[for=code]", "Votre code", "Your code", who="nobody"),
    Seen("entered", "/entrer?", ".enter .notice", "jardinier", "gardener"),
    Seen("today-nobody", "/?", "[href='/entrer?vers=/']", "entrez avec un code", "code",
         who="nobody"),
    Seen("bed-nobody", f"/bacs/{MOIST}?", ".sentence", "Jamais trop", "Never too", who="nobody"),
    Seen("trust", "/confiance?", ".steps", "Comparez", "Compare"),
    Seen("privacy", "/vie-privee?", "main h1", "sait de vous", "knows about you"),
    Seen("accessibility", "/accessibilite?", "main", "non conforme", "not compliant"),
    Seen("workshops", "/ateliers?", "form h2", "Commencer un atelier", "Begin a workshop"),
    Seen("workshop-run", "/ateliers/{workshop}?", "#group-tomate", "tomate", "tomato"),
    Seen("workshop-wall", "/ateliers/{workshop}/mur?", "[data-plant=tomate] .value", "21,5", "21.5",
         main=True),
    Seen("workshop-join", "/atelier?", "label[for=code]", "grand écran", "big screen",
         who="nobody"),
    Seen("workshop-plants", "/atelier?code={code}&", "form.plants", "Radis", "Radish",
         who="nobody"),
    Seen("workshop-group", "/atelier/groupe?", "#values", "21,5", "21.5", who="group", main=True),
    Seen("exercises", "/fiches?", "main", "avec la solution", "with the solution"),
    Seen("exercise", "/fiches/fr/2?", "main h1", "La courbe du jour", "La courbe du jour",
         who="nobody"),
    Seen("exercise-solved", "/fiches/en/4/solution?", ".exercise pre >> nth=0", "garden",
         "garden"),
    Seen("exercise-notes", "/fiches/fr/notes/enseignant?", "main h1", "Notes", "Notes"),
    Seen("year", "/bilan?", "main table", "ateliers", "workshops"),
    Seen("welcome", "/bienvenue?", "main h1", "Bienvenue", "Welcome", main=True),
    Seen("welcome-nobody", "/bienvenue?", "main h1", "Bienvenue", "Welcome", who="nobody"),
    Seen("hour", "/heure?", "main h1", "heure", "time"),
    Seen("addresses", "/adresses?", ".doors", "jardin.local", "jardin.local"),
    Seen("sheet", "/kit/feuille?", "main", "boîte", "box", who="keeper"),
    Seen("handover", "/remise?", "main h1", "à blanc", "blank", who="keeper"),
    Seen("update", "/mise-a-jour?", "main", "carte", "card", who="keeper"),
    Seen("refused", "/remise?", "[role=alert]", "ne permet pas", "not allow"),
    Seen("nothing-here", "/bacs/aucun?", "[role=alert]", "aucun", "aucun"),
)  # fmt: skip


MIXED: Final = (("fraisier", 0.5), ("laitue", 0.3), ("radis", 0.2))


class Visitors:
    """Who looks at ``garden``: nobody in particular, its gardener or keeper, a workshop's group."""

    def __init__(self, garden: ServedGarden) -> None:
        self.garden = garden
        self.workshop = _full(garden)
        self._group = self.workshop.session.enter("tomate", secure=False)

    def let_in(self, context: BrowserContext, who: str) -> None:
        """``context`` is ``who``'s browser from now on."""
        if who == "gardener":
            enter(context, self.garden)
        if who == "keeper":
            enter(context, self.garden, Role.KEEPER)
        if who == "group":
            context.add_cookies(
                [{"name": COOKIE, "value": self._group, "url": self.garden.address}]
            )

    def address(self, seen: Seen, language: str) -> str:
        """Where ``seen`` is, in ``language``."""
        place = seen.path.format(workshop=self.workshop.id, code=self.workshop.about.code)
        return f"{self.garden.address}{place}{LANGUAGES[language]}"


def _full(garden: ServedGarden) -> Workshop:
    """Fill ``garden``: beds, every kind of trouble, what waits in quarantine, and a workshop."""
    plant(garden)
    gateway = garden.gateway
    waterings.keep(gateway, BLIND, NewWatering(cans=2))
    shared = [BedCrop(crop=one, share=share) for one, share in MIXED]
    change_bed(gateway, BLIND, BedChange(crops=shared))
    garden.know(RAIN, "rain", "mm")
    garden.know(PULLED, "soil_moisture_raw", "/")
    garden.fill(RAIN, lambda at_ms: 0.4 if at_ms // 3_600_000 % 7 == 0 else 0.0)
    garden.fill(PULLED, lambda _: 0.6, until_ms=NOW_MS - 60_000)
    gateway.store.commit([], [Fault(PULLED, NOW_MS, "in air")])
    gateway.catalogue.set_state("verger", "lost")
    gateway.catalogue.mark_simulated([AIR])
    gateway.present.load(gateway.store.newest())
    gateway.ingest_alive = gateway.broker_up = True
    keys = gateway.settings.data / FOLDER
    make_certificate(keys)
    (keys / AUTHORITY).write_bytes((keys / "web.crt").read_bytes())
    text, payload = "Trop tôt : l’heure du nœud est fausse.", b'[{"bn": "serre/"}]'
    refused = Refused("serre", "t", "air", "IN_THE_FUTURE", text, "Too early.", payload, NOW_MS)
    gateway.quarantine.add([refused])
    return _at_work(garden)


def _at_work(garden: ServedGarden) -> Workshop:
    """A workshop with two groups: one measures and writes, the other calls for help."""
    workshop = garden.gateway.workshops.begin("La terre a soif", 12, 90)
    for one in ("tomate", "radis"):
        workshop.session.join(one, NOW_MS)
    workshop.take("tomate", [Sent("nombre", None, NOW_MS, 21.5)])
    workshop.write("tomate", "Le pot est sec dessus, humide dessous.")
    workshop.raise_hand("radis", up=True)
    return workshop


def wanted(language: str) -> Iterator[Seen]:
    """The pages to be seen in ``language``."""
    return (one for one in PAGES if language in WHOLE or one.main)


@dataclass(frozen=True, slots=True)
class View:
    """In what language and light, on what screen, and whether scripts run."""

    language: str
    theme: str
    screen: str
    script: bool

    def __str__(self) -> str:
        script = "" if self.script else "-no-script"
        return f"{self.language}-{self.theme}-{self.screen}{script}"

    @property
    def settings(self) -> dict[str, object]:
        """For the browser."""
        return {
            "viewport": SCREENS[self.screen],
            "color_scheme": self.theme,
            "java_script_enabled": self.script,
            "reduced_motion": "reduce",
        }


def views() -> list[View]:
    """All of them."""
    return [View(*each) for each in product(LANGUAGES, ("light", "dark"), SCREENS, (True, False))]
