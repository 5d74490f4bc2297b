"""Bundles: what they hold, who signed them, and what they are built from."""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import bundles
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from gateway.bundle import building, signature, sources, wheels
from gateway.bundle.host import Host
from gateway.bundle.manifest import parse
from gateway.bundle.opened import MANIFEST, SIGNATURE, opened
from gateway.bundle.target import TARGETS
from gateway.cli import main
from sensor_node.errors import ConfigError, GardenError, StorageError, UsageError

BOOKWORM, TRIXIE = TARGETS
DEB822 = """\
# Debian's own
Types: deb
URIs: http://one.example/debian
Suites: bookworm bookworm-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://one.example/security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://two.example/other
Suites: stable
Components: main
"""
LISTED = """\
deb [arch=arm64 signed-by=/k.gpg] http://pi.example/debian bookworm main
deb-src http://pi.example/debian bookworm main
# deb http://off.example/debian bookworm main
deb http://cloud.example/apt cloud-bookworm main
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return bundles.bundle(tmp_path, "0.2.0", bundles.mini_wheel(tmp_path, "0.2.0"))


def rewritten(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The bundle with some of its members changed, added or (None) left out."""
    new = path.with_name("changed.bundle")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(new, "w") as target:
        for name in dict.fromkeys([*source.namelist(), *changes]):
            content = changes[name] if name in changes else source.read(name)
            if content is not None:
                target.writestr(name, content)
    return new


def looked_through(path: Path, key: Path) -> None:
    with opened(path) as bundle:
        signature.check_signature(bundle, [key])
        bundle.check()


def test_a_bundle_is_whole_and_signed_and_the_same_content_gives_the_same_bytes(
    made: Path, tmp_path: Path
) -> None:
    looked_through(made, tmp_path / "bundle.pub")
    before = made.read_bytes()
    bundles.bundle(tmp_path, "0.2.0", tmp_path / "jardin_connecte-0.2.0-py3-none-any.whl")

    assert made.read_bytes() == before
    with zipfile.ZipFile(made) as archive:
        names = archive.namelist()
    assert names == [MANIFEST, SIGNATURE, *sorted(names[2:])]


def test_the_signing_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "config/jardin/bundle.key"

    assert signature.make_key(path)
    first = path.read_bytes()
    assert not signature.make_key(path)
    assert path.read_bytes() == first
    public = load_pem_public_key(signature.public_half(path).read_bytes())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(signature.signer(path)(b"what is signed"), b"what is signed")
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        path.chmod(0o644)
        with pytest.raises(ConfigError, match="BUNDLE_KEY_OPEN"):
            signature.signer(path)


def test_a_key_that_is_none_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "k").write_text("no key")
    (tmp_path / "k").chmod(0o600)

    for path in (tmp_path / "k", tmp_path / "absent"):
        with pytest.raises(ConfigError, match="BUNDLE_KEY_UNREADABLE"):
            signature.signer(path)


def changed_bundles(made: Path) -> Iterator[dict[str, bytes | None]]:
    with zipfile.ZipFile(made) as archive:
        manifest, signed = archive.read(MANIFEST), archive.read(SIGNATURE)
        first = archive.namelist()[2]
        content = archive.read(first)
    yield {MANIFEST: manifest.replace(b'"0.2.0"', b'"0.3.0"')}
    yield {SIGNATURE: bytes(64)}
    yield {SIGNATURE: signed[:10]}
    yield {SIGNATURE: None}
    yield {MANIFEST: None}
    yield {MANIFEST: b"[" * 100_000}
    yield {MANIFEST: b"null"}
    yield {first: content[:-1] + b"!"}
    yield {first: content + b"!"}
    yield {first: content[:-1]}
    yield {first: None}
    yield {"wheels/more-1.0.whl": b"x"}
    yield {"../../etc/passwd": b"x"}


def test_whatever_is_changed_in_a_bundle_is_found(made: Path, tmp_path: Path) -> None:
    for number, changes in enumerate(changed_bundles(made)):
        with pytest.raises(StorageError, match=r"BUNDLE_(DAMAGED|NOT_SIGNED)") as refused:
            looked_through(rewritten(made, changes), tmp_path / "bundle.pub")
        assert "The garden was not touched" in refused.value.en, number


@pytest.mark.parametrize(
    "name", ["../wheels/a.whl", "/etc/passwd", "wheels/../a", "wheels/", "wheels/.a", "debs/a"]
)
def test_a_manifest_names_only_files_of_its_own(made: Path, name: str) -> None:
    with opened(made) as bundle:
        manifest = bundle.manifest
    files = {**manifest.files, name: next(iter(manifest.files.values()))}

    with pytest.raises(StorageError, match="BUNDLE_DAMAGED"):
        parse(replace(manifest, files=files).to_bytes())


def test_a_bundle_of_a_later_format_says_so(made: Path) -> None:
    with opened(made) as bundle:
        manifest = bundle.manifest

    with pytest.raises(StorageError, match="BUNDLE_TOO_NEW"):
        parse(replace(manifest, format=2).to_bytes())


