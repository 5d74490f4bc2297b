"""The garden's authority: whom nodes let in, whatever time they think it is."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.keys.authority import WEB_DAYS, Authority, Certified
from gateway.keys.names import Names, names_here
from sensor_node.errors import ConfigError
from sensor_node.trust import fingerprint, garden_context

NAMES = Names(("jardin.local", "cabane"), ("192.168.1.10", "203.0.113.7"))
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority.new("Potager d'été", NAMES)


def shakes_hands(
    folder: Path, server: Certified, client: ssl.SSLContext, name: str = "jardin.local"
) -> str:
    """TLS in memory between ``server`` and ``client``, who calls it ``name``: why it fails."""
    (folder / "crt").write_bytes(server.certificate)
    (folder / "key").write_bytes(server.key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "crt", folder / "key")
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = context.wrap_bio(to_server, to_client, server_side=True)
    here = client.wrap_bio(to_client, to_server, server_hostname=name)
    for _ in range(4):
        for end in (here, there):
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
    assert here.version() in ("TLSv1.2", "TLSv1.3")
    return ""


def pinned(authority: Authority) -> ssl.SSLContext:
    return garden_context(authority.made.certificate.decode())


def dated(authority: Authority) -> ssl.SSLContext:
    """A client that asks the clock for the dates, as a browser does."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=authority.made.certificate.decode())
    return context


@pytest.mark.parametrize("name", ["jardin.local", "cabane", "192.168.1.10", "203.0.113.7"])
def test_a_node_lets_in_the_gateway_by_each_of_its_names(
    authority: Authority, tmp_path: Path, name: str
) -> None:
    assert shakes_hands(tmp_path, authority.for_broker(NAMES), pinned(authority), name) == ""


def test_a_node_does_not_let_in_another_name(authority: Authority, tmp_path: Path) -> None:
    said = shakes_hands(tmp_path, authority.for_broker(NAMES), pinned(authority), "serre.local")

    assert "mismatch" in said


def test_a_node_does_not_let_in_the_gateway_of_another_garden(
    authority: Authority, tmp_path: Path
) -> None:
    other = Authority.new("Potager d'été", NAMES)

    assert shakes_hands(tmp_path, other.for_broker(NAMES), pinned(authority)) != ""


@pytest.mark.parametrize(
    ("years", "said"), [(50, "certificate is not yet valid"), (-50, "certificate has expired")]
)
def test_a_node_without_a_clock_lets_the_gateway_in_whatever_its_dates_are(
    authority: Authority, tmp_path: Path, years: int, said: str
) -> None:
    """A certificate of in fifty years is to this clock what one of today is to that of 1976."""
    made = authority.for_web(NAMES, NOW + timedelta(days=365 * years))

    assert shakes_hands(tmp_path, made, pinned(authority)) == ""
    assert shakes_hands(tmp_path, made, dated(authority)) == said


def test_programs_that_ask_for_dates_let_the_broker_and_the_site_in(
    authority: Authority, tmp_path: Path
) -> None:
    for made in (authority.for_broker(NAMES), authority.for_web(NAMES, NOW)):
        assert shakes_hands(tmp_path, made, dated(authority)) == ""


def test_the_sites_certificate_is_not_longer_than_browsers_allow() -> None:
    assert WEB_DAYS + 2 <= 825


def test_the_authority_is_worth_nothing_outside_the_garden(authority: Authority) -> None:
    with pytest.raises(ConfigError) as refused:
        authority.for_web(Names(("jardin.local", "www.example.org"), ("8.8.8.8",)), NOW)

    assert refused.value.code == "NAME_OUTSIDE"
    assert "www.example.org, 8.8.8.8" in refused.value.en


def test_a_phone_that_trusts_it_need_not_trust_it_for_a_bank(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Authority, "_check", lambda *_: None)  # a thief of the key asks nobody
    forged = authority.for_web(Names(("www.example.org",), ()), NOW)

    said = shakes_hands(tmp_path, forged, dated(authority), "www.example.org")

    assert "permitted subtree violation" in said


def test_an_authority_is_the_same_when_it_is_loaded_again(authority: Authority) -> None:
    loaded = Authority.load(authority.made)

    assert loaded.made == authority.made
    assert len(fingerprint(loaded.made.certificate.decode())) == 64


def test_an_authority_with_another_ones_key_is_refused(authority: Authority) -> None:
    other = Authority.new("Verger", NAMES)

    for key in (other.made.key, b"", b"not a key"):
        with pytest.raises(ConfigError) as refused:
            Authority.load(Certified(authority.made.certificate, key))
        assert refused.value.code == "AUTHORITY_BROKEN"


def test_the_gateway_is_called_by_the_names_of_gardens_and_those_it_is_given() -> None:
    names = names_here(["Jardin.Ville.FR", "FD00:0::1", "10.1.2.3"])

    assert {"jardin.local", "jardin.lan", "localhost", "jardin.ville.fr"} <= set(names.hosts)
    assert {"127.0.0.1", "fd00::1", "10.1.2.3"} <= set(names.addresses)


@pytest.mark.parametrize("wrong", ["", "a b", "-x", "é.fr", "*.local", "http://jardin.local"])
def test_what_is_no_name_is_refused(wrong: str) -> None:
    with pytest.raises(ConfigError) as refused:
        names_here([wrong])

    assert refused.value.code == "NAME_WRONG"
