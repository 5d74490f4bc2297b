"""The lamp and the buzzer on gpiozero's mock pins: what somebody at the bed sees and hears."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from gpiozero import Device
from gpiozero.pins.mock import MockFactory

from sensor_node import wire
from sensor_node.board import PiBoard
from sensor_node.clock import FakeClock
from sensor_node.errors import ConfigError, HardwareError
from sensor_node.fakes import FakeBoard
from sensor_node.signals.display import AT_START, Signals
from sensor_node.signals.settings import SignalSettings
from sensor_node.signals.signs import DARK, Sign, Step

LED, BUZZER = 18, 23
NOON_MS = round(datetime.fromisoformat("2026-05-01T12:00:00+02:00").timestamp() * 1000)
BOTH = SignalSettings(led=LED, buzzer=BUZZER, beds=["bac-1"], timezone="Europe/Paris")


@dataclass
class Node:
    """A node in good health; ``topics`` are those that somebody listens to."""

    clock: FakeClock
    time_known: bool = True
    gateway_online: bool = True
    disk_refuses: bool = False
    topics: dict[str, Callable[[bytes], None]] = field(default_factory=dict)

    def now_ms(self) -> int | None:
        return self.clock.wall_ms() if self.time_known else None

    def listen(self, topic: str, hear: Callable[[bytes], None]) -> None:
        self.topics[topic] = hear

    def advise(self, verdict: str, on: str = "2026-05-01") -> None:
        payload = {"bed": "bac-1", "on": on, "verdict": verdict}
        self.topics["jardin/v1/live/beds/bac-1/advice"](json.dumps(payload).encode())


class Bed:
    """A lamp and a buzzer whose pauses pass at once; ``lamp`` and ``sound`` are what they did."""

    def __init__(self, board: FakeBoard, settings: SignalSettings, wall_ms: int = NOON_MS) -> None:
        self.board, self._settings = board, settings
        self.clock = FakeClock(wall_ms)
        self.node = Node(self.clock)
        self.lamp: list[Step] = []
        self.sound: list[Step] = []
        self.error: Exception | None = None
        self._left_s = 0.0
        self._begun, self._over = threading.Event(), threading.Event()
        self.signals = Signals(settings, board, self.clock, wait=self._wait)

    def _level(self, pin: int | None) -> bool:
        return pin is not None and self.board.levels(pin)[-1]

    def _wait(self, seconds: float) -> bool:
        assert self._begun.wait(20)
        if self.error is not None:
            raise self.error
        on = self._level(self._settings.buzzer)
        if on or (self.sound and self.sound[-1].on):
            self.sound.append(Step(on, seconds))
        else:
            lit = self._level(self._settings.led) == self._settings.led_active_high
            self.lamp.append(Step(lit, seconds))
        self.clock.advance(seconds)
        self._left_s -= seconds
        if self._left_s < 0:
            self._over.set()
        return self._left_s < 0

    def watch(self, seconds: float, start: Callable[[], None] = lambda: None) -> None:
        """Let the signals show for so long."""
        self._left_s = seconds
        with self.signals.showing(self.node):
            start()
            self.go()
            assert self._over.wait(20)

    def go(self) -> None:
        """From now on time passes."""
        self._begun.set()

    def lamp_after_start(self) -> list[Step]:
        assert self.lamp[: len(AT_START)] == list(AT_START)
        return self.lamp[len(AT_START) :]


@pytest.fixture
def bed(board: FakeBoard) -> Bed:
    return Bed(board, BOTH)


def shows(bed: Bed, look: tuple[Step, ...] | list[Step]) -> bool:
    """Whether the lamp's last whole rounds look like this."""
    shown = bed.lamp_after_start()
    return shown[-3 * len(look) :] == list(look) * 3


def test_the_lamp_is_lit_for_two_seconds_at_the_start_and_then_dark_while_nothing_is_known(
    bed: Bed,
) -> None:
    bed.watch(60)

    assert set(bed.lamp_after_start()) == set(DARK)
    assert bed.sound == []


