"""``jardin-gateway card``: its arguments, and what it says."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick
from sensor_node.errors import LANGUAGES

if TYPE_CHECKING:
    from gateway.bundle.opened import Bundle
    from gateway.card.plan import Plan


def add_arguments(card: argparse.ArgumentParser) -> None:
    """What ``card`` understands."""
    folder, file = pick("DOSSIER", "FOLDER"), pick("FICHIER", "FILE")
    card.add_argument(
        "--role",
        choices=("kit", "gateway", "node"),
        required=True,
        help=pick(
            "kit : passerelle et nœud sur un seul Pi ; gateway ; node",
            "kit: gateway and node on one Pi; gateway; node",
        ),
    )
    card.add_argument(
        "--boot",
        type=Path,
        required=True,
        metavar=folder,
        help=pick("où « bootfs » de la carte apparaît", "where 'bootfs' of the card appears"),
    )
    card.add_argument(
        "--bundle",
        type=Path,
        metavar=file,
        help=pick("le paquet. Par défaut : le plus récent ici", "the bundle. Default: newest here"),
    )
    card.add_argument(
        "--kit",
        type=Path,
        metavar=folder,
        help=pick("dossier du kit ; fait s'il manque", "the kit's folder; made where missing"),
    )
    card.add_argument(
        "--key",
        type=Path,
        metavar=file,
        help=pick("clé publique du paquet (.pub)", "the bundle's public key (.pub)"),
    )
    card.add_argument("--node", metavar="bac-1", help=pick("nom du nœud", "name of the node"))
    card.add_argument(
        "--settings",
        type=Path,
        metavar="node.toml",
        help=pick("ce qui est branché sur ce nœud", "what is connected to this node"),
    )
    card.add_argument(
        "--pins",
        choices=("gpio", "fake"),
        default="gpio",
        help=pick("fake : capteurs factices, pour essayer", "fake: fake sensors, to try it"),
    )
    card.add_argument("--system", choices=("bookworm", "trixie"))
    _add_kit(card)
    card.add_argument("--yes", action="store_true", help=pick("sans demander", "without asking"))
    card.set_defaults(command=run_card)


def _add_kit(card: argparse.ArgumentParser) -> None:
    kit = card.add_argument_group(pick("un nouveau kit", "a new kit"))
    kit.add_argument("--garden", help=pick("nom du jardin", "the garden's name"))
    kit.add_argument("--language", choices=LANGUAGES)
    kit.add_argument("--country", metavar="FR", help=pick("pays du Wi-Fi", "country of the Wi-Fi"))
    kit.add_argument("--timezone", metavar="Europe/Paris")
    kit.add_argument("--hotspot", help=pick("nom du Wi-Fi du kit", "name of the kit's Wi-Fi"))
    kit.add_argument("--wifi-password", help=pick("sinon tiré au sort", "else drawn by lot"))
    kit.add_argument("--hostname", help=pick("nom de la passerelle", "the gateway's name"))
    kit.add_argument(
        "--nodes",
        metavar="bac-1,bac-2",
        help=pick("tous les nœuds du kit", "all nodes of the kit"),
    )


def run_card(options: argparse.Namespace) -> int:
    """Fill the boot partition of a card; returns 0, 1 where nobody agreed."""
    from gateway.bundle.opened import opened  # noqa: PLC0415 - --help needs none of these
    from gateway.card.asking import answers_of, kit_of, settings_of  # noqa: PLC0415
    from gateway.card.partition import look_at  # noqa: PLC0415
    from gateway.card.plan import plan_card  # noqa: PLC0415
    from gateway.card.questions import Questions, nobody_agreed  # noqa: PLC0415
    from gateway.card.words import done, shown  # noqa: PLC0415

    questions = Questions.here()
    partition = look_at(options.boot, options.system)
    with ExitStack() as stack:
        bundle = stack.enter_context(opened(_bundle(options)))
        update_key = _signed(bundle, options)
        kit, facts = kit_of(options, questions)
        answers = answers_of(options, partition.system, facts, questions)
        settings = settings_of(options, answers)
        plan = plan_card(
            partition, answers, kit, facts, bundle, update_key=update_key, settings=settings
        )
        print(shown(plan))
        if not options.yes and not questions.agrees(
            pick("Écrire tout cela sur la carte ? (oui/non) ", "Write all this? (yes/no) ")
        ):
            print(nobody_agreed())
            return 1
        _write(plan)
        if answers.has_gateway:
            kit.gateway_has_card(facts, answers)
    print(done(answers, facts, kit))
    return 0


def _bundle(options: argparse.Namespace) -> Path:
    from sensor_node.errors import ConfigError  # noqa: PLC0415

    if options.bundle is not None:
        path = Path(options.bundle)
        if path.is_file():
            return path
    found = [*Path().glob("*.bundle"), *Path("dist").glob("*.bundle")]
    if options.bundle is None and found:
        return max(found, key=lambda path: path.stat().st_mtime)
    where = str(options.bundle or Path().absolute())
    raise ConfigError(
        "CARD_NO_BUNDLE",
        fr=f"Il n'y a pas de paquet ici : {where}. Faites-le avec « make bundle », ou donnez-le "
        "avec --bundle. Rien n'a été écrit.",
        en=f"There is no bundle here: {where}. Make it with 'make bundle', or give it with "
        "--bundle. Nothing was written.",
    )


def _signed(bundle: Bundle, options: argparse.Namespace) -> bytes:
    """The public key that signed ``bundle``, whose files are all whole."""
    from gateway.bundle import signature  # noqa: PLC0415
    from sensor_node.damage import told  # noqa: PLC0415

    key = options.key or signature.public_half(signature.default_key())
    print(pick("Le paquet est vérifié…", "The bundle is being checked…"), flush=True)
    signature.check_signed_by(bundle, key)
    bundle.check()
    with told(key):
        return bytes(key.read_bytes())


def _write(plan: Plan) -> None:
    from gateway.card.writing import check_card, write_card  # noqa: PLC0415

    print(pick("La carte est écrite…", "The card is being written…"), flush=True)
    write_card(plan)
    print(pick("La carte est relue…", "The card is being read back…"), flush=True)
    check_card(plan)
