"""The second half of a first start: each file in its place. Every step can be repeated."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gateway.card.answers import Words, read_words
from gateway.card.places import INVITATION, KEYS, SECRETS, SETTINGS, UPDATE_KEY, WORDS
from gateway.card.templates import filled, template, tree
from gateway.durable import link_whole, write_whole
from gateway.keys.place import Fresh, write_all
from gateway.kit.card_start import GATEWAY, NODE, CardStart, overwrite, remove_tree
from sensor_node.damage import sync_folder, told
from sensor_node.errors import ConfigError

ETC: Final = "/etc/jardin"
DATA: Final = f"/var/lib/{GATEWAY}"
NODE_DATA: Final = f"/var/lib/{NODE}"
PYTHON: Final = "/opt/jardin/current/bin/python"
UNITS: Final = "/etc/systemd/system"
PRIVATE: Final = "system-connections"
"""NetworkManager takes no profile that others than root can read."""

OF_GATEWAY: Final = (
    "jardin-broker.service",
    "jardin-cable.service",
    "jardin-gateway.service",
    "jardin-lost.service",
    "jardin-steward.path",
    "jardin-update.path",
)
OF_NODE: Final = ("jardin-node.service", "jardin-join.service")
OF_ALL: Final = ("jardin-settle.service", "jardin-time.service")
OF_NODE_ALONE: Final = ("jardin-node-stick@.service",)
STARTED_BY_OTHERS: Final = (
    "jardin-steward.service",
    "jardin-stick@.service",
    "jardin-update.service",
)
UNWANTED: Final = ("ssh.service", "ssh.socket", "userconfig.service")


def settings(start: CardStart) -> None:
    """``/etc/jardin``: the settings, and whose updates the card takes."""
    start.folder(ETC, "root", 0o755)
    if start.answers.has_gateway:
        text = filled("gateway.toml", start.answers.values(_words(start)))
        _put(start, f"{ETC}/gateway.toml", text.encode(), 0o600)
        start.let_read(start.path(f"{ETC}/gateway.toml"), GATEWAY)
    if start.answers.has_node:
        with told(start.boot / SETTINGS):
            content = (start.boot / SETTINGS).read_bytes()
        _put(start, f"{ETC}/node.toml", content)
    with told(start.boot / UPDATE_KEY):
        key = (start.boot / UPDATE_KEY).read_bytes()
    _put(start, f"{ETC}/update-keys/kit.pub", key)


def files(start: CardStart) -> None:
    """The files of the system (network, time, journal, backup stick) and the services."""
    role = "gateway" if start.answers.has_gateway else "node"
    values = start.answers.values(_words(start))
    for part in ("all", role):
        for name in tree(f"system/{part}"):
            text = filled(f"system/{part}/{name}", values)
            _put(start, f"/{name}", text.encode(), 0o600 if PRIVATE in name else 0o644)
    for name in units_of(start):
        _put(start, f"{UNITS}/{name}", template(name).encode())
    # Bookworm blocks every radio until a country is known, which cmdline.txt now says.
    for saved in start.path("/var/lib/systemd/rfkill").glob("*:wlan"):
        with told(saved):
            write_whole(saved, b"0\n")


def keys(start: CardStart) -> None:
    """The kit's keys from the boot partition, where any computer reads them, to their place."""
    if start.answers.has_gateway:
        data = start.folder(DATA, GATEWAY, 0o750)
        start.folder(f"{DATA}/requests", GATEWAY, 0o750)
        _move_keys(start, data / "keys")
        start.must(PYTHON, "-I", "-m", "gateway.kit.broker_files", DATA)
    if start.answers.has_node:
        data = start.folder(NODE_DATA, NODE, 0o750)
        link_whole(data / "node.toml", f"{ETC}/node.toml")
        source = start.boot / INVITATION
        with told(source):
            content = source.read_bytes() if source.exists() else b""
        if content:
            path = f"{NODE_DATA}/invitation.join"
            _put(start, path, content, 0o600)
            start.give(start.path(path), NODE, 0o600)


def names(start: CardStart) -> None:
    """How the Pi is called, and in which time zone its log is."""
    answers = start.answers
    _put(start, "/etc/hostname", f"{answers.hostname}\n".encode())
    path = start.path("/etc/hosts")
    with told(path):
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    kept = [line for line in lines if not line.startswith("127.0.1.1")] or ["127.0.0.1\tlocalhost"]
    _put(start, "/etc/hosts", "\n".join([*kept, f"127.0.1.1\t{answers.hostname}", ""]).encode())
    _put(start, "/etc/timezone", f"{answers.timezone}\n".encode())
    link_whole(start.path("/etc/localtime"), f"/usr/share/zoneinfo/{answers.timezone}")


def services(start: CardStart) -> None:
    """What runs from the next start on, and what does not."""
    for name in UNWANTED:
        start.may("systemctl", "disable", name)
    others = (*STARTED_BY_OTHERS, *OF_NODE_ALONE)
    wanted = [name for name in units_of(start) if name not in others]
    start.must("systemctl", "enable", *wanted)
    start.may("rfkill", "unblock", "wifi")
    start.may("nmcli", "radio", "wifi", "on")


def wipe_secrets(start: CardStart) -> None:
    """Nothing secret stays on the boot partition."""
    secrets = start.boot / SECRETS
    with told(secrets):
        for path in secrets.rglob("*") if secrets.is_dir() else ():
            if path.is_file():
                overwrite(path)
        remove_tree(secrets)
        sync_folder(secrets.parent)


def units_of(start: CardStart) -> tuple[str, ...]:
    """The garden's own units on this card."""
    has_gateway = start.answers.has_gateway
    own = (*OF_GATEWAY, *STARTED_BY_OTHERS) if has_gateway else OF_NODE_ALONE
    return (*OF_ALL, *own, *(OF_NODE if start.answers.has_node else ()))


def _words(start: CardStart) -> Words:
    with told(start.boot / WORDS):
        return read_words((start.boot / WORDS).read_text(encoding="ascii"))


def _move_keys(start: CardStart, target: Path) -> None:
    source = start.boot / KEYS
    if target.exists():
        _require_same(source, target)
        return
    with told(source):
        # What a Mac lays beside each file of a card (._name) is no key.
        files = {path.name: path.read_bytes() for path in sorted(source.glob("[!.]*"))}
    with Fresh(target) as folder:  # of whom the data are
        write_all(folder, files)


def _require_same(source: Path, target: Path) -> None:
    """Keys that are here stay; those of another garden are not written over."""
    with told(source):
        new = source / "authority.crt"
        if not new.exists() or new.read_bytes() == (target / "authority.crt").read_bytes():
            return
    raise ConfigError(
        "FIRST_BOOT_OTHER_KEYS",
        fr=f"Ce Pi a déjà les clés d'un autre jardin ({target}). Pour un nouveau kit, réécrivez "
        "d'abord la carte avec Raspberry Pi Imager, puis « jardin-gateway card ».",
        en=f"This Pi has the keys of another garden already ({target}). For a new kit write the "
        "card again with Raspberry Pi Imager first, then 'jardin-gateway card'.",
    )


def _put(start: CardStart, absolute: str, content: bytes, mode: int = 0o644) -> None:
    path = start.path(absolute)
    with told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content, private=mode == 0o600)
        path.chmod(mode)
