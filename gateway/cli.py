"""The command line of the gateway: ``jardin-gateway init | node | run | demo | export | …``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from gateway.seasons.arguments import add_arguments as add_season_arguments
from sensor_node import __version__
from sensor_node.console import pick, run_command

CONFIG = Path("gateway.toml")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 2 usage, 3 configuration, 4 hardware or
    network, 5 storage).
    """
    options = parser().parse_args(arguments)
    return run_command(lambda: int(options.command(options)))


def parser() -> argparse.ArgumentParser:
    """Everything that ``jardin-gateway`` understands."""
    top = argparse.ArgumentParser(
        prog="jardin-gateway",
        description=pick(
            "La passerelle du jardin : reçoit, garde et montre les mesures.",
            "The garden's gateway: takes in, keeps and shows what is measured.",
        ),
    )
    top.add_argument("--version", action="version", version=f"jardin-gateway {__version__}")
    commands = top.add_subparsers(required=True, metavar=pick("commande", "command"))
    _add_keys(commands)
    _add_run(commands)
    _add_demo(commands)
    _add_advise(commands)
    _add_export(commands)
    _add_import(commands)
    _add_backup(commands)
    _add_restore(commands)
    _add_erase(commands)
    _add_access(commands)
    _add_notify(commands)
    _add_workshop(commands)
    _add_bundle(commands)
    _add_card(commands)
    _add_kit(commands)
    _add_doctor(commands)
    return top


_Commands = argparse._SubParsersAction


def _add_keys(commands: _Commands[argparse.ArgumentParser]) -> None:
    from gateway.keys import init_cli, node_cli  # noqa: PLC0415 - they load nothing themselves

    init_cli.add_arguments(
        commands.add_parser("init", help=pick("faire les clés du jardin", "make the garden's keys"))
    )
    node_cli.add_arguments(
        commands.add_parser(
            "node", help=pick("inviter, voir, exclure un nœud", "invite, see, shut out a node")
        )
    )


def _add_run(commands: _Commands[argparse.ArgumentParser]) -> None:
    run = commands.add_parser("run", help=pick("recevoir et montrer", "take in and show"))
    run.add_argument("--config", type=Path, required=True, metavar="gateway.toml")
    run.add_argument("--verbose", action="store_true")
    run.set_defaults(command=_run)


def _add_demo(commands: _Commands[argparse.ArgumentParser]) -> None:
    demo = commands.add_parser(
        "demo", help=pick("un jardin entier, simulé", "a whole garden, simulated")
    )
    demo.add_argument("--port", type=int, default=8000, help=pick("port du site", "web port"))
    demo.add_argument(
        "--data",
        type=Path,
        default=Path("demo-data"),
        help=pick("dossier des données (gardé)", "folder of the data (kept)"),
    )
    demo.set_defaults(command=_demo)


def _add_advise(commands: _Commands[argparse.ArgumentParser]) -> None:
    advise = commands.add_parser("advise", help=pick("arroser aujourd'hui ?", "water today?"))
    advise.add_argument("--config", type=Path, metavar="gateway.toml")
    advise.add_argument(
        "--bed",
        action="append",
        help=pick("ce bac seulement (répétable)", "this bed only (repeatable)"),
    )
    advise.add_argument(
        "--on",
        metavar="2026-05-01",
        help=pick("un jour passé, tel qu'il a été donné", "a past day, as it was given"),
    )
    add_season_arguments(advise)
    advise.set_defaults(command=_advise)


def _add_export(commands: _Commands[argparse.ArgumentParser]) -> None:
    take = commands.add_parser(
        "export", help=pick("tout le jardin dans un fichier", "the whole garden into a file")
    )
    take.add_argument("file", type=Path, metavar="GARDEN.jsonl.gz")
    take.add_argument("--config", type=Path, required=True, metavar="gateway.toml")
    take.set_defaults(command=_export)


def _add_import(commands: _Commands[argparse.ArgumentParser]) -> None:
    bring = commands.add_parser(
        "import",
        help=pick(
            "reprendre un jardin exporté ou un CSV téléchargé",
            "take in an exported garden or a downloaded CSV",
        ),
    )
    bring.add_argument("file", type=Path, metavar="FILE")
    bring.add_argument("--config", type=Path, required=True, metavar="gateway.toml")
    bring.add_argument(
        "--simulated",
        action="store_true",
        help=pick("marquer ces mesures comme simulées", "mark these readings as simulated"),
    )
    bring.set_defaults(command=_import)


