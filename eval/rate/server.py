"""A server for one rater on this machine alone: the page, its pairs, its answers.

It listens on the loopback address. An address is served only behind a random token and under the name of this
machine, and an answer only from a page of its own (`eval.local`): no other web page can read a pair or give an answer.
"""

from __future__ import annotations

import secrets
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.local import LocalHandler, LocalServer
from eval.rate.answers import Choice
from eval.rate.session import Session

_FILES = {  # address: package, file, kind
    "": ("eval.rate", "rate.html", "text/html"),
    "page.css": ("virality", "page.css", "text/css"),
    "rate.css": ("eval.rate", "rate.css", "text/css"),
    "rate.js": ("eval.rate", "rate.js", "text/javascript"),
}
_MOST_BYTES = 4096


class _Given(BaseModel):
    """What the page sends."""

    model_config = ConfigDict(extra="forbid", strict=True)

    item: int
    choice: Choice | None
    same: bool | None


class Server(LocalServer):
    """Serves a session until it is shut down. `address` is what to open in a browser."""

    def __init__(self, session: Session, port: int = 0) -> None:
        """Take a port; 0 takes a free one.

        Raises:
            ViralityError: there is no such port, or it is taken or forbidden.
        """
        self.session = session
        super().__init__(_Handler, port, token=secrets.token_urlsafe(16))


class _Handler(LocalHandler):
    server: Server
    gone = "open the address that `virality rate` printed when it last started"

    def do_GET(self) -> None:
        """The page, its files, `item/N`, and `item/open`: the first that is not answered."""
        path = self.page_path()
        if path is None:
            return
        if path in _FILES:
            self.send_file(*_FILES[path])
            return
        session, number = self.server.session, path.removeprefix("item/")
        try:
            self.send_json(session.view(session.start() if path == "item/open" else int(number)).as_json())
        except (IndexError, ValueError):
            self.refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")

    def do_POST(self) -> None:
        """`answer`: is on the disk when the reply comes."""
        body = self.body(_MOST_BYTES) or b""
        path = self.page_path()
        if path is None:
            return None
        if path != "answer":
            return self.refuse(HTTPStatus.NOT_FOUND, "there is nothing at this address")
        if self.headers.get_content_type() != "application/json":
            return self.refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "an answer is JSON")
        try:
            given = _Given.model_validate_json(body)
            view = self.server.session.answer(given.item, given.choice, given.same)
        except ValidationError:
            return self.refuse(HTTPStatus.BAD_REQUEST, "this is not an answer")
        except IndexError as error:
            return self.refuse(HTTPStatus.NOT_FOUND, str(error))
        except OSError as error:
            return self.refuse(HTTPStatus.INSUFFICIENT_STORAGE, f"the answer could not be written: {error.strerror}")
        return self.send_json(view.as_json())
