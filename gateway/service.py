"""The gateway as one object: what ingest, API and pages share."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from gateway.alarms.alarms import Alarms
from gateway.alarms.foretold import Foretold
from gateway.alarms.lookout import Lookout
from gateway.alarms.post import Post
from gateway.beds.advisor import Advisor
from gateway.beds.observed import Observer
from gateway.carebook import Carebook
from gateway.catalogue import Catalogue
from gateway.events import EventHub
from gateway.forecast.forecasts import Forecasts
from gateway.forecast.settings import asked_place
from gateway.keys.keyring import Keyring, keyring_of
from gateway.kit.clock import clock_of
from gateway.measured import Measured
from gateway.present import Present
from gateway.quarantine import Quarantine
from gateway.remembered import Remembered
from gateway.security.access import Access
from gateway.settings import GatewaySettings
from gateway.store.base import Series, Store
from gateway.store.opening import open_store
from gateway.vitals import Vitals
from gateway.workshop.readable import Readable
from gateway.workshop.said import Said
from gateway.workshop.workshops import Workshops
from sensor_node.clock import Clock
from sensor_node.errors import StorageError

MOVED: Final = 10_000


class Gateway:
    """Everything behind the doors.

    ``measured`` gives readings as they leave, ``as_measured`` without calibration; ``readable``
    and ``readable_raw`` know those of a workshop's groups as well, for programs. The ingest
    keeps ``ingest_alive``, ``broker_up``, and in ``commit_error`` why the last commit failed
    (None: it did not). ``moved``: channels with a new value that did not come through the ingest,
    for its live topics. ``said``: what groups said on MQTT. ``cards``, ``curves`` and ``stories``
    are what pages have worked out of channels and beds. ``post`` sends messages, None where
    nothing runs. ``begin_again`` has the whole gateway closed and opened with what its settings
    are by then.
    """

    def __init__(
        self,
        settings: GatewaySettings,
        store: Store,
        catalogue: Catalogue,
        quarantine: Quarantine,
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.store = store
        self.catalogue = catalogue
        self.quarantine = quarantine
        self.clock = clock
        self.events = EventHub()
        self.moved: deque[Series] = deque(maxlen=MOVED)
        self.vitals = Vitals(clock)
        self.carebook = Carebook(settings.data)
        self.keys: Keyring | None = keyring_of(settings.data, settings.broker)
        self.broker_up = False
        self.ingest_alive = False
        self.commit_error: StorageError | None = None
        self.measured = Measured(store, catalogue)
        self.as_measured = Measured(store, catalogue, raw=True)
        self.cards, self.curves, self.stories = Remembered(150), Remembered(12), Remembered(36)
        self.present = Present(clock, catalogue.interval_s, catalogue.calibrations.scale)
        self.present.load(store.newest())
        self.observer = Observer(catalogue, self.measured, self.as_measured, self.present)
        self.access = Access(catalogue.keyring, clock, store.id, private=settings.access.private)
        self.workshops = Workshops(
            settings.data, clock, settings.timezone, catalogue.tally, self.events
        )
        self.said = Said()
        self.access.groups = self.workshops
        self.readable = Readable(store, catalogue, self.workshops)
        self.readable_raw = Readable(store, catalogue, self.workshops, raw=True)
        place = asked_place(settings.forecast, settings.latitude, settings.longitude)
        self.forecasts = Forecasts(settings.forecast, place, catalogue.forecast, clock)
        self.advisor = Advisor(
            settings,
            catalogue,
            self.observer,
            clock,
            self.events.publish,
            forecasts=self.forecasts,
        )
        lookout = Lookout(
            settings,
            catalogue,
            self.observer,
            self.present,
            clock=clock,
            advice=self.advisor.board,
            hearing=self._hears,
            forecast=Foretold(self.forecasts, settings.timezone),
        )
        self.alarms = Alarms(settings.language, catalogue, lookout, clock, self.events.publish)
        self.post: Post | None = None
        self.begin_again: Callable[[], None] = lambda: None

    @classmethod
    def open(cls, settings: GatewaySettings, clock: Clock | None = None) -> Gateway:
        """The gateway of ``settings``, its databases created in ``data`` where they are absent.

        Raises ``StorageError``, or ``ConfigError`` where the engine lacks something.
        """
        data = settings.data
        quarantine = Quarantine(data / "quarantine.sqlite")
        return cls(
            settings,
            open_store(settings.store, data, settings.timezone),
            Catalogue(data / "garden.sqlite", quarantined=quarantine.by_node),
            quarantine,
            clock or clock_of(settings),
        )

    def _hears(self) -> bool:
        """Whether readings can come in."""
        return self.broker_up and self.ingest_alive and self.commit_error is None

    def close(self) -> None:
        """End the event streams and let go of the databases."""
        self.events.close()
        self.workshops.close()
        self.store.close()
        self.catalogue.close()
        self.quarantine.close()
        if self.keys is not None:
            self.keys.close()