@pytest.mark.skipif(sys.platform != "linux", reason="made with Linux's own files")
def test_what_breaks_off_or_never_comes_is_told_and_waited_for_by_nobody(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bundle")
    failing = Path("/proc/self/mem")  # opens, and answers each read with an error of the device

    for path, code in (
        (tmp_path / "pipe.bundle", "BUNDLE_DAMAGED"),
        (tmp_path, "BUNDLE_DAMAGED"),
        (failing, "BUNDLE_UNREADABLE"),
        (tmp_path / "absent.bundle", "BUNDLE_UNREADABLE"),
    ):
        with pytest.raises(StorageError, match=code), opened(path):
            pass


def test_a_strangers_bundle_is_whole_and_still_not_ours(made: Path, tmp_path: Path) -> None:
    signature.make_key(tmp_path / "ours.key")

    with pytest.raises(StorageError, match="BUNDLE_NOT_SIGNED"):
        looked_through(made, tmp_path / "ours.pub")


@pytest.mark.parametrize("key", ["ours.pub", "ours.key", "absent.pub"])
def test_who_looks_a_bundle_through_with_another_key_is_told_which_and_how_to_give_the_right_one(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], key: str
) -> None:
    signature.make_key(tmp_path / "ours.key")

    assert main(["bundle", "--check", str(made), "--key", str(tmp_path / key)]) != 0

    said = capsys.readouterr().err
    assert str(tmp_path / key) in said
    assert "--key" in said


def test_the_command_looks_a_bundle_through(
    made: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    arguments = ["bundle", "--check", str(made), "--key", str(tmp_path / "bundle.pub")]

    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert "version 0.2.0, whole, signed by" in said
    assert Host.here().machine in said
    made.write_bytes(made.read_bytes()[:-100])
    assert main(arguments) == StorageError.exit_code
    assert "not a whole bundle" in capsys.readouterr().err


def test_a_card_gets_the_pins_that_its_python_wants(tmp_path: Path) -> None:
    lines = [
        "lgpio==0.2.2.0 ; python_full_version < '3.13' and sys_platform == 'linux'",
        "sysv-ipc==1.2.0 ; platform_machine != 'mips' and sys_platform == 'linux'",
        "tzdata==2026.6 ; sys_platform == 'win32'",
        "six==1.17.0",
    ]

    everywhere = ["sysv-ipc==1.2.0", "six==1.17.0"]
    assert list(wheels.pins(BOOKWORM, lines)) == ["lgpio==0.2.2.0", *everywhere]
    assert list(wheels.pins(TRIXIE, lines)) == everywhere
    assert list(wheels.pins(TRIXIE, ["lgpio==0.3"])) == [], "the system lends it"


def test_the_sources_of_this_computer_are_taken_for_another_release(tmp_path: Path) -> None:
    apt = tmp_path / "etc/apt/sources.list.d"
    apt.mkdir(parents=True)
    release = tmp_path / "etc/os-release"
    release.write_text('ID=debian\nVERSION_CODENAME="bookworm"\n')
    (apt / "debian.sources").write_text(DEB822)
    (apt / "pi.list").write_text(LISTED)

    key = "[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]"
    assert sources.of_this_computer("trixie", tmp_path).splitlines() == [
        "deb [signed-by=/k.gpg] http://pi.example/debian trixie main",
        f"deb {key} http://one.example/debian trixie main",
        f"deb {key} http://one.example/debian trixie-updates main",
        f"deb {key} http://one.example/security trixie-security main",
    ]
    release.write_text("ID=ubuntu\nVERSION_CODENAME=noble\n")
    with pytest.raises(UsageError, match="BUNDLE_NEEDS_MIRROR"):
        sources.of_this_computer("trixie", tmp_path)


def test_a_mirror_needs_the_keys_of_debian(tmp_path: Path) -> None:
    keyring = tmp_path / "debian.gpg"
    with pytest.raises(UsageError, match="BUNDLE_NEEDS_MIRROR"):
        sources.of_mirror("http://m.example/debian", "trixie", keyring)
    keyring.touch()
    assert f"deb [signed-by={keyring}] http://m.example/debian trixie main\n" in sources.of_mirror(
        "http://m.example/debian", "trixie", keyring
    )
    with pytest.raises(UsageError):
        sources.of_mirror("http://m.example/ trixie main\ndeb [trusted=yes]", "trixie", keyring)


def test_a_download_that_fails_leaves_nothing_half_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"INDEX_URL": "http://127.0.0.1:9/", "RETRIES": "0"}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    signature.make_key(tmp_path / "k")

    with pytest.raises(GardenError, match="BUNDLE_DOWNLOAD_FAILED"):
        building.build(tmp_path / "dist", signature.signer(tmp_path / "k"))
    assert not (tmp_path / "dist").exists()
