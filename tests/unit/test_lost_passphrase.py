"""A lost passphrase: a file on the card or a held button, and the first start asks anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kits import CODE, KIT, PHRASE

from gateway.kit import lost
from gateway.kit.lost import MARK, forget_if_asked, look, main
from gateway.kit.settings import KitSettings
from gateway.kit.welcome import Welcome
from gateway.security.roles import Role
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.clock import FakeClock
from sensor_node.fakes import FakeBoard

BUTTON = 3


@pytest.fixture
def kit(tmp_path: Path) -> KitSettings:
    for name in ("requests", "boot"):
        (tmp_path / name).mkdir()
    (tmp_path / "boot/config.txt").touch()
    return replace(KIT, requests=tmp_path / "requests", boot=tmp_path / "boot")


@pytest.fixture
def gateway(tmp_path: Path, kit: KitSettings) -> Iterator[Gateway]:
    """A kit that has a keeper, who is in."""
    settings = GatewaySettings(data=tmp_path / "data", kit=kit)
    with closing(Gateway.open(settings, FakeClock())) as opened:
        Welcome(opened).become_keeper(CODE, PHRASE, secure=True, safe=True, address=None)
        yield opened


class Held(FakeBoard):
    """A board whose button is held while the kit starts."""

    def contact(self, pin: int, bounce_s: float | None = None) -> Any:
        contact = super().contact(pin, bounce_s)
        self.press(pin)
        return contact


class LetGo(Held):
    """The same, let go after a while."""

    slept_s = 0.0

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.slept_s += seconds
        if self.slept_s > lost.HELD_S - 1:
            self.release(BUTTON)


def asks(gateway: Gateway, name: str = lost.FILE) -> Path:
    boot = gateway.settings.kit.boot
    assert boot is not None
    (boot / name).touch()
    return boot / name


def sessions(gateway: Gateway) -> int:
    with gateway.access.keyring.database.reading() as db:
        return int(db.execute("SELECT count(*) FROM sessions").fetchone()[0])


@pytest.mark.parametrize("name", [lost.FILE, f"{lost.FILE}.txt", "JARDIN-NOUVELLE-PHRASE.TXT"])
def test_a_file_on_the_card_has_the_passphrase_chosen_anew(gateway: Gateway, name: str) -> None:
    file = asks(gateway, name)
    assert sessions(gateway) == 1
    assert look(gateway.settings)
    assert not file.exists()
    assert forget_if_asked(gateway)

    assert sessions(gateway) == 0
    assert Welcome(gateway).is_open
    assert gateway.access.keyring.audit.newest(1)[0].what == "PASSPHRASE_FORGOTTEN"
    Welcome(gateway).become_keeper(
        CODE, "autre phrase toute neuve", secure=True, safe=True, address=None
    )
    assert gateway.access.keyring.passphrases.role_of(PHRASE) is None


def test_a_folder_of_that_name_asks_once_as_well(gateway: Gateway) -> None:
    boot = gateway.settings.kit.boot
    assert boot is not None
    (boot / lost.FILE).mkdir()
    (boot / lost.FILE / ".DS_Store").touch()

    assert look(gateway.settings)
    assert forget_if_asked(gateway)
    assert not look(gateway.settings)


def test_it_is_asked_for_once_and_not_at_each_start(gateway: Gateway) -> None:
    asks(gateway)
    assert look(gateway.settings)
    assert forget_if_asked(gateway)
    assert not look(gateway.settings)
    assert not forget_if_asked(gateway)


def test_without_a_file_nothing_is_forgotten(gateway: Gateway) -> None:
    assert not look(gateway.settings)
    assert not forget_if_asked(gateway)
    assert Role.KEEPER in gateway.access.keyring.passphrases.roles()


def test_a_power_cut_before_the_file_goes_has_it_done_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = asks(gateway)

    def cut(_self: Path, missing_ok: bool = False) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Path, "unlink", cut)
        with pytest.raises(KeyboardInterrupt):
            look(gateway.settings)
    assert file.exists()
    assert look(gateway.settings)
    assert forget_if_asked(gateway)
    assert Welcome(gateway).is_open


def test_a_button_held_for_five_seconds_does_the_same(gateway: Gateway) -> None:
    settings = replace(gateway.settings, kit=replace(gateway.settings.kit, button=BUTTON))
    assert look(settings, Held())
    assert forget_if_asked(gateway)


def test_a_button_that_nobody_holds_delays_no_start(gateway: Gateway) -> None:
    settings = replace(gateway.settings, kit=replace(gateway.settings.kit, button=BUTTON))
    board = FakeBoard()
    began_s = board.monotonic_s()

    assert not look(settings, board)
    assert board.monotonic_s() == began_s


def test_a_button_let_go_too_soon_does_nothing(gateway: Gateway) -> None:
    board = LetGo()

    assert not lost.is_held(BUTTON, board)
    assert 0 < board.slept_s < lost.HELD_S


def test_the_mark_follows_no_link(gateway: Gateway, tmp_path: Path) -> None:
    folder = gateway.settings.kit.requests
    assert folder is not None
    target = tmp_path / "target"
    (folder / MARK).symlink_to(target)
    asks(gateway)

    with pytest.raises(OSError, match="link"):
        look(gateway.settings)
    assert not target.exists()


def test_the_program_looks_where_the_settings_say(
    gateway: Gateway, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asks(gateway)
    config = tmp_path / "gateway.toml"
    config.write_text(
        f'data = "{tmp_path}/data"\n[kit]\nrequests = "{tmp_path}/requests"\n'
        f'boot = "{tmp_path}/boot"\n'
    )

    assert main(["--config", str(config)]) == 0
    assert (tmp_path / "requests" / MARK).exists()
    assert main(["--config", str(tmp_path / "none.toml")]) == 3
    assert "CONFIG_ABSENT" in capsys.readouterr().err
