"""Each alert begins and ends once, by the present alone, and is not said again after a restart."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from watched import AIR, HUMIDITY, SOIL, TANK, URL, VOLTS, Watched, moment_ms, watched

from gateway.alerts.message import Message
from gateway.beds.records import BedDetails
from gateway.beds.watches import Wish
from gateway.calibrations import Wanted
from gateway.store.base import Fault, Reading, Series

HOUR_MS = 3_600_000
CHARGE, UNDER = Series("potager", "charge"), Series("potager", "sous-tension")
FLOAT = Series("meteo", "flotteur")


@pytest.fixture
def garden(tmp_path: Path) -> Iterator[Watched]:
    """A July noon, with a bed of tomatoes and its probe."""
    with watched(tmp_path, "2026-07-15 12:00") as opened:
        make_bed(opened, "tomate")
        yield opened


def make_bed(garden: Watched, crop: str | None, **more: Any) -> None:
    catalogue, now_ms = garden.gateway.catalogue, garden.clock.wall_ms()
    details = BedDetails(area_m2=2.0, name="Les tomates", crop=crop, **more)
    catalogue.beds.put("bac-1", details, now_ms)
    catalogue.watches.wish("bac-1", [Wish(SOIL)], now_ms)


def air(celsius: float, humidity: float = 60.0) -> Callable[[datetime], dict[Series, float]]:
    return lambda _now: {AIR: celsius, HUMIDITY: humidity}


def began_and_ended(garden: Watched, code: str) -> None:
    """There was one, and it is over."""
    (alert,) = garden.kept(code)
    assert alert.ended_ms is not None
    assert alert.ended_ms > alert.begun_ms
    assert code not in garden.open_codes


# --- each kind ----------------------------------------------------------------------------------


def test_an_evening_that_falls_towards_frost_is_warned_of_until_the_morning(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-04-02 12:00") as garden:

        def night(now: datetime) -> dict[Series, float]:
            hours = (now.hour + now.minute / 60 - 17) % 24
            falling = 14.0 - 1.6 * hours if hours < 12 else -4.0 + 2.5 * (hours - 12)
            return {AIR: round(falling, 1), HUMIDITY: 60.0}

        garden.live("2026-04-02 23:00", night, every_s=600)
        assert set(garden.open_codes) == {"frost_watch", "frost_alert"}
        assert garden.kept("frost_alert")[0].values["minimum_c"] <= 0.0  # type: ignore[operator]
        now_c = night(garden.now)[AIR]
        assert now_c > 3.0, "it is told of before it is there"
        garden.live("2026-04-03 12:00", night, every_s=600)
        began_and_ended(garden, "frost_watch")
        began_and_ended(garden, "frost_alert")


def test_a_forecast_warns_of_frost_before_any_evening(garden: Watched) -> None:
    class Tonight:
        def minimum_c(self, _now_ms: int) -> float | None:
            return 2.0

        def maximum_c(self, _now_ms: int) -> float | None:
            return 31.0

    make_bed(garden, "laitue")
    garden.gateway.alarms.forecast = Tonight()
    garden.live("2026-07-15 12:10", air(18.0))
    assert garden.open_codes == ["frost_watch", "heat_salads"]


def test_frost_in_a_garden_that_has_not_told_its_place(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-04-02 12:00", latitude=None, longitude=None) as garden:
        garden.live("2026-04-02 22:00", lambda now: {AIR: 24.0 - now.hour, HUMIDITY: 50.0}, 900)
        assert "frost_watch" in garden.open_codes


@pytest.mark.parametrize(
    ("crop", "code", "hot"), [("tomate", "heat_flowers", 36.0), ("laitue", "heat_salads", 31.0)]
)
def test_heat_lasts_until_a_cooler_day(garden: Watched, crop: str, code: str, hot: float) -> None:
    make_bed(garden, crop)
    garden.live("2026-07-15 15:00", air(hot), 900)
    assert garden.open_codes == [code]
    garden.live("2026-07-16 12:00", air(20.0), 900)
    assert garden.open_codes == [code], "the night is no end of it"
    garden.live("2026-07-16 15:30", air(20.0), 900)
    began_and_ended(garden, code)


def test_two_damp_days_are_a_risk_of_blight(garden: Watched) -> None:
    def damp(now: datetime) -> dict[Series, float]:
        return {AIR: 14.0, HUMIDITY: 95.0 if now.hour < 9 else 70.0}

    garden.live("2026-07-17 23:30", damp, 1800)
    assert garden.open_codes == [], "one whole day is not two"
    garden.live("2026-07-18 03:00", damp, 1800)
    assert garden.open_codes == ["blight_risk"]
    garden.live("2026-07-20 12:00", air(22.0, 50.0), 1800)
    began_and_ended(garden, "blight_risk")


def standing(garden: Watched, missing_mm: float | None) -> None:
    """The advice that stands for the bed today."""
    inputs = {"missing_mm": missing_mm, "threshold_mm": 40.0}
    payload = {"bed": "bac-1", "on": garden.now.date().isoformat(), "inputs": inputs}
    garden.gateway.advisor.board.show("bac-1", json.dumps(payload).encode())


def test_a_bed_that_has_been_thirsty_for_a_day_and_a_night_is_told_of(garden: Watched) -> None:
    standing(garden, 48.0)
    garden.live("2026-07-16 11:00", air(22.0), 900)
    standing(garden, 50.0)
    garden.live("2026-07-16 12:00", air(22.0), 900)
    assert garden.open_codes == []
    garden.live("2026-07-16 13:00", air(22.0), 900)
    assert garden.open_codes == ["thirst"]
    standing(garden, 3.0)
    garden.live("2026-07-16 13:15", air(22.0), 900)
    began_and_ended(garden, "thirst")


def test_an_advice_of_days_ago_or_without_any_node_makes_nobody_thirsty(garden: Watched) -> None:
    standing(garden, 48.0)
    garden.live("2026-07-19 12:00", air(22.0), 1800)
    assert garden.kept("thirst")[0].begun_ms < moment_ms("2026-07-17 00:00")
    make_bed(garden, None)
    garden.live("2026-07-19 12:30", air(22.0), 1800)
    began_and_ended(garden, "thirst")


def test_a_thirst_that_nobody_measures_any_more_is_not_told(garden: Watched) -> None:
    garden.live("2026-07-15 12:30", air(22.0))
    standing(garden, 48.0)
    garden.live("2026-07-15 13:00")
    standing(garden, 48.0)
    garden.live("2026-07-16 20:00", every_s=1800)
    assert garden.open_codes == ["node_silent"]


@pytest.mark.parametrize(
    ("series", "quantity", "levels", "code"),
    [
        (TANK, "tank_level", (12.0, 60.0), "tank_low"),
        (FLOAT, "tank_empty", (1.0, 0.0), "tank_low"),
        (CHARGE, "battery", (10.0, 80.0), "battery_low"),
        (VOLTS, "supply_voltage", (4.6, 5.1), "voltage_low"),
        (UNDER, "undervoltage", (1.0, 0.0), "undervoltage"),
    ],
)
def test_what_runs_out_is_told_until_it_is_filled(
    garden: Watched, series: Series, quantity: str, levels: tuple[float, float], code: str
) -> None:
    low, high = levels
    garden.gateway.catalogue.see_channel(series, None, quantity)
    garden.live("2026-07-15 13:00", lambda _: {series: high}, 300)
    assert garden.open_codes == []
    garden.live("2026-07-15 15:00", lambda _: {series: low}, 300)
    assert garden.open_codes == [code]
    garden.live("2026-07-15 17:00", lambda _: {series: high}, 300)
    began_and_ended(garden, code)


def test_a_car_battery_is_no_weak_supply(garden: Watched) -> None:
    garden.live("2026-07-15 14:00", lambda _: {VOLTS: 12.4})
    garden.live("2026-07-15 15:00", lambda _: {VOLTS: 4.6})
    assert garden.kept("voltage_low") == []


def test_a_node_is_silent_after_three_intervals_until_it_speaks_for_an_hour(
    garden: Watched,
) -> None:
    garden.live("2026-07-15 12:30", air(22.0), 60)
    garden.live("2026-07-15 12:44", every_s=60)
    assert garden.open_codes == []
    garden.live("2026-07-15 12:46", every_s=60)
    assert garden.open_codes == ["node_silent"]
    garden.live("2026-07-15 14:00", air(22.0))
    began_and_ended(garden, "node_silent")


def test_a_probe_in_trouble_is_told_of(garden: Watched) -> None:
    garden.live("2026-07-15 13:30", lambda _: {SOIL: 0.6})
    until_ms = garden.clock.wall_ms() + 2 * HOUR_MS
    while garden.clock.wall_ms() < until_ms:
        garden.clock.advance(300)
        garden.measure(Fault(SOIL, garden.clock.wall_ms(), "bus"))
        garden.look()
    (alert,) = garden.gateway.alarms.open()
    assert (alert.key.code, alert.channel, alert.bed) == ("probe_out", str(SOIL), "bac-1")
    garden.live("2026-07-15 18:00", lambda _: {SOIL: 0.6})
    began_and_ended(garden, "probe_out")


def test_a_probe_that_was_pulled_out_of_the_soil_is_told_of(garden: Watched) -> None:
    calibrate(garden)
    wiggle = [0.0, 0.004, 0.002, 0.006]

    def probe(raw: float) -> Callable[[datetime], dict[Series, float]]:
        return lambda now: {SOIL: raw + wiggle[now.minute // 5 % 4]}

    garden.live("2026-07-15 18:00", probe(0.55), 300)
    assert garden.open_codes == []
    garden.live("2026-07-15 21:00", probe(0.75), 300)
    (alert,) = garden.gateway.alarms.open()
    assert (alert.key.code, alert.values) == ("probe_out", {"state": "in_air"})
    garden.live("2026-07-16 06:00", probe(0.55), 300)
    began_and_ended(garden, "probe_out")


def calibrate(garden: Watched) -> None:
    points = Wanted(SOIL, (0.75, 0.0), (0.45, 45.0))
    garden.gateway.catalogue.calibrations.make([points], "gardener", garden.clock.wall_ms())


def test_a_sensor_that_fails_is_told_of(garden: Watched) -> None:
    until_ms = garden.clock.wall_ms() + 2 * HOUR_MS
    while garden.clock.wall_ms() < until_ms:
        garden.clock.advance(300)
        garden.measure(Fault(AIR, garden.clock.wall_ms(), "checksum"))
        garden.look()
    (alert,) = garden.gateway.alarms.open()
    assert (alert.key.code, alert.values) == ("sensor_fault", {"state": "checksum"})
    garden.live("2026-07-15 17:00", air(22.0))
    began_and_ended(garden, "sensor_fault")


def test_a_gateway_that_does_not_know_the_time_says_so_and_dates_it_later(garden: Watched) -> None:
    garden.live("2026-07-15 12:30", air(22.0))
    garden.clock.keeper = None
    garden.clock.set_wall(moment_ms("2026-07-01 00:00"))
    for _ in range(8):
        garden.clock.advance(300)
        garden.look()
    assert garden.open_codes == ["clock_untrusted"]
    assert garden.posted == [], "nobody knows whether it is morning"
    garden.clock.set_wall(moment_ms("2026-07-15 13:10"))
    garden.clock.keeper = "ntp"
    garden.live("2026-07-15 13:40", air(22.0))
    began_and_ended(garden, "clock_untrusted")
    (alert,) = garden.kept("clock_untrusted")
    assert moment_ms("2026-07-15 12:40") < alert.begun_ms < moment_ms("2026-07-15 13:10")


def test_a_node_that_guesses_the_time_is_told_of(garden: Watched) -> None:
    def packs(clock: str, until: str) -> None:
        while garden.clock.wall_ms() < moment_ms(until):
            garden.clock.advance(300)
            now_ms = garden.clock.wall_ms()
            garden.gateway.catalogue.record_packs({}, {"potager": now_ms}, {"potager": clock})
            garden.look()

    packs("estimated", "2026-07-15 13:00")
    assert garden.open_codes == ["clock_untrusted"]
    packs("rtc", "2026-07-15 14:00")
    began_and_ended(garden, "clock_untrusted")


# --- the present alone --------------------------------------------------------------------------


def test_a_backlog_of_a_frosty_night_and_an_empty_tank_raises_nothing(garden: Watched) -> None:
    garden.live("2026-07-15 12:30", lambda _: {AIR: 25.0, HUMIDITY: 50.0, TANK: 80.0})
    night_ms = moment_ms("2026-07-14 00:00")
    garden.measure(*(Reading(AIR, night_ms + n * 300_000, -5.0) for n in range(100)))
    garden.measure(*(Reading(TANK, night_ms + n * 300_000, 2.0) for n in range(100)))
    garden.live("2026-07-15 14:30", lambda _: {AIR: 25.0, HUMIDITY: 50.0, TANK: 80.0})
    assert garden.gateway.catalogue.alerts.of(0, garden.clock.wall_ms()) == []


def test_what_is_stale_or_suspect_raises_nothing_but_the_silence(garden: Watched) -> None:
    garden.live("2026-07-15 13:00", air(22.0))
    garden.measure(Reading(TANK, garden.clock.wall_ms(), 5.0, "stuck"))
    garden.look()
    garden.live("2026-07-15 18:00")
    assert garden.open_codes == ["node_silent"]


def test_a_frost_that_nobody_measures_any_more_is_over_in_the_morning(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-04-02 20:00") as garden:
        garden.live("2026-04-02 23:00", air(-1.0))
        garden.live("2026-04-03 06:00")
        assert "frost_alert" in garden.open_codes
        garden.live("2026-04-03 08:00")
        assert garden.open_codes == ["node_silent"]


def test_a_gateway_that_was_off_does_not_call_its_nodes_silent(garden: Watched) -> None:
    garden.live("2026-07-15 13:00", air(22.0))
    garden.gateway.close()
    garden.clock.advance(6 * 3600)
    garden.open()
    garden.look()
    assert garden.open_codes == []
    garden.live("2026-07-15 19:10")
    assert garden.open_codes == []
    garden.live("2026-07-15 19:30")
    assert garden.open_codes == ["node_silent"]


def test_a_gateway_without_a_broker_does_not_call_its_nodes_silent(garden: Watched) -> None:
    garden.live("2026-07-15 13:00", air(22.0))
    garden.gateway.broker_up = False
    garden.live("2026-07-15 18:00")
    assert garden.open_codes == []


def test_a_bed_or_node_that_is_no_more_has_no_alert(garden: Watched) -> None:
    make_bed(garden, "laitue")
    garden.live("2026-07-15 14:00", air(33.0))
    assert garden.open_codes == ["heat_salads"]
    garden.gateway.catalogue.beds.remove("bac-1", garden.clock.wall_ms())
    garden.look()
    began_and_ended(garden, "heat_salads")


# --- restarts -----------------------------------------------------------------------------------


def test_a_restart_in_mid_alert_says_nothing_twice(garden: Watched) -> None:
    garden.live("2026-07-15 13:30", lambda _: {TANK: 5.0})
    assert garden.open_codes == ["tank_low"]
    garden.restart()
    garden.live("2026-07-16 06:10", lambda _: {TANK: 5.0})
    assert [one.title for one in garden.posted] == ["Jardin : le point du matin"]
    garden.restart()
    garden.live("2026-07-16 12:00", lambda _: {TANK: 5.0})
    garden.restart()
    garden.live("2026-07-17 12:00", lambda _: {TANK: 5.0})
    assert len(garden.posted) == 1
    assert len(garden.kept("tank_low")) == 1


def test_patience_outlasts_a_restart(garden: Watched) -> None:
    garden.live("2026-07-15 12:40", lambda _: {TANK: 5.0})
    garden.restart()
    garden.live("2026-07-15 13:10", lambda _: {TANK: 5.0})
    assert garden.open_codes == ["tank_low"]


# --- silence ------------------------------------------------------------------------------------


def events(garden: Watched, since: str) -> list[dict[str, Any]]:
    async def hear() -> list[Any]:
        return await garden.gateway.events.subscribe(since).take(0.1) or []

    return [json.loads(one.data) for one in asyncio.run(hear()) if one.kind == "alert"]


def test_a_silenced_alert_is_in_no_message_and_on_no_lamp_and_still_on_the_page(
    garden: Watched,
) -> None:
    since = garden.gateway.events.last_id
    garden.live("2026-07-15 13:30", lambda _: {TANK: 5.0})
    (alert,) = garden.gateway.alarms.open()
    until_ms = moment_ms("2026-07-17 00:00")
    garden.gateway.alarms.silence(alert.id, until_ms, "gardener")
    assert set(garden.gateway.alarms.shown.shown().values()) == {b""}
    (told,) = garden.gateway.alarms.board("fr")
    assert (told.silenced, told.silenced_by) == (True, "gardener")
    assert [one["change"] for one in events(garden, since)] == ["begin", "silence"]
    garden.live("2026-07-16 08:00", lambda _: {TANK: 5.0})
    assert garden.posted == []
    garden.live("2026-07-17 08:00", lambda _: {TANK: 5.0})
    assert "meteo/citerne : la citerne est presque vide (5 %)" in garden.posted[0].body
    assert garden.gateway.alarms.shown.shown()[""] != b""


def test_a_silence_holds_for_the_same_alert_that_begins_anew(garden: Watched) -> None:
    garden.live("2026-07-15 13:30", lambda _: {TANK: 5.0})
    (alert,) = garden.gateway.alarms.open()
    garden.gateway.alarms.silence(alert.id, moment_ms("2026-07-18 12:00"), "keeper")
    garden.live("2026-07-15 15:30", lambda _: {TANK: 50.0})
    garden.live("2026-07-15 18:00", lambda _: {TANK: 5.0})
    assert [one.silenced_by for one in garden.gateway.alarms.open()] == ["keeper"]
    garden.live("2026-07-16 08:00", lambda _: {TANK: 5.0})
    assert garden.posted == []
    (anew,) = garden.gateway.alarms.open()
    garden.gateway.alarms.unsilence(anew.id)
    garden.live("2026-07-17 08:00", lambda _: {TANK: 5.0})
    assert len(garden.posted) == 1


def test_a_frost_that_is_silenced_is_not_sent(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-04-02 20:00") as garden:
        garden.live("2026-04-02 20:10", air(10.0))
        garden.clock.advance(300)
        garden.says({AIR: 2.0})
        garden.gateway.alarms.look()
        (alert,) = garden.gateway.alarms.open()
        garden.gateway.alarms.silence(alert.id, alert.begun_ms + HOUR_MS, "family")
        garden.live("2026-04-02 21:00", air(2.0))
        assert garden.posted == []
        garden.live("2026-04-02 22:00", air(2.0))
        assert [one.title for one in garden.posted] == ["Jardin : gel"]


# --- crowded days -------------------------------------------------------------------------------


def crowd(garden: Watched, count: int) -> None:
    """So many messages have gone today already."""
    day, now_ms = garden.now.date().isoformat(), garden.clock.wall_ms()
    for number in range(count):
        made = Message("urgent", f"message {number}", ("ligne",))
        garden.gateway.catalogue.notices.put(made, garden.post.addresses, day, now_ms)
        garden.post.turn()


def test_a_morning_that_is_crowded_out_goes_with_the_next_message(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-04-02 00:10") as garden:
        garden.live("2026-04-02 03:00", lambda _: {AIR: 12.0, TANK: 5.0})
        crowd(garden, 2)
        garden.live("2026-04-02 12:00", lambda _: {AIR: 12.0, TANK: 5.0})
        assert len(garden.posted) == 2
        garden.live("2026-04-02 20:00", lambda _: {AIR: 2.0, TANK: 5.0})
        frost, tank = garden.posted[-1].body.splitlines()
        assert len(garden.posted) == 3
        assert "Risque de gel" in frost
        assert "citerne" in tank
        garden.live("2026-04-03 07:00", lambda _: {AIR: 12.0, TANK: 5.0})
        assert len(garden.posted) == 3, "the tank was told of"


def test_a_frost_that_finds_three_messages_gone_waits_for_midnight_and_is_not_lost(
    tmp_path: Path,
) -> None:
    with watched(tmp_path, "2026-04-02 18:00") as garden:
        garden.live("2026-04-02 18:30", lambda _: {AIR: 9.0})
        crowd(garden, 3)
        garden.live("2026-04-02 23:55", lambda _: {AIR: -1.0})
        assert len(garden.posted) == 3
        garden.live("2026-04-03 00:05", lambda _: {AIR: -1.0})
        assert garden.posted[-1].body.startswith("- Gel cette nuit")


def test_a_garden_without_addresses_does_not_tell_its_past_once_it_has_one(tmp_path: Path) -> None:
    with watched(tmp_path, "2026-07-15 12:00", urls=()) as garden:
        garden.live("2026-07-16 08:00", lambda _: {TANK: 5.0})
        garden.urls = (URL,)
        garden.restart()
        garden.live("2026-07-17 08:00", lambda _: {TANK: 5.0})
        assert garden.posted == []
