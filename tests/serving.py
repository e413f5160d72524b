"""A server on this machine that gives one answer, and keeps what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import BaseServer


@contextmanager
def running(server: BaseServer, serve: Callable[[], None] | None = None) -> Iterator[None]:
    """The server answers in a thread of its own, and has stopped when this ends; `serve`: how, if not as it is."""

    def usual() -> None:
        server.serve_forever(poll_interval=0.01)

    thread = threading.Thread(target=serve or usual)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


@contextmanager
def serving(status: int, body: bytes = b"") -> Iterator[tuple[str, list[tuple[str, dict[str, str]]]]]:
    """Gives its address, and the list of paths and headers that it was asked with."""
    asked: list[tuple[str, dict[str, str]]] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.path, dict(self.headers)))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answers) as server, running(server):
        yield f"http://127.0.0.1:{server.server_port}", asked
