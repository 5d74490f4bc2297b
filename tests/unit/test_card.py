"""A card is filled: shown, agreed, written, read back; or nothing at all is written."""

from __future__ import annotations

import os
import shutil
import stat
import tomllib
import zipfile
from collections import namedtuple
from pathlib import Path

import pytest
from bundles import key
from cards import CMDLINES, CONFIG, boot_partition, card_bundle

from gateway import cli
from gateway.card import partition, writing
from gateway.card.answers import read_answers
from gateway.card.places import ANSWERS, BUNDLE, INVITATION, KEYS, SETTINGS, WHEEL, WORDS
from gateway.card.plan import Plan
from gateway.card.sections import command_line, with_section
from sensor_node.joining import parse_link

SYSTEMS = ("bookworm", "trixie")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return card_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(autouse=True)
def _french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "fr")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)


def card(boot: Path, bundle: Path, *more: str, role: str = "kit") -> int:
    told = ["--role", role, "--boot", str(boot), "--bundle", str(bundle), "--kit", "jardin-7f3a"]
    public = key(bundle.parent).with_suffix(".pub")
    return cli.main(["card", *told, "--key", str(public), "--yes", *more])


def content_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_kits_card_has_all_that_its_first_start_needs(
    tmp_path: Path, bundle: Path, system: str
) -> None:
    boot = boot_partition(tmp_path / "bootfs", system)

    assert card(boot, bundle, "--nodes", "bac-1,bac-2", "--garden", 'Jardin "du" quartier') == 0

    answers = read_answers((boot / ANSWERS).read_text())
    assert (answers.system, answers.role, answers.node) == (system, "kit", "bac-1")
    assert answers.garden == 'Jardin "du" quartier'
    assert (boot / BUNDLE).read_bytes() == bundle.read_bytes()
    assert zipfile.is_zipfile(boot / WHEEL)
    assert (boot / KEYS / "authority.key").read_bytes().startswith(b"-----BEGIN PRIVATE KEY")
    assert parse_link((boot / INVITATION).read_text()).gateway == "localhost:80"
    assert tomllib.loads((boot / SETTINGS).read_text())["node"] == "bac-1"
    assert "dtparam=strict_gpiod" in (boot / "config.txt").read_text()


def test_bookworm_runs_a_script_once_and_trixie_cloud_init(tmp_path: Path, bundle: Path) -> None:
    bookworm = boot_partition(tmp_path / "bookworm", "bookworm")
    trixie = boot_partition(tmp_path / "trixie", "trixie")

    assert card(bookworm, bundle) == card(trixie, bundle) == 0

    line = (bookworm / "cmdline.txt").read_text()
    assert line.startswith(CMDLINES["bookworm"].strip())
    assert "systemd.run=/boot/firmware/jardin/firstrun.sh" in line
    assert (bookworm / "jardin/firstrun.sh").exists()
    assert "systemd.run" not in (trixie / "cmdline.txt").read_text()
    assert "/boot/firmware/jardin/start.sh" in (trixie / "user-data").read_text()
    assert not (trixie / "jardin/firstrun.sh").exists()
    for boot in (bookworm, trixie):
        assert "cfg80211.ieee80211_regdom=FR" in (boot / "cmdline.txt").read_text()
        assert (boot / "cmdline.txt").read_text().count("\n") == 1


def test_the_same_card_made_twice_says_everything_once(tmp_path: Path, bundle: Path) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    assert card(boot, bundle) == 0
    once = content_of(boot)

    assert card(boot, bundle) == 0

    again = content_of(boot)
    differing = {name for name in once if once[name] != again[name]}
    assert once.keys() == again.keys()
    assert differing <= {ANSWERS, f"{KEYS}/keys.sqlite"}


def test_a_nodes_card_has_its_invitation_and_no_key_of_the_kit(
    tmp_path: Path, bundle: Path
) -> None:
    kit = boot_partition(tmp_path / "kit", "bookworm")
    node = boot_partition(tmp_path / "node", "trixie")
    assert card(kit, bundle, "--nodes", "bac-1,bac-2") == 0

    assert card(node, bundle, "--node", "bac-2", role="node") == 0

    link = parse_link((node / INVITATION).read_text())
    assert (link.node, link.gateway) == ("bac-2", "10.42.0.1:80")
    assert not (node / KEYS).exists()
    assert (node / WORDS).read_text() == (kit / WORDS).read_text()
    assert read_answers((node / ANSWERS).read_text()).hostname == "bac-2"


