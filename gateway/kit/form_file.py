"""The file of a form, taken out as it comes: a phone's browser sends it in one piece of 50 MB."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sensor_node.errors import UsageError

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartParser

NAMED: Final = b"filename="


class FormFile:
    """Takes the pieces of a form's body and hands on, to ``take``, what is of its first file.

    ``kind``: the Content-Type of the request. Raises ``UsageError`` for what is no such form.
    """

    def __init__(self, kind: str, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._headers = b""
        self._state = "other"
        self._parser = self._new_parser(kind)

    def write(self, piece: bytes) -> None:
        """The next piece of the body."""
        from python_multipart.exceptions import MultipartParseError  # noqa: PLC0415 - rarely used

        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise _no_form() from error

    def _new_parser(self, kind: str) -> MultipartParser:
        from python_multipart.multipart import (  # noqa: PLC0415 - rarely used
            MultipartParser,
            parse_options_header,
        )

        name, options = parse_options_header(kind)
        boundary = options.get(b"boundary")
        if name != b"multipart/form-data" or not boundary:
            raise _no_form()
        return MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_value": self._header,
                "on_part_data": self._data,
                "on_part_end": self._end,
            },
        )

    def _begin(self) -> None:
        self._headers = b""

    def _header(self, data: bytes, start: int, end: int) -> None:
        self._headers += data[start:end]

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._state == "other" and NAMED in self._headers:
            self._state = "file"
        if self._state == "file":
            self._take(data[start:end])

    def _end(self) -> None:
        if self._state == "file":
            self._state = "over"


def _no_form() -> UsageError:
    return UsageError(
        "UPLOAD_NO_FORM",
        fr="Ce qui est arrivé n'est pas l'envoi d'un fichier : recommencez depuis la page.",
        en="What has come is not a file that was sent: try again from the page.",
    )
