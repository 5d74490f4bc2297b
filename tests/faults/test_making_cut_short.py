"""``jardin-gateway init`` killed at any step: no half garden, and the same command goes on."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import cut_making
import pytest

from gateway.keys.authority import Authority, Certified
from gateway.keys.book import Book
from gateway.keys.place import Place
from gateway.settings import GatewaySettings
from sensor_node import settings

PROGRAM = Path(__file__).with_name("cut_making.py")
LEAST_STEPS = 15


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fork")
def test_a_kill_at_any_step_leaves_no_half_garden(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(PROGRAM), str(tmp_path)], check=True)
    folders = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert len(folders) > LEAST_STEPS

    kept = 0
    for folder in folders:
        place, config = Place(folder / "data"), folder / "gateway.toml"
        authority = place.authority.read_bytes() if place.keys.exists() else None
        kept += authority is not None
        if not config.exists():
            cut_making.make(folder)
        _is_whole(place, config)
        assert authority in (None, place.authority.read_bytes())
        assert [path.name for path in place.data.iterdir() if path.name[0] == "."] == []
    assert 0 < kept < len(folders)


def _is_whole(place: Place, config: Path) -> None:
    made = Certified(place.authority.read_bytes(), place.authority_key.read_bytes())
    assert Authority.load(made).made.certificate == made.certificate
    broker = settings.load(GatewaySettings, config, {}).broker
    assert broker.secret()
    assert broker.tls() is not None
    with closing(Book(place.book)) as book:
        hashed = book.accounts()["gateway"].password
    for name in ("passwords", "acl", "acl-plain", "mosquitto.conf"):
        assert (place.broker / name).read_text().endswith("\n")
    assert f"gateway:{hashed}\n" in (place.broker / "passwords").read_text()
