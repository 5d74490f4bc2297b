"""The gateway's numbers in Prometheus's words. Imported on first use: few gardens are watched."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from gateway.checks import room_of, stored
from gateway.service import Gateway
from sensor_node import __version__

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(gateway: Gateway) -> bytes:
    """Everything as text. Raises ``StorageError``."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Numbers(gateway))
    return generate_latest(registry)


class Numbers(Collector):
    """What Prometheus calls a collector: it reads each number when it is asked."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def collect(self) -> Iterator[Metric]:
        """Every metric with its present value."""
        yield from self._of_the_ingest()
        yield from self._of_the_disk()
        yield from self._of_the_garden()

    def _of_the_ingest(self) -> Iterator[Metric]:
        vitals, gateway = self._gateway.vitals, self._gateway
        build = GaugeMetricFamily(
            "jardin_build_info", "Version of the software", labels=["version"]
        )
        build.add_metric([__version__], 1)
        yield build
        yield CounterMetricFamily("jardin_packs", "Packs committed", value=vitals.packs)
        readings = CounterMetricFamily("jardin_readings", "Readings committed", labels=["outcome"])
        for outcome in ("new", "same", "replaced"):
            readings.add_metric([outcome], getattr(vitals, outcome))
        yield readings
        yield CounterMetricFamily(
            "jardin_refused_packs", "Packs with something refused", value=vitals.refused
        )
        requests = CounterMetricFamily(
            "jardin_refused_requests", "Requests that were refused", labels=["status"]
        )
        for status, count in sorted(vitals.refused_requests.copy().items()):
            requests.add_metric([str(status)], count)
        yield requests
        yield CounterMetricFamily(
            "jardin_commit_failures", "Commits that failed", value=vitals.failures
        )
        yield SummaryMetricFamily(
            "jardin_commit_seconds",
            "Commits",
            count_value=vitals.commits,
            sum_value=vitals.commit_s,
        )
        yield GaugeMetricFamily(
            "jardin_pending_messages", "Read and not committed", value=vitals.pending
        )
        if vitals.last_commit_ms is not None:
            yield GaugeMetricFamily(
                "jardin_last_commit_timestamp_seconds",
                "When the last commit was",
                value=vitals.last_commit_ms / 1000,
            )
        yield GaugeMetricFamily("jardin_ingest_up", "The ingest runs", value=gateway.ingest_alive)
        yield GaugeMetricFamily(
            "jardin_broker_up", "The broker is connected", value=gateway.broker_up
        )
        yield GaugeMetricFamily(
            "jardin_commit_failing",
            "The last commit failed",
            value=gateway.commit_error is not None,
        )

    def _of_the_disk(self) -> Iterator[Metric]:
        room, last = room_of(self._gateway), self._gateway.carebook.last_backup
        yield GaugeMetricFamily(
            "jardin_database_bytes", "Size of the databases", value=room.data_bytes
        )
        yield GaugeMetricFamily(
            "jardin_disk_free_bytes", "Free on the disk of the data", value=room.free_bytes
        )
        yield GaugeMetricFamily(
            "jardin_disk_bytes", "Size of the disk of the data", value=room.total_bytes
        )
        if room.growth_a_day is not None:
            yield GaugeMetricFamily(
                "jardin_database_growth_bytes_per_day", "Growth of late", value=room.growth_a_day
            )
        if last is not None:
            yield GaugeMetricFamily(
                "jardin_backup_timestamp_seconds",
                "When the last backup was",
                value=last.at_ms / 1000,
            )
            yield GaugeMetricFamily(
                "jardin_backup_bytes", "Size of the last backup", value=last.bytes
            )
            yield GaugeMetricFamily(
                "jardin_backup_same_disk", "It lies on the disk of the data", value=last.same_disk
            )
        yield GaugeMetricFamily(
            "jardin_backup_failing",
            "The last attempt at a backup failed",
            value=self._gateway.carebook.backup_failure is not None,
        )
        yield GaugeMetricFamily(
            "jardin_damaged_databases",
            "Databases that were ever set aside",
            value=len(self._gateway.carebook.damages),
        )

    def _of_the_garden(self) -> Iterator[Metric]:
        gateway = self._gateway
        if (readings := stored(gateway)) is not None:
            yield GaugeMetricFamily(
                "jardin_stored_readings", "Readings in the store", value=readings
            )
        yield GaugeMetricFamily(
            "jardin_quarantine_items", "Refused", value=gateway.quarantine.count()
        )
        yield GaugeMetricFamily(
            "jardin_clock_trusted", "Time is kept", value=gateway.clock.synchronised()
        )
        seen = GaugeMetricFamily(
            "jardin_node_last_seen_timestamp_seconds", "Last pack", labels=["node"]
        )
        online = GaugeMetricFamily("jardin_node_online", "The node says so", labels=["node"])
        dropped = GaugeMetricFamily(
            "jardin_node_dropped_packs", "Lost in a full outbox", labels=["node"]
        )
        for node in gateway.catalogue.nodes().values():
            if node.last_seen_ms is not None:
                seen.add_metric([node.node], node.last_seen_ms / 1000)
            online.add_metric([node.node], node.state == "online")
            dropped.add_metric([node.node], node.dropped)
        yield from (seen, online, dropped)
