"""``jardin-gateway advise``: water today? In the terminal, one line a bed and its reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from gateway import folder
from gateway.beds.given import Given
from gateway.beds.records import BedRecord
from gateway.seasons.cli import day_of, no_such_bed
from gateway.seasons.told import WORDS
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node import settings as settings_file
from sensor_node.console import pick
from sensor_node.errors import UsageError, language_of


def advise_all(config: Path | None, beds: Sequence[str] | None, on: str | None) -> int:
    """Say the advice of ``beds``, or of each one, for the day ``on`` (absent: today).

    Returns 0; raises ``UsageError`` for a bed or a day that there is not.
    """
    if config is None:
        raise UsageError(
            "ADVICE_OF_WHAT",
            fr="Dites de quel jardin : --config gateway.toml.",
            en="Say of which garden: --config gateway.toml.",
        )
    settings = settings_file.load(GatewaySettings, config)
    day = None if on is None else day_of(on)
    with folder.existing(settings.data), closing(Gateway.open(settings)) as gateway:
        for record in _asked(gateway, beds, past=day is not None):
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


def _asked(gateway: Gateway, beds: Sequence[str] | None, *, past: bool) -> list[BedRecord]:
    known = gateway.catalogue.beds.all(removed=past and beds is not None)
    if beds is None:
        if not known:
            print(
                pick(
                    "Il n'y a pas encore de bac : voyez POST /api/v1/beds.",
                    "There is no bed yet: see POST /api/v1/beds.",
                )
            )
        return list(known.values())
    for bed in beds:
        if bed not in known:
            raise no_such_bed(bed, known)
    return [known[bed] for bed in beds]
