"""The rules: what is an alert, of whom, how urgent, and how long it takes to begin and to end."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from gateway.alerts.hysteresis import QUIET, Band, Change, Condition, Patience, step

_HOUR_S: Final = 3600.0
_DAY_S: Final = 24 * _HOUR_S
SILENT_INTERVALS: Final = 3

About = Literal["garden", "bed", "node", "channel"]
Value = float | str
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of alert.

    about: whom it is of. urgent: told at once; the others wait for the morning. band: where a
    value decides. patience: how long it takes to begin and to end.
    """

    code: str
    about: About
    fr: str
    en: str
    urgent: bool = False
    band: Band | None = None
    patience: Patience = Patience()


_TABLE = (
    Rule(
        "frost_alert", "garden",
        "gel cette nuit", "frost tonight",
        urgent=True, band=Band(0.0, 1.0), patience=Patience(0.0, 2 * _HOUR_S),
    ),
    Rule(
        "frost_watch", "garden",
        "risque de gel cette nuit", "risk of frost tonight",
        urgent=True, band=Band(3.0, 4.0), patience=Patience(0.0, 2 * _HOUR_S),
    ),
    Rule(
        "heat_flowers", "bed",
        "plus de 35 °C : les fleurs de tomate tombent",
        "over 35 °C: tomato flowers drop", band=Band(35.0, 33.0), patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "heat_salads", "bed",
        "plus de 30 °C : salades et pois souffrent",
        "over 30 °C: salads and peas suffer", band=Band(30.0, 28.0),
        patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "blight_risk", "bed",
        "temps favorable au mildiou : un risque, pas un diagnostic",
        "weather for late blight: a risk, not a diagnosis", patience=Patience(0.0, _DAY_S),
    ),
    Rule(
        "thirst", "bed",
        "a soif depuis deux jours", "has been thirsty for two days",
        band=Band(1.0, 0.8), patience=Patience(_DAY_S, 0.0),
    ),
    Rule(
        "tank_low", "channel",
        "la citerne est presque vide", "the tank is nearly empty",
        band=Band(20.0, 30.0), patience=Patience(_HOUR_S, _HOUR_S),
    ),
    Rule(
        "node_silent", "node",
        "ne donne plus de nouvelles", "is silent",
        band=Band(float(SILENT_INTERVALS), 1.5), patience=Patience(0.0, _HOUR_S),
    ),
    Rule(
        "probe_out", "channel",
        "la sonde ne mesure plus la terre", "the probe no longer measures the soil",
        patience=Patience(_HOUR_S, 2 * _HOUR_S),
    ),
    Rule(
        "sensor_fault", "channel",
        "le capteur ne mesure plus", "the sensor no longer measures",
        patience=Patience(_HOUR_S, 2 * _HOUR_S),
    ),
    Rule(
        "calibrate", "channel",
        "la sonde a dérivé : à étalonner", "the probe has drifted: calibrate it",
        patience=Patience(_DAY_S, _DAY_S),
    ),
    Rule(
        "clock_untrusted", "node",
        "l'heure n'est pas sûre", "the clock is not trusted",
        patience=Patience(900.0, 900.0),
    ),
    Rule(
        "voltage_low", "channel",
        "la tension d'alimentation est basse", "the supply voltage is low",
        band=Band(4.75, 4.85), patience=Patience(300.0, _HOUR_S),
    ),
    Rule(
        "undervoltage", "channel",
        "l'alimentation du Pi faiblit", "the Pi's power supply is too weak",
        patience=Patience(300.0, _HOUR_S),
    ),
    Rule(
        "battery_low", "channel",
        "la batterie est presque vide", "the battery is nearly empty",
        band=Band(20.0, 30.0), patience=Patience(_HOUR_S, _HOUR_S),
    ),
)  # fmt: skip

RULES: Final = {rule.code: rule for rule in _TABLE}
"""The rules by code, the gravest first.

Values: expected minimum and maximum of the day in °C; thirst as depletion over RAW; the tank in %;
silence in intervals of the node; volts; the battery in %. The others are told whether they hold.
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
    """Which alert of whom: a bed, a node, a channel as `node/channel`, or the garden as ``."""

    code: str
    subject: str


@dataclass(frozen=True, slots=True)
class Observation:
    """What is seen of one alert: a value where its rule has a band, else whether it holds.

    None: not known now. values: what it was seen by. bed: that a channel watches.
    """

    key: Key
    seen: float | bool | None
    values: Values = field(default_factory=dict)
    bed: str | None = None

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
    """Take all conditions to `at_ms`; give them anew, with what began or ended.

    What is not known now stays where it was: silence neither breaks a beginning off nor ends
    anything.
    """
    after, events = dict(conditions), []
    for one in seen:
        if one.seen is None:
            continue
        rule = RULES[one.key.code]
        condition, change = step(after.get(one.key, QUIET), rule.patience, one.holds, at_ms)
        after[one.key] = condition
        if change is not None:
            events.append(Event(one.key, change, at_ms))
    return after, tuple(events)


def gone(
    conditions: Mapping[Key, Condition], seen: Iterable[Observation], at_ms: int
) -> tuple[dict[Key, Condition], tuple[Event, ...]]:
    """Leave out the conditions of whom nothing is looked at any more: their alerts end."""
    there = {one.key for one in seen}
    left = [key for key in conditions if key not in there]
    ended = tuple(Event(key, "end", at_ms) for key in left if conditions[key].active)
    return {key: held for key, held in conditions.items() if key in there}, ended
