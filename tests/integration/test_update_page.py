"""The page of updates: a bundle comes over the network or on a stick, and root is asked."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import bundles
import httpx
import pytest
from people import SAFE, Client, People, people_of

from gateway.bundle import signature
from gateway.kit import refusals
from gateway.kit.form_file import FormFile
from gateway.kit.releases import MARK
from gateway.kit.settings import KitSettings
from gateway.kit.steward import serve
from gateway.kit.uploading import UPLOAD, Upload
from gateway.security.roles import Role
from sensor_node.errors import UsageError

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the card of a Raspberry Pi"),
    pytest.mark.usefixtures("built_assets"),
]

PAGE = "/mise-a-jour"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles 0.1.0 and 0.2.0, and 0.3.0 of a stranger."""
    folder = tmp_path_factory.mktemp("shelf")
    for number in ("0.1.0", "0.2.0"):
        bundles.bundle(folder, number, bundles.mini_wheel(folder, number))
    stranger = bundles.key(folder / "stranger")
    bundles.bundle(folder, "0.3.0", bundles.mini_wheel(folder, "0.3.0"), signed_with=stranger)
    return folder


@pytest.fixture
def card(tmp_path: Path, shelf: Path) -> Iterator[People]:
    """A garden on a card with the version 0.1.5 in service and a stick in."""
    root, requests = tmp_path / "root", tmp_path / "requests"
    for name in ("etc/jardin/update-keys", "media/jardin", "opt/jardin/releases/0.1.5-00000000"):
        (root / name).mkdir(parents=True)
    requests.mkdir()
    shutil.copy("/etc/os-release", root / "etc/os-release")
    public = signature.public_half(bundles.key(shelf)).read_bytes()
    (root / "etc/jardin/update-keys/kit.pub").write_bytes(public)
    mark = json.dumps({"version": "0.1.5", "made": 1, "role": "gateway"})
    (root / "opt/jardin/releases/0.1.5-00000000" / MARK).write_text(mark)
    (root / "opt/jardin/current").symlink_to("releases/0.1.5-00000000")
    with people_of(tmp_path / "data") as people:
        people.app.state.card_root = root
        kit = KitSettings(requests=requests)
        people.gateway.settings = replace(people.gateway.settings, kit=kit)
        yield people


def keeper(card: People) -> Client:
    return card.client(SAFE, Role.KEEPER, Accept="text/html", **{"Sec-Fetch-Site": "same-origin"})


def requests_of(card: People) -> Path:
    folder = card.gateway.settings.kit.requests
    assert folder is not None
    return folder


def send(card: People, path: Path) -> httpx.Response:
    with path.open("rb") as file:
        return keeper(card).post(f"{PAGE}/paquet", files={"paquet": (path.name, file)})


def test_a_bundle_that_is_sent_lies_on_disk_and_root_is_asked(card: People, shelf: Path) -> None:
    sent = shelf / "jardin-0.2.0.bundle"

    assert "0.1.5" in keeper(card).get(PAGE).text
    answer = send(card, sent)
    assert answer.status_code == 303, answer.text
    folder = requests_of(card)
    assert (folder / UPLOAD).read_bytes() == sent.read_bytes()
    assert json.loads((folder / "update.json").read_bytes())["values"] == {}
    assert "some minutes" in keeper(card).get(PAGE).text
    assert "under way already" in send(card, sent).text

    serve(folder, {"update": done})
    assert "Version 0.2.0 was put into service" in keeper(card).get(PAGE).text


def test_what_root_had_to_say_stands_on_the_page(card: People, shelf: Path) -> None:
    send(card, shelf / "jardin-0.2.0.bundle")

    serve(requests_of(card), {"update": taken_back})
    page = keeper(card).get(PAGE).text
    assert "the gateway does not answer" in page
    assert "version 0.1.5 is in service again" in page


