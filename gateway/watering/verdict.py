"""Water today? The rules in their order: the first that matches decides."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import takewhile
from typing import Final, Literal

from gateway.watering import frost
from gateway.watering.balance import Books, Page
from gateway.watering.confidence import POINTS
from gateway.watering.dose import LEAST_MM, Dose, dose_for, seedbed_dose
from gateway.watering.reasons import Reason, because
from gateway.watering.situation import Situation

Verdict = Literal[
    "unknown", "frost", "waterlogged", "seedbed", "no", "soon", "wait_for_rain", "yes", "forbidden",
]  # fmt: skip

_BLIND_DAYS: Final = 3
_WET_H: Final = 24.0
_EMERGENCE_DAYS: Final = 10
_SEEDLING_DAYS: Final = 10
"""From sowing to the first leaves when nobody tells (judgement), and how long they stay tender."""
_HOT_C: Final = 28.0
_NO_BELOW: Final = 0.8
_FORESEEN_DAYS: Final = 14.0
"""No promise reaches further, however little a winter's day takes (judgement)."""
_WAIT_BELOW: Final = 1.2
_RAIN_TRUST: Final = 0.8
_MORNING_ENDS_H: Final = 10


@dataclass(frozen=True, slots=True)
class When:
    """When to water: a code of `reasons.WHEN`, with its day and hour where it has them."""

    code: str
    on: date | None = None
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with its reasons, weightiest first; dose and time where there is water to give."""

    verdict: Verdict
    reasons: tuple[Reason, ...]
    dose: Dose | None = None
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """What the bed needs as it stands now, in mm: what is missing, when it matters, what there is.

    etc_mm: what today takes, by the days before; 0 where nothing is known.
    """

    missing_mm: float
    easy_mm: float
    taw_mm: float
    etc_mm: float
    top_mm: float

    @classmethod
    def of(cls, books: Books) -> "Need":
        """Give the need by the last page, with what today has brought and not yet taken."""
        page = books.pages[-1]
        gained_mm = page.rain_mm + page.watering_mm
        missing_mm = max(0.0, page.depletion_mm - gained_mm)
        before_mm = books.pages[-2].top_mm if len(books.pages) > 1 else books.top.tew_mm
        return cls(
            missing_mm,
            page.easy_mm,
            books.reservoir.taw_mm,
            page.etc_mm,
            max(0.0, before_mm - gained_mm),
        )


def decide(situation: Situation, books: Books) -> Answer:
    """Give the answer to a situation and its books; a drought restriction overrides it."""
    need = Need.of(books)
    rules: tuple[Callable[[Situation, Books, Need], Answer | None], ...] = (
        _unknown, _frost, _waterlogged, _empty, _seedbed, _no, _soon, _wait_for_rain,
    )  # fmt: skip
    answers = (rule(situation, books, need) for rule in rules)
    answer = next(filter(None, answers), None) or _yes(situation, books, need)
    return _restricted(situation, answer)


def _unknown(situation: Situation, _books: Books, _need: Need) -> Answer | None:
    blind = all(day.et0 is None for day in situation.days[-1 - _BLIND_DAYS : -1])
    if blind and situation.today.night.missing is None:
        return Answer("unknown", (because("nothing_known"), *probe_trouble(situation)))
    return None


def _frost(situation: Situation, _books: Books, _need: Need) -> Answer | None:
    min_c, soil_c = situation.expected_min_c, situation.soil_c
    reasons = []
    if min_c is not None and min_c <= frost.ALERT_C:
        reasons.append(_frost_to_come(situation, min_c))
    if soil_c is not None and soil_c <= frost.SOIL_C:
        reasons.append(because("soil_cold", soil_c=soil_c))
    return Answer("frost", tuple(reasons)) if reasons else None


def _frost_to_come(situation: Situation, min_c: float) -> Reason:
    forecast = situation.foreseen
    if forecast is None or forecast.min_c is None:
        return because("frost_expected", min_c=min_c)
    return because("frost_foreseen", min_c=min_c, age=forecast.age_s)


def _waterlogged(situation: Situation, _books: Books, _need: Need) -> Answer | None:
    wet_h = situation.today.night.wet_h
    return Answer("waterlogged", (because("waterlogged", hours=wet_h),)) if wet_h > _WET_H else None


def _empty(situation: Situation, _books: Books, _need: Need) -> Answer | None:
    return Answer("no", (because("empty"),)) if situation.bed.crop is None else None


def _seedbed(situation: Situation, books: Books, need: Need) -> Answer | None:
    if not is_seedbed(situation):
        return None
    numbers = {"missing": need.top_mm, "threshold": books.top.rew_mm}
    if need.top_mm <= books.top.rew_mm:
        return Answer("seedbed", (because("seed_moist", **numbers),))
    dose = seedbed_dose(situation.bed, need.top_mm, situation.tank_l)
    reasons = [because("seed_dry", **numbers)]
    when = _time_of_day(situation)
    max_c = situation.expected_max_c
    if max_c is not None and max_c > _HOT_C:
        reasons.append(_heat_to_come(situation, max_c))
        when = When("twice")
    return Answer("seedbed", (*reasons, *_limits(situation, dose)), dose, when)


def _heat_to_come(situation: Situation, max_c: float) -> Reason:
    forecast = situation.foreseen
    if forecast is None or forecast.max_c is None:
        return because("twice_in_heat", max_c=max_c)
    return because("twice_in_heat_foreseen", max_c=max_c, age=forecast.age_s)


def is_seedbed(situation: Situation) -> bool:
    """Tell whether the bed was sown and is not yet ten days past its first leaves."""
    bed = situation.bed
    if not bed.sown or bed.planted_on is None or situation.on < bed.planted_on:
        return False
    emerged_on = bed.emerged_on or bed.planted_on + timedelta(days=_EMERGENCE_DAYS)
    return situation.on <= emerged_on + timedelta(days=_SEEDLING_DAYS)


def _no(situation: Situation, books: Books, need: Need) -> Answer | None:
    if need.missing_mm >= _NO_BELOW * need.easy_mm:
        return None
    if need.etc_mm <= 0.0:
        return Answer("no", (_missing(situation, need), *_story(situation, books)))
    days = int(min(_FORESEEN_DAYS, max(1.0, (need.easy_mm - need.missing_mm) / need.etc_mm)))
    when = When("from_day", situation.on + timedelta(days=days))
    reasons = (because("not_before", days=days), _missing(situation, need))
    return Answer("no", (*reasons, *_story(situation, books)), when=when)


def _soon(situation: Situation, books: Books, need: Need) -> Answer | None:
    if need.missing_mm >= need.easy_mm:
        return None
    until = situation.next_presence
    if until is not None:
        by_then_mm = need.missing_mm + need.etc_mm * (until - situation.on).days
        if by_then_mm >= need.easy_mm:
            return _yes(situation, books, need, because("nobody_until", until=until))
    return Answer("soon", (because("soon"), _missing(situation, need), *_story(situation, books)))


def _wait_for_rain(situation: Situation, books: Books, need: Need) -> Answer | None:
    rain_mm, forecast = situation.expected_rain_mm, situation.foreseen
    # What the bed needs at its roots: rain loses nothing on the way.
    needed_mm = need.missing_mm - 0.1 * need.taw_mm
    if forecast is None or _RAIN_TRUST * rain_mm < needed_mm:
        return None
    if need.missing_mm >= _WAIT_BELOW * need.easy_mm:
        return None
    if situation.waited and not _has_rained(situation, books.pages):
        by_web = any(page.rain_mm > 0.0 for page in books.pages[-2:])
        reason = because("rain_unproven" if by_web else "rain_failed")
        return _yes(situation, books, need, reason)
    reasons = (
        because("rain_expected", rain=rain_mm, age=forecast.age_s),
        _missing(situation, need),
    )
    return Answer("wait_for_rain", (*reasons, *_story(situation, books)))


def _has_rained(situation: Situation, pages: list[Page]) -> bool:
    """Tell whether real rain that counts fell yesterday or today.

    A service that foresaw rain and says that it came has only said the same thing twice.
    """
    days = zip(situation.days[-2:], pages[-2:], strict=True)
    return any(page.rain_mm > 0.0 and day.rain_by != "online" for day, page in days)


def _yes(situation: Situation, books: Books, need: Need, reason: Reason | None = None) -> Answer:
    dose = dose_for(situation.bed, need.missing_mm, need.taw_mm, situation.tank_l)
    told = (_missing(situation, need), *_story(situation, books))
    if dose.mm < LEAST_MM and not dose.limited:
        return Answer("no", (because("too_little"), *told))
    first = () if reason is None else (reason,)
    reasons = (*first, told[0], *_limits(situation, dose), *told[1:])
    return Answer("yes", reasons, dose, _time_of_day(situation))


def _restricted(situation: Situation, answer: Answer) -> Answer:
    """Say `forbidden` where there is water to give and a restriction forbids it now."""
    rule, on, hour = situation.restriction, situation.on, situation.hour
    if rule is None or answer.dose is None or not rule.forbids(on, hour):
        return answer
    day, from_hour = rule.allowed_from(on, hour)
    if day is None:
        reason, when = because("restricted_all_day"), When("not_known")
    else:
        reason = because("restricted_until_hour", allowed=day, hour=from_hour)
        when = When("from_hour", day, from_hour)
    return replace(answer, verdict="forbidden", reasons=(reason, *answer.reasons), when=when)


def _time_of_day(situation: Situation) -> When:
    return When("morning" if situation.hour < _MORNING_ENDS_H else "evening", situation.on)


def _limits(situation: Situation, dose: Dose) -> tuple[Reason, ...]:
    reasons = []
    if dose.limited and situation.tank_l is not None:
        reasons.append(because("tank_short", litres=situation.tank_l))
    if dose.passes > 1:
        reasons.append(because("two_passes"))
    return tuple(reasons)


def _missing(situation: Situation, need: Need) -> Reason:
    age_s = -1 if situation.data_age_s is None else situation.data_age_s
    return because(
        "missing",
        missing=need.missing_mm,
        total=need.taw_mm,
        threshold=need.easy_mm,
        age=age_s,
    )


def _story(situation: Situation, books: Books) -> tuple[Reason, ...]:
    """Give what is to be doubted, then how it came to this, the weightiest first."""
    night = situation.today.night
    told = [*probe_trouble(situation)]
    if night.missing is not None and not night.by_night:
        told.append(because("afternoon_only"))
    if any(day.seen for day in situation.days[-2:]):
        told.append(because("how_many_cans"))
    if situation.unseen:
        told.append(because("not_seen"))
    pages = _since_watering(books.pages)
    if pages:
        told.append(_used(situation, pages))
    if night.fell_pct is not None and round(abs(night.fell_pct)) >= 2:
        code = "probe_fell" if night.fell_pct > 0.0 else "probe_rose"
        told.append(because(code, points=abs(night.fell_pct)))
    return tuple(told)


def _used(situation: Situation, pages: list[Page]) -> Reason:
    """Give what was used and what fell, with who says so where it was no gauge."""
    used_mm, rain_mm = sum(p.used_mm for p in pages), sum(p.rain_mm for p in pages)
    wet = {page.on for page in pages if page.rain_mm > 0.0}
    sources = {day.rain_by for day in situation.days if day.on in wet}
    if rain_mm <= 0.0 and situation.bed.rained_on and situation.rain_source == "none":
        lost = POINTS["no_rain_source"]
        return because("used_blind", used=used_mm, since=pages[0].on, points=lost)
    code = "used"
    if "online" in sources:
        code = "used_online"
    elif "typed" in sources:
        code = "used_typed"
    return because(code, used=used_mm, since=pages[0].on, rain=rain_mm)


def probe_trouble(situation: Situation) -> tuple[Reason, ...]:
    """Give what is wrong with a probe and since which morning; nothing where all are good."""
    state = situation.today.night.state
    if state == "good":
        return ()
    same = takewhile(lambda day: day.night.state == state, reversed(situation.days))
    since = [day.on for day in same][-1]
    return (because(f"probe_{state}", since=since),)


def _since_watering(pages: list[Page]) -> list[Page]:
    """Give the whole days since the last watering, its own among them; a week at the most."""
    past = pages[:-1][-7:]
    last = max((index for index, page in enumerate(past) if page.watered), default=0)
    return past[last:]
