"""Thirsty beds, by the advice that stands, and probes that no longer measure the soil."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from gateway.alarms.stations import Stations
from gateway.alerts.rules import Key, Observation
from gateway.beds.board import Board
from gateway.beds.hearing import probe_state
from gateway.beds.records import BedRecord
from gateway.beds.situations import local
from gateway.catalogue import Catalogue
from gateway.present import NOT_CALIBRATED, Latest, Present
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from gateway.times import DAY_MS
from gateway.watering.probe import OUT, ProbeState

_HISTORY_MS: Final = 3 * DAY_MS
_LASTS_MS: Final = 600_000


class Soil:
    """``advice``: the board on which what stands for each bed is shown."""

    def __init__(
        self,
        settings: GatewaySettings,
        catalogue: Catalogue,
        stations: Stations,
        present: Present,
        advice: Board,
    ) -> None:
        self._zone = settings.timezone
        self._catalogue = catalogue
        self._stations = stations
        self._observer = stations.observer
        self._present = present
        self._advice = advice
        self._states: dict[str, tuple[int, dict[Series, ProbeState]]] = {}

    # --- thirst -------------------------------------------------------------------------------

    def thirst(self, record: BedRecord, now_ms: int) -> Iterator[Observation]:
        """What is missing, as a share of what the plants take without suffering.

        By the advice of today, or of yesterday until the morning's; an empty bed is never thirsty.
        """
        if record.details.crop is None:
            return
        told = self._standing(record.bed, now_ms)
        missing, easy = (told.get(name) for name in ("missing_mm", "threshold_mm"))
        key = Key("thirst", record.bed)
        if missing is None or not easy or not self._is_heard(record):
            yield Observation(key, None, bed=record.bed)
            return
        yield Observation(key, missing / easy, {"missing_mm": round(missing)}, record.bed)

    def _standing(self, bed: str, now_ms: int) -> dict[str, Any]:
        payload = self._advice.shown().get(bed)
        if not payload:
            return {}
        told = json.loads(payload)
        today = local(now_ms, self._zone).date()
        if told["on"] not in {today.isoformat(), (today - timedelta(days=1)).isoformat()}:
            return {}
        inputs: dict[str, Any] = told["inputs"]
        return inputs

    def _is_heard(self, record: BedRecord) -> bool:
        """Whether anything that its advice rests on still speaks."""
        own = [one.series for one in self._catalogue.watches.now() if one.bed == record.bed]
        air = [series for series, _ in self._stations.of(record)]
        return any(_speaks(self._present.get(series)) for series in (*own, *air))

    # --- probes -------------------------------------------------------------------------------

    def probe(self, series: Series, bed: str | None, latest: Latest, now_ms: int) -> Observation:
        """Whether it is out of the soil, unplugged or failing; never by a word that is stale."""
        key = Key("probe_out", str(series))
        if latest.quality == "fault" and latest.fault != NOT_CALIBRATED:
            return Observation(key, True, {"state": "fault"}, bed)
        if not _speaks(latest):
            return Observation(key, None, bed=bed)
        state = self._states_in(bed, now_ms).get(series) if bed is not None else None
        if state is None or state == "silent":
            return Observation(key, False, bed=bed)  # it gives values, and nobody knows better
        return Observation(key, state in OUT, {"state": state} if state in OUT else {}, bed)

    def _states_in(self, bed: str, now_ms: int) -> dict[Series, ProbeState]:
        """How the probes of a bed are, judged again every ten minutes."""
        asked_ms, found = self._states.get(bed, (0, {}))
        if 0 <= now_ms - asked_ms < _LASTS_MS:
            return found
        observed = self._observer.probes_of(bed, now_ms - _HISTORY_MS, now_ms + 1)
        found = {one.series: probe_state(observed, one, now_ms) for one in observed.probes}
        self._states[bed] = now_ms, found
        return found


def _speaks(latest: Latest | None) -> bool:
    return latest is not None and latest.quality in ("good", "suspect")
