"""What a small server of this machine stands on: a port, a token, who may ask, what is said to a browser.

A request is answered only under this machine's own name or behind a token, and never where a page of another site
asked: so no such page can read a text or give an answer. Pages load nothing but what the same server has.
"""

from __future__ import annotations

import ipaddress
import json
import secrets
import socket
import socketserver
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from importlib import resources
from urllib.parse import urlsplit

from virality.errors import ViralityError

HOST = "127.0.0.1"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_MOST_DRAINED = 64 << 20
"""Bytes of a request that is too long and still read to its end, so that the refusal reaches who sent it."""


class LocalServer(socketserver.ThreadingTCPServer):
    """Takes a port, and listens until it is shut down.

    Fields:
        token: what a request must know; None where nothing is asked for.
        loopback: whether this machine alone can reach it.
        by_name: whether only requests under this machine's own name are answered. Another site can point its own name
            here; what it cannot is know a token.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler: type[LocalHandler], port: int, host: str = HOST, token: str | None = None) -> None:
        """Take a port; 0 takes a free one.

        Raises:
            ViralityError: there is no such port or host, or it is taken or forbidden.
        """
        self.token = token
        self.host = host
        self.loopback = self.by_name = is_loopback(host)
        if ":" in host:
            self.address_family = socket.AF_INET6
        if not 0 <= port <= 65535:
            raise ViralityError(f"port = {port}: is 0 (a free one) to 65535")
        try:
            super().__init__((host, port), handler)
        except socket.gaierror as error:
            raise ViralityError(f"host = {host}: {error.strerror}; {HOST} is this machine alone") from error
        except OSError as error:
            at = "port" if host == HOST else f"host = {host}, port"
            raise ViralityError(f"{at} = {port}: {error.strerror}; give another, or 0 for a free one") from error

    @property
    def root(self) -> str:
        """`http://HOST:PORT`, as a browser is given it."""
        name = socket.gethostname() if self.host in ("0.0.0.0", "::") else self.host
        return f"http://{f'[{name}]' if ':' in name else name}:{self.server_address[1]}"

    @property
    def address(self) -> str:
        """Of the page, with the token, where there is one: without it nothing is served."""
        return f"{self.root}/" if self.token is None else f"{self.root}/{self.token}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that goes away is no error."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class LocalHandler(BaseHTTPRequestHandler):
    """One request: who may ask, what was sent, and the answer."""

    server: LocalServer
    timeout = 30
    gone = "open the address that was printed when this server was started"
    """Said to who does not know the token."""

    def from_here(self) -> bool:
        """Whether the request may be answered, the token apart; where not, it is refused."""
        host, origin = self.headers.get("Host", ""), self.headers.get("Origin")
        named = not self.server.by_name or is_loopback(_host_name(host) or "")
        if not named or origin not in (None, f"http://{host}", f"https://{host}"):
            self.refuse(HTTPStatus.FORBIDDEN, "asked by another site")
            return False
        if self.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            self.refuse(HTTPStatus.FORBIDDEN, "asked by another site")
            return False
        return True

    def page_path(self) -> str | None:
        """What is asked for, behind the token; None where the asker may not, who is then answered."""
        if not self.from_here():
            return None
        path = urlsplit(self.path).path.removeprefix("/")
        if self.server.token is None:
            return path
        token, slash, path = path.partition("/")
        if not self.knows(token):
            self.refuse(HTTPStatus.FORBIDDEN, self.gone)
            return None
        if not slash and self.command == "GET":  # what the page loads stands beside it
            self.send("text/plain; charset=utf-8", "", HTTPStatus.MOVED_PERMANENTLY, Location=f"/{self.server.token}/")
            return None
        return path

    def knows(self, token: str) -> bool:
        """Whether the token is the server's."""
        return self.server.token is None or secrets.compare_digest(token.encode(), self.server.token.encode())

    def body(self, most: int) -> bytes | None:
        """What was sent; None where it is longer than `most` bytes or its length is not told.

        It is read before any refusal, which would else be lost.
        """
        told = self.headers.get("Content-Length", "")
        size = int(told) if told.isdecimal() and len(told) < 12 else -1
        if 0 <= size <= most:
            return self.rfile.read(size)
        left = min(size, _MOST_DRAINED)
        while left > 0 and (part := self.rfile.read(min(left, 1 << 16))):
            left -= len(part)
        return None

    def send_file(self, package: str, file: str, kind: str) -> None:
        """A text file of a package."""
        self.send(f"{kind}; charset=utf-8", resources.files(package).joinpath(file).read_text(encoding="utf-8"))

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Say why not, as JSON."""
        self.send_json({"error": why}, status)

    def send_json(self, value: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        """A JSON document."""
        self.send("application/json", json.dumps(value), status)

    def send(self, kind: str, text: str, status: HTTPStatus = HTTPStatus.OK, **more: str) -> None:
        """The whole answer: `text`, of a media type, with further headers (`_` for `-`)."""
        body = text.encode()
        self.send_response(status)
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **_HEADERS, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing: the terminal is for what a person should read."""


def is_loopback(host: str) -> bool:
    """Whether a host to bind to is this machine's alone; a name other than localhost is not taken for it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
