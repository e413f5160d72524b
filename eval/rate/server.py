"""A server for one rater on this machine alone: the page, its pairs, its answers.

It listens on the loopback address. An address is served only behind a random token and under the name of this
machine, and an answer only from a page of its own, so no other web page can read a pair or give an answer.
"""

from __future__ import annotations

import json
import secrets
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib import resources
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.rate.answers import Choice
from eval.rate.session import Session
from virality.errors import ViralityError

HOST = "127.0.0.1"
_NAMES = {HOST, "localhost"}
_FILES = {  # address: package, file, kind
    "": ("eval.rate", "rate.html", "text/html"),
    "page.css": ("virality", "page.css", "text/css"),
    "rate.css": ("eval.rate", "rate.css", "text/css"),
    "rate.js": ("eval.rate", "rate.js", "text/javascript"),
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_MOST_BYTES = 4096


class _Given(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    item: int
    choice: Choice | None
    same: bool | None


class Server(socketserver.ThreadingTCPServer):
    """Serves a session until it is shut down. `address` is what to open in a browser."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, session: Session, port: int = 0) -> None:
        """Take a port; 0 takes a free one.

        Raises:
            ViralityError: there is no such port, or it is taken or forbidden.
        """
        self.session = session
        self.token = secrets.token_urlsafe(16)
        if not 0 <= port <= 65535:
            raise ViralityError(f"port = {port}: is 0 (a free one) to 65535")
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise ViralityError(f"port = {port}: {error.strerror}; give another, or 0 for a free one") from error

    @property
    def address(self) -> str:
        """With the token, without which nothing is served."""
        return f"http://{HOST}:{self.server_address[1]}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    server: Server
    timeout = 30

    def do_GET(self) -> None:
        """The page, its files, `item/N`, and `item/open`: the first that is not answered."""
        path = self._path()
        if path is None:
            return
        if path in _FILES:
            package, file, kind = _FILES[path]
            self._send(f"{kind}; charset=utf-8", resources.files(package).joinpath(file).read_text(encoding="utf-8"))
            return
        session, number = self.server.session, path.removeprefix("item/")
        try:
            self._send_json(session.view(session.start() if path == "item/open" else int(number)).as_json())
        except (IndexError, ValueError):
            self._refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def do_POST(self) -> None:
        """`answer`: is on the disk when the reply comes."""
        size = self.headers.get("Content-Length", "")
        fits = size.isdecimal() and len(size) < 9 and int(size) <= _MOST_BYTES
        body = self.rfile.read(int(size)) if fits else b""  # read before any refusal, which would else be lost
        path = self._path()
        if path is None:
            return None
        if path != "answer":
            return self._refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        if self.headers.get_content_type() != "application/json":
            return self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "an answer is JSON")
        try:
            given = _Given.model_validate_json(body)
            view = self.server.session.answer(given.item, given.choice, given.same)
        except ValidationError:
            return self._refuse(HTTPStatus.BAD_REQUEST, "this is not an answer")
        except IndexError as error:
            return self._refuse(HTTPStatus.NOT_FOUND, str(error))
        except OSError as error:
            return self._refuse(HTTPStatus.INSUFFICIENT_STORAGE, f"the answer could not be written: {error.strerror}")
        return self._send_json(view.as_json())

    def _path(self) -> str | None:
        """What is asked for, behind the token; None where the asker may not, who is then answered."""
        host = self.headers.get("Host", "")
        origin = self.headers.get("Origin")
        if urlsplit(f"//{host}").hostname not in _NAMES or origin not in (None, f"http://{host}"):
            self._refuse(HTTPStatus.FORBIDDEN, "asked by another site")
            return None
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            self._refuse(HTTPStatus.FORBIDDEN, "asked by another site")
            return None
        _, token, path = (*self.path.split("/", 2), "", "")[:3]
        if not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse(HTTPStatus.FORBIDDEN, "open the address that `virality rate` printed when it last started")
            return None
        return path

    def _refuse(self, status: HTTPStatus, why: str) -> None:
        self._send_json({"error": why}, status)

    def _send_json(self, value: dict[str, object], status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send("application/json", json.dumps(value), status)

    def _send(self, kind: str, text: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = text.encode()
        self.send_response(status)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **_HEADERS}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal is for what a person should read."""
