"""The advice for one bed and one day: from a situation to an answer that can be told and kept."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from gateway.watering.balance import Books
from gateway.watering.confidence import LEAST, POINTS, Confidence, confidence_in
from gateway.watering.reasons import DOUBTS, SHOWN, TEXTS, WHEN, Language, Reason, because, tell
from gateway.watering.situation import Situation
from gateway.watering.verdict import Answer, Need, Verdict, When, decide, probe_trouble, seedlings

_SURE_ANYWAY = {"unknown", "frost"}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the advice was made of, in mm, rounded to a tenth; kc has no unit.

    missing: depletion now; threshold: RAW; total: TAW; today: ETc of today by the days before.
    fallbacks: what was replaced in the newest ET0.
    """

    missing_mm: float
    threshold_mm: float
    total_mm: float
    today_mm: float
    kc: float
    fallbacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer for a bed on a day.

    mm, litres, cans: the dose, None where there is none to give (a moist seedbed has none).
    reasons: at most three. data_age_s: None where nothing was ever measured. drifted: the
    probes to calibrate, as node/channel. decides: of several crops the one that was asked.
    """

    bed: str
    on: date
    verdict: Verdict
    mm: float | None
    litres: float | None
    cans: float | None
    passes: int
    when: When | None
    reasons: tuple[Reason, ...]
    confidence: Confidence
    figures: Figures
    data_age_s: int | None
    drifted: tuple[str, ...] = ()
    decides: str | None = None

    def told(self, language: Language) -> dict[str, Any]:
        """Give the advice as the interface does, in a language; numbers are the same in each."""
        return {
            "bed": self.bed,
            "on": self.on.isoformat(),
            "verdict": self.verdict,
            "mm": self.mm,
            "litres": self.litres,
            "cans": self.cans,
            "when": None if self.when is None else self._when(self.when, language),
            "reasons": [
                {"code": one.code, "text": tell(TEXTS, one, self.on, language)}
                for one in self.reasons
            ],
            "confidence": self.confidence.score,
            "inputs": self._inputs(language),
            "data_age_s": self.data_age_s,
        }

    def _when(self, when: When, language: Language) -> str:
        numbers: dict[str, date | int] = {}
        if when.on is not None:
            numbers["on"] = when.on
        if when.hour is not None:
            numbers["hour"] = when.hour
        return tell(WHEN, because(when.code, **numbers), self.on, language)

    def _inputs(self, language: Language) -> dict[str, Any]:
        figures, known = self.figures, self.verdict != "unknown"
        return {
            # Without a verdict the books are no more than a guess: it is not told.
            "missing_mm": figures.missing_mm if known else None,
            "threshold_mm": figures.threshold_mm,
            "total_mm": figures.total_mm,
            "today_mm": figures.today_mm if known else None,
            "kc": figures.kc,
            "fallbacks": list(figures.fallbacks),
            "passes": self.passes,
            "doubts": [
                {"code": one, "points": POINTS[one], "text": DOUBTS[one][language]}
                for one in self.confidence.doubts
            ],
            # Told where there are any: advice of before it was looked for reads as it did.
            **({"drifted": list(self.drifted)} if self.drifted else {}),
            **({"decides": self.decides} if self.decides is not None else {}),
        }


def advise(situation: Situation) -> Advice:
    """Answer "water today?" for a situation: the same answer each time, anywhere."""
    books = Books(situation.bed, situation.start_mm).run(situation.days)
    answer, confidence = decide(situation, books), confidence_in(situation, books)
    if confidence.score < LEAST and not _is_certain(situation, answer):
        why = (*probe_trouble(situation), *answer.reasons[:1])
        answer = Answer("unknown", (because("too_unsure"), *why))
    dose = answer.dose
    return Advice(
        bed=situation.bed.key,
        on=situation.on,
        verdict=answer.verdict,
        mm=None if dose is None else dose.mm,
        litres=None if dose is None else dose.litres,
        cans=None if dose is None else dose.cans,
        passes=1 if dose is None else dose.passes,
        when=answer.when,
        reasons=answer.reasons[:SHOWN],
        confidence=confidence,
        figures=_figures(books),
        data_age_s=situation.data_age_s,
        drifted=tuple(one.channel for one in situation.drifts),
        decides=_decides(situation, answer),
    )


def _is_certain(situation: Situation, answer: Answer) -> bool:
    """Tell whether an answer needs no books: frost, nothing known, an empty bed."""
    return answer.verdict in _SURE_ANYWAY or situation.bed.crop is None


def _decides(situation: Situation, answer: Answer) -> str | None:
    """Give the key of the crop that decides; None where there are not several."""
    if not situation.bed.others:
        return None
    part = seedlings(situation) if answer.verdict == "seedbed" else situation.bed.sensitive
    return None if part is None else part.crop.key


def _figures(books: Books) -> Figures:
    need, page = Need.of(books), books.pages[-1]
    last = books.pages[-2].et0 if len(books.pages) > 1 else page.et0
    return Figures(
        missing_mm=round(need.missing_mm, 1),
        threshold_mm=round(need.easy_mm, 1),
        total_mm=round(need.taw_mm, 1),
        today_mm=round(need.etc_mm, 1),
        kc=round(page.kc, 2),
        fallbacks=() if last is None else last.fallbacks,
    )
