"""``jardin-gateway workshop``: begin, see and end workshops from the garden's own computer."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sensor_node.console import pick

if TYPE_CHECKING:
    from gateway.catalogue import Catalogue
    from gateway.settings import GatewaySettings
    from gateway.workshop.workshops import Workshops


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What ``jardin-gateway workshop`` understands."""
    what = command.add_subparsers(required=True, metavar="start|list|count|end")
    start = what.add_parser("start", help=pick("en commencer un", "begin one"))
    start.add_argument("title", help=pick("le titre, sans nom", "the title, without a name"))
    start.add_argument("--minutes", type=float, default=120.0)
    start.add_argument("--groups", type=int, default=12)
    start.set_defaults(command=_start)
    listed = what.add_parser("list", help=pick("les voir", "see them"))
    listed.set_defaults(command=_list)
    end = what.add_parser(
        "end", help=pick("garder le zip, puis tout effacer", "keep the zip, then erase everything")
    )
    end.add_argument("id", help=pick("lequel (voir list)", "which one (see list)"))
    end.add_argument("--to", type=Path, required=True, metavar="FILE.zip")
    end.set_defaults(command=_end)
    count = what.add_parser(
        "count",
        help=pick("dire combien de personnes sont venues", "say how many people came"),
    )
    count.add_argument("id", help=pick("lequel (voir list)", "which one (see list)"))
    count.add_argument(
        "counts",
        nargs="*",
        metavar="participants=12",
        help=pick("des nombres, à la place de ceux d'avant", "numbers, instead of those before"),
    )
    count.set_defaults(command=_count)
    for each in (start, listed, count, end):
        each.add_argument("--config", type=Path, default=Path("gateway.toml"))


def _start(options: argparse.Namespace) -> int:
    from gateway.bounds import check_range  # noqa: PLC0415 - --help needs none of this
    from gateway.keys.names import usual_host  # noqa: PLC0415
    from gateway.workshop.asked import MOST_GROUPS, MOST_MINUTES, titled  # noqa: PLC0415

    title = titled(options.title)
    check_range("--minutes", options.minutes, 1, MOST_MINUTES)
    check_range("--groups", options.groups, 1, MOST_GROUPS)
    with _workshops(options.config, begins=True) as (settings, workshops, _):
        workshop = workshops.begin(title, options.groups, options.minutes)
        code = workshop.about.code
    address = f"http://{usual_host()}:{settings.http.port}/atelier"
    print(
        pick(
            f"{code}\nSur la page {address} ; le grand écran : /ateliers/{workshop.id}/mur",
            f"{code}\nOn the page {address}; the big screen: /ateliers/{workshop.id}/mur",
        )
    )
    return 0


def _list(options: argparse.Namespace) -> int:
    with _workshops(options.config) as (_, workshops, _):
        for one in workshops.all():
            about, left = one.about, one.left_ms() // 60_000
            state = pick("fini", "over") if one.is_over() else f"{left} min"
            print(f"{one.id}  {about.code}  {len(one.session.groups()):>2}  {state}  {about.title}")
    return 0


def _end(options: argparse.Namespace) -> int:
    from gateway.workshop.satchel import pack  # noqa: PLC0415 - --help needs none of this

    with _workshops(options.config) as (settings, workshops, known):
        workshop = workshops.get(options.id)
        workshops.end(workshop)
        count = workshop.count()
        people = known.attendance.of(workshop.id, settings.report.chosen)
        _write(options.to, pack(workshop, settings.timezone, settings.language, people))
        workshops.erase(workshop)
    print(
        pick(
            f"{options.to} : {count.groups} groupes, {count.readings} mesures. Tout est effacé.",
            f"{options.to}: {count.groups} groups, {count.readings} readings. The rest is erased.",
        )
    )
    return 0


def _count(options: argparse.Namespace) -> int:
    with _workshops(options.config) as (settings, workshops, known):
        workshop, columns = workshops.get(options.id), settings.report.chosen
        if options.counts:
            known.attendance.put(workshop.id, dict(map(_counted, options.counts)), columns)
        for column, number in known.attendance.of(workshop.id, columns).items():
            print(f"{column}={number}")
    return 0


def _counted(text: str) -> tuple[str, int]:
    from sensor_node.errors import UsageError  # noqa: PLC0415 - --help needs none of this

    column, _, number = text.partition("=")
    if not number.isdecimal():
        raise UsageError(
            "COUNT_WRONG",
            fr=f"« {text[:40]} » : écrivez colonne=nombre, comme participants=12.",
            en=f"'{text[:40]}': write column=number, as participants=12.",
        )
    return column, int(number)


def _write(path: Path, contents: bytes) -> None:
    """On disk before what it was made of goes."""
    from gateway.durable import write_whole  # noqa: PLC0415 - --help needs none of this
    from sensor_node.errors import StorageError  # noqa: PLC0415

    try:
        write_whole(path, contents)
    except OSError as error:
        raise StorageError(
            "ZIP_NOT_WRITTEN",
            fr=f"{path} ne peut pas être écrit ({error}) ; rien n'est effacé. Donnez un autre "
            "fichier (--to).",
            en=f"{path} cannot be written ({error}); nothing is erased. Give another file (--to).",
        ) from error


@contextmanager
def _workshops(
    config: Path, *, begins: bool = False
) -> Iterator[tuple[GatewaySettings, Workshops, Catalogue]]:
    """The workshops of the garden, which may be running; only one that ``begins`` may make it."""
    from gateway import folder  # noqa: PLC0415 - --help needs none of this
    from gateway.catalogue import Catalogue  # noqa: PLC0415
    from gateway.settings import GatewaySettings  # noqa: PLC0415
    from gateway.workshop.workshops import Workshops  # noqa: PLC0415
    from sensor_node import settings as settings_file  # noqa: PLC0415
    from sensor_node.clock import SystemClock  # noqa: PLC0415

    settings = settings_file.load(GatewaySettings, config)
    clock = SystemClock(trusted=settings.clock == "system")
    at_work = folder.shared if begins else folder.existing
    with (
        at_work(settings.data),
        closing(Catalogue(settings.data / "garden.sqlite")) as known,
        closing(Workshops(settings.data, clock, settings.timezone, known.tally)) as workshops,
    ):
        yield settings, workshops, known
