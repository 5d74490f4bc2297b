"""One bucket of an InfluxDB 2 server: write lines, ask in Flux, delete.

The library is imported when the first server is met: a garden on SQLite has no need of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from gateway.store import influx_errors
from gateway.store.settings import InfluxSettings
from gateway.times import to_rfc3339
from sensor_node.errors import ConfigError

LINES_PER_REQUEST: Final = 5000


class Row(NamedTuple):
    """One row of an answer. ``result``: the name of its ``yield``; ``kind``: the type of
    ``_value``; ``cells``: texts by column.
    """

    result: str
    kind: str
    cells: dict[str, str]


class InfluxServer:
    """The bucket of ``settings``. Safe to use from several threads.

    Every method raises ``StorageError`` when InfluxDB does not answer or refuses.
    """

    def __init__(self, settings: InfluxSettings) -> None:
        library = _library()
        self.settings = settings
        self._client = library.InfluxDBClient(
            settings.url,
            settings.secret(),
            org=settings.org,
            timeout=round(settings.timeout_s * 1000),
        )
        self._writer = self._client.write_api(
            write_options=library.WriteOptions(library.client.write_api.WriteType.synchronous)
        )
        self._dialect = library.Dialect(
            annotations=["datatype"], header=True, delimiter=",", date_time_format="RFC3339"
        )

    def check(self) -> None:
        """Look whether the bucket is there and keeps everything."""
        with self._asking():
            found = self._client.buckets_api().find_buckets(
                name=self.settings.bucket, org=self.settings.org
            )
        buckets = found.buckets or []
        if not buckets:
            raise influx_errors.no_bucket(self.settings)
        if any(rule.every_seconds for rule in buckets[0].retention_rules or []):
            raise influx_errors.forgetful(self.settings)

    def write(self, lines: Sequence[str]) -> None:
        """Write ``lines``, times in milliseconds; the server has them all when this returns.

        After an error some may be there; the same lines written again are there once.
        """
        for first in range(0, len(lines), LINES_PER_REQUEST):
            body = "\n".join(lines[first : first + LINES_PER_REQUEST]).encode()
            with self._asking():
                self._writer.write(self.settings.bucket, record=body, write_precision="ms")

    def ask(self, flux: str) -> Iterator[Row]:
        """The rows that ``flux`` yields."""
        with self._asking():
            answer = self._client.query_api().query_raw(flux, dialect=self._dialect)
            try:
                text = answer.read().decode()
            finally:
                answer.release_conn()
        return self._rows(text)

    def delete(self, predicate: str, first_ms: int, last_ms: int) -> None:
        """Delete the points that meet ``predicate``, both ends of the range included."""
        with self._asking():
            self._client.delete_api().delete(
                to_rfc3339(first_ms), to_rfc3339(last_ms), predicate, self.settings.bucket
            )

    def close(self) -> None:
        """Let go of the connections."""
        self._writer.close()
        self._client.close()

    def _rows(self, text: str) -> Iterator[Row]:
        kinds: list[str] = []
        names: list[str] | None = None
        for cells in csv.reader(io.StringIO(text, newline="")):
            if not cells:
                continue
            if cells[0] == "#datatype":
                kinds, names = cells, None
            elif names is None:
                names = cells
                value = names.index("_value") if "_value" in names else 0
            elif "error" in names:
                raise influx_errors.refused(self.settings, None, cells[names.index("error")])
            else:
                yield Row(cells[1], kinds[value], dict(zip(names, cells, strict=True)))

    @contextmanager
    def _asking(self) -> Iterator[None]:
        from influxdb_client.rest import ApiException  # noqa: PLC0415
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - comes with influxdb-client

        try:
            yield
        except ApiException as error:
            body = error.body or error.reason
            body = body.decode(errors="replace") if isinstance(body, bytes) else body
            raise influx_errors.refused(self.settings, error.status, body) from error
        except (HTTPError, OSError) as error:
            raise influx_errors.absent(self.settings, error) from error


def _library() -> Any:
    try:
        import influxdb_client  # noqa: PLC0415 - loaded by whoever uses it
    except ImportError as error:
        raise ConfigError(
            "INFLUX_LIBRARY",
            fr="Le moteur « influxdb » demande une bibliothèque qui n'est pas installée : "
            "pip install 'jardin-connecte[gateway,influxdb]'.",
            en="The engine 'influxdb' needs a library that is not installed: "
            "pip install 'jardin-connecte[gateway,influxdb]'.",
        ) from error
    return influxdb_client
