"""What the probes of a bed say together one morning, and how far they lead the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Literal

from gateway.watering.probe import OUT, STATES, SUSPECT, ProbeState
from gateway.watering.scale import Knowledge

_AGREE: Final = 0.15
"""How far two probes may be apart, as a share of the reservoir (judgement)."""
_GAP_SHARE: Final = 0.25
_GAP_DAYS: Final = 14

GAIN_TWO_POINTS: Final = 0.3
GAIN_LEARNED: Final = 0.6
GAIN_AGREEING: Final = 0.7


@dataclass(frozen=True, slots=True)
class ProbeMorning:
    """One probe on one morning.

    missing: share of the reservoir, 0 to 1, below 0 when wetter than field capacity, None when it
    gave nothing. known_by: what its scale rests on. by: the night's median, or that of the last
    hour. wet_h: hours without a break that it has been waterlogged. fell_pct: points of the
    reservoir that it has lost in two days, negative when it gained. there: whether it still stands
    in the bed: one that went to another is not missed.
    """

    missing: float | None
    state: ProbeState = "good"
    known_by: Knowledge = "learned"
    by: Literal["night", "last_hour"] = "night"
    wet_h: float = 0.0
    fell_pct: float | None = None
    there: bool = True

    @property
    def usable(self) -> bool:
        """Whether it says something of the bed."""
        return self.missing is not None and self.state not in OUT


@dataclass(frozen=True, slots=True)
class Night:
    """The probes of a bed on one morning, as one.

    missing: their mean, the share that is missing, within 0 and 1; None without a usable probe.
    gain: how far they lead the books, 0 to 0.7. disagree: whether they are over 0.15 apart.
    state: that of the probe which most needs a hand.
    """

    missing: float | None = None
    gain: float = 0.0
    disagree: bool = False
    suspect: bool = False
    learned: bool = False
    by_night: bool = True
    wet_h: float = 0.0
    fell_pct: float | None = None
    state: ProbeState = "good"


def together(probes: Sequence[ProbeMorning]) -> Night:
    """Take the probes of a bed together: gain 0, 0.3, 0.6 once learned, 0.7 when two agree.

    Probes that disagree, or are suspect, lead no further than one with two points does.
    """
    states = [probe.state for probe in probes if probe.there]
    state: ProbeState = min(states, key=STATES.index, default="good")
    usable = [(probe.missing, probe) for probe in probes if probe.usable]
    shares = [missing for missing, _ in usable if missing is not None]
    if not shares:
        return Night(suspect=any(probe.state in SUSPECT for probe in probes), state=state)
    all_learned = all(probe.known_by == "learned" for _, probe in usable)
    disagree = max(shares) - min(shares) > _AGREE
    suspect = any(probe.state in SUSPECT for _, probe in usable)
    gain = GAIN_TWO_POINTS
    if all_learned and not disagree and not suspect:
        gain = GAIN_AGREEING if len(shares) >= 2 else GAIN_LEARNED
    falls = [probe.fell_pct for _, probe in usable if probe.fell_pct is not None]
    return Night(
        missing=min(1.0, max(0.0, fmean(shares))),
        gain=gain,
        disagree=disagree,
        suspect=suspect,
        learned=all_learned,
        by_night=all(probe.by == "night" for _, probe in usable),
        wet_h=min(probe.wet_h for _, probe in usable),
        fell_pct=fmean(falls) if falls else None,
        state=state,
    )


@dataclass(frozen=True, slots=True)
class Drift:
    """A probe, as node/channel, that asks for a calibration.

    by: its plateaus, the last three against the first three, or its gap to the books.
    """

    channel: str
    by: Literal["plateaus", "balance"]


def gap_asks_for_calibration(gaps: Sequence[float | None]) -> bool:
    """Tell whether probe and balance lie 0.25 of the reservoir apart on the mean of 14 days.

    gaps: (probe - balance) / TAW of each day, oldest first, None without a probe; half must be
    known.
    """
    known = [gap for gap in gaps[-_GAP_DAYS:] if gap is not None]
    return len(known) >= _GAP_DAYS // 2 and abs(fmean(known)) > _GAP_SHARE
