"""Making a garden: all of it or nothing of it, and nothing that others can read."""

from __future__ import annotations

import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.keys.broker import Doors
from gateway.keys.making import Plan, make_garden, renew
from gateway.keys.place import Place
from gateway.settings import GatewaySettings
from sensor_node import settings
from sensor_node.clock import FakeClock
from sensor_node.errors import UsageError
from sensor_node.trust import fingerprint

NOW_MS = 1_763_785_800_000
PLAN = Plan('Jardin "d\'essai" \\ été', "fr", Doors(18883, None))


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "data")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "gateway.toml"


def make(place: Place, config: Path, plan: Plan = PLAN) -> None:
    make_garden(place, config, plan, FakeClock(NOW_MS))


def files_of(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def test_the_settings_that_are_written_are_those_of_the_garden(place: Place, config: Path) -> None:
    make(place, config)

    loaded = settings.load(GatewaySettings, config, {})

    assert (loaded.name, loaded.language) == (PLAN.garden, "fr")
    assert (loaded.data, loaded.broker.port) == (place.data.resolve(), 18883)
    assert len(loaded.broker.secret()) == 43
    assert loaded.broker.tls() is not None


def test_the_folder_of_the_settings_is_found_again_whatever_its_name(tmp_path: Path) -> None:
    place = Place(tmp_path / "Jardin\u202f: l’école\u00a0!" / "data")

    make(place, tmp_path / "gateway.toml")

    loaded = settings.load(GatewaySettings, tmp_path / "gateway.toml", {})
    assert loaded.data == place.data.resolve()
    assert loaded.broker.tls() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")
def test_the_service_alone_can_read_the_keys(place: Place, config: Path) -> None:
    make(place, config, Plan("Jardin", "fr", Doors(18883, 1883)))

    for folder in (place.keys, place.broker):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        for path in files_of(folder):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_no_two_gardens_have_a_secret_in_common(tmp_path: Path) -> None:
    """There is no default password: everything that opens a door is made anew."""
    for name in ("a", "b"):
        make(Place(tmp_path / name), tmp_path / f"{name}.toml")

    secret = ("gateway.password", "authority.key", "broker.key", "web.key", "authority.crt")
    for name in secret:
        assert (tmp_path / "a/keys" / name).read_bytes() != (
            tmp_path / "b/keys" / name
        ).read_bytes()


def test_the_gateways_password_stands_only_in_its_own_file(place: Place, config: Path) -> None:
    make(place, config)

    password = place.gateway_password.read_bytes().strip()
    holders = [path for path in [*files_of(place.data), config] if password in path.read_bytes()]
    assert holders == [place.gateway_password]


def test_a_garden_is_made_once(place: Place, config: Path) -> None:
    make(place, config)
    before = {path: path.read_bytes() for path in files_of(place.data)}

    with pytest.raises(UsageError) as refused:
        make(place, config)

    assert refused.value.code == "GARDEN_MADE"
    assert {path: path.read_bytes() for path in files_of(place.data)} == before


def test_settings_of_before_are_not_written_over(place: Place, config: Path) -> None:
    config.write_text('data = "elsewhere"\n')

    with pytest.raises(UsageError) as refused:
        make(place, config)

    assert refused.value.code == "GATEWAY_TOML_EXISTS"
    assert config.read_text() == 'data = "elsewhere"\n'
    assert not place.data.exists()


def test_new_certificates_are_of_the_same_authority_and_know_the_names_given(
    place: Place, config: Path
) -> None:
    make(place, config, Plan("Jardin", "fr", Doors(18883, None), ["10.1.2.3"]))
    pinned, old = fingerprint(place.authority_text()), place.certificate("broker").read_bytes()

    names = renew(place, ["10.4.5.6"], FakeClock(NOW_MS))
    again = renew(place, [], FakeClock(NOW_MS))

    assert fingerprint(place.authority_text()) == pinned
    assert place.certificate("broker").read_bytes() != old
    assert {"10.1.2.3", "10.4.5.6"} <= set(names.addresses)
    assert again == names


def test_the_plain_door_is_there_only_for_who_asks_for_it(tmp_path: Path) -> None:
    closed, opened = Place(tmp_path / "closed"), Place(tmp_path / "opened")
    make(closed, tmp_path / "closed.toml")
    make(opened, tmp_path / "opened.toml", Plan("Jardin", "fr", Doors(18883, 1884)))

    conf = (closed.broker / "mosquitto.conf").read_text()
    assert conf.count("\nlistener ") == 1
    assert "allow_anonymous true" not in conf
    assert "\nlistener 1884\n" in (opened.broker / "mosquitto.conf").read_text()
    for name in ("acl-plain", "passwords-plain"):  # no workshop is on, so nobody enters there
        assert (opened.broker / name).read_text().strip() == ""
    assert "allow_anonymous true" not in (opened.broker / "mosquitto.conf").read_text()
