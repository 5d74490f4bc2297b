"""garden.toml beside node.toml: secret, whole, and right where both speak of the broker."""

from __future__ import annotations

import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.keys.authority import Authority
from gateway.keys.names import Names
from sensor_node import config, credentials
from sensor_node.credentials import Credentials
from sensor_node.errors import ConfigError, NetworkError
from sensor_node.link import Broker
from sensor_node.setup.interview import Given, interview
from sensor_node.setup.settings_file import write
from sensor_node.setup.talk import Questions

NODE = 'node = "bac-1"\ndata = "d"\n'
BROKER = '[broker]\nhost = "elsewhere"\nport = 1883\nusername = "old"\npassword = "old"\n'


@pytest.fixture(scope="module")
def authority() -> str:
    return Authority.new("Essai", Names(("jardin.local",), ())).made.certificate.decode()


@pytest.fixture
def given(authority: str) -> Credentials:
    return Credentials("bac-1", "mark", "jardin.local", 8883, "p" * 43, authority)


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    path = tmp_path / "node.toml"
    path.write_text(NODE + BROKER)
    return path


def test_what_the_garden_gave_wins_over_what_node_toml_says_of_the_broker(
    settings: Path, given: Credentials
) -> None:
    credentials.write(given, settings)

    broker = config.load(settings).broker

    assert (broker.host, broker.port, broker.username) == ("jardin.local", 8883, "bac-1")
    assert broker.secret() == "p" * 43
    assert broker.tls() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_only_its_owner_can_read_it_whatever_was_there_before(
    settings: Path, given: Credentials
) -> None:
    (settings.parent / "garden.toml").write_text("")
    (settings.parent / "garden.toml").chmod(0o644)

    path = credentials.write(given, settings)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert given.password not in repr(given)


def test_a_new_garden_leaves_the_old_one_right_until_it_is_whole(
    settings: Path, given: Credentials
) -> None:
    """What a kill between the two files leaves: the new authority beside the old garden.toml."""
    credentials.write(given, settings)
    other = Authority.new("Autre", Names(("jardin.local",), ())).made.certificate.decode()
    saved = (settings.parent / "garden.toml").read_bytes()
    credentials.write(replace(given, authority=other, host="autre.local"), settings)
    (settings.parent / "garden.toml").write_bytes(saved)

    broker = config.load(settings).broker

    assert broker.host == "jardin.local"
    assert broker.ca is not None
    assert broker.ca.read_text() == given.authority


def test_a_name_of_its_own_that_the_garden_does_not_know_is_refused(
    settings: Path, given: Credentials
) -> None:
    credentials.write(replace(given, node="bac-2"), settings)

    with pytest.raises(ConfigError) as refused:
        config.load(settings)

    assert refused.value.code == "NODE_NAME_DIFFERS"


def test_the_keys_of_one_node_do_not_take_the_place_of_anothers(
    settings: Path, given: Credentials
) -> None:
    credentials.write(given, settings)

    credentials.check_free(settings, "bac-1")
    credentials.check_free(settings.parent / "elsewhere/node.toml", "bac-2")
    with pytest.raises(ConfigError) as refused:
        credentials.check_free(settings, "bac-2")

    assert refused.value.code == "KEYS_OF_ANOTHER"


def test_what_is_no_garden_toml_is_refused_by_its_wrong_key(settings: Path) -> None:
    (settings.parent / "garden.toml").write_text('node = "bac-1"\nbrocker = 1\n')

    with pytest.raises(ConfigError) as refused:
        config.load(settings)

    assert refused.value.code == "CONFIG_UNKNOWN_KEY"


def test_a_node_that_has_joined_is_asked_nothing_of_the_broker(
    tmp_path: Path, given: Credentials
) -> None:
    path = tmp_path / "node.toml"
    credentials.write(given, path)
    joined = credentials.joined_beside(path)
    assert joined is not None
    told = Given(
        node=joined["node"], data="d", language="en", pins="fake", sensors=["pi-health"],
        has_joined=True,
    )  # fmt: skip

    answers = interview(Questions(None, "en", defaults=True), told, tmp_path, is_pi=False)
    write(answers, path)

    assert "[broker]" not in path.read_text()
    assert config.load(path).broker.host == "jardin.local"


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"no certificate"])
def test_keys_that_cannot_be_read_are_named_with_what_to_do(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "authority.crt"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(NetworkError) as refused:
        Broker(ca=path).tls()

    assert refused.value.code == "KEY_UNREADABLE"
    assert str(path) in refused.value.fr


def test_a_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text("un mot\r\nrien d'autre\n")

    assert Broker(password="other", password_file=path).secret() == "un mot"
    assert Broker(password="other").secret() == "other"
    with pytest.raises(NetworkError):
        Broker(password_file=tmp_path / "absent").secret()