@pytest.mark.parametrize(
    ("name", "status", "words"),
    [("jardin-0.3.0.bundle", 503, "not signed"), ("jardin-0.1.0.bundle", 422, "is older than")],
)
def test_what_would_be_refused_is_told_at_once_and_not_kept(
    card: People, shelf: Path, name: str, status: int, words: str
) -> None:
    answer = send(card, shelf / name)

    assert answer.status_code == status
    assert words in answer.text
    assert list(requests_of(card).iterdir()) == []


def test_a_file_that_is_no_bundle_is_told_so(card: People, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8" * 1000)

    assert "not a whole bundle" in send(card, tmp_path / "photo.jpg").text
    assert "not a file" in keeper(card).post(f"{PAGE}/paquet", data={"paquet": "x"}).text
    assert list(requests_of(card).iterdir()) == []


def test_a_bundle_on_the_stick_is_offered_and_only_its_name_is_told(
    card: People, shelf: Path
) -> None:
    stick = card.app.state.card_root / "media/jardin"
    for path in shelf.glob("*.bundle"):
        shutil.copy(path, stick)

    page = keeper(card).get(PAGE).text
    assert "Install version 0.2.0" in page
    assert "Install version 0.1.0" not in page
    assert "Install version 0.3.0" not in page
    for wrong in ("../../etc/passwd", "jardin-9.9.9.bundle", ""):
        assert "has no bundle" in keeper(card).post(f"{PAGE}/cle", data={"paquet": wrong}).text
    answer = keeper(card).post(f"{PAGE}/cle", data={"paquet": "jardin-0.2.0.bundle"})
    assert answer.status_code == 303
    asked = json.loads((requests_of(card) / "update.json").read_bytes())
    assert asked["values"] == {"stick": "jardin-0.2.0.bundle"}


def test_another_computer_than_a_card_says_that_it_is_none(tmp_path: Path, shelf: Path) -> None:
    with people_of(tmp_path / "data") as people:
        people.app.state.card_root = tmp_path
        assert "no card of the garden" in keeper(people).get(PAGE).text
        assert "updates a card that" in send(people, shelf / "jardin-0.2.0.bundle").text


def test_a_form_is_taken_apart_wherever_the_network_cuts_it() -> None:
    edge = b"--x\r\n"
    body = (
        edge + b'Content-Disposition: form-data; name="csrf"\r\n\r\nsecret\r\n'
        + edge + b'Content-Disposition: form-data; name="paquet"; filename="a.bundle"\r\n\r\n'
        + b"PK\r\n--y\r\n" * 20 + b"\r\n"
        + edge + b'Content-Disposition: form-data; name="b"; filename="b"\r\n\r\nother\r\n--x--\r\n'
    )  # fmt: skip
    for size in (1, 2, 7, 64, len(body)):
        taken = bytearray()
        form = FormFile("multipart/form-data; boundary=x", taken.extend)
        for start in range(0, len(body), size):
            form.write(body[start : start + size])
        assert taken == b"PK\r\n--y\r\n" * 20, size
    with pytest.raises(UsageError, match="UPLOAD_NO_FORM"):
        FormFile("text/plain", taken.extend)


def test_an_upload_ends_where_it_gets_too_large_and_leaves_nothing(tmp_path: Path) -> None:
    with closing(Upload(tmp_path, most_bytes=1000)) as upload:
        upload.write(bytes(1000))
        with pytest.raises(UsageError, match="UPLOAD_TOO_LARGE"):
            upload.write(b"x")
    assert list(tmp_path.iterdir()) == []
    with closing(Upload(tmp_path)) as upload, pytest.raises(UsageError, match="UPLOAD_EMPTY"):
        upload.finish()


def done(*_: object) -> dict[str, str]:
    return {"version": "0.2.0"}


def taken_back(*_: object) -> dict[str, str]:
    raise refusals.taken_back("0.2.0", "0.1.5", {"gateway"})
