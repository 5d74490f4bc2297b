"""The advice of each bed: made each morning and on request, kept for ever, and told.

What stands for a day is replaced only by one that says something else, and a day that is past
keeps what it was given.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from gateway.beds import hearing
from gateway.beds.board import Board
from gateway.beds.given import Given
from gateway.beds.observed import MOISTURES, Observer
from gateway.beds.presence import closed_periods, next_presence
from gateway.beds.rainfall import DAYS, believed, rose_together
from gateway.beds.records import BedRecord
from gateway.beds.situations import Around, first_day, local, situation_of
from gateway.catalogue import Catalogue
from gateway.forecast.forecasts import Forecasts
from gateway.leftover import give_back
from gateway.settings import GatewaySettings
from gateway.times import DAY_MS
from gateway.watering.evapotranspiration import Place
from gateway.watering.samples import at_local_hour_ms
from gateway.watering.situation import Situation
from sensor_node.clock import Clock
from sensor_node.errors import GardenError, StorageError

AT_ONCE_MS: Final = 60_000
FRESH_MS: Final = 300_000
"""An advice of today that is asked for again is made anew after five minutes, as new readings
come; where history has changed, after one."""
RENEW_MS: Final = 3_600_000
"""After the morning, the garden looks again each hour by itself."""
LATITUDE_DEG: Final = 47.0
"""Where a garden is that has not said: the middle of France."""

log = logging.getLogger("jardin.advice")


class Advisor:
    """Answers "water today?" for each bed. Safe to use from several threads.

    ``publish``: tells open pages. ``forecasts`` gives what came last, and waits for nothing.
    ``board`` holds what stands on the live topics, in the garden's
    language.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        catalogue: Catalogue,
        observer: Observer,
        clock: Clock,
        publish: Callable[[str, dict[str, object]], None],
        *,
        forecasts: Forecasts,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._observer = observer
        self._clock = clock
        self._publish = publish
        self._forecasts = forecasts
        self._lock = threading.Lock()
        self._looked_ms: dict[str, int] = {}
        self._doubted_ms = 0
        self._failing: set[str] = set()
        self._remembers = False
        self.board = Board()

    # --- asking -------------------------------------------------------------------------------

    def today(self) -> date:
        """The garden's own date."""
        return local(self._clock.wall_ms(), self._settings.timezone).date()

    def advice(self, record: BedRecord, on: date | None = None) -> Given | None:
        """What stands for a day, made anew if that is today; None where nothing was advised.

        Raises ``GardenError`` with code ``CLOCK_UNTRUSTED`` where today is not known.
        """
        if on is not None and on != self.today():
            return self._catalogue.advice.last(record.bed, on)
        return self.advice_of_today(record)

    def advice_of_today(self, record: BedRecord) -> Given:
        """What stands today, made anew. Raises ``GardenError`` with ``CLOCK_UNTRUSTED``."""
        return self._make(record)

    def looked_ms(self, bed: str) -> int:
        """When the bed was last looked at; 0 for not since the start."""
        return self._looked_ms.get(bed, 0)

    # --- changes ------------------------------------------------------------------------------

    def renew(self, bed: str) -> None:
        """Something about ``bed`` has changed: what stands for today may be another."""
        record = self._catalogue.beds.get(bed)
        if record is None or not self._clock.synchronised():
            return
        try:
            self._try(record)
        except StorageError as error:
            # What changed is on disk already: it must not look as if it were not.
            log.error("%s", error)

    def renew_all(self) -> None:
        """Something about the whole garden has changed."""
        for bed in self._catalogue.beds.all():
            self.renew(bed)

    def doubt(self) -> None:
        """History has changed: what was advised today may no longer hold."""
        self._doubted_ms = self._clock.wall_ms()

    def withdraw(self, bed: str) -> None:
        """The bed is no more: nothing stands for it."""
        with self._lock:
            self._looked_ms.pop(bed, None)
            self.board.show(bed, b"")
        self._publish("advice", {"bed": bed, "verdict": None, "on": self.today().isoformat()})

    def look(self) -> None:
        """From the set hour on, give each bed its advice of the day, and look again each hour."""
        now_ms = self._clock.wall_ms()
        hour = local(now_ms, self._settings.timezone).hour
        if not self._clock.synchronised():
            return
        if not self._remembers:
            self._remember()
        if hour < self._settings.advice.hour:
            return
        for record in self._catalogue.beds.all().values():
            if self._is_due(record, now_ms):
                self._try(record)

    def _try(self, record: BedRecord) -> None:
        """Make the advice; one that fails unforeseen is told once, and leaves the others alone."""
        try:
            self._make(record, at_once=True)
            self._failing.discard(record.bed)
        except GardenError:
            raise
        except Exception:
            if record.bed not in self._failing:
                log.exception("ADVICE_FAILED: %s", record.bed)
            self._failing.add(record.bed)

    def _is_due(self, record: BedRecord, now_ms: int) -> bool:
        age_ms = now_ms - self._looked_ms.get(record.bed, 0)
        doubted = self._doubted_ms >= now_ms - age_ms
        if not 0 <= age_ms < RENEW_MS or (doubted and age_ms >= AT_ONCE_MS):
            return True
        return self._catalogue.advice.last(record.bed, self.today()) is None

    # --- what stands --------------------------------------------------------------------------

    def _remember(self) -> None:
        """Put on the board what stood there before a restart: today's, or still yesterday's."""
        today, stood = self.today(), {}
        for bed, record in self._catalogue.beds.all(removed=True).items():
            days = () if record.removed_ms is not None else (today, today - timedelta(days=1))
            given = (self._catalogue.advice.last(bed, on) for on in days)
            stood[bed] = next((self._payload(one) for one in given if one), b"")
        self.board.show_all(stood)
        self._remembers = True

    def _payload(self, given: Given) -> bytes:
        told = given.fr if self._settings.language == "fr" else given.en
        return told.encode()

    # --- making -------------------------------------------------------------------------------

    def _make(self, record: BedRecord, *, at_once: bool = False) -> Given:
        if not self._clock.synchronised():
            raise clock_untrusted()
        with self._lock:
            now_ms = self._clock.wall_ms()
            standing = self._catalogue.advice.last(record.bed, self.today())
            if standing is not None and not at_once and self._is_fresh(record, now_ms):
                return standing
            made = Given.of(self._situation(record, now_ms), now_ms)
            give_back()
            self._looked_ms[record.bed] = now_ms
            if standing is not None and made.says_the_same(standing):
                self.board.show(record.bed, self._payload(standing))
                return standing
            self._catalogue.advice.keep(made)
            self.board.show(record.bed, self._payload(made))
        self._publish("advice", made.told(self._settings.language))
        return made

    def _is_fresh(self, record: BedRecord, now_ms: int) -> bool:
        """Whether it was looked at not long ago, and history is what it was then."""
        looked_ms = self._looked_ms.get(record.bed, 0)
        lasts_ms = AT_ONCE_MS if self._doubted_ms >= looked_ms else FRESH_MS
        return 0 <= now_ms - looked_ms < lasts_ms

    def _situation(self, record: BedRecord, now_ms: int) -> Situation:
        zone = self._settings.timezone
        on = local(now_ms, zone).date()
        first = first_day(record, on)
        from_ms = at_local_hour_ms(first, 0, zone)
        observed = self._observer.observe(record, from_ms, now_ms + 1)
        seen = hearing.rises_seen(observed, record.as_bed())
        self._catalogue.journal.see(record.bed, seen, now_ms)
        entries = self._catalogue.journal.of(record.bed, from_ms, now_ms + 1)
        observed = believed(replace(observed, entries=entries), self._rains(now_ms), on, zone)
        return situation_of(record, observed, self._around(record, now_ms, first))

    def _rains(self, now_ms: int) -> frozenset[date]:
        """The days on which the probes say that it rained."""
        from_ms = now_ms - (DAYS + 1) * DAY_MS
        journals = {
            watch.bed: self._catalogue.journal.of(watch.bed, from_ms, now_ms + 1)
            for watch in self._catalogue.watches.now()
            if self._catalogue.quantity(watch.series) in MOISTURES
        }
        return rose_together(journals, self._settings.timezone)

    def _around(self, record: BedRecord, now_ms: int, first: date) -> Around:
        zone = self._settings.timezone
        on, outlook = local(now_ms, zone).date(), self._forecasts.outlook()
        yesterday = self._catalogue.advice.last(record.bed, on - timedelta(days=1))
        begun = self._catalogue.advice.last(record.bed, first)
        return Around(
            zone,
            place_of(self._settings),
            longitude_deg=self._settings.longitude,
            start_mm=None if begun is None else begun.missing_mm,
            waited=yesterday is not None and yesterday.verdict == "wait_for_rain",
            remembered=None if begun is None else begun.taught(record.details.soil),
            restriction=self._catalogue.restrictions.now(),
            next_presence=next_presence(
                on,
                self._settings.advice.presence or (),
                closed_periods(self._settings.advice.closed or ()),
            ),
            tank_l=self._observer.tank_l(self._settings.advice.tank_l),
            forecast=None if outlook is None else outlook.expected(now_ms, zone),
        )


def place_of(settings: GatewaySettings) -> Place:
    """Where the garden is; in the middle of France where nobody said."""
    latitude = LATITUDE_DEG if settings.latitude is None else settings.latitude
    return Place(latitude, settings.altitude)


def clock_untrusted() -> GardenError:
    """Why there is no advice of today on a gateway that does not know the day."""
    return GardenError(
        "CLOCK_UNTRUSTED",
        fr="L'heure n'est pas connue : sans elle, pas de conseil. Réglez l'horloge de la "
        "passerelle, et vérifiez du doigt en attendant.",
        en="The time is not known: without it there is no advice. Set the gateway's clock, and "
        "check with your finger meanwhile.",
    )