def test_a_card_that_becomes_a_nodes_keeps_no_key_of_the_gateways(
    tmp_path: Path, bundle: Path
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    assert card(boot, bundle) == 0

    assert card(boot, bundle, "--node", "bac-1", role="node") == 0

    assert not (boot / KEYS).exists()


def test_the_kits_folder_is_for_its_owner_alone(tmp_path: Path, bundle: Path) -> None:
    assert card(boot_partition(tmp_path / "bootfs", "bookworm"), bundle) == 0

    kit = tmp_path / "jardin-7f3a"
    assert stat.S_IMODE(kit.stat().st_mode) == 0o700
    for name in ("kit.toml", "bac-1.join"):
        assert stat.S_IMODE((kit / name).stat().st_mode) == 0o600


def test_the_kits_sheet_has_its_wifi_its_addresses_and_its_code(
    tmp_path: Path, bundle: Path
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    assert card(boot, bundle, "--garden", "Cour <A>", "--hotspot", "JARDIN-7f3a") == 0

    page = (tmp_path / "jardin-7f3a/feuille.html").read_text()
    words = tomllib.loads((boot / WORDS).read_text())
    told = (
        "Cour &lt;A&gt;",
        "JARDIN-7f3a",
        words["password"],
        words["code"],
        "jardin.lan/bienvenue",
    )
    assert [word for word in told if word not in page] == []
    assert page.count("<svg") == 2
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_what_will_be_written_is_shown_with_sizes_and_changed_lines(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    assert card(boot, bundle) == 0

    said = capsys.readouterr().out
    assert f"{bundle.stat().st_size:,}".replace(",", " ") + " jardin/jardin.bundle" in said
    assert "+dtparam=strict_gpiod" in said
    assert "-console=serial0" in said
    assert "JARDIN-7f3a" in said


def test_nothing_is_written_where_nobody_agrees(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    before = content_of(boot)
    public = key(bundle.parent).with_suffix(".pub")
    told = ["--boot", str(boot), "--bundle", str(bundle), "--key", str(public)]

    assert cli.main(["card", "--role", "kit", *told]) == 1

    assert content_of(boot) == before


def refused(
    capsys: pytest.CaptureFixture[str], boot: Path, bundle: Path, *more: str, role: str = "kit"
) -> tuple[int, str]:
    """The exit code and the one sentence; nothing on the partition has changed."""
    before = content_of(boot) if boot.exists() else {}
    code = card(boot, bundle, *more, role=role)
    assert (content_of(boot) if boot.exists() else {}) == before
    said = capsys.readouterr().err.strip()
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    return code, said


def test_a_folder_that_is_no_boot_partition_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "photos").mkdir()

    assert refused(capsys, tmp_path / "photos", bundle)[0] == 4
    assert refused(capsys, tmp_path / "absent", bundle)[0] == 4


@pytest.mark.parametrize("kernel", ["kernel7.img", "kernel7l.img", "kernel.img"])
def test_a_32_bit_system_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str], kernel: str
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    (boot / kernel).write_bytes(b"\0")

    code, said = refused(capsys, boot, bundle)

    assert (code, "32 bits" in said) == (4, True)


def test_an_older_system_and_another_one_are_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bullseye = boot_partition(tmp_path / "bullseye", "bookworm")
    (bullseye / "kernel_2712.img").unlink()
    ubuntu = boot_partition(tmp_path / "ubuntu", "trixie")
    (ubuntu / "issue.txt").unlink()

    assert refused(capsys, bullseye, bundle)[0] == 4
    assert refused(capsys, ubuntu, bundle)[0] == 4
    assert partition.look_at(ubuntu, "trixie").system == "trixie"


def test_a_card_with_settings_of_imager_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bookworm = boot_partition(tmp_path / "bookworm", "bookworm")
    (bookworm / "cmdline.txt").write_text(
        CMDLINES["bookworm"].strip() + " systemd.run=/boot/firstrun.sh\n"
    )
    trixie = boot_partition(tmp_path / "trixie", "trixie")
    (trixie / "user-data").write_text("#cloud-config\nhostname: pi\nusers:\n- name: moi\n")

    for boot in (bookworm, trixie):
        code, said = refused(capsys, boot, bundle)
        assert (code, "Imager" in said) == (4, True)


def test_too_small_a_card_is_refused_with_figures(
    tmp_path: Path,
    bundle: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(256 << 20, 255 << 20, 2_000_000))

    code, said = refused(capsys, boot, bundle)

    assert code == 4
    assert "2 Mo sont libres" in said
    needed = (bundle.stat().st_size + 4_000_000) // 10**6
    assert any(f"{mb} Mo sont nécessaires" in said for mb in range(needed, needed + 3))


def test_no_bundle_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    assert cli.main(["card", "--role", "kit", "--boot", str(boot), "--yes"]) == 3

    assert "make bundle" in capsys.readouterr().err


def test_a_bundle_for_another_system_or_signed_by_somebody_else_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    other = tmp_path / "other"
    other.mkdir()

    code, said = refused(capsys, boot, card_bundle(other, ["trixie"]))
    assert (code, "trixie aarch64" in said) == (3, True)
    code, _ = refused(capsys, boot, bundle, "--key", str(key(other).with_suffix(".pub")))
    assert code == 5


def test_a_damaged_bundle_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    folder = tmp_path / "copy"
    folder.mkdir()
    for path in bundle.parent.glob("bundle.*"):
        shutil.copy2(path, folder / path.name)
    broken = folder / bundle.name
    content = bytearray(bundle.read_bytes())
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)

    assert refused(capsys, boot, broken)[0] == 5


@pytest.mark.parametrize(
    ("flag", "value"),
    [
        ("--country", "France"),
        ("--hotspot", "Le Wi-Fi de l'école"),
        ("--hotspot", "x" * 33),
        ("--hostname", "mon jardin"),
        ("--timezone", "Paris"),
        ("--wifi-password", "court"),
        ("--wifi-password", "avec;des\\signes"),
        ("--nodes", "bac 1/2"),
    ],
)
def test_an_answer_that_cannot_be_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str], flag: str, value: str
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    assert refused(capsys, boot, bundle, flag, value)[0] in (2, 3)
    assert not (tmp_path / "jardin-7f3a").exists()


