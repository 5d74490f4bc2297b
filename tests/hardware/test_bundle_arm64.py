"""The real bundle on the Raspberry Pi's kind of processor, with the network cut: ``make prove``.

A card's systems are played by Debian roots for arm64; what is written lies above them and goes at
the end. Only systemd is missing: ``tests/hardware/systemctl`` starts and stops the services.
"""

from __future__ import annotations

import platform
import shutil
import zipfile
from pathlib import Path

import pytest
from hardware.roots import Root, checked, need, need_root
from hardware.test_arm64 import DEBIAN, EMULATOR

from gateway.bundle import building, signature, writing
from gateway.bundle.building import Built
from gateway.bundle.opened import opened
from sensor_node import __version__
from sensor_node.errors import NetworkError

pytestmark = pytest.mark.prove

TRIXIE = Root("arm64", "aarch64", ("python3",), "trixie")
HERE = Path(__file__).parent
SCENE_S = 7200.0
"""On an emulated processor: three environments, and the patience with a broken version."""
# $0 is the root below, $1 a folder for what is written, $2 what it may see as /mnt/out.
ABOVE = """
mkdir -p "$1/up" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$0,upperdir=$1/up,workdir=$1/work" "$1/root"
root="$1/root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
mount -t tmpfs tmp "$root/tmp"
mount -t tmpfs run "$root/run"
mkdir -p "$root/mnt/out"
mount --bind "$2" "$root/mnt/out"
install -m 755 "$2/systemctl" "$root/usr/local/bin/systemctl"
shift 2
exec chroot "$root" env -i HOME=/root LANG=C.UTF-8 \\
    PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin PYTHONPATH=/mnt/out/jardin.whl "$@"
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The bundle as `make bundle` builds it, and the key beside it."""
    need("apt-get", "apt")
    folder = tmp_path_factory.mktemp("dist")
    signature.make_key(folder / "kit.key")
    try:
        return building.build(folder, signature.signer(folder / "kit.key"))
    except NetworkError as error:
        pytest.skip(f"needs internet: {error}")


@pytest.fixture(params=[DEBIAN, TRIXIE], ids=lambda root: root.release)
def root(request: pytest.FixtureRequest) -> Root:
    """A Debian of that release for arm64."""
    need_root()
    need("debootstrap", "debootstrap")
    if platform.machine() != DEBIAN.machine and not EMULATOR.exists():
        pytest.skip("needs the kernel to run arm64 programs: see test_arm64.py")
    if request.param is TRIXIE:
        TRIXIE.make([])
    elif not DEBIAN.has("debian", " ".join(DEBIAN.packages)):
        DEBIAN.make([])
    return request.param  # type: ignore[no-any-return]


def test_the_bundle_is_whole_and_small(built: Built) -> None:
    size = built.path.stat().st_size
    print(f"\n{built.path.name}: {size / 1e6:.1f} MB, {len(built.manifest.files)} files")
    assert size < building.MOST_BYTES
    with opened(built.path) as bundle:
        bundle.check()
        signature.check_signature(bundle, [built.path.parent / "kit.pub"])
    systems = {system.codename: system for system in built.manifest.systems}
    assert {"bookworm", "trixie"} == set(systems)
    for system in systems.values():
        packages = {name.rpartition("/")[2].partition("_")[0] for name in system.debs_for("kit")}
        assert {"mosquitto", "chrony", "dnsmasq-base", "avahi-daemon"} <= packages
        assert not {"libc6", "python3", "dpkg"} & packages


def test_a_card_without_any_network_is_installed_updated_and_falls_back(
    root: Root, built: Built, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    _lay_out(out, built, tmp_path)

    said = _play(root, tmp_path, out, "install")
    print(said)
    assert f"installed: jardin-gateway {__version__}" in said
    assert "again: 0" in said
    if root is TRIXIE:
        return  # the rest is the same code, and an hour of an emulated processor
    said = _play(root, tmp_path, out, "live")
    print(said)
    assert "measures: True" in said
    assert "update good: 0" in said
    assert "in service: 9.0.1" in said
    assert "measures after: True" in said
    assert "update broken: 4" in said
    assert "does not work here" in said
    assert said.count("in service: 9.0.1") == 2
    assert "measures still: True" in said


def _lay_out(out: Path, built: Built, tmp_path: Path) -> None:
    key = built.path.parent / "kit.key"
    shutil.copy(built.path, out / "first.bundle")
    shutil.copy(key.with_suffix(".pub"), out)
    shutil.copy(HERE / "systemctl", out)
    shutil.copy(HERE / "update_scene.py", out)
    with zipfile.ZipFile(built.path) as archive:
        own = next(name for name in archive.namelist() if "jardin_connecte" in name)
        (out / "jardin.whl").write_bytes(archive.read(own))
    _another(built, out / "good.bundle", "9.0.1", key, tmp_path / "good")
    _another(built, out / "broken.bundle", "9.0.2", key, tmp_path / "broken", broken=True)


def _another(
    built: Built, path: Path, version: str, key: Path, work: Path, *, broken: bool = False
) -> None:
    """The bundle with the project's wheel as if it were of ``version``."""
    work.mkdir()
    with zipfile.ZipFile(built.path) as archive:
        archive.extractall(work, list(built.manifest.files))
    files = {name: work / name for name in built.manifest.files}
    own = next(name for name in files if "jardin_connecte" in name)
    new = own.replace(__version__, version)
    _renumber(files.pop(own), work / new, version, broken=broken)
    files[new] = work / new

    def swapped(names: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {role: tuple(new if n == own else n for n in each) for role, each in names.items()}

    systems = [
        type(s)(s.codename, s.machine, s.python, swapped(dict(s.wheels)), s.debs, s.lends)
        for s in built.manifest.systems
    ]
    manifest = writing.describe(version, 0, built.manifest.pip, systems, files)
    writing.write(path, manifest, files, signature.signer(key))
    shutil.rmtree(work)


def _renumber(old: Path, new: Path, version: str, *, broken: bool) -> None:
    info = f"jardin_connecte-{__version__}.dist-info"
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "sensor_node/__init__.py":
                content = content.replace(__version__.encode(), version.encode())
            if name == f"{info}/METADATA":
                wrong, right = f"\nVersion: {__version__}\n", f"\nVersion: {version}\n"
                content = content.replace(wrong.encode(), right.encode())
            if broken and name == "gateway/service.py":
                content = content.replace(b"self.events = EventHub()", b"raise SystemExit(1)")
            target.writestr(name.replace(info, info.replace(__version__, version)), content)


def _play(root: Root, tmp_path: Path, out: Path, what: str) -> str:
    isolated = ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child"]
    scene = ["python3", "/mnt/out/update_scene.py", what]
    above = ["sh", "-euc", ABOVE, str(root.folder), str(tmp_path / "above"), str(out)]
    return checked([*isolated, *above, *scene], SCENE_S)
