"""How sure an advice is, 0 to 100: what lowers it, and so what would raise it (judgement)."""

from dataclasses import dataclass
from typing import Final, Literal

from gateway.watering.balance import Books, Page
from gateway.watering.situation import Situation

Word = Literal["sure", "fairly_sure", "check", "none"]

POINTS: Final = {
    "no_probe": 35,
    "temperature_old": 30,
    "probe_suspect": 25,
    "no_rain_source": 20,
    "two_points_only": 15,
    "probes_disagree": 15,
    "probe_drifts": 15,
    "probe_against_balance": 15,
    "afternoon_only": 15,
    "rain_online": 10,
    "rain_typed": 10,
    "no_humidity": 10,
    "default_soil": 10,
    "planting_unknown": 10,
    "no_stages": 10,
    "long_since_full": 10,
    "radiation_estimated": 5,
}
"""Each doubt with what it costs, the dearest first."""
LEAST: Final = 25
_GAP_SHARE: Final = 0.3
_FULL_DAYS: Final = 10


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure: a score of 0 to 100, and the doubts that lowered it, the dearest first."""

    score: int
    doubts: tuple[str, ...] = ()

    @property
    def word(self) -> Word:
        """75 and above sure, 50 fairly sure, 25 check with your finger, under 25 no verdict."""
        if self.score >= 75:
            return "sure"
        if self.score >= 50:
            return "fairly_sure"
        return "check" if self.score >= LEAST else "none"


def confidence_in(situation: Situation, books: Books) -> Confidence:
    """Give how sure the books of a situation are."""
    held = {
        **_of_the_probe(situation, books),
        **_of_the_weather(situation),
        **_of_the_bed(situation, books.pages),
    }
    doubts = tuple(doubt for doubt in POINTS if held[doubt])
    return Confidence(max(0, 100 - sum(POINTS[doubt] for doubt in doubts)), doubts)


def _of_the_probe(situation: Situation, books: Books) -> dict[str, bool]:
    night = situation.today.night
    heard = night.missing is not None
    taw_mm = books.reservoir.taw_mm
    gap = 0.0
    if night.missing is not None and len(books.pages) > 1:
        gap = abs(night.missing - books.pages[-1].balance_mm / taw_mm)
    return {
        "no_probe": not heard,
        "two_points_only": heard and not night.learned,
        "probe_suspect": night.suspect,
        "probes_disagree": night.disagree,
        "probe_drifts": bool(situation.drifts),
        # A probe that drifts is against the balance: it is not held against it twice.
        "probe_against_balance": gap > _GAP_SHARE and not situation.drifts,
        "afternoon_only": heard and not night.by_night,
    }


def _of_the_weather(situation: Situation) -> dict[str, bool]:
    measured = [day.et0 for day in situation.days[:-1] if day.et0 is not None]
    last = measured[-1] if measured else None
    outside = situation.bed.rained_on
    return {
        "temperature_old": situation.temperature_is_old,
        "no_rain_source": outside and situation.rain_source == "none",
        "rain_online": outside and situation.rain_source == "online",
        "rain_typed": outside and situation.rain_source == "typed",
        "no_humidity": last is not None and not last.humidity_measured,
        "radiation_estimated": last is not None and not last.light_measured,
    }


def _of_the_bed(situation: Situation, pages: list[Page]) -> dict[str, bool]:
    bed = situation.bed
    recent = pages[-_FULL_DAYS - 1 :]
    return {
        "default_soil": bed.soil is None,
        "planting_unknown": any(one.planted_on is None for one in bed.parts),
        "no_stages": any(one.crop.stages_days is None for one in bed.parts),
        "long_since_full": len(recent) > _FULL_DAYS and not any(page.is_full for page in recent),
    }
