"""The server of `virality serve`: the page, what it asks, and the OpenAI-compatible addresses, on one port."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from http import HTTPStatus
from typing import Literal
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.local import HOST, LocalHandler, LocalServer
from eval.serve import chat
from eval.serve.desk import MOST_SHOWN, Asked, Busy, Desk
from eval.serve.page import answer_html, page_html, spoken
from eval.suggest.records import as_json
from virality.errors import ViralityError

_FILES = {  # address: package, file, kind
    "page.css": ("virality", "page.css", "text/css"),
    "serve.css": ("eval.serve", "serve.css", "text/css"),
    "serve.js": ("eval.serve", "serve.js", "text/javascript"),
}
_MOST_BYTES = 1 << 20
_TOO_LONG = "this is far longer than any post; a request has 1 MiB at most, and says how long it is"
_BUSY = "too many drafts are waiting; ask again in a while"
_BROKEN = "something broke here that should not; the terminal of the server says what"


class _Given(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    draft: str
    platform: str | None
    tone: str
    n: int = Field(ge=1, le=MOST_SHOWN)
    alt: str | None
    lang: Literal["en", "ar"]


class Server(LocalServer):
    """Takes a port at once, and serves a desk until it is shut down."""

    desk: Desk

    def __init__(self, port: int, host: str = HOST, token: str | None = None) -> None:
        """As `LocalServer`; with a token it answers under any name, as behind a proxy."""
        super().__init__(_Handler, port, host, token)
        self.by_name = token is None
        self.since = int(time.time())

    def serve(self, desk: Desk) -> None:
        """Answer until it is shut down or interrupted; what asked before this call is answered now."""
        self.desk = desk
        self.serve_forever(poll_interval=0.1)


class _Handler(LocalHandler):
    server: Server
    gone = "open the address that `virality serve` printed when it last started"

    def do_GET(self) -> None:
        """The page in either language and its files; `/v1/models`."""
        if self._is_api():
            self._models()
            return
        path = self.page_path()
        if path is None:
            return
        if path in ("", "en", "ar"):
            lang = path or spoken(self.headers.get("Accept-Language", ""))
            self.send("text/html; charset=utf-8", page_html(lang, self.server.desk.name))
        elif path in _FILES:
            self.send_file(*_FILES[path])
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def do_POST(self) -> None:
        """`suggest`, from the page; `/v1/chat/completions`, from a client."""
        body = self.body(_MOST_BYTES)
        api = self._is_api()
        path = (urlsplit(self.path).path if self._may_call() else None) if api else self.page_path()
        if path is None:
            return
        if path not in ("/v1/chat/completions", "suggest"):
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        elif self.headers.get_content_type() != "application/json":
            self.refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "what is asked here is JSON")
        elif body is None:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _TOO_LONG)
        else:
            self._guarded(self._complete if api else self._suggest, body)

    def refuse(self, status: HTTPStatus, why: str) -> None:
        """Say why not, to a client in the form that it knows."""
        if not self._is_api():
            super().refuse(status, why)
            return
        kinds = {HTTPStatus.UNAUTHORIZED: "authentication_error", HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
                 HTTPStatus.INTERNAL_SERVER_ERROR: "server_error"}  # fmt: skip
        self.send_json(chat.error(why, kinds.get(status, "invalid_request_error")), status)

    def _guarded(self, work: Callable[[bytes], None], body: bytes) -> None:
        """Whatever goes wrong is said in one line; what is our own mistake is also told on the terminal."""
        try:
            work(body)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "the request"
            self.refuse(HTTPStatus.BAD_REQUEST, f"{where}: {first['msg']}")
        except ViralityError as error:
            self.refuse(HTTPStatus.BAD_REQUEST, " ".join(str(error).splitlines()))
        except Busy:
            self.refuse(HTTPStatus.TOO_MANY_REQUESTS, _BUSY)
        except (ConnectionError, TimeoutError):
            raise
        except Exception:
            traceback.print_exc()
            self.refuse(HTTPStatus.INTERNAL_SERVER_ERROR, _BROKEN)

    def _suggest(self, body: bytes) -> None:
        given = _Given.model_validate_json(body)
        asked = Asked(given.draft, given.platform, given.tone, given.n, alt=given.alt or None)
        answer = self.server.desk.answer(asked)
        self.send_json({"html": answer_html(answer, given.lang), "sidecar": self.server.desk.sidecar(answer)})

    def _complete(self, body: bytes) -> None:
        given = chat.ChatRequest.model_validate_json(body)
        name = self.server.desk.name
        if given.model != name:
            why = f"model: {given.model[:80]!r} is not served here; {name!r} is"
            self.send_json(chat.error(why, code="model_not_found"), HTTPStatus.NOT_FOUND)
            return
        answer = self.server.desk.answer(given.asked())
        more = {**as_json(answer), "sidecar": self.server.desk.sidecar(answer)}
        if given.stream:
            self.send("text/event-stream; charset=utf-8", "".join(chat.chunks(answer, name, more)))
        else:
            self.send_json(chat.completion(answer, name, more))

    def _models(self) -> None:
        if not self._may_call():
            return
        path, desk = urlsplit(self.path).path, self.server.desk
        if path == "/v1/models":
            self.send_json(chat.models(desk.name, self.server.since))
        elif unquote(path) == f"/v1/models/{desk.name}":
            self.send_json(chat.model(desk.name, self.server.since))
        else:
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def _is_api(self) -> bool:
        return self.path.startswith("/v1/")

    def _may_call(self) -> bool:
        """Whether a client may ask: not from a web page of another site, and with the token, where there is one."""
        if not self.from_here():
            return False
        kind, _, key = self.headers.get("Authorization", "").partition(" ")
        if self.knows(key.strip() if kind.lower() == "bearer" else ""):
            return True
        self.refuse(HTTPStatus.UNAUTHORIZED, "the API key is not the token that `virality serve` was started with")
        return False
