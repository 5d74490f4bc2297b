"""What the lamp and the buzzer at the bed say is decided without a clock, a pin or a network."""

from __future__ import annotations

import itertools
import json
import logging
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sensor_node.drivers.base import Channel
from sensor_node.errors import ConfigError
from sensor_node.signals.advice import VERDICTS, Advice, Advices
from sensor_node.signals.alerts import Alerts
from sensor_node.signals.chimes import ALARM, CALL, Chimes
from sensor_node.signals.quiet import QuietHours
from sensor_node.signals.settings import SignalSettings
from sensor_node.signals.signs import DARK, Sign, Step, signs_of, steps_of
from sensor_node.signals.troubles import FaultWatch, Missing, Trouble
from sensor_node.wire import Record

TODAY = date(2026, 5, 1)
NIGHT = QuietHours(time(21), time(8))
PARIS = ZoneInfo("Europe/Paris")
HELP, FROST, WATER, NOTHING = Sign.HELP, Sign.FROST, Sign.WATER, Sign.NOTHING_TO_DO


def advised(*verdicts: str | None, mm: float | None = None) -> dict[str, Advice | None]:
    """Beds a, b, c… with these verdicts for today; None is a bed of which nothing is known."""
    return {
        chr(ord("a") + at): Advice(TODAY, verdict, mm) if verdict else None
        for at, verdict in enumerate(verdicts)
    }


# --- the lamp -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verdicts", "signs"),
    [
        (["yes"], [WATER]),
        (["seedbed"], [WATER]),
        (["frost"], [FROST]),
        (["no"], [NOTHING]),
        (["soon"], [NOTHING]),
        (["wait_for_rain"], [NOTHING]),
        (["waterlogged"], [NOTHING]),
        (["forbidden"], [NOTHING]),
        (["unknown"], []),
        ([None], []),
        ([], []),
        (["no", "yes"], [WATER]),
        (["no", "soon"], [NOTHING]),
        (["no", None], []),
        (["no", "unknown"], []),
        (["yes", None], [WATER]),
        (["yes", "frost"], [FROST, WATER]),
    ],
)
def test_the_lamp_shows_what_today_asks_for(verdicts: list[str | None], signs: list[Sign]) -> None:
    assert list(signs_of((), advised(*verdicts))) == signs


LOOK = Sign.LOOK


@pytest.mark.parametrize(
    ("verdict", "codes", "signs"),
    [
        ("no", {"frost_watch"}, [FROST]),
        ("frost", {"frost_alert"}, [FROST]),
        ("no", {"heat_salads"}, [LOOK]),
        ("no", {"frost_alert", "tank_low"}, [FROST, LOOK]),
        ("yes", {"thirst"}, [WATER]),
        ("wait_for_rain", {"thirst"}, [LOOK]),
        ("yes", {"a_code_of_tomorrow"}, [WATER, LOOK]),
        (None, {"frost_watch"}, [FROST]),
        ("no", set(), [NOTHING]),
    ],
)
def test_the_lamp_shows_the_alerts_of_its_bed(
    verdict: str | None, codes: set[str], signs: list[Sign]
) -> None:
    assert list(signs_of((), advised(verdict), {"a": frozenset(codes)})) == signs


def test_alerts_are_believed_while_the_gateway_is_there(caplog: pytest.LogCaptureFixture) -> None:
    alerts = Alerts(["bac-1"])
    alerts.hear("bac-1", b'{"bed": "bac-1", "alerts": [{"code": "frost_watch", "do": "..."}]}')
    assert alerts.now(gateway_online=True) == {"bac-1": {"frost_watch"}}
    assert alerts.now(gateway_online=False) == {"bac-1": frozenset()}
    for rubbish in (b"\xff", b"[]", b"{}", b'{"alerts": [1]}', b'{"bed": "x", "alerts": []}'):
        alerts.hear("bac-1", rubbish)
    assert alerts.now(gateway_online=True) == {"bac-1": {"frost_watch"}}
    assert caplog.text.count("ALERT_UNREADABLE") == 1
    alerts.hear("bac-1", b"")
    assert alerts.now(gateway_online=True) == {"bac-1": frozenset()}


