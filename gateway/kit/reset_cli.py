"""``jardin-gateway reset``: the kit is blank for the next school, after it was asked."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from sensor_node.console import pick


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What ``jardin-gateway reset`` understands."""
    command.add_argument("--config", type=Path, default=Path("gateway.toml"))
    what = command.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--to",
        type=Path,
        metavar=pick("DOSSIER", "FOLDER"),
        help=pick("y mettre d'abord les données", "put the data there first"),
    )
    what.add_argument(
        "--without", action="store_true", help=pick("sans rien emporter", "taking nothing along")
    )
    command.add_argument("--yes", action="store_true", help=pick("sans demander", "without asking"))
    command.set_defaults(command=_reset)


def _reset(options: argparse.Namespace) -> int:
    """Returns 0. Raises ``UsageError`` where it was not wanted, and ``StorageError`` where the
    gateway runs.
    """
    from gateway import folder  # noqa: PLC0415 - --help needs none of this
    from gateway.kit import garden, handover  # noqa: PLC0415
    from gateway.kit.taking import take_along  # noqa: PLC0415
    from gateway.service import Gateway  # noqa: PLC0415

    settings = garden.load(options.config)
    with folder.alone(settings.data):
        with closing(Gateway.open(settings)) as gateway:
            if options.to is not None:
                print(take_along(gateway, options.to))
                handover.note_taken(settings.data)
            word = pick(*handover.WORDS) if options.yes else _asked(pick(*handover.WORDS))
            handover.decide(gateway, word, without=options.without)
        handover.finish(settings)
    print(
        pick(
            "Le kit est vierge ; les nœuds gardent leurs clés. La prochaine mise en route se fait "
            "sur /bienvenue, avec la feuille de la boîte.",
            "The kit is blank; the nodes keep their keys. The next first start is on /bienvenue, "
            "with the sheet in the box.",
        )
    )
    return 0


def _asked(word: str) -> str:
    try:
        return input(pick(f"Écrivez « {word} » pour effacer : ", f"Write '{word}' to erase: "))
    except EOFError:
        return ""