@pytest.mark.parametrize(
    ("verdict", "sign"),
    [
        ("yes", Sign.WATER),
        ("frost", Sign.FROST),
        ("no", Sign.NOTHING_TO_DO),
    ],
)
def test_the_advice_of_today_is_what_the_lamp_shows(bed: Bed, verdict: str, sign: Sign) -> None:
    rounds_s = sum(step.seconds for step in sign.value)
    call_s = 0.8 if verdict != "no" else 0.0
    bed.watch(3 + call_s + 6 * rounds_s - 0.01, lambda: bed.node.advise(verdict))

    assert shows(bed, sign.value)


def at_the_bed(bed: Bed, verdict: str, on: str = "2026-05-01") -> set[Step]:
    """The steps of the lamp in the ten minutes from an advice."""
    bed.watch(600, lambda: bed.node.advise(verdict, on))
    return set(bed.lamp_after_start())


def test_the_advice_of_yesterday_or_tomorrow_is_not_shown_as_that_of_today(
    board: FakeBoard,
) -> None:
    for on in ("2026-04-30", "2026-05-02"):
        bed = Bed(board, BOTH)
        assert at_the_bed(bed, "yes", on) == set(DARK)
        assert bed.sound == []


def test_an_advice_ends_with_its_day_at_the_gardens_midnight(board: FakeBoard) -> None:
    bed = Bed(board, BOTH, NOON_MS + 11 * 3_600_000)  # eleven at night
    bed.watch(3 * 3600, lambda: bed.node.advise("no"))
    shown = bed.lamp_after_start()
    first_dark = shown.index(DARK[0], 1) if DARK[0] in shown else -1

    shown_s = sum(step.seconds for step in shown[:first_dark])
    assert 3600 - 10 <= shown_s <= 3600 + 10
    assert set(shown[first_dark:]) == set(DARK)


def test_with_a_clock_that_is_not_trusted_no_advice_is_shown_and_nothing_sounds(
    bed: Bed,
) -> None:
    bed.node.time_known = False

    assert at_the_bed(bed, "yes") == set(DARK)
    assert bed.sound == []


