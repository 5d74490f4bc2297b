"""``jardin-node init``: a person is asked, told at once what cannot be, and asked again."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from harness import environment

from sensor_node import config
from sensor_node.drivers import TABLE
from sensor_node.errors import ConfigError, GardenError, UsageError
from sensor_node.setup.interview import Given, interview
from sensor_node.setup.sensor_questions import parse_flag
from sensor_node.setup.settings_file import Answers
from sensor_node.setup.talk import Questions

ROOT = Path(__file__).parents[2]
HOME = Path("/home/pi")
ALL_GIVEN = Given(
    node="potager-1", data="d", interval="300", language="en", pins="fake", host="h", port="1883",
    username="-", sensors=["pi-health"],
)  # fmt: skip


class Actor:
    """Answers by what the question is about; Enter to all else. ``said``: what it was told."""

    def __init__(self, *lines: tuple[str, str]) -> None:
        self._lines = list(lines)
        self.said: list[str] = []
        self.asked: list[str] = []

    def ask(self, question: str) -> str:
        self.asked.append(question)
        if self._lines and self._lines[0][0] in question:
            return self._lines.pop(0)[1]
        assert len(self.asked) < 200, "asked for ever"
        return ""

    def ask_secret(self, question: str) -> str:
        return self.ask(question)

    def say(self, text: str) -> None:
        self.said.append(text.strip())

    @property
    def unsaid(self) -> list[tuple[str, str]]:
        return self._lines


def answered(
    *lines: tuple[str, str], given: Given | None = None, language: str = "en"
) -> tuple[Answers, Actor]:
    """What the wizard made of an actor's answers, once all of them were asked for."""
    actor = Actor(*lines)
    questions = Questions(actor, language)
    answers = interview(questions, given or Given(), HOME, is_pi=True)
    assert actor.unsaid == []
    return answers, actor


def number_of(kind: str) -> str:
    return str(list(TABLE).index(kind) + 1)


# --- the questions --------------------------------------------------------------------------------


def test_enter_to_every_question_is_a_node_that_can_run() -> None:
    answers, actor = answered()

    assert answers == Answers(
        node="potager-1",
        data="/home/pi/jardin-potager-1",
        interval_s=300.0,
        language="en",
        pins="gpio",
        broker=answers.broker,
        sensors=[
            {
                "type": "pi-health",
                "temperature": "cpu",
                "undervoltage": "undervoltage",
                "signal": "wifi",
            }
        ],
    )
    broker = answers.broker
    assert (broker.host, broker.port, broker.username) == ("jardin.local", 1883, "potager-1")
    assert len(actor.asked) == 13


def test_a_wrong_answer_is_told_why_and_asked_again() -> None:
    answers, actor = answered(
        ("Name of this node", "Mon Potager"),
        ("Name of this node", "live"),
        ("Name of this node", "bac-3"),
        ("Seconds between", "5"),
        ("Seconds between", "soon"),
        ("Seconds between", "60"),
        ("Port", "70000"),
        ("Port", "8883"),
        ("What have you connected", "99"),
        ("What have you connected", "soil"),
        ("What have you connected", number_of("pi-health")),
    )

    assert (answers.node, answers.interval_s, answers.broker.port) == ("bac-3", 60.0, 8883)
    told = "\n".join(actor.said)
    for reason in (
        "'Mon Potager' cannot be a name",
        "'live' is a reserved word",
        "at least 10 s",
        "must be: float",
        "at most 65535",
        f"Numbers from 1 to {len(TABLE)}",
    ):
        assert reason in told


def test_the_language_is_asked_first_and_spoken_from_then_on() -> None:
    answers, actor = answered(("Langue", "en"), language="fr")

    assert answers.language == "en"
    assert actor.asked[1].startswith("Name of this node")


def test_elsewhere_than_on_a_pi_it_is_asked_whether_the_pins_are_fake() -> None:
    actor = Actor(("Real pins (gpio) or fake", "fake"))
    answers = interview(Questions(actor, "en"), Given(), HOME, is_pi=False)
    assert answers.pins == "fake"


