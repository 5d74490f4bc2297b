"""What ``jardin-gateway advise`` understands of past seasons."""

from __future__ import annotations

import argparse
from pathlib import Path

from sensor_node.console import pick
from sensor_node.recording_flags import add_map_arguments


def add_arguments(advise: argparse.ArgumentParser) -> None:
    """The flags of a season, and of a foreign garden's."""
    season = advise.add_argument_group(pick("saisons passées", "past seasons"))
    season.add_argument(
        "--history",
        action="store_true",
        help=pick("le conseil jour par jour, face à ce qui s'est passé",
                  "the advice day by day, against what happened"),
    )  # fmt: skip
    season.add_argument("--from", dest="first", metavar="2026-05-01",
                        help=pick("premier jour", "first day"))  # fmt: skip
    season.add_argument("--to", dest="last", metavar="2026-09-30",
                        help=pick("dernier jour, compris", "last day, included"))  # fmt: skip
    season.add_argument("--by", choices=("day", "week"), default="day",
                        help=pick("une ligne par jour ou par semaine",
                                  "a line a day or a week"))  # fmt: skip
    season.add_argument("--output", type=Path, metavar="X.csv",
                        help=pick("les jours dans un fichier", "the days into a file"))  # fmt: skip
    season.add_argument("--format", choices=("csv", "csv-fr"),
                        help=pick("sinon csv-fr en français, csv en anglais",
                                  "else csv-fr in French, csv in English"))  # fmt: skip
    season.add_argument("--plot", type=Path, metavar="X.svg",
                        help=pick("son dessin", "its drawing"))  # fmt: skip
    _add_foreign(advise)


def _add_foreign(advise: argparse.ArgumentParser) -> None:
    foreign = advise.add_argument_group(
        pick("un jardin d'ailleurs, dans un CSV", "a garden from elsewhere, in a CSV"),
        pick(
            "Deux bacs : --bed nu:channels=sonde-1 --bed paillis:mulched,channels=sonde-2 ; "
            "chaque option d'un bac peut être dite ainsi.",
            "Two beds: --bed bare:channels=probe-1 --bed mulch:mulched,channels=probe-2; any "
            "option of a bed may be told like that.",
        ),
    )
    foreign.add_argument("--csv", type=Path, metavar="FILE.csv")
    add_map_arguments(foreign)
    foreign.add_argument("--latitude", help=pick("sinon 47", "else 47"))
    foreign.add_argument("--name", help=pick("nom du bac", "name of the bed"))
    foreign.add_argument("--area", metavar="M2", help=pick("surface, sinon 1", "else 1"))
    foreign.add_argument("--soil", help=pick("terre : limon, sable…", "soil: limon, sable…"))
    foreign.add_argument("--crop", help=pick("culture : tomate…", "crop: tomate…"))
    foreign.add_argument("--planted", metavar="2026-05-15")
    foreign.add_argument("--sown", action="store_true", help=pick("semé en place", "sown in place"))
    foreign.add_argument("--depth", metavar="M", help=pick("d'un bac surélevé", "of a raised bed"))
    foreign.add_argument("--exposure", help="open, half_shade, shade, wall, greenhouse")
    foreign.add_argument("--mulched", action="store_true", help=pick("paillé", "mulched"))
    foreign.add_argument("--method", help="can, hose, sprinkler")
    foreign.add_argument("--can", metavar="L", help=pick("d'un arrosoir, sinon 10", "else 10"))
    foreign.add_argument(
        "--channels",
        metavar=pick("VOIE+VOIE", "CHANNEL+CHANNEL"),
        help=pick("ce qui est dans le bac", "what stands in the bed"),
    )
    in_unit = pick(" (dans l'unité du fichier)", " (in the file's unit)")
    foreign.add_argument("--air", help=pick("la sonde à l'air", "the probe in the air") + in_unit)
    foreign.add_argument("--water", help=pick("dans l'eau", "in water") + in_unit)
    foreign.add_argument(
        "--field-capacity", help=pick("à la capacité au champ", "at field capacity") + in_unit
    )
    foreign.add_argument(
        "--measured",
        metavar=pick("COLONNE", "COLUMN"),
        help=pick("un manque d'eau mesuré, en mm, à comparer",
                  "a measured depletion in mm, to compare"),
    )  # fmt: skip