def test_a_frost_alert_sounds_once_a_day_and_after_the_quiet_hours() -> None:
    chimes, alerts = Chimes(NIGHT), {"a": frozenset({"frost_watch"})}

    def due(day: int, hour: int) -> list[Step]:
        now = datetime(2026, 5, day, hour, tzinfo=PARIS)
        return list(chimes.due(now, 0.0, (), {}, alerts))

    assert due(1, 20) == list(CALL)
    assert due(1, 20) == []
    assert due(1, 23) == []
    assert due(2, 7) == []
    assert due(2, 8) == list(CALL)


def test_every_verdict_is_one_that_the_lamp_knows() -> None:
    shown = {verdict: signs_of((), advised(verdict)) for verdict in VERDICTS}

    assert {verdict for verdict, signs in shown.items() if not signs} == {"unknown"}


def test_seeds_that_need_no_water_today_ask_for_none() -> None:
    assert signs_of((), advised("seedbed", mm=0.0)) == (NOTHING,)
    assert signs_of((), advised("seedbed", mm=4.0)) == (WATER,)


@pytest.mark.parametrize("trouble", Trouble)
def test_a_node_in_trouble_asks_for_help_and_never_says_that_there_is_nothing_to_do(
    trouble: Trouble,
) -> None:
    assert signs_of({trouble}, advised("no")) == (HELP,)
    assert signs_of({trouble}, advised(None)) == (HELP,)
    assert signs_of({trouble}, {}) == (HELP,)


def test_a_node_in_trouble_still_tells_the_water_that_it_knows_of() -> None:
    assert signs_of({Trouble.GATEWAY}, advised("yes")) == (HELP, WATER)


def test_each_sign_looks_like_no_other_and_ends_in_the_dark() -> None:
    looks = [steps_of([sign]) for sign in Sign] + [DARK]

    assert len({tuple(look) for look in looks}) == len(looks)
    assert not any(look[-1].on for look in looks)
    assert sum(step.on for step in steps_of([HELP])) == 3


def test_several_signs_are_shown_in_turn_with_a_pause_between() -> None:
    steps = steps_of([HELP, WATER])

    assert steps == [*HELP.value, Step(False, 1.5), *WATER.value, Step(False, 1.5)]


def test_no_sign_and_no_change_of_signs_flashes_more_than_three_times_a_second() -> None:
    shown = [
        (),
        *((sign,) for sign in Sign),
        (HELP, WATER),
        (HELP, FROST, WATER),
        (FROST, WATER),
    ]
    for before, after in itertools.product(shown, repeat=2):
        flashes, now_s, was_on = [], 0.0, False
        for step in [*steps_of(before), *steps_of(after), *steps_of(after)]:
            if step.on and not was_on:
                flashes.append(now_s)
            was_on, now_s = step.on, now_s + step.seconds
        assert all(fourth - first > 1 for first, fourth in zip(flashes, flashes[3:], strict=False))


# --- the advice ---------------------------------------------------------------------------------


def said(**fields: Any) -> bytes:
    return json.dumps({"bed": "bac-1", "on": "2026-05-01", "verdict": "yes"} | fields).encode()


@pytest.fixture
def advices() -> Advices:
    return Advices(["bac-1", "bac-2"])


def test_the_advice_of_a_bed_is_heard_with_all_that_the_gateway_says_beside_it(
    advices: Advices,
) -> None:
    more = {"mm": 12.5, "litres": 25, "cans": 2.5, "when": "evening", "reasons": [], "inputs": {}}
    advices.hear("bac-1", said(**more))

    assert advices.of(TODAY) == {"bac-1": Advice(TODAY, "yes", 12.5), "bac-2": None}


