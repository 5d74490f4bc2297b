"""The two points of a calibration as somebody typed them, and what is wrong by each field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.calibrations import Wanted
from gateway.pages.words import N_
from gateway.store.base import Series

RAW: Final = N_("Écrivez le nombre de la sonde, entre 0 et 1, par exemple 0,532.")
SHARE: Final = N_("Écrivez un pourcentage entre 0 et 100, par exemple 5 ou 31,5.")
SAME: Final = N_(
    "C’est le même nombre que dans la terre sèche : avec lui, tout vaudrait pareil. Arrosez, "
    "laissez s’égoutter, puis reprenez."
)
NOT_MORE: Final = N_("La terre arrosée doit valoir plus que la terre sèche.")
NEAR: Final = N_(
    "Les deux nombres sont proches : la moindre gêne pèsera lourd. La sonde était-elle bien "
    "enfoncée, et la terre vraiment sèche, puis vraiment arrosée ?"
)
UPSIDE_DOWN: Final = N_(
    "D’ordinaire une sonde donne un nombre plus haut dans la terre sèche. Ici c’est l’inverse : "
    "les deux points sont-ils échangés ?"
)
LEAST_APART: Final = 0.005
NEAR_APART: Final = 0.06
FIELDS: Final = ("sec", "sec_vaut", "humide", "humide_vaut")


@dataclass(frozen=True, slots=True)
class Points:
    """Four fields: ``values`` where they are good, and by field what is ``wrong``."""

    typed: Mapping[str, str]
    values: Mapping[str, float]
    wrong: Mapping[str, str]

    def wanted(self, series: Series, from_ms: int | None = None) -> Wanted:
        """The calibration that they make; ``KeyError`` while one is absent or wrong."""
        low = (self.values["sec"], self.values["sec_vaut"])
        return Wanted(series, low, (self.values["humide"], self.values["humide_vaut"]), from_ms)

    @property
    def whole(self) -> bool:
        """Whether all four are there and good."""
        return not self.wrong and all(name in self.values for name in FIELDS)

    @property
    def doubts(self) -> list[str]:
        """What may be so, and should be looked at."""
        dry, wet = self.values["sec"], self.values["humide"]
        found = [NEAR] if abs(dry - wet) < NEAR_APART else []
        return [*found, UPSIDE_DOWN] if dry < wet else found


def points_of(typed: Mapping[str, str]) -> Points:
    """What ``typed`` says; an empty field is absent and not wrong."""
    kept = {name: typed.get(name, "").strip() for name in FIELDS}
    values, wrong = {}, {}
    for name, text in kept.items():
        most, what = (100.0, SHARE) if name.endswith("vaut") else (1.0, RAW)
        value = number_of(text)
        if value is not None and 0 <= value <= most:
            values[name] = value
        elif text:
            wrong[name] = what
    if {"sec", "humide"} <= values.keys() and abs(values["sec"] - values["humide"]) < LEAST_APART:
        wrong["humide"] = SAME
    if {"sec_vaut", "humide_vaut"} <= values.keys() and values["humide_vaut"] <= values["sec_vaut"]:
        wrong["humide_vaut"] = NOT_MORE
    return Points(kept, values, wrong)


def number_of(text: str) -> float | None:
    """A number as people write it, with a comma or a point; None for anything else."""
    try:
        return float(text.replace(",", ".").replace("\u00a0", "").removesuffix("%").strip())
    except ValueError:
        return None