def _add_backup(commands: _Commands[argparse.ArgumentParser]) -> None:
    keep = commands.add_parser(
        "backup",
        help=pick("sauvegarder, même en marche", "make a backup, also while it runs"),
    )
    keep.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    keep.add_argument(
        "--to",
        type=Path,
        metavar=pick("DOSSIER", "FOLDER"),
        help=pick(
            "dossier ou fichier .zip (sinon le réglage backup.folder)",
            "folder or .zip file (else the setting backup.folder)",
        ),
    )
    keep.set_defaults(command=_backup)


def _add_restore(commands: _Commands[argparse.ArgumentParser]) -> None:
    back = commands.add_parser(
        "restore", help=pick("revenir à une sauvegarde", "go back to a backup")
    )
    back.add_argument("file", type=Path, metavar="FILE.zip")
    back.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    back.add_argument("--yes", action="store_true", help=pick("sans demander", "without asking"))
    back.set_defaults(command=_restore)


def _add_erase(commands: _Commands[argparse.ArgumentParser]) -> None:
    gone = commands.add_parser("erase", help=pick("effacer pour de bon", "erase for good"))
    what = gone.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--old",
        action="store_true",
        help=pick(
            "ce que des personnes ont laissé les années scolaires d'avant",
            "what people left in the school years before",
        ),
    )
    what.add_argument(
        "--all",
        action="store_true",
        help=pick("tout : mesures, carnet, sauvegardes", "everything: readings, log, backups"),
    )
    gone.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    gone.add_argument(
        "--preview", action="store_true", help=pick("montrer sans effacer", "show, erase nothing")
    )
    gone.add_argument("--yes", action="store_true", help=pick("sans demander", "without asking"))
    gone.set_defaults(command=_erase)


def _add_notify(commands: _Commands[argparse.ArgumentParser]) -> None:
    notify = commands.add_parser(
        "notify", help=pick("vérifier les adresses des alertes", "check where alerts are sent")
    )
    notify.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    notify.add_argument(
        "--test",
        action="store_true",
        help=pick("y envoyer un message d'essai", "send them a message to try"),
    )
    notify.set_defaults(command=_notify)


def _add_access(commands: _Commands[argparse.ArgumentParser]) -> None:
    phrase = commands.add_parser(
        "passphrase",
        help=pick("la phrase du responsable ou du jardinier", "the keeper's or gardener's phrase"),
    )
    phrase.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    phrase.add_argument("--role", choices=("keeper", "gardener"), default="keeper")
    phrase.set_defaults(command=_passphrase)
    code = commands.add_parser("code", help=pick("un code pour entrer", "a code to enter with"))
    code.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    roles = ("gardener", "group", "reader", "keeper")
    code.add_argument("--role", choices=roles, default="gardener")
    code.add_argument("--plant", help=pick("la plante du groupe", "the group's plant"))
    code.add_argument(
        "--hours", type=float, default=12.0, help=pick("durée (12 h)", "how long (12 h)")
    )
    code.set_defaults(command=_code)
    _add_token(commands)


def _add_workshop(commands: _Commands[argparse.ArgumentParser]) -> None:
    from gateway import report_cli, workshop_cli  # noqa: PLC0415 - they load nothing themselves

    workshop_cli.add_arguments(
        commands.add_parser("workshop", help=pick("animer un atelier", "run a workshop"))
    )
    report_cli.add_arguments(
        commands.add_parser("report", help=pick("le bilan d'une année", "a year in figures"))
    )


def _add_bundle(commands: _Commands[argparse.ArgumentParser]) -> None:
    from gateway.bundle import cli as bundle_cli  # noqa: PLC0415 - they load nothing themselves
    from gateway.kit import update_cli  # noqa: PLC0415

    update_cli.add_arguments(
        commands.add_parser("update", help=pick("mettre une carte à jour", "update a card"))
    )
    bundle_cli.add_arguments(
        commands.add_parser(
            "bundle", help=pick("tout le nécessaire en un fichier", "all that is needed, one file")
        )
    )


def _add_card(commands: _Commands[argparse.ArgumentParser]) -> None:
    from gateway.card import card_cli  # noqa: PLC0415 - it loads nothing itself

    card_cli.add_arguments(
        commands.add_parser("card", help=pick("préparer une carte SD", "prepare an SD card"))
    )