def test_without_a_zone_of_its_own_the_day_is_the_systems(
    board: FakeBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")  # where May 2nd begins at two in Paris
    time.tzset()
    try:
        bed = Bed(board, SignalSettings(led=LED, beds=["bac-1"]), NOON_MS + 3 * 3_600_000)
        assert at_the_bed(bed, "yes", "2026-05-02") == set(Sign.WATER.value)
    finally:
        monkeypatch.undo()
        time.tzset()


def test_the_buzzer_calls_twice_shortly_then_the_lamp_goes_on_alone(bed: Bed) -> None:
    bed.watch(300, lambda: bed.node.advise("yes"))

    assert bed.sound == [Step(True, 0.15), Step(False, 0.25)] * 2


def failing(_bed: Bed, node: Node) -> None:
    node.disk_refuses = True


def cut_off(_bed: Bed, node: Node) -> None:
    node.gateway_online = False


def timeless(_bed: Bed, node: Node) -> None:
    node.time_known = False


@pytest.mark.parametrize(
    ("trouble", "after_s"), [(failing, 0.0), (cut_off, 900.0), (timeless, 900.0)]
)
def test_a_node_in_trouble_flashes_three_times(
    bed: Bed, trouble: Callable[[Bed, Node], None], after_s: float
) -> None:
    trouble(bed, bed.node)
    bed.watch(1200)
    shown = bed.lamp_after_start()

    first = next(at for at, step in enumerate(shown) if step.on)
    dark_s = sum(step.seconds for step in shown[:first])
    assert after_s - 3 <= dark_s <= after_s + 3
    assert shows(bed, Sign.HELP.value) or shown[first : first + 7] == list(Sign.HELP.value)
    assert bed.sound == ([] if trouble is timeless else [Step(True, 0.6), Step(False, 0.4)] * 5)


def test_a_gateway_that_comes_back_in_time_is_no_trouble(bed: Bed) -> None:
    bed.node.gateway_online = False
    bed.watch(890)
    assert set(bed.lamp_after_start()) == set(DARK)


class Broken:
    """A sampler whose only sensor never answers."""

    channels: list[object] = []  # noqa: RUF012 - nothing is asked of it

    def sample(self) -> list[wire.Record]:
        return [wire.Record("air", fault="no answer")]


def test_a_sensor_that_keeps_failing_is_seen_at_the_bed(bed: Bed) -> None:
    sampler = bed.signals.watching(Broken())  # type: ignore[arg-type]
    for _ in range(3):
        sampler.sample()
    bed.watch(60)

    assert set(bed.lamp_after_start()) == set(Sign.HELP.value)


def test_a_lamp_between_the_supply_and_its_pin_is_lit_at_zero_volts(board: FakeBoard) -> None:
    settings = SignalSettings(led=LED, led_active_high=False, beds=["bac-1"])
    bed = Bed(board, settings)
    assert board.levels(LED)[-1] is True  # 3.3 V: dark before anything is shown
    bed.watch(3)

    assert [step.on for step in bed.lamp[:2]] == [True, False]


def test_a_buzzer_without_a_lamp_keeps_the_same_time(board: FakeBoard) -> None:
    bed = Bed(board, SignalSettings(buzzer=BUZZER, beds=["bac-1"], timezone="Europe/Paris"))
    bed.watch(300, lambda: bed.node.advise("frost"))

    assert bed.sound == [Step(True, 0.15), Step(False, 0.25)] * 2
    assert sum(step.seconds for step in bed.lamp) >= 290


def test_at_the_end_both_pins_are_let_go(bed: Bed, board: FakeBoard) -> None:
    assert board.is_driven(LED)
    assert board.is_driven(BUZZER)

    bed.watch(4, lambda: bed.node.advise("yes"))

    assert not board.is_driven(LED)
    assert not board.is_driven(BUZZER)
    board.output(LED).close()  # anybody may have them now


def test_the_end_of_the_node_does_not_wait_for_the_lamps_round(board: FakeBoard) -> None:
    signals = Signals(BOTH, board, FakeClock())
    with signals.showing(Node(FakeClock())):
        pause = threading.Event()
        while not board.levels(LED)[-1]:
            pause.wait(0.001)

    assert not board.is_driven(LED)
    assert board.levels(LED) == [False, True, False]  # off before it is let go


def test_an_unforeseen_error_is_said_lets_go_of_the_pins_and_does_not_stop_the_node(
    bed: Bed, board: FakeBoard, caplog: pytest.LogCaptureFixture
) -> None:
    bed.error = OSError("the chip is gone")
    bed.go()
    with bed.signals.showing(bed.node):
        pass

    assert "SIGNALS_DIED" in caplog.text
    assert "the chip is gone" in caplog.text
    assert not board.is_driven(LED)


class NoBoard:
    """A header on which nothing may be touched."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for")


def test_without_a_pin_nothing_is_touched_and_nothing_listened_to() -> None:
    clock = FakeClock()
    signals = Signals(SignalSettings(beds=["bac-1"]), NoBoard(), clock)  # type: ignore[arg-type]
    node = Node(clock)
    before = threading.active_count()
    with signals.showing(node):
        assert threading.active_count() == before
    assert node.topics == {}


class HalfBoard(FakeBoard):
    """A header on which the buzzer's pin is not to be had."""

    def output(self, pin: int, *, active_high: bool = True) -> object:
        if pin == BUZZER:
            raise HardwareError("PINS_ABSENT", fr="Broche prise.", en="Pin taken.")
        return super().output(pin, active_high=active_high)


@pytest.fixture
def half_board() -> Iterator[HalfBoard]:
    return HalfBoard()


def test_where_the_buzzers_pin_is_taken_the_lamps_is_let_go(half_board: HalfBoard) -> None:
    with pytest.raises(HardwareError, match="PINS_ABSENT"):
        Signals(BOTH, half_board, FakeClock())
    assert not half_board.is_driven(LED)


def test_settings_that_cannot_be_are_said_before_a_pin_is_touched() -> None:
    with pytest.raises(ConfigError):
        Signals(SignalSettings(led=18, buzzer=18), NoBoard(), FakeClock())  # type: ignore[arg-type]


def test_the_pis_own_board_gives_a_pin_once_and_says_when_it_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    factory = MockFactory()
    monkeypatch.setattr(Device, "pin_factory", factory)
    lamp = PiBoard().output(LED, active_high=False)

    assert (lamp.value, factory.pin(LED).state) == (0, True)
    with pytest.raises(HardwareError) as caught:
        PiBoard().output(LED)
    assert caught.value.code == "PIN_BUSY"
    assert "already in use" in caught.value.en
    lamp.close()
