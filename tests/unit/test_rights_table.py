"""The table of rights in the docs is the one in the sources, and no account reaches beyond it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gateway.keys.acl import TABLE, Identity, account_lines, acl_file
from gateway.workshop.plants import PLANTS
from sensor_node import wire
from sensor_node.errors import ConfigError

PAGE = (Path(__file__).parents[2] / "docs/keys.md").read_text(encoding="utf-8")
WHO = {
    "fr": ["la passerelle", "un nœud", "un groupe d'atelier"],
    "en": ["the gateway", "a node", "a workshop group"],
}
IDENTITIES = (Identity.GATEWAY, Identity.NODE, Identity.SANDBOX)
ACCESS = {
    "fr": {"read": "entend", "write": "dit", "readwrite": "dit et entend"},
    "en": {"read": "hears", "write": "says", "readwrite": "says and hears"},
}
NAME = {"fr": "<nom>", "en": "<name>"}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_docs_show_the_table_of_the_sources(language: str) -> None:
    half = PAGE.partition("\n## English\n")[0 if language == "fr" else 2]
    shown = re.findall(r"^\| ([^|]+) \| ([^|]+) \| `([^`]+)` \|$", half, re.M)

    who = dict(zip(IDENTITIES, WHO[language], strict=True))
    assert shown == [
        (
            who[rule.identity],
            ACCESS[language][rule.access],
            rule.pattern.replace("{name}", NAME[language]),
        )
        for rule in TABLE
    ]


def test_a_node_says_nothing_outside_its_own_name() -> None:
    for line in account_lines("bac-1", Identity.NODE):
        if line.startswith(("topic write", "topic readwrite")):
            assert " jardin/v1/bac-1/" in line


def test_no_name_can_widen_what_an_account_may_do() -> None:
    for name in ("+", "#", "bac/#", "bac-1\ntopic readwrite #", "gateway", "reload.1", "%u", ""):
        with pytest.raises(ConfigError):
            wire.check_id(name)


def test_the_names_of_accounts_that_are_no_nodes_can_be_no_nodes_names() -> None:
    assert not any(
        map(wire.is_id, ("gateway", "reload.1", *(wire.SANDBOX + plant for plant in PLANTS)))
    )


def test_plants_are_names_that_fit_into_a_topic_each_once() -> None:
    assert len(set(PLANTS)) == len(PLANTS)
    assert all(map(wire.is_id, PLANTS))


def test_an_account_without_rules_gets_none() -> None:
    assert list(account_lines("reload.1", Identity.RELOAD)) == ["user reload.1"]
    assert "pattern" not in acl_file([("bac-1", Identity.NODE)])