def _add_kit(commands: _Commands[argparse.ArgumentParser]) -> None:
    from gateway.kit import reset_cli  # noqa: PLC0415 - it loads nothing itself

    reset_cli.add_arguments(commands.add_parser("reset", help=pick("un kit vierge", "a blank kit")))


def _add_doctor(commands: _Commands[argparse.ArgumentParser]) -> None:
    doctor = commands.add_parser(
        "doctor", help=pick("ce qui va, ce qui ne va pas", "what is well, and what is not")
    )
    doctor.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))
    doctor.add_argument("--json", action="store_true", help=pick("en JSON", "as JSON"))
    doctor.set_defaults(command=_doctor)


def _add_token(commands: _Commands[argparse.ArgumentParser]) -> None:
    token = commands.add_parser("token", help=pick("les clés des programmes", "programs' keys"))
    what = token.add_subparsers(required=True, metavar="create|list|revoke")
    create = what.add_parser("create", help=pick("en donner un", "give one out"))
    create.add_argument("label", help=pick("le nom du programme", "the program's name"))
    create.add_argument(
        "--scope", action="append", required=True, choices=("read", "send", "water")
    )
    create.add_argument(
        "--node", help=pick("le nœud dont il envoie les mesures", "the node it sends readings of")
    )
    create.add_argument("--days", type=float, default=365.0)
    create.set_defaults(command=_token_create)
    listed = what.add_parser("list", help=pick("les voir tous", "see them all"))
    listed.set_defaults(command=_token_list)
    revoke = what.add_parser("revoke", help=pick("en retirer un", "take one back"))
    revoke.add_argument("number", type=int)
    revoke.set_defaults(command=_token_revoke)
    for each in (create, listed, revoke):
        each.add_argument("--config", type=Path, default=CONFIG, metavar=str(CONFIG))


def _doctor(options: argparse.Namespace) -> int:
    from gateway.doctor_cli import examine  # noqa: PLC0415

    return examine(options.config, as_json=options.json)


def _run(options: argparse.Namespace) -> int:
    from gateway.run import run_gateway  # noqa: PLC0415 - --help needs no web server

    return run_gateway(options.config, verbose=options.verbose)


def _demo(options: argparse.Namespace) -> int:
    from gateway.demo import run_demo  # noqa: PLC0415

    return run_demo(options.port, options.data)


def _advise(options: argparse.Namespace) -> int:
    if options.history or options.csv is not None:
        from gateway.seasons.cli import replay_seasons  # noqa: PLC0415

        return replay_seasons(options)
    from gateway.advise_cli import advise_all  # noqa: PLC0415

    return advise_all(options.config, options.bed, options.on)


def _export(options: argparse.Namespace) -> int:
    from gateway.export_cli import export_file  # noqa: PLC0415

    return export_file(options.file, options.config)


def _import(options: argparse.Namespace) -> int:
    from gateway.import_cli import import_file  # noqa: PLC0415

    return import_file(options.file, options.config, simulated=options.simulated)


def _backup(options: argparse.Namespace) -> int:
    from gateway.care_cli import back_up  # noqa: PLC0415

    return back_up(options.config, options.to)


def _restore(options: argparse.Namespace) -> int:
    from gateway.care_cli import restore  # noqa: PLC0415

    return restore(options.config, options.file, yes=options.yes)


def _erase(options: argparse.Namespace) -> int:
    from gateway import erase_cli  # noqa: PLC0415

    erase = erase_cli.erase_all if options.all else erase_cli.erase_old
    return erase(options.config, preview=options.preview, yes=options.yes)


def _notify(options: argparse.Namespace) -> int:
    from gateway.alarms.notify_cli import notify  # noqa: PLC0415

    return notify(options.config, test=options.test)


def _passphrase(options: argparse.Namespace) -> int:
    from gateway.access_cli import set_passphrase  # noqa: PLC0415

    return set_passphrase(options.config, options.role)


def _code(options: argparse.Namespace) -> int:
    from gateway.access_cli import make_code  # noqa: PLC0415

    return make_code(options.config, options.role, options.plant, options.hours)


def _token_create(options: argparse.Namespace) -> int:
    from gateway.access_cli import create_token  # noqa: PLC0415

    return create_token(options.config, options.label, options.scope, options.node, options.days)


def _token_list(options: argparse.Namespace) -> int:
    from gateway.access_cli import list_tokens  # noqa: PLC0415

    return list_tokens(options.config)


def _token_revoke(options: argparse.Namespace) -> int:
    from gateway.access_cli import revoke_token  # noqa: PLC0415

    return revoke_token(options.config, options.number)
