"""``jardin-gateway bundle``: build the bundle, or look one through."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

from sensor_node.console import pick

OUT: Final = Path("dist")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What ``bundle`` understands."""
    parser.add_argument(
        "--check",
        type=Path,
        metavar="FILE",
        help=pick("examiner ce paquet, ne rien construire", "look this bundle through, build none"),
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, help=pick("dossier (dist)", "folder (dist)")
    )
    parser.add_argument(
        "--key",
        type=Path,
        help=pick(
            "la clé qui signe, ou avec --check sa moitié publique (.pub)",
            "the key that signs, or with --check its public half (.pub)",
        ),
    )
    parser.add_argument(
        "--mirror",
        metavar="URL",
        help=pick(
            "un miroir de Debian, si l'apt d'ici n'en connaît pas",
            "a mirror of Debian, where the apt of this computer knows none",
        ),
    )
    parser.add_argument(
        "--system",
        action="append",
        choices=("bookworm", "trixie"),
        help=pick("pour ce système seulement (répétable)", "for this system only (repeatable)"),
    )
    parser.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Build, or check; returns 0. Raises ``GardenError``."""
    return check(options.check, options.key) if options.check else build(options)


def build(options: argparse.Namespace) -> int:
    """Build a bundle and say what it is."""
    from gateway.bundle import building, signature  # noqa: PLC0415 - --help loads nothing
    from gateway.bundle.target import TARGETS  # noqa: PLC0415

    key = options.key or signature.default_key()
    if signature.make_key(key):
        print(_key_made(key))
    wanted = options.system or [target.codename for target in TARGETS]
    built = building.build(
        options.out,
        signature.signer(key),
        targets=[target for target in TARGETS if target.codename in wanted],
        mirror=options.mirror,
        tell=_tell,
    )
    for codename, packages in built.lent.items():
        for package in packages:
            print(_lent(codename, package))
    most = building.MOST_BYTES // 10**6
    size = built.path.stat().st_size / 1e6
    print(
        pick(
            f"{built.path} : {size:.1f} Mo (au plus {most}), {len(built.manifest.files)} fichiers, "
            f"signé par {key}.",
            f"{built.path}: {size:.1f} MB (at most {most}), {len(built.manifest.files)} files, "
            f"signed by {key}.",
        )
    )
    return 0


def check(path: Path, key: Path | None) -> int:
    """Look ``path`` through: signature, then every file; print what it is for."""
    from gateway.bundle import signature  # noqa: PLC0415
    from gateway.bundle.opened import opened  # noqa: PLC0415
    from gateway.progress import ProgressBar  # noqa: PLC0415

    public = key or signature.public_half(signature.default_key())
    with opened(path) as bundle:
        signature.check_signed_by(bundle, public)
        manifest = bundle.manifest
        bar = ProgressBar(total := bundle.bytes_of(manifest.files))
        bundle.check(bar.tell)
        bar.end(total)
        print(
            pick(
                f"{path} : version {manifest.version}, entier, signé par {public}.",
                f"{path}: version {manifest.version}, whole, signed by {public}.",
            )
        )
        for system in manifest.systems:
            size = bundle.bytes_of({*system.wheels_for("kit"), *system.debs_for("kit")})
            print(
                f"  {system.codename} {system.machine} Python {system.python} : "
                f"{len(system.wheels_for('kit'))} wheels, {len(system.debs_for('kit'))} debs, "
                f"{size / 1e6:.0f} {pick('Mo', 'MB')}"
            )
    return 0


def _tell(what: str, of: str) -> None:
    words = {
        "project": pick(f"Le jardin lui-même ({of})…", f"The garden itself ({of})…"),
        "wheels": pick(f"Bibliothèques pour {of}…", f"Libraries for {of}…"),
        "debs": pick(f"Paquets du système {of}…", f"Packages of the system {of}…"),
        "write": pick("Empreintes, signature, écriture…", "Hashes, signature, writing…"),
    }
    print(words[what], file=sys.stderr, flush=True)


def _key_made(key: Path) -> str:
    return pick(
        f"Clé de signature faite : {key}. Gardez-en une copie en lieu sûr : les cartes ne prennent "
        "que les mises à jour qu'elle signe.",
        f"Signing key made: {key}. Keep a copy in a safe place: cards take only the updates that "
        "it signs.",
    )


def _lent(codename: str, package: str) -> str:
    return pick(
        f"{codename} : {package} vient du système lui-même (Raspberry Pi OS l'a d'origine) ; les "
        "sources d'apt d'ici ne l'ont pas.",
        f"{codename}: {package} comes from the system itself (Raspberry Pi OS has it from the "
        "start); the sources of apt here do not have it.",
    )
