"""Which engine keeps a garden's readings: the one its settings name."""

from __future__ import annotations

from pathlib import Path

from gateway.store.base import Store
from gateway.store.settings import StoreSettings
from gateway.store.sqlite import SqliteStore


def open_store(settings: StoreSettings, data: Path, timezone: str) -> Store:
    """The store of ``settings``; a file is made in ``data`` where it is absent.

    Raises ``StorageError`` or ``ConfigError`` with what to do.
    """
    if settings.engine == "influxdb":
        from gateway.store.influxdb import InfluxStore  # noqa: PLC0415 - few gardens need it

        return InfluxStore(settings.influxdb)
    return SqliteStore(data / "store.sqlite", timezone=timezone)
