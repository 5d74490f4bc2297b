"""A TCP relay in front of a server: cut, it is as if the server were away; mended, it is back."""

from __future__ import annotations

import contextlib
import socket
import threading

HOST = "127.0.0.1"


class Relay:
    """Relays connections on ``port`` to ``target`` (host, port) of the server."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self.port = 0
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.mend()

    def mend(self) -> None:
        """Listen, on the same port as before."""
        listener = socket.create_server((HOST, self.port))
        self.port = int(listener.getsockname()[1])
        self._sockets = [listener]
        self._threads = [threading.Thread(target=self._accept, args=(listener,))]
        self._threads[0].start()

    def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        for each in list(self._sockets):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join()
        for each in self._sockets:
            each.close()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(self._target)
                self._sockets += [client, server]
                for pair in ((client, server), (server, client)):
                    thread = threading.Thread(target=_relay, args=pair)
                    self._threads.append(thread)
                    thread.start()


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
