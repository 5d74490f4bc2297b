"""What a volunteer is asked: an empty line takes what is offered, and a flag is never asked."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from gateway.card.asking import answers_of, kit_of
from gateway.card.questions import Questions
from sensor_node.errors import ConfigError, UsageError

FLAGS = (
    "nodes", "node", "hostname", "garden", "language", "country", "timezone", "hotspot",
    "wifi_password", "settings",
)  # fmt: skip


class Volunteer:
    """Answers questions by a word in them; an empty line for all others."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def __call__(self, question: str) -> str:
        self.asked.append(question)
        return next((self.answers[word] for word in self.answers if word in question), "")


def options(folder: Path, role: str = "kit", **given: str | Path) -> argparse.Namespace:
    flags: dict[str, object] = dict.fromkeys(FLAGS)
    told = flags | {"kit": folder / "jardin-7f3a", "boot": folder / "bootfs"} | given
    return argparse.Namespace(**told, role=role, pins="gpio")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")


def test_an_empty_line_takes_what_is_offered(tmp_path: Path) -> None:
    volunteer = Volunteer()

    _, facts = kit_of(options(tmp_path), Questions(volunteer))

    assert (facts.country, facts.hotspot, facts.nodes) == ("FR", "JARDIN-7f3a", "bac-1")
    assert facts.language == "en"
    assert len(facts.password) == 14
    assert all("[" in question for question in volunteer.asked)


def test_what_a_person_answers_is_taken_and_a_flag_is_not_asked(tmp_path: Path) -> None:
    volunteer = Volunteer(Garden="Cour des tilleuls", country="BE")

    _, facts = kit_of(options(tmp_path, hotspot="Tilleuls"), Questions(volunteer))

    assert (facts.garden, facts.country, facts.hotspot) == ("Cour des tilleuls", "BE", "Tilleuls")
    assert not [question for question in volunteer.asked if "Wi-Fi [" in question]


def test_a_kit_that_is_made_is_asked_nothing_again(tmp_path: Path) -> None:
    kit_of(options(tmp_path), Questions(Volunteer(Garden="Cour des tilleuls")))
    volunteer = Volunteer()

    _, facts = kit_of(options(tmp_path), Questions(volunteer))

    assert (facts.garden, volunteer.asked) == ("Cour des tilleuls", [])


@pytest.mark.parametrize("nodes", [",", ""])
def test_a_kit_without_any_node_is_refused_and_not_made(tmp_path: Path, nodes: str) -> None:
    with pytest.raises(ConfigError) as caught:
        kit_of(options(tmp_path, nodes=nodes), Questions(None))

    assert caught.value.code == "ID_INVALID"
    assert not (tmp_path / "jardin-7f3a").exists()


@pytest.mark.parametrize(
    ("flag", "value"),
    [("garden", " "), ("country", "fr"), ("wifi_password", "abc")],
)
def test_an_answer_that_will_not_do_is_told_with_its_flag(
    tmp_path: Path, flag: str, value: str
) -> None:
    with pytest.raises(ConfigError, match=f"--{flag.replace('_', '-')}"):
        kit_of(options(tmp_path, **{flag: value}), Questions(None))

    assert not (tmp_path / "jardin-7f3a").exists()


@pytest.mark.parametrize("place", ["bootfs", "bootfs/jardin-7f3a", "a-file"])
def test_a_kits_keys_go_into_a_folder_of_the_computer_and_never_onto_the_card(
    tmp_path: Path, place: str
) -> None:
    (tmp_path / "bootfs").mkdir()
    (tmp_path / "a-file").write_text("mine")

    with pytest.raises(ConfigError, match="--kit"):
        kit_of(options(tmp_path, kit=tmp_path / place), Questions(None))

    assert list((tmp_path / "bootfs").iterdir()) == []
    assert (tmp_path / "a-file").read_text() == "mine"


def test_more_nodes_are_added_at_once_each_of_them_once(tmp_path: Path) -> None:
    kit_of(options(tmp_path), Questions(None))

    kit, facts = kit_of(options(tmp_path, nodes="bac-3,bac-1,bac-2,bac-3"), Questions(None))

    assert facts.nodes == "bac-1 bac-3 bac-2"
    assert kit.facts() == facts
    assert all(kit.invitation_path(node).exists() for node in facts.nodes.split())


def test_of_more_nodes_none_is_added_where_one_cannot_be_and_it_is_named(tmp_path: Path) -> None:
    kit, facts = kit_of(options(tmp_path), Questions(None))

    with pytest.raises(ConfigError, match="'Serre!'"):
        kit_of(options(tmp_path, nodes="bac-2,Serre!"), Questions(None))

    assert kit.facts() == facts
    assert not kit.invitation_path("bac-2").exists()


def test_which_node_a_nodes_card_is_must_be_said(tmp_path: Path) -> None:
    _, facts = kit_of(options(tmp_path, nodes="bac-1,bac-2"), Questions(None))
    node = options(tmp_path, "node")

    with pytest.raises(UsageError) as caught:
        answers_of(node, "trixie", facts, Questions(None))
    assert caught.value.code == "CARD_ANSWER_MISSING"
    answers = answers_of(node, "trixie", facts, Questions(Volunteer(node="bac-2")))
    assert (answers.node, answers.hostname) == ("bac-2", "bac-2")


def test_only_a_yes_is_a_yes() -> None:
    assert Questions(lambda _question: "Oui").agrees("?")
    assert Questions(lambda _question: "y").agrees("?")
    assert not Questions(lambda _question: "").agrees("?")
    assert not Questions(None).agrees("?")


def gone(_question: str) -> str:
    raise EOFError  # what Python's input does at Ctrl-D


def test_whoever_goes_away_takes_no_default_and_has_not_agreed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--nodes") as caught:
        kit_of(options(tmp_path), Questions(gone))
    assert caught.value.code == "CARD_ANSWER_MISSING"
    assert not (tmp_path / "jardin-7f3a").exists()
    with pytest.raises(UsageError, match="--yes"):
        Questions(gone).agrees("?")
