"""``jardin-gateway advise``: water today? In the terminal, one line a bed and its reasons."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final

from gateway import folder
from gateway.beds.given import Given
from gateway.beds.records import BedRecord
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.errors import UsageError, language_of

WORDS: Final = {
    "unknown": ("pas de verdict", "no verdict"),
    "frost": ("gel : ne pas arroser", "frost: do not water"),
    "waterlogged": ("trop d'eau : ne pas arroser", "too wet: do not water"),
    "seedbed": ("semis", "seedbed"),
    "no": ("non", "no"),
    "soon": ("bientôt", "soon"),
    "wait_for_rain": ("attendre la pluie", "wait for the rain"),
    "yes": ("oui", "yes"),
    "forbidden": ("interdit", "forbidden"),
}


def advise_all(config: Path, bed: str | None, on: str | None) -> int:
    """Say the advice of ``bed``, or of each one, for the day ``on`` (absent: today).

    Returns 0; raises ``UsageError`` for a bed or a day that there is not.
    """
    settings = settings_file.load(GatewaySettings, config)
    day = None if on is None else _day(on)
    with folder.shared(settings.data), closing(Gateway.open(settings)) as gateway:
        for record in _asked(gateway, bed, past=day is not None):
            for line in lines_of(record, gateway.advisor.advice(record, day)):
                print(line)
    return 0


def lines_of(record: BedRecord, given: Given | None) -> Iterator[str]:
    """The answer for one bed in a line, and its reasons in one each."""
    name = record.details.name or record.bed
    if given is None:
        yield f"{name} : " + pick("aucun conseil ce jour-là", "no advice on that day")
        return
    told = given.told(language_of())
    yield f"{name} : {', '.join(_answer(told))}"
    for reason in told["reasons"]:
        yield f"    {reason['text']}"


def _answer(told: dict[str, Any]) -> Iterator[str]:
    yield pick(*WORDS[told["verdict"]])
    if told["cans"] is not None:
        cans = f"{told['cans']:g}"
        cans = pick(cans.replace(".", ","), cans)
        yield pick(f"{cans} arrosoir(s)", f"{cans} can(s)") + f" ({told['litres']:g} L)"
    if told["when"] is not None:
        yield told["when"]
    if told["verdict"] != "unknown":
        sure = told["confidence"]
        yield pick(f"sûr à {sure} %", f"{sure} % sure")


def _asked(gateway: Gateway, bed: str | None, *, past: bool) -> list[BedRecord]:
    known = gateway.catalogue.beds.all(removed=past and bed is not None)
    if bed is None:
        if not known:
            print(
                pick(
                    "Il n'y a pas encore de bac : voyez POST /api/v1/beds.",
                    "There is no bed yet: see POST /api/v1/beds.",
                )
            )
        return list(known.values())
    if bed not in known:
        near = ", ".join(difflib.get_close_matches(bed, known, n=3) or sorted(known)) or "-"
        raise UsageError(
            "NO_SUCH_BED",
            fr=f"Il n'y a pas de bac « {bed} » ; il y a : {near}.",
            en=f"There is no bed '{bed}'; there is: {near}.",
        )
    return [known[bed]]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "NO_SUCH_DAY",
            fr=f"« {text} » n'est pas un jour : écrivez-le comme 2026-05-01.",
            en=f"'{text}' is no day: write it like 2026-05-01.",
        ) from None
