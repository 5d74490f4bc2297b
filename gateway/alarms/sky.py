"""Frost, heat and blight weather, as the garden's own air and, where there is one, a forecast say.

Without a forecast the evening tells of frost: its fall goes on towards the dew point until dawn.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from gateway.alarms.stations import Stations
from gateway.alerts.rules import BLIGHTED, HEAT, Key, Observation
from gateway.beds.advisor import LATITUDE_DEG
from gateway.beds.evening import NightTime, night_minimum_c
from gateway.beds.records import BedRecord
from gateway.present import Present
from gateway.settings import GatewaySettings
from gateway.store.base import Series
from gateway.times import DAY_MS, HOUR_MS
from gateway.watering.blight import DampDay, blight_risk
from gateway.watering.samples import at_local_hour_ms
from gateway.watering.weather import damp_day

_EVENING_MS: Final = 20 * HOUR_MS
_LASTS_MS: Final = 600_000
_DAYS: Final = 2


class Forecast(Protocol):
    """What is expected of the air, where somebody knows; None where nobody does.

    Both are asked often, and must not wait for a network.
    """

    def minimum_c(self, now_ms: int) -> float | None:
        """The minimum of the night that comes, or of what is left of it."""

    def maximum_c(self, now_ms: int) -> float | None:
        """The maximum of today."""


class NoForecast:
    """A garden by itself."""

    def minimum_c(self, now_ms: int) -> float | None:
        """Not known."""
        return None

    def maximum_c(self, now_ms: int) -> float | None:
        """Not known."""
        return None


class Sky:
    """Asks thermometers whose newest value is good, and no others."""

    def __init__(
        self, settings: GatewaySettings, stations: Stations, present: Present, forecast: Forecast
    ) -> None:
        self._zone = settings.timezone
        self._latitude = LATITUDE_DEG if settings.latitude is None else settings.latitude
        self._longitude = settings.longitude
        self._stations = stations
        self._observer = stations.observer
        self._present = present
        self.forecast = forecast
        self._expected: tuple[int, float | None] = (0, None)
        self._damp: dict[str, tuple[int, bool | None]] = {}

    # --- frost --------------------------------------------------------------------------------

    def frost(self, now_ms: int) -> Iterator[Observation]:
        """The coldest that is measured or to be expected until dawn.

        By day, where nobody measures the air or foretells it, nothing is watched: the night that
        an alert was of is over.
        """
        longitude = self._longitude_at(now_ms)
        by_night = NightTime.at(now_ms, self._latitude, longitude) is not None
        known = [self._coldest_now(), self.forecast.minimum_c(now_ms)]
        if by_night and known[0] is not None:
            known.append(self._expected_c(now_ms, longitude))
        found = [value for value in known if value is not None]
        if not found and not by_night:
            return
        minimum_c = min(found, default=None)
        seen = {} if minimum_c is None else {"minimum_c": round(minimum_c, 1)}
        for code in ("frost_alert", "frost_watch"):
            yield Observation(Key(code, ""), minimum_c, seen)

    def _coldest_now(self) -> float | None:
        now = [self._good(series) for series, _ in self._stations.of()]
        return min((value for value in now if value is not None), default=None)

    def _expected_c(self, now_ms: int, longitude: float) -> float | None:
        """The evening's word, asked for again every ten minutes."""
        asked_ms, expected_c = self._expected
        if 0 <= now_ms - asked_ms < _LASTS_MS:
            return expected_c
        stations = [
            self._observer.air(thermometer, hygrometer, now_ms - _EVENING_MS, now_ms + 1)
            for thermometer, hygrometer in self._stations.of()
            if self._good(thermometer) is not None
        ]
        each = [night_minimum_c([one], now_ms, self._latitude, longitude) for one in stations]
        expected_c = min((value for value in each if value is not None), default=None)
        self._expected = now_ms, expected_c
        return expected_c

    def _longitude_at(self, now_ms: int) -> float:
        """The garden's, or that of its time zone: within an hour of the sun."""
        if self._longitude is not None:
            return self._longitude
        at = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(self._zone))
        offset, summer = at.utcoffset() or timedelta(), at.dst() or timedelta()
        return 15.0 * (offset - summer).total_seconds() / 3600

    # --- a bed's air --------------------------------------------------------------------------

    def of_bed(self, record: BedRecord, now_ms: int) -> Iterator[Observation]:
        """Heat and blight, for crops that suffer from them."""
        crop, bed = record.details.crop or "", record.bed
        if crop in HEAT:
            air_c = self._warmest_of(record, now_ms)
            seen = {} if air_c is None else {"air_c": round(air_c, 1)}
            yield Observation(Key(HEAT[crop], bed), air_c, seen, bed)
        if crop in BLIGHTED:
            yield Observation(Key("blight_risk", bed), self._blight(record, now_ms), bed=bed)

    def _warmest_of(self, record: BedRecord, now_ms: int) -> float | None:
        """The air at the bed by the first thermometer that speaks, or what is foretold outside."""
        now = (self._good(series) for series, _ in self._stations.of(record))
        known = [next((value for value in now if value is not None), None)]
        if record.details.exposure != "greenhouse":
            known.append(self.forecast.maximum_c(now_ms))
        return max((value for value in known if value is not None), default=None)

    def _blight(self, record: BedRecord, now_ms: int) -> bool | None:
        """Of the last two whole days, by the first station that measured both; each hour anew.

        A station that is silent now says nothing of the present.
        """
        asked_ms, found = self._damp.get(record.bed, (0, None))
        if 0 <= now_ms - asked_ms < HOUR_MS:
            return found
        each = (self._damp_days(*one, now_ms) for one in self._stations.of(record))
        days = next((days for days in each if days is not None), None)
        found = None if days is None else blight_risk(days)
        self._damp[record.bed] = now_ms, found
        return found

    def _damp_days(
        self, thermometer: Series, hygrometer: Series | None, now_ms: int
    ) -> list[DampDay] | None:
        if hygrometer is None or self._good(thermometer) is None:
            return None
        today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(self._zone)).date()
        dates = [today - timedelta(days=n) for n in range(_DAYS, 0, -1)]
        from_ms = at_local_hour_ms(dates[0], 0, self._zone)
        air = self._observer.air(thermometer, hygrometer, from_ms, from_ms + (_DAYS + 1) * DAY_MS)
        days = [damp_day(air, on, self._zone) for on in dates]
        return None if None in days else [day for day in days if day is not None]

    def _good(self, series: Series) -> float | None:
        latest = self._present.get(series)
        return latest.value if latest is not None and latest.quality == "good" else None
