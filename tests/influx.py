"""A real InfluxDB for the tests that need one: a bucket of its own for each.

    JARDIN_TEST_INFLUX_URL=http://127.0.0.1:8086 JARDIN_TEST_INFLUX_ORG=… JARDIN_TEST_INFLUX_TOKEN=…

The token must be one that may make buckets and tokens (an operator's). Without the first variable
these tests skip, and the last line of the run counts them.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from gateway.store.settings import InfluxSettings

URL, ORG, TOKEN = (f"JARDIN_TEST_INFLUX_{name}" for name in ("URL", "ORG", "TOKEN"))
NOT_RUN = "needs a real InfluxDB"


@contextmanager
def a_bucket(*, keep_s: int = 0) -> Iterator[InfluxSettings]:
    """The settings of a new bucket, which is gone at the end; ``keep_s`` 0: it keeps all."""
    with _administrator() as (client, settings):
        buckets = client.buckets_api()
        rule = {"type": "expire", "everySeconds": keep_s}
        made = buckets.create_bucket(
            bucket_name=f"jardin-test-{secrets.token_hex(6)}",
            org=settings.org,
            retention_rules=[rule] if keep_s else None,
        )
        try:
            yield replace(settings, bucket=made.name)
        finally:
            buckets.delete_bucket(made)


@contextmanager
def a_token(settings: InfluxSettings, *actions: str) -> Iterator[str]:
    """A token that may do ``actions`` (``read``, ``write``) in the bucket of ``settings`` alone."""
    from influxdb_client import Permission, PermissionResource  # noqa: PLC0415

    with _administrator() as (client, _):
        (bucket,) = client.buckets_api().find_buckets(name=settings.bucket).buckets
        where = PermissionResource(type="buckets", id=bucket.id, org_id=bucket.org_id)
        tokens = client.authorizations_api()
        made = tokens.create_authorization(
            org_id=bucket.org_id, permissions=[Permission(action, where) for action in actions]
        )
        try:
            yield made.token
        finally:
            tokens.delete_authorization(made)


def server() -> InfluxSettings:
    """The server that the environment names, with no bucket; skips where it names none."""
    if URL not in os.environ:
        pytest.skip(f"{NOT_RUN}: {URL} is not set")
    return InfluxSettings(
        url=os.environ[URL],
        org=os.environ.get(ORG, "jardin"),
        token=os.environ.get(TOKEN, ""),
        timeout_s=60.0,
    )


@contextmanager
def _administrator() -> Iterator[tuple[Any, InfluxSettings]]:
    settings = server()
    import influxdb_client  # noqa: PLC0415 - only where there is a server to talk to

    with influxdb_client.InfluxDBClient(
        settings.url, settings.token, org=settings.org, timeout=60_000
    ) as client:
        yield client, settings
