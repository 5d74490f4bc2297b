"""Keys from the garden's own command line."""

from __future__ import annotations

import io
import re
from contextlib import closing
from pathlib import Path

import pytest

from gateway.catalogue import Catalogue
from gateway.cli import main
from gateway.security.passphrases import Passphrases
from gateway.security.roles import Role, Scope
from sensor_node.clock import SystemClock


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    path = tmp_path / "gateway.toml"
    path.write_text(f'data = "{tmp_path / "data"}"\nclock = "system"\n', encoding="utf-8")
    return path


def jardin(config: Path, *arguments: str) -> int:
    return main([*arguments, "--config", str(config)])


def catalogue_of(config: Path) -> closing[Catalogue]:
    return closing(Catalogue(config.parent / "data" / "garden.sqlite"))


def test_the_keeper_s_passphrase_comes_from_a_pipe(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("quatre mots sans rapport\n"))
    assert jardin(config, "passphrase") == 0
    with catalogue_of(config) as catalogue:
        assert catalogue.keyring.passphrases.role_of("quatre mots sans rapport") == Role.KEEPER
        (change,) = catalogue.keyring.audit.newest(10)
        assert (change.by, change.what, change.about) == ("console", "PASSPHRASE_SET", "keeper")
    assert "quatre" not in capsys.readouterr().out


def test_a_weak_passphrase_is_refused_in_one_sentence(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("jardin\n"))
    assert jardin(config, "passphrase", "--role", "gardener") == 2
    assert "at least 12 characters" in capsys.readouterr().err
    with catalogue_of(config) as catalogue:
        assert Passphrases(catalogue.keyring.database).roles() == set()


def test_a_code_of_the_day_and_a_link_for_the_keeper(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now_ms = SystemClock().wall_ms()
    assert jardin(config, "code") == 0
    code = capsys.readouterr().out.splitlines()[0]
    assert jardin(config, "code", "--role", "keeper") == 0
    link = capsys.readouterr().out.splitlines()[0]
    found = re.fullmatch(r"http://localhost:8000/entrer\?code=([a-z-]+)", link)
    assert found is not None
    with catalogue_of(config) as catalogue:
        gardener, keeper = (
            catalogue.keyring.codes.use(text, now_ms) for text in (code, found.group(1))
        )
    assert gardener is not None
    assert keeper is not None
    assert (gardener.role, keeper.role) == (Role.GARDENER, Role.KEEPER)


@pytest.mark.parametrize(
    "arguments", [("--role", "group"), ("--plant", "tomate"), ("--role", "group", "--plant", "x")]
)
def test_a_code_has_a_plant_exactly_where_it_is_a_group_s(
    config: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    assert jardin(config, "code", *arguments) == 2
    assert "tomate" in capsys.readouterr().err


def test_a_token_is_made_seen_and_taken_back(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    now_ms = SystemClock().wall_ms()
    make = ("token", "create", "station", "--scope", "send", "--scope", "read", "--node", "meteo")
    assert jardin(config, *make) == 0
    text = capsys.readouterr().out.strip()
    with catalogue_of(config) as catalogue:
        token = catalogue.keyring.tokens.find(text, now_ms)
    assert token is not None
    assert (token.scopes, token.node) == ({Scope.SEND, Scope.READ}, "meteo")
    assert jardin(config, "token", "list") == 0
    listed = capsys.readouterr().out
    assert re.search(r"1  station +read send +meteo +20\d\d-", listed)
    assert text not in listed
    assert jardin(config, "token", "revoke", "1") == 0
    with catalogue_of(config) as catalogue:
        assert catalogue.keyring.tokens.find(text, now_ms) is None
    assert jardin(config, "token", "list") == 0
    assert "revoked" in capsys.readouterr().out
    assert jardin(config, "token", "revoke", "9") == 2


def test_a_token_that_sends_is_bound_to_a_node(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert jardin(config, "token", "create", "x", "--scope", "send") == 2
    assert "--node" not in capsys.readouterr().out
