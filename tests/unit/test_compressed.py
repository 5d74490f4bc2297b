"""A page that is put together from compressed parts is the page that was written."""

from __future__ import annotations

import gzip

import pytest

from gateway.pages.compressed import DATA, LARGE, gzipped

HEAD = "".join(f"<p>L’eau du bac {number} : {number * 7919 % 101} %</p>" for number in range(5000))


@pytest.mark.parametrize(
    "page",
    [
        "",
        f"<p>petite</p>{DATA}{{}}</script>",
        HEAD,
        HEAD + DATA,
        f"{HEAD}{DATA}1</script>",
        f"{HEAD}{DATA}2</script>{DATA}",
        f"{HEAD}é{DATA}1</script>",
    ],
)
def test_what_is_unpacked_is_what_was_written(page: str) -> None:
    for _ in range(2):
        assert gzip.decompress(gzipped(page)).decode() == page


def test_a_large_page_is_hardly_larger_for_its_two_parts() -> None:
    page = f"{HEAD}{DATA}{{}}</script>"
    assert len(HEAD) > LARGE
    assert len(gzipped(page)) < len(gzip.compress(page.encode(), 4)) + 100