def test_an_advice_of_another_day_is_none_for_today(advices: Advices) -> None:
    advices.hear("bac-1", said())

    assert advices.of(TODAY + timedelta(1))["bac-1"] is None
    assert advices.of(TODAY - timedelta(1))["bac-1"] is None


def test_an_empty_payload_withdraws_the_advice(advices: Advices) -> None:
    advices.hear("bac-1", said())
    advices.hear("bac-1", b"")

    assert advices.of(TODAY)["bac-1"] is None


@pytest.mark.parametrize(
    "payload",
    [
        b"\xff\xfe",
        b"yes",
        b"[]",
        b"{",
        b"[" * 5000,
        said(verdict="maybe"),
        said(verdict=["yes"]),
        said(verdict=None),
        said(on="today"),
        said(on=20260501),
        said(on="2026-02-30"),
        said(on="2026-W18-5"),
        said(on="2026-05-01T06:00:00Z"),
        said(bed="bac-2"),
        b'{"on": "2026-05-01", "verdict": "yes", "mm": NaN}',
    ],
)
def test_rubbish_changes_nothing_and_is_said_once(
    advices: Advices, payload: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    advices.hear("bac-1", said(verdict="no"))
    for _ in range(3):
        advices.hear("bac-1", payload)

    assert advices.of(TODAY)["bac-1"] == Advice(TODAY, "no")
    (record,) = caplog.records
    assert record.getMessage().startswith("ADVICE_UNREADABLE: the advice for bac-1 is ignored")


def test_rubbish_after_a_good_advice_is_said_again(
    advices: Advices, caplog: pytest.LogCaptureFixture
) -> None:
    for payload in (b"rubbish", said(), b"rubbish"):
        advices.hear("bac-1", payload)

    assert len(caplog.records) == 2


# --- the node's own trouble ---------------------------------------------------------------------


class Scripted:
    """A sampler whose faults are given."""

    channels = (
        Channel("air", "air_temperature", "DHT22", "GPIO4"),
        Channel("light", "illuminance", "BH1750", "I2C"),
    )

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    def sample(self) -> list[Record]:
        return [
            Record(c.name, fault=self.faults[c.name])
            if c.name in self.faults
            else Record(c.name, c.unit, 1.0)
            for c in self.channels
        ]


def test_a_sensor_is_in_trouble_from_its_third_fault_in_a_row_until_it_measures() -> None:
    sampler = Scripted()
    watch = FaultWatch(sampler)  # type: ignore[arg-type]
    sampler.faults["air"] = "checksum"

    seen = []
    for _ in range(4):
        watch.sample()
        seen.append(watch.is_failing)
    del sampler.faults["air"]
    watch.sample()

    assert seen == [False, False, True, True]
    assert not watch.is_failing


def test_faults_that_come_and_go_are_no_trouble() -> None:
    sampler = Scripted()
    watch = FaultWatch(sampler)  # type: ignore[arg-type]
    for number in range(30):
        sampler.faults = {"air": "checksum"} if number % 3 else {}
        watch.sample()
        assert not watch.is_failing


def test_full_sun_on_a_light_sensor_calls_nobody() -> None:
    sampler = Scripted()
    sampler.faults["light"] = "saturated"
    watch = FaultWatch(sampler)  # type: ignore[arg-type]
    for _ in range(10):
        watch.sample()

    assert not watch.is_failing


def test_a_watched_sampler_gives_what_the_sampler_gives() -> None:
    sampler = Scripted()
    watch = FaultWatch(sampler)  # type: ignore[arg-type]

    assert watch.sample() == sampler.sample()
    assert watch.channels == sampler.channels


def test_what_is_missing_is_a_trouble_after_a_quarter_of_an_hour_and_no_more_once_it_is_back() -> (
    None
):
    gateway = Missing(100.0)

    assert not gateway.too_long(1000.0, there=False)
    assert gateway.too_long(1000.1, there=False)
    assert not gateway.too_long(1001.0, there=True)
    assert not gateway.too_long(1901.0, there=False)
    assert gateway.too_long(1901.1, there=False)


# --- the buzzer ---------------------------------------------------------------------------------

NOON = datetime(2026, 5, 1, 12, tzinfo=PARIS)


class Ears:
    """What a buzzer says as the day goes on, from noon of May 1st."""

    def __init__(self, quiet: QuietHours = NIGHT) -> None:
        self._chimes = Chimes(quiet)

    def at(
        self,
        hours: float,
        advices: Mapping[str, Advice | None],
        *troubles: Trouble,
    ) -> list[Step]:
        now = NOON + timedelta(hours=hours)
        return list(self._chimes.due(now, hours * 3600, troubles, advices))


@pytest.mark.parametrize("verdict", ["yes", "seedbed", "frost"])
def test_two_short_beeps_when_there_is_something_to_do_and_not_again(verdict: str) -> None:
    ears = Ears()

    assert ears.at(0, advised("no")) == []
    assert ears.at(1, advised(verdict)) == list(CALL)
    assert ears.at(1.1, advised(verdict)) == []
    assert ears.at(2, advised("no")) == []
    assert ears.at(3, advised(verdict)) == []  # once a day is enough
    assert sum(step.on for step in CALL) == 2


def test_another_bed_and_another_call_are_sounded_again() -> None:
    ears = Ears()

    assert ears.at(0, advised("yes", "no")) == list(CALL)
    assert ears.at(1, advised("yes", "yes")) == list(CALL)
    assert ears.at(2, advised("frost", "yes")) == list(CALL)


def test_the_same_call_is_sounded_again_the_next_day() -> None:
    ears = Ears()

    assert ears.at(0, advised("yes")) == list(CALL)
    assert ears.at(24, advised("yes")) == list(CALL)


def test_a_call_of_the_night_waits_for_the_morning_and_is_dropped_if_it_holds_no_more() -> None:
    ears = Ears()

    assert ears.at(18, advised("frost")) == []  # six in the morning
    assert ears.at(19.99, advised("frost")) == []
    assert ears.at(20, advised("frost")) == list(CALL)
    assert ears.at(42, advised("yes")) == []
    assert ears.at(44, advised("no")) == []


def test_trouble_sounds_longer_and_at_most_once_an_hour() -> None:
    ears = Ears()

    heard = [ears.at(minute / 60, {}, Trouble.SENSOR) == list(ALARM) for minute in range(0, 150, 5)]

    assert [5 * at for at, sounded in enumerate(heard) if sounded] == [0, 60, 120]
    assert sum(step.seconds for step in ALARM) > 3 * sum(step.seconds for step in CALL)


def test_another_trouble_within_the_hour_waits_for_the_next() -> None:
    ears = Ears()

    assert ears.at(0, {}, Trouble.SENSOR) == list(ALARM)
    assert ears.at(0.2, {}) == []
    assert ears.at(0.5, {}, Trouble.DISK) == []
    assert ears.at(1, {}, Trouble.DISK) == list(ALARM)


def test_trouble_and_a_call_at_one_moment_are_both_heard() -> None:
    assert Ears().at(0, advised("yes"), Trouble.SENSOR) == [*ALARM, *CALL]


def test_nothing_sounds_in_quiet_hours_over_midnight() -> None:
    ears = Ears()
    heard = [
        at / 4
        for at in range(4 * 48)
        if ears.at(at / 4, advised("yes"), Trouble.GATEWAY, Trouble.DISK)
    ]
    hours = [(12 + at) % 24 for at in heard]

    assert len(hours) == 26  # thirteen hours of each day
    assert all(8 <= hour < 21 for hour in hours)


def test_nothing_sounds_before_the_time_is_known() -> None:
    chimes = Chimes(QuietHours(time(0), time(0)))

    assert list(chimes.due(None, 0.0, {Trouble.TIME}, advised("yes"))) == []
    assert list(chimes.due(NOON, 1.0, {Trouble.TIME}, advised("yes"))) == [*ALARM, *CALL]


@pytest.mark.parametrize(
    ("start", "end", "quiet", "loud"),
    [
        ("21:00", "08:00", ["21:00", "23:59", "00:00", "07:59"], ["08:00", "12:00", "20:59"]),
        ("12:30", "14:00", ["12:30", "13:59"], ["12:29", "14:00", "00:00"]),
        ("00:00", "07:00", ["00:00", "06:59"], ["07:00", "23:59"]),
        ("20:00", "00:00", ["20:00", "23:59"], ["00:00", "19:59"]),
        ("09:00", "09:00", [], ["00:00", "09:00", "23:59"]),
    ],
)
def test_quiet_hours_have_their_start_and_not_their_end(
    start: str, end: str, quiet: list[str], loud: list[str]
) -> None:
    hours = SignalSettings(quiet_from=start, quiet_to=end).quiet

    assert [at for at in quiet + loud if hours.cover(time.fromisoformat(at))] == quiet


@pytest.mark.parametrize(
    ("utc", "quiet"),
    [
        ("2026-03-28T06:59", True),  # 07:59, winter
        ("2026-03-28T07:00", False),  # 08:00
        ("2026-03-28T19:59", False),  # 20:59
        ("2026-03-28T20:00", True),  # 21:00
        ("2026-03-29T05:59", True),  # 07:59, summer, an hour sooner
        ("2026-03-29T06:00", False),  # 08:00
        ("2026-03-29T19:00", True),  # 21:00
        ("2026-10-24T06:00", False),  # 08:00, summer
        ("2026-10-25T06:00", True),  # 07:00, winter
        ("2026-10-25T06:59", True),  # 07:59
        ("2026-10-25T07:00", False),  # 08:00
        ("2026-10-25T19:59", False),  # 20:59
        ("2026-10-25T20:00", True),  # 21:00
    ],
)
def test_quiet_hours_follow_the_clock_on_the_wall_when_summer_time_comes_and_goes(
    utc: str, quiet: bool
) -> None:
    local = datetime.fromisoformat(utc).replace(tzinfo=UTC).astimezone(PARIS)
    chimes = Chimes(NIGHT)

    assert (list(chimes.due(local, 0.0, {Trouble.SENSOR}, {})) == []) is quiet


def test_quiet_hours_that_end_in_the_hour_left_out_or_lived_twice_end_all_the_same() -> None:
    until = QuietHours(time(21), time(2, 30))

    def quiet(utc: str) -> bool:
        moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)
        return until.cover(moment.astimezone(PARIS).time())

    assert [quiet(f"2026-03-29T0{at}") for at in ("0:59", "1:00", "1:31")] == [True, False, False]
    assert [quiet(f"2026-10-25T0{at}") for at in ("0:29", "0:30", "1:00", "1:30")] == [
        True,
        False,
        True,
        False,
    ]


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (SignalSettings(quiet_from="9 pm"), "signals.quiet_from': '9 pm' is no time as 21:00"),
        (SignalSettings(quiet_to="24:00"), "signals.quiet_to'"),
        (SignalSettings(quiet_to="08:00:00"), "signals.quiet_to'"),
        (SignalSettings(timezone="Europe/Dijon"), "unknown time zone 'Europe/Dijon'"),
        (SignalSettings(timezone="../etc"), "unknown time zone"),
        (SignalSettings(led=18, buzzer=18), "the lamp and the buzzer cannot share a pin"),
        (SignalSettings(beds=["Bac 1"]), "'Bac 1' cannot be a name (bed)"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_to_write(
    settings: SignalSettings, words: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        settings.check()
    assert words in caught.value.en
