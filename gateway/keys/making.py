"""Making a garden: its authority, certificates and accounts, and the settings of its gateway.

A kill leaves no half garden: the keys' folder takes its name when all is in it, what is made from
it can be made again, and gateway.toml comes last. The same command then goes on where it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from gateway.keys.acl import Identity
from gateway.keys.authority import Authority, Certified, web_dates
from gateway.keys.book import WEB_UNTIL, Account, Book
from gateway.keys.broker import Doors, doors_of, write_files
from gateway.keys.names import Names, names_here
from gateway.keys.passwords import hashed, new_password
from gateway.keys.place import Fresh, Place, write_all
from gateway.toml_text import toml_line, toml_text
from sensor_node.clock import Clock
from sensor_node.database import storage_error
from sensor_node.errors import StorageError, UsageError

GATEWAY_NAME: Final = "gateway"
"""The gateway's account; no node can have this name."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the garden is to be. ``more_names``: further names and addresses of its gateway;
    ``host``: the gateway's own name, None for this machine's.
    """

    garden: str
    language: str
    doors: Doors
    more_names: Sequence[str] = ()
    host: str | None = None


def make_garden(place: Place, config: Path, plan: Plan, clock: Clock) -> Names:
    """Make the keys, mosquitto's files and ``config``; returns the gateway's names.

    Raises ``UsageError`` where all that is there already, and ``StorageError``.
    """
    if place.is_made and config.exists():
        raise _made_already(place)
    if not place.is_made and config.exists():
        raise _config_exists(config)
    names = names_here(plan.more_names, plan.host)
    if not place.is_made:
        _make_keys(place, plan, names, clock)
    with closing(Book(place.book)) as book, book.alone() as entries:
        write_files(place, entries)
        doors = doors_of(entries)  # those of before, where a kill came between
    _write(config, _settings_text(place, replace(plan, doors=doors)))
    return names


def renew(place: Place, more_names: Sequence[str], clock: Clock) -> Names:
    """Other certificates of the same authority, for the names of today; no node need join again.

    Raises ``ConfigError`` and ``StorageError``.
    """
    place.check_made()
    authority = Authority.load(Certified(_read(place.authority), _read(place.authority_key)))
    with closing(Book(place.book)) as book, book.alone() as entries:
        kept = entries.fact("names").split()
        names = names_here([*kept, *more_names])
        write_all(place.keys, _certificates(authority, names, clock))
        entries.put_fact("names", " ".join(dict.fromkeys([*kept, *more_names])))
        entries.put_fact(WEB_UNTIL, _until_ms(clock))
        write_files(place, entries)
    return names


def _make_keys(place: Place, plan: Plan, names: Names, clock: Clock) -> None:
    authority = Authority.new(plan.garden, names)
    password = new_password()
    made = authority.made
    with Fresh(place.keys) as folder:
        files = {
            place.authority.name: made.certificate,
            place.authority_key.name: made.key,
            place.gateway_password.name: f"{password}\n".encode(),
            **_certificates(authority, names, clock),
        }
        write_all(folder, files)
        with closing(Book(folder / place.book.name)) as book, book.alone() as entries:
            at_ms = clock.wall_ms()
            entries.put(Account(GATEWAY_NAME, Identity.GATEWAY, hashed(password), at_ms))
            entries.put_fact("port", str(plan.doors.port))
            entries.put_fact("plain_port", str(plan.doors.plain_port or ""))
            entries.put_fact("names", " ".join(plan.more_names))
            entries.put_fact(WEB_UNTIL, _until_ms(clock))
        (folder / place.book.name).chmod(0o600)


def _certificates(authority: Authority, names: Names, clock: Clock) -> dict[str, bytes]:
    """Each certificate and its key by the name of their files."""
    made = {"broker": authority.for_broker(names), "web": authority.for_web(names, _now(clock))}
    return {
        name: content
        for purpose, one in made.items()
        for name, content in ((f"{purpose}.crt", one.certificate), (f"{purpose}.key", one.key))
    }


def _now(clock: Clock) -> datetime:
    return datetime.fromtimestamp(clock.wall_ms() / 1000, UTC)


def _until_ms(clock: Clock) -> str:
    return str(round(web_dates(_now(clock))[1].timestamp() * 1000))


def _settings_text(place: Place, plan: Plan) -> str:
    keys = place.keys.resolve()
    fr = plan.language == "fr"
    return "\n".join(
        [
            "# Les réglages de la passerelle : docs/configuration.md"
            if fr
            else "# The gateway's settings: docs/configuration.md",
            f"data = {toml_text(str(place.data.resolve()))}",
            toml_line("name", plan.garden),
            toml_line("language", plan.language),
            "",
            "[broker]",
            'host = "localhost"',
            f"port = {plan.doors.port}",
            toml_line("username", GATEWAY_NAME),
            f"password_file = {toml_text(str(keys / place.gateway_password.name))}",
            f"ca = {toml_text(str(keys / place.authority.name))}",
            "",
        ]
    )


def _write(config: Path, text: str) -> None:
    config = config.absolute()
    try:
        config.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise storage_error(error, config) from error
    write_all(config.parent, {config.name: text.encode()})


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        failure: StorageError = storage_error(error, path)
        raise failure from error


def _made_already(place: Place) -> UsageError:
    return UsageError(
        "GARDEN_MADE",
        fr=f"Ce jardin a déjà ses clés ({place.keys}) : « node add » invite un nœud, et "
        "« init --renew » refait les certificats. Rien n'a été changé.",
        en=f"This garden has its keys already ({place.keys}): 'node add' invites a node, and "
        "'init --renew' makes the certificates anew. Nothing was changed.",
    )


def _config_exists(config: Path) -> UsageError:
    return UsageError(
        "GATEWAY_TOML_EXISTS",
        fr=f"{config} existe déjà, et ne connaît pas ces clés : donnez un autre fichier avec "
        "--config, puis recopiez-y vos réglages. Rien n'a été changé.",
        en=f"{config} exists already, and does not know these keys: give another file with "
        "--config, then copy your settings into it. Nothing was changed.",
    )
