"""``jardin-node init``: asks what is connected, and writes node.toml."""

from __future__ import annotations

import argparse
from pathlib import Path

from sensor_node.console import pick, run_command
from sensor_node.errors import UsageError, language_of

OUTPUT = Path("node.toml")


def add_arguments(init: argparse.ArgumentParser) -> None:
    """What ``init`` understands: a flag for each question."""
    default = pick("Par défaut : ", "Default is ")
    told = (
        ("--node", pick("nom du nœud", "name of the node"), "potager-1"),
        ("--data", pick("dossier de ses mesures", "folder of what it measures"), "~/jardin-NODE"),
        ("--interval", pick("secondes entre deux mesures", "seconds between samples"), "300"),
        ("--host", pick("adresse du serveur MQTT", "address of the MQTT broker"), "jardin.local"),
        ("--port", pick("port MQTT", "MQTT port"), "1883"),
        ("--username", pick("nom MQTT du nœud", "MQTT name of the node"), "NODE"),
    )
    for flag, words, usual in told:
        init.add_argument(flag, metavar=flag[2:].upper(), help=f"{words}. {default}{usual}")
    init.add_argument(
        "--password-file",
        type=Path,
        metavar=pick("FICHIER", "FILE"),
        help=pick("fichier du mot de passe MQTT", "file with the MQTT password"),
    )
    init.add_argument(
        "--language",
        choices=("fr", "en"),
        help=pick("langue des messages", "language of the messages") + f". {default}LANG",
    )
    init.add_argument(
        "--pins",
        choices=("gpio", "fake"),
        help=pick("vraies broches ou capteurs factices", "real pins or fake sensors")
        + f". {default}gpio",
    )
    init.add_argument(
        "--sensor",
        action="append",
        metavar='"TYPE NAME=VALUE …"',
        help=pick("un capteur (répétable)", "a sensor (repeatable)")
        + ', "dht22 pin=4 temperature=air humidity=humidity"'
        + f". {default}pi-health",
    )
    init.add_argument(
        "--yes",
        action="store_true",
        help=pick("ne rien demander : les valeurs par défaut", "ask nothing: take the defaults"),
    )
    init.add_argument(
        "--dry-run",
        action="store_true",
        help=pick("montrer le fichier, ne rien écrire", "show the file, write nothing"),
    )
    init.add_argument(
        "--output",
        type=Path,
        default=OUTPUT,
        metavar="node.toml",
        help=pick("fichier à écrire", "file to write") + f". {default}node.toml",
    )
    init.add_argument(
        "--force",
        action="store_true",
        help=pick("remplacer un fichier qui existe", "replace a file that exists"),
    )
    init.set_defaults(command=run_init)


def run_init(options: argparse.Namespace) -> int:
    """Ask, write, and say what comes next."""
    language = options.language or language_of()
    return run_command(lambda: _init(options, language), language)


def _init(options: argparse.Namespace, language: str) -> int:
    from sensor_node.credentials import joined_beside  # noqa: PLC0415 - --help needs none
    from sensor_node.setup.buses import is_raspberry_pi  # noqa: PLC0415
    from sensor_node.setup.interview import Given, interview  # noqa: PLC0415
    from sensor_node.setup.settings_file import file_exists, file_text, write  # noqa: PLC0415
    from sensor_node.setup.talk import Questions, TerminalTalk, somebody_there  # noqa: PLC0415

    if options.output.exists() and not (options.force or options.dry_run):
        raise file_exists(options.output)
    talk = TerminalTalk() if somebody_there() else None
    questions = Questions(talk, language, defaults=options.yes)
    joined = joined_beside(options.output)
    given = Given(
        node=options.node or (joined["node"] if joined else None),
        has_joined=joined is not None,
        data=options.data,
        interval=options.interval,
        language=options.language,
        pins=options.pins,
        host=options.host,
        port=options.port,
        username=options.username,
        password=_password(options.password_file),
        sensors=options.sensor,
    )
    answers = interview(questions, given, Path.home(), is_pi=is_raspberry_pi(Path("/")))
    if options.dry_run:
        print(file_text(answers, hide_password=True), end="")
        return 0
    write(answers, options.output, overwrite=options.force)
    print(next_steps(options.output, answers.language))
    return 0


def next_steps(output: Path, language: str) -> str:
    """What to do once the file is written."""
    told = (
        ("wiring", "où va chaque fil", "where each wire goes"),
        ("read", "une fois branché : lire chaque capteur", "once wired: read each sensor"),
        ("doctor", "si quelque chose ne va pas", "if something is wrong"),
        ("run", "mesurer et envoyer", "measure and send"),
    )
    fr = language == "fr"
    head = f"{output} est écrit. Et maintenant :" if fr else f"{output} is written. What is next:"
    lines = [
        f"  {f'jardin-node {name} --config {output}':<44}  {in_french if fr else in_english}"
        for name, in_french, in_english in told
    ]
    return "\n".join(["", head, *lines])


def _password(path: Path | None) -> str | None:
    """The first line of the file; a password never stands on the command line."""
    if path is None:
        return None
    try:
        return path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "PASSWORD_UNREADABLE",
            fr=f"Le fichier du mot de passe {path} ne se lit pas ({error}).",
            en=f"The password file {path} cannot be read ({error}).",
        ) from error