def test_each_sensor_is_asked_for_its_options_with_free_places_suggested() -> None:
    chosen = [number_of(kind) for kind in ("soil-mcp3008", "soil-mcp3008", "dht22", "ds18b20")]
    answers, actor = answered(
        ("What have you connected", ", ".join(chosen)),
        ("(air)", "812,5"),
    )

    first, second, dht, one_wire = answers.sensors
    assert first == {
        "type": "soil-mcp3008", "channel": "bac-1-soil", "adc_channel": 0, "air": 812.5,
    }  # fmt: skip
    assert second == {"type": "soil-mcp3008", "channel": "bac-2-soil", "adc_channel": 1}
    # GPIO4 is left to the 1-Wire bus that comes after it.
    assert dht == {"type": "dht22", "pin": 17, "temperature": "air", "humidity": "humidity"}
    assert one_wire == {"type": "ds18b20", "channel": "soil-temp"}
    assert any("DS18B20, waterproof thermometer (ds18b20)" in said for said in actor.said)


@pytest.mark.parametrize(
    ("kinds", "lines", "reason"),
    [
        (("dht22", "dht22"), [("(pin) [17]", "4"), ("(pin) [17]", "17")], "Two parts are on GPIO4"),
        (("dht22", "ds18b20"), [("(pin)", "4"), ("(pin)", "17")], "1-Wire. Move the sensor"),
        (("dht22", "soil-mcp3008"), [("(pin)", "9"), ("(pin)", "")], "Two parts are on GPIO9"),
        (("dht22", "bh1750"), [("(pin)", "2"), ("(pin)", "")], "Two parts are on GPIO2"),
        (("dht22",), [("(pin)", "15"), ("(pin)", "")], "the serial console"),
        (("dht22",), [("(pin)", "28"), ("(pin)", "")], "at most 27"),
        (
            ("soil-mcp3008", "wind-vane"),
            [("(adc_channel) [1]", "0"), ("(adc_channel) [1]", "")],
            "Two parts are on CH0",
        ),
        (
            ("bh1750", "bh1750"),
            [("(address) [0x5c]", "0x23"), ("(address)", "0x5c")],
            "the I²C address 0x23",
        ),
        (
            ("dht22", "sht4x"),
            [("(temperature) [air-2]", "air"), ("(temperature) [air-2]", "porch")],
            "Two sensors are called 'air'",
        ),
        (
            ("ds18b20", "ds18b20"),
            [
                ("(id)", "-"), ("(id)", "28-00000a1b2c3d"),
                ("(id)", ""), ("(id)", "28-00000a1b2c3e"),
            ],
            "give each its own 'id'",
        ),
        (("bh1750",), [("(address)", "0x24"), ("(address)", "0x5c")], "no address 0x24"),
        (
            ("battery",),
            [("(empty_v)", "13"), ("(empty_v)", "11.5")],
            "'empty_v' must be less than 'full_v'",
        ),
        (
            ("bme280",),
            [
                ("(temperature)", "-"), ("(humidity)", "-"), ("(pressure)", "-"),
                ("(temperature)", "air"),
            ],
            "The BME280 has no channel",
        ),
        (
            ("wind-vane",),
            [("(volts)", "0,1, 0,2"), ("(volts)", "-")],
            "8 or 16 numbers",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_connected_is_told_at_once_and_asked_again(
    kinds: tuple[str, ...], lines: list[tuple[str, str]], reason: str
) -> None:
    chosen = " ".join(number_of(kind) for kind in kinds)
    answers, actor = answered(("What have you connected", chosen), *lines)

    assert [table["type"] for table in answers.sensors] == list(kinds)
    assert any(reason in said for said in actor.said), actor.said


def test_a_password_is_asked_without_echo_only_where_there_is_a_name() -> None:
    answers, actor = answered(("MQTT name", "pot"), ("password", "s3cret"))
    assert (answers.broker.username, answers.broker.password) == ("pot", "s3cret")

    answers, actor = answered(("MQTT name", "-"))
    assert (answers.broker.username, answers.broker.password) == ("", "")
    assert not [question for question in actor.asked if "password" in question]


# --- the flags ------------------------------------------------------------------------------------


def test_each_question_is_also_a_flag_and_then_nothing_is_asked() -> None:
    answers, actor = answered(given=ALL_GIVEN)
    assert actor.asked == []
    assert answers.broker == answers.broker.__class__("h", 1883)


@pytest.mark.parametrize("name", ["node", "data", "interval", "host", "port", "username"])
def test_without_a_terminal_the_flag_that_is_missing_is_named(name: str) -> None:
    given = Given(**{**vars(ALL_GIVEN), name: None})
    with pytest.raises(UsageError) as caught:
        interview(Questions(None, "en"), given, HOME, is_pi=False)
    assert caught.value.code == "ANSWER_MISSING"
    assert f"--{name}" in caught.value.en
    assert "--yes" in caught.value.fr


def test_a_sensor_flag_without_a_pin_is_named_where_nobody_can_be_asked() -> None:
    given = Given(**{**vars(ALL_GIVEN), "sensors": ["dht22"]})
    with pytest.raises(UsageError) as caught:
        interview(Questions(None, "en"), given, HOME, is_pi=False)
    assert '--sensor "dht22 pin=…"' in caught.value.en


def test_yes_takes_every_default() -> None:
    answers = interview(Questions(None, "fr", defaults=True), Given(), HOME, is_pi=False)
    assert (answers.node, answers.pins, answers.broker.username) == ("potager-1", "gpio", "")


@pytest.mark.parametrize(
    ("flag", "table"),
    [
        (
            "dht22 pin=4 temperature=air humidity=damp",
            {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "damp"},
        ),
        ("bh1750 channel=light address=0x5c", {"type": "bh1750", "channel": "light",
                                               "address": 0x5C}),
        ("rain-gauge mm_per_tip=0,2", {"type": "rain-gauge", "mm_per_tip": 0.2}),
        ("wind-vane volts=0.1,0.2,3", {"type": "wind-vane", "volts": [0.1, 0.2, 3]}),
        ("ds18b20 'id=28-00000a1b2c3d'", {"type": "ds18b20", "id": "28-00000a1b2c3d"}),
    ],
)  # fmt: skip
def test_a_sensor_flag_is_a_table(flag: str, table: dict[str, Any]) -> None:
    assert parse_flag(flag) == table


@pytest.mark.parametrize(
    ("flag", "code", "words"),
    [
        ("dth22 pin=4", "CONFIG_UNKNOWN_KEY", "'dht22'"),
        ("dht22 pinn=4", "CONFIG_UNKNOWN_KEY", "'pin'"),
        ("dht22 pin=four", "CONFIG_WRONG_VALUE", "must be: int"),
        ("dht22 4", "SENSOR_FLAG_WRONG", "name=value"),
        ("", "SENSOR_FLAG_WRONG", "name=value"),
        ("dht22 'pin=4", "SENSOR_FLAG_WRONG", "name=value"),
    ],
)
def test_a_sensor_flag_that_cannot_be_says_why(flag: str, code: str, words: str) -> None:
    with pytest.raises(GardenError) as caught:
        parse_flag(flag)
    assert caught.value.code == code
    assert words in caught.value.en


def test_two_flags_on_one_pin_are_refused() -> None:
    flags = ["dht22 pin=17 temperature=a humidity=b", "tank-float pin=17 channel=c"]
    given = Given(**{**vars(ALL_GIVEN), "sensors": flags})
    with pytest.raises(ConfigError) as caught:
        interview(Questions(None, "en"), given, HOME, is_pi=False)
    assert caught.value.code == "WIRING_CONFLICT"


def test_a_flag_that_names_no_channel_means_all_that_the_part_measures() -> None:
    given = Given(**{**vars(ALL_GIVEN), "sensors": ["bme280", "dht22 pin=4"]})
    answers = interview(Questions(None, "en"), given, HOME, is_pi=False)
    assert answers.sensors == [
        {"type": "bme280", "temperature": "air", "humidity": "humidity", "pressure": "pressure"},
        {"type": "dht22", "pin": 4, "temperature": "air-2", "humidity": "humidity-2"},
    ]


# --- the command ----------------------------------------------------------------------------------


def init(folder: Path, *arguments: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sensor_node", "init", *arguments],
        cwd=folder,
        env={**environment(), "JARDIN_LANGUAGE": language, "HOME": str(folder)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=60,
    )


def test_the_file_is_written_and_what_is_next_is_told(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("çadhère\nsecond line\n", encoding="utf-8")
    done = init(tmp_path, "--yes", "--password-file", "secret", "--sensor", "dht22", language="fr")

    assert (done.returncode, done.stderr) == (0, "")
    for command in ("wiring", "read", "doctor", "run"):
        assert f"jardin-node {command} --config node.toml" in done.stdout
    loaded = config.load(tmp_path / "node.toml")
    assert (loaded.broker.username, loaded.broker.password) == ("potager-1", "çadhère")
    assert loaded.language == "fr"
    assert (tmp_path / "node.toml").stat().st_mode & 0o777 == 0o600


def test_a_dry_run_shows_the_file_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush")
    done = init(tmp_path, "--yes", "--dry-run", "--password-file", "secret")

    assert done.returncode == 0
    assert tomllib.loads(done.stdout)["node"] == "potager-1"
    assert "hush" not in done.stdout
    assert not (tmp_path / "node.toml").exists()


def test_a_file_that_exists_is_kept_unless_forced(tmp_path: Path) -> None:
    (tmp_path / "node.toml").write_text("mine")
    done = init(tmp_path, "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--force" in done.stderr
    assert init(tmp_path, "--yes", "--force").returncode == 0


def test_without_a_terminal_one_sentence_names_the_flag(tmp_path: Path) -> None:
    done = init(tmp_path, "--node", "bac-1")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--data" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_password_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done = init(tmp_path, "--yes", "--password-file", "absent")
    assert done.returncode == 2
    assert "absent" in done.stderr


def test_a_person_at_a_terminal_sets_a_node_up_and_the_password_is_not_shown(
    tmp_path: Path,
) -> None:
    lines = {
        "Name of this node": "bac-7",
        "Real pins": "fake",
        "password": "hush-hush",
        "What have you connected": number_of("dht22"),
    }
    code, shown = at_a_terminal(tmp_path, lines)

    assert code == 0, shown
    assert "hush-hush" not in shown
    loaded = config.load(tmp_path / "node.toml")
    assert (loaded.node, loaded.pins, loaded.broker.password) == ("bac-7", "fake", "hush-hush")
    assert loaded.sensors == [
        {"type": "dht22", "pin": 4, "temperature": "air", "humidity": "humidity"}
    ]


def at_a_terminal(folder: Path, lines: dict[str, str]) -> tuple[int, str]:
    """Runs ``init`` on a pseudo-terminal; types the line whose key is in the question, or Enter."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "sensor_node", "init"],
        cwd=folder,
        env={**environment(), "HOME": str(folder)},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, answered_up_to = "", 0
    while select.select([ours], [], [], 30)[0]:
        try:
            data = os.read(ours, 4096)
        except OSError:  # Linux's way to say that the other end is closed
            break
        shown += data.decode(errors="replace")
        question = shown[answered_up_to:]
        if question.endswith(" : "):
            answered_up_to = len(shown)
            line = next((typed for key, typed in lines.items() if key in question), "")
            os.write(ours, f"{line}\n".encode())
    os.close(ours)
    return process.wait(30), shown
