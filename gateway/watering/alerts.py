"""What a gardener must hear of: begins and ends, few and in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from gateway.watering.hysteresis import QUIET, Band, Change, Condition, Patience, step
from gateway.watering.reasons import Language

_HOUR_S: Final = 3600.0
_DAY_S: Final = 24 * _HOUR_S
SILENT_INTERVALS: Final = 3


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of alert.

    urgent: told at once; the others wait for the morning. band: where a value decides. patience:
    how long it takes to begin and to end.
    """

    code: str
    fr: str
    en: str
    urgent: bool = False
    band: Band | None = None
    patience: Patience = Patience()


_TABLE = (
    Rule(
        "frost_alert", "gel cette nuit", "frost tonight",
        urgent=True, band=Band(0.0, 1.0), patience=Patience(0.0, 2 * _HOUR_S),
    ),
    Rule(
        "frost_watch", "risque de gel cette nuit", "risk of frost tonight",
        urgent=True, band=Band(3.0, 4.0), patience=Patience(0.0, 2 * _HOUR_S),
    ),
    Rule(
        "heat_flowers", "plus de 35 °C : les fleurs de tomate tombent",
        "over 35 °C: tomato flowers drop", band=Band(35.0, 33.0), patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "heat_salads", "plus de 30 °C : salades et pois souffrent",
        "over 30 °C: salads and peas suffer", band=Band(30.0, 28.0),
        patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "blight_risk", "temps favorable au mildiou : un risque, pas un diagnostic",
        "weather for late blight: a risk, not a diagnosis", patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "thirst", "a soif depuis deux jours", "has been thirsty for two days",
        band=Band(1.0, 0.8), patience=Patience(_DAY_S, 0.0),
    ),
    Rule(
        "tank_low", "la citerne est presque vide", "the tank is nearly empty",
        band=Band(20.0, 30.0), patience=Patience(_HOUR_S, _HOUR_S),
    ),
    Rule(
        "node_silent", "ne donne plus de nouvelles", "is silent",
        band=Band(float(SILENT_INTERVALS), 1.5), patience=Patience(0.0, _HOUR_S),
    ),
    Rule(
        "probe_out", "la sonde ne mesure plus la terre", "the probe no longer measures the soil",
        patience=Patience(_HOUR_S, 2 * _HOUR_S),
    ),
    Rule(
        "calibrate", "la sonde a dérivé : à étalonner", "the probe has drifted: calibrate it",
        patience=Patience(_DAY_S, _DAY_S),
    ),
    Rule(
        "clock_untrusted", "l'heure n'est pas sûre", "the clock is not trusted",
        patience=Patience(900.0, 900.0),
    ),
    Rule(
        "voltage_low", "la tension d'alimentation est basse", "the supply voltage is low",
        band=Band(4.75, 4.85), patience=Patience(300.0, _HOUR_S),
    ),
)  # fmt: skip

RULES: Final = {rule.code: rule for rule in _TABLE}
"""The rules by code, the gravest first.

Values: expected minimum and maximum of the day in °C; thirst as depletion over RAW; the tank in %;
silence in intervals of the node; volts. The others are told whether they hold.
"""


HEAT: Final = {
    "laitue": "heat_salads",
    "epinard": "heat_salads",
    "petit-pois": "heat_salads",
    "tomate": "heat_flowers",
}
"""Which heat a crop suffers from, by its key; the others are not watched for it."""
BLIGHTED: Final = frozenset({"tomate", "pomme-de-terre"})
"""Crops that late blight attacks."""


class Key(NamedTuple):
    """Which alert of whom: a node, a bed, or the garden as ``."""

    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What is seen of one alert: a value where its rule has a band, else whether it holds.

    None: not known now.
    """

    key: Key
    seen: float | bool | None

    @property
    def holds(self) -> bool | None:
        """Whether it holds; None where it is not known, or between two thresholds."""
        band = RULES[self.key.code].band
        if band is not None:
            return band.holds(self.seen)
        return None if self.seen is None else bool(self.seen)


@dataclass(frozen=True, slots=True)
class Event:
    """An alert that begins or ends."""

    key: Key
    change: Change
    at_ms: int


def watch(
    conditions: Mapping[Key, Condition], seen: Iterable[Observation], at_ms: int
) -> tuple[dict[Key, Condition], tuple[Event, ...]]:
    """Take all conditions to `at_ms`; give them anew, with what began or ended."""
    after, events = dict(conditions), []
    for one in seen:
        rule = RULES[one.key.code]
        condition, change = step(after.get(one.key, QUIET), rule.patience, one.holds, at_ms)
        after[one.key] = condition
        if change is not None:
            events.append(Event(one.key, change, at_ms))
    return after, tuple(events)


def urgent(events: Iterable[Event]) -> tuple[Event, ...]:
    """Give what cannot wait for the morning: the beginning of an urgent alert."""
    return tuple(one for one in events if RULES[one.key.code].urgent and one.change == "begin")


Outcome = Literal["begun", "ended", "came_and_went"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the morning's message: an alert, what became of it, how often it began."""

    key: Key
    outcome: Outcome
    times: int

    def told(self, language: Language) -> str:
        """Give the line in words."""
        rule = RULES[self.key.code]
        subject = f"{self.key.subject} : " if language == "fr" else f"{self.key.subject}: "
        what = rule.fr if language == "fr" else rule.en
        end = _OUTCOMES[self.outcome][language].format(times=self.times)
        return (subject if self.key.subject else "") + what + end


_OUTCOMES: Final[dict[Outcome, dict[Language, str]]] = {
    "begun": {"fr": "", "en": ""},
    "ended": {"fr": " : c'est fini", "en": ": over"},
    "came_and_went": {"fr": " : passé ({times} fois)", "en": ": gone again ({times} times)"},
}


def digest(events: Sequence[Event]) -> tuple[Line, ...]:
    """Put the events since the last morning into one message: one line an alert, gravest first."""
    by_key: dict[Key, list[Event]] = {}
    for event in sorted(events, key=lambda one: one.at_ms):
        by_key.setdefault(event.key, []).append(event)
    lines = [_line(key, its) for key, its in by_key.items()]
    order = list(RULES)
    return tuple(sorted(lines, key=lambda one: (order.index(one.key.code), one.key.subject)))


def _line(key: Key, events: Sequence[Event]) -> Line:
    began = sum(one.change == "begin" for one in events)
    if events[-1].change == "begin":
        return Line(key, "begun", began)
    return Line(key, "came_and_went" if began else "ended", began)
