"""What bytes at random have found, as small as it gets: each once broke something."""

from __future__ import annotations

import gzip
import socket
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from door import Door, garden_door

from gateway.archive import read_manifest
from gateway.bringing import bring_garden
from gateway.service import Gateway
from gateway.settings import GatewaySettings
from sensor_node.errors import StorageError, UsageError

HEAD = b'{"garden":{"format":1}}\n'


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    with garden_door(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "line",
    [
        b'{"end":{"faults":1,"channels":{"a/b":[7,17638149000014900000,0]}}}',
        b'{"end":{"faults":1,"channels":{"a/b":[-9e99,7,0]}}}',
        b'{"end":{"faults":"many","channels":{}}}',
        b'{"end":{"faults":1,"channels":[]}}',
        b'{"end":7}',
        b'{"a":' * 1000,
        b'{"readings":"a/b","t":[1763785800000],"v":[1' + b"0" * 400 + b'],"doubts":[]}',
    ],
)
def test_a_garden_that_somebody_meddled_with_is_refused_in_words(
    line: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(HEAD + line))
    with (
        closing(Gateway.open(GatewaySettings(data=tmp_path / "data"))) as gateway,
        pytest.raises(UsageError) as refused,
    ):
        bring_garden(gateway, path)
    assert refused.value.code == "NOT_A_GARDEN"


@pytest.mark.parametrize("manifest", [b'{"a":' * 1000, b"[" * 1000, b'{"format":1e999}', b"1"])
def test_a_backup_whose_manifest_cannot_be_read_is_refused_in_words(
    manifest: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("manifest.json", manifest)
    with pytest.raises(StorageError):
        read_manifest(path)


@pytest.mark.parametrize("address", ["/api/v1/rain", "/nowhere", "/api/v1/garden"])
def test_a_body_that_stops_being_http_ends_its_request_without_a_failure(
    door: Door, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    host, _, port = door.address.removeprefix("http://").partition(":")
    request = f"POST {address} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\ns\r\n"
    for _ in range(20):
        with socket.create_connection((host, int(port)), 30) as visitor:
            visitor.sendall(request.encode())
            said = b"".join(iter(lambda v=visitor: v.recv(4096), b""))  # type: ignore[misc]
            assert said.startswith(b"HTTP/1.1 4")
    assert door.get("/garden").status_code == 200
    assert [record for record in caplog.records if record.exc_info] == []
