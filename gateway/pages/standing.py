"""What is advised for each bed as it stands on the board: no page has an advice made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from gateway.service import Gateway
from sensor_node.errors import LANGUAGES

Told = Mapping[str, Any]


def standing(gateway: Gateway, language: str) -> dict[str, Told]:
    """The advice of each bed in ``language``, or in French where it is not told in that."""
    shown = {bed: json.loads(one) for bed, one in gateway.advisor.board.shown().items() if one}
    spoken = spoken_in(language)
    if spoken == spoken_in(gateway.settings.language):
        return shown
    kept = {
        bed: gateway.catalogue.advice.last(bed, date.fromisoformat(told["on"]))
        for bed, told in shown.items()
    }
    return {bed: one.told(spoken) for bed, one in kept.items() if one is not None}


def spoken_in(language: str) -> str:
    """The language of the advice's sentences for a reader of ``language``."""
    return language if language in LANGUAGES else "fr"
