"""``jardin-gateway node add | list | remove``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick

if TYPE_CHECKING:
    from gateway.keys.book import Book
    from gateway.keys.place import Place
    from gateway.settings import GatewaySettings

_Commands = argparse._SubParsersAction
CONFIG = Path("gateway.toml")


def add_arguments(node: argparse.ArgumentParser) -> None:
    """What ``node`` understands."""
    commands = node.add_subparsers(required=True, metavar=pick("action", "action"))
    _add_add(commands)
    show = commands.add_parser("list", help=pick("les nœuds et leur état", "nodes and their state"))
    _add_config(show)
    show.set_defaults(command=run_list)
    out = commands.add_parser("remove", help=pick("mettre un nœud dehors", "shut a node out"))
    out.add_argument("node", metavar="bac-1")
    _add_config(out)
    out.set_defaults(command=run_remove)


def _add_add(commands: _Commands[argparse.ArgumentParser]) -> None:
    add = commands.add_parser("add", help=pick("inviter un nœud", "invite a node"))
    add.add_argument("node", metavar="bac-1")
    add.add_argument(
        "--code",
        action="store_true",
        help=pick(
            "un code de 16 lettres à taper, au lieu d'un fichier et d'un code QR",
            "a code of 16 letters to type, instead of a file and a QR code",
        ),
    )
    add.add_argument(
        "--address",
        metavar=pick("NOM", "NAME"),
        help=pick(
            "nom ou adresse par lequel le nœud trouvera la passerelle",
            "name or address by which the node will find the gateway",
        ),
    )
    add.add_argument(
        "--output",
        type=Path,
        metavar="bac-1.join",
        help=pick(
            "fichier d'invitation ; le code QR va à côté, en .svg",
            "invitation's file; the QR code goes beside it, as .svg",
        ),
    )
    add.add_argument(
        "--again",
        action="store_true",
        help=pick("un nœud qui a perdu ses clés", "a node that has lost its keys"),
    )
    _add_config(add)
    add.set_defaults(command=run_add)


def _add_config(command: argparse.ArgumentParser) -> None:
    command.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))


def run_add(options: argparse.Namespace) -> int:
    """Invite a node by a link or a code; returns 0."""
    from gateway.keys.invitation import by_code, by_link  # noqa: PLC0415 - --help needs none
    from sensor_node.wire import check_id  # noqa: PLC0415

    check_id(options.node, "node")
    with _opened(options.config) as (settings, place, book):
        if options.code:
            print(by_code(book, settings, options.node, again=options.again))
        else:
            output = options.output or Path(f"{options.node}.join")
            print(
                by_link(
                    place, book, settings, options.node,
                    output=output, address=options.address, again=options.again,
                )
            )  # fmt: skip
    return 0


def run_list(options: argparse.Namespace) -> int:
    """Print the nodes that were invited and those that were heard; returns 0."""
    from gateway.keys.listing import lines  # noqa: PLC0415 - --help needs none

    with _opened(options.config) as (settings, _, book):
        print("\n".join(lines(settings, book)))
    return 0


def run_remove(options: argparse.Namespace) -> int:
    """Shut a node out; returns 0."""
    from gateway.keys.removing import remove_node  # noqa: PLC0415 - --help needs none

    with _opened(options.config) as (settings, place, book):
        cleared = remove_node(place, book, settings.broker, options.node)
    if cleared is None:
        print(
            pick(
                f"{options.node} n'a plus de compte. Le serveur MQTT est arrêté : quand il "
                "tournera, la même commande effacera ce qu'il garde de ce nœud.",
                f"{options.node} has no account any more. The broker is off: when it runs, the "
                "same command clears what it keeps of this node.",
            )
        )
        return 0
    print(
        pick(
            f"{options.node} est dehors ; sujets effacés : {cleared}. Ses mesures restent.",
            f"{options.node} is out; topics cleared: {cleared}. Its readings stay.",
        )
    )
    return 0


@contextmanager
def _opened(config: Path) -> Iterator[tuple[GatewaySettings, Place, Book]]:
    """The settings in ``config``, and the garden's keys. Raises ``ConfigError``."""
    from gateway.keys.book import Book  # noqa: PLC0415 - --help needs none of these
    from gateway.keys.place import Place  # noqa: PLC0415
    from gateway.settings import GatewaySettings  # noqa: PLC0415
    from sensor_node import settings as settings_file  # noqa: PLC0415

    settings = settings_file.load(GatewaySettings, config)
    place = Place(settings.data)
    place.check_made()
    with closing(Book(place.book)) as book:
        yield settings, place, book
