"""What all tests share, and what a run of them says at its end."""

from __future__ import annotations

import pytest
from influx import NOT_RUN, URL

from gateway import assets


@pytest.fixture(scope="session")
def built_assets() -> None:
    """The files of the pages, built if they are not."""
    assets.build()
    assets.built.cache_clear()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of a run: how much of it was not run for want of a real InfluxDB."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    count = sum(NOT_RUN in str(report.longrepr) for report in skipped)
    if count:
        reporter.ensure_newline()
        reporter.write_line(f"NOT RUN: {count} tests on a real InfluxDB ({URL} is not set)")