def test_a_node_that_is_not_of_the_kit_is_refused(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    code, said = refused(capsys, boot, bundle, "--nodes", "bac-1", "--node", "bac-7", role="node")

    assert (code, "bac-7" in said) == (3, True)


def test_a_node_that_comes_later_is_of_the_kit_and_the_gateways_card_is_to_be_made_again(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert card(boot_partition(tmp_path / "kit", "bookworm"), bundle) == 0
    boot = boot_partition(tmp_path / "bootfs", "bookworm")

    assert card(boot, bundle, "--nodes", "bac-3", "--node", "bac-3", role="node") == 0

    assert "avant que bac-3 soit du kit" in capsys.readouterr().out
    assert parse_link((boot / INVITATION).read_text()).node == "bac-3"


def test_a_node_has_the_settings_that_a_person_gave(
    tmp_path: Path, bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    own = tmp_path / "node.toml"
    own.write_text('node = "bac-1"\ndata = "ici"\n[[sensors]]\ntype = "pi-health"\n')

    code, said = refused(capsys, boot, bundle, "--settings", str(own))
    assert (code, 'data = "/var/lib/jardin-node"' in said) == (3, True)
    assert refused(capsys, boot, bundle, "--settings", "absent.toml")[0] == 3

    own.write_text(own.read_text().replace("ici", "/var/lib/jardin-node"))
    assert card(boot, bundle, "--settings", str(own)) == 0
    assert (boot / SETTINGS).read_text() == own.read_text()


def test_a_card_that_reads_back_otherwise_is_told(
    tmp_path: Path,
    bundle: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    boot = boot_partition(tmp_path / "bootfs", "bookworm")
    honest = writing.write_card

    def forgetful(plan: Plan) -> None:
        honest(plan)
        (boot / WHEEL).write_bytes(b"\0")

    monkeypatch.setattr(writing, "write_card", forgetful)

    assert card(boot, bundle) == 4
    assert "jardin.whl" in capsys.readouterr().err


def test_the_section_of_config_txt_replaces_itself_and_nothing_else() -> None:
    once = with_section(CONFIG, "[all]\ndtparam=spi=on")
    twice = with_section(once + "# mine\r\n", "[all]\ndtparam=spi=off")

    assert once.startswith(CONFIG)
    assert twice.count("jardin-gateway card") == 2
    assert "dtparam=spi=on\n" in CONFIG
    assert "spi=off" in twice
    assert "# mine" in twice


def test_cmdline_txt_stays_one_line_and_changes_its_country() -> None:
    once = command_line(CMDLINES["bookworm"], "bookworm", "FR")
    twice = command_line(once, "bookworm", "BE")

    assert twice == once.replace("=FR", "=BE")
    assert len(twice.splitlines()) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs modes")
def test_help_is_there_in_both_languages(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARDIN_LANGUAGE", "en")
    with pytest.raises(SystemExit):
        cli.main(["card", "--help"])

    assert "where 'bootfs' of the card appears" in " ".join(capsys.readouterr().out.split())
