"""A hub on this machine: as much of the hub's HTTP API as its client needs to make, fill and read a repository.

Repositories are kept in memory. What is asked can be made to fail: `Hub.fail` names the request, how and how often.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.publish.hub_state import ACCOUNTS, LARGE, PART, Fault, Hub, Repository, card_errors, sha1
from tests.serving import running


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each answer waits 40 ms
    wbufsize = -1
    hub: Hub
    quiet: Fault | None = None

    def log_message(self, *_: object) -> None:
        pass

    def _handle(self) -> None:
        where = urlsplit(self.path)
        path = unquote(where.path)
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Transfer-Encoding") == "chunked":
            self.body = self._chunks()
        self.query = parse_qs(where.query)
        self.hub.asked.append((self.command, path))
        if fault := self.hub.fault(self.command, path, after=False):
            self._fail(fault)
            return
        self.quiet = self.hub.fault(self.command, path, after=True)
        for method, pattern, answer in _ROUTES:
            if method in (self.command, "*") and (found := re.fullmatch(pattern, path)):
                answer(self, *map(unquote, found.groups()))
                return
        self._json(404, {"error": "no such way"})

    do_GET = do_POST = do_PUT = do_HEAD = _handle

    def _chunks(self) -> bytes:
        held = b""
        while size := int(self.rfile.readline().strip() or b"0", 16):
            held += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return held

    def _fail(self, fault: Fault) -> None:
        if fault.how == "drop":
            self.close_connection = True
            self.connection.close()
            return
        self._json(int(fault.how), {"error": f"made to fail with {fault.how}"})

    def _json(self, status: int, value: Any, headers: dict[str, str] | None = None) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"} | (headers or {}))

    def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if (fault := self.quiet) is not None:
            self.quiet = None
            self._fail(fault)
            return
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        self.wfile.flush()

    def _account(self) -> dict[str, Any] | None:
        return ACCOUNTS.get((self.headers.get("Authorization") or "").removeprefix("Bearer "))

    def _may_write(self, name: str) -> bool:
        mine = self._account()
        if mine is None or mine["auth"]["accessToken"]["role"] == "read":
            return False
        writes = [one["name"] for one in mine["orgs"] if one["roleInOrg"] == "write"]
        return name.partition("/")[0] in (mine["name"], *writes)

    def _repository(self, name: str) -> Repository | None:
        """The repository, where who asks may see it; else the answer is given."""
        found = self.hub.repositories.get(name)
        if found is None or (found.private and not self._may_write(name)):
            self._json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return None
        return found

    def _at(self, name: str, revision: str) -> tuple[Repository, str, dict[str, bytes]] | None:
        found = self._repository(name)
        if found is None:
            return None
        at = found.at(revision)
        if at is None:
            self._json(404, {"error": "Revision not found"}, {"X-Error-Code": "RevisionNotFound"})
            return None
        return found, *at

    def _writable(self, name: str) -> Repository | None:
        found = self._repository(name)
        if found is not None and not self._may_write(name):
            self._json(403, {"error": "You don't have the rights"})
            return None
        return found

    # what is asked

    def whoami(self) -> None:
        mine = self._account()
        self._json(*((401, {"error": "Invalid username or password."}) if mine is None else (200, mine)))

    def create(self) -> None:
        asked = json.loads(self.body)
        mine = self._account()
        name = f"{asked.get('organization') or (mine or {}).get('name')}/{asked['name']}"
        about = {"url": f"{self.hub.url}/{name}", "name": name, "id": name}
        if mine is None:
            self._json(401, {"error": "Invalid username or password."})
        elif not self._may_write(name):
            self._json(403, {"error": f"You don't have the rights to create a model under the namespace {name}"})
        elif name in self.hub.repositories:
            self._json(409, about | {"error": "You already created this model repo"})
        else:
            self.hub.add(name, {}, private=asked.get("visibility") == "private")
            self._json(200, about)

    def info(self, name: str, revision: str = "main") -> None:
        if found := self._at(name, revision):
            repository, oid, files = found
            siblings = [{"rfilename": path} for path in sorted(files)]
            self._json(200, {"id": name, "modelId": name, "sha": oid, "private": repository.private, "tags": [],
                             "siblings": siblings, "gated": False, "disabled": False})  # fmt: skip

    def auth_check(self, name: str) -> None:
        if self._writable(name) is not None:
            self._json(200, {})

    def refs(self, name: str) -> None:
        if (found := self._repository(name)) is not None:
            self._json(200, {
                "branches": [{"name": one, "ref": f"refs/heads/{one}", "targetCommit": oid}
                             for one, oid in found.branches.items()],
                "tags": [{"name": one, "ref": f"refs/tags/{one}", "targetCommit": oid}
                         for one, oid in found.tags.items()],
                "converts": []})  # fmt: skip

    def branch(self, name: str, branch: str) -> None:
        found = self._writable(name)
        if found is None:
            return
        if branch in found.branches:
            self._json(409, {"error": "Reference already exists"})
            return
        start = found.at(json.loads(self.body or b"{}").get("startingPoint") or "main")
        assert start is not None
        found.branches[branch] = start[0]
        self._json(200, {})

    def tag(self, name: str, revision: str) -> None:
        found = self._writable(name)
        tag = json.loads(self.body)["tag"]
        if found is None:
            return
        at = found.at(revision)
        if tag in found.tags or at is None:
            self._json(409 if at else 404, {"error": "Tag reference exists already"})
            return
        found.tags[tag] = at[0]
        self._json(200, {})

    def preupload(self, name: str, revision: str) -> None:
        found = self._writable(name)
        at = None if found is None else self._at(name, revision)
        if at is None:
            return
        answers = []
        for file in json.loads(self.body)["files"]:
            held = at[2].get(file["path"])
            is_large = file["size"] >= LARGE or file["path"].endswith(".safetensors")
            oid = None if held is None else hashlib.sha256(held).hexdigest() if is_large else sha1(held)
            answers.append({"path": file["path"], "uploadMode": "lfs" if is_large else "regular",
                            "shouldIgnore": False, "oid": oid})  # fmt: skip
        self._json(200, {"files": answers})

    def batch(self, name: str) -> None:
        if self._writable(name) is None:
            return
        objects = []
        for one in json.loads(self.body)["objects"]:
            oid, size = one["oid"], one["size"]
            about: dict[str, Any] = {"oid": oid, "size": size}
            if oid not in self.hub.storage:
                count = -(-size // PART)
                header = {"chunk_size": str(PART)} | {
                    f"{at + 1:05d}": f"{self.hub.url}/storage/{oid}/{at + 1}" for at in range(count)
                }
                many = self.hub.multipart and count > 1
                upload = {"href": f"{self.hub.url}/{'complete' if many else 'storage'}/{oid}",
                          "header": header if many else {}}  # fmt: skip
                verify = {"href": f"{self.hub.url}/verify/{oid}", "header": {}}
                about["actions"] = {"upload": upload, "verify": verify}
            objects.append(about)
        self._json(200, {"transfer": "multipart" if self.hub.multipart else "basic", "objects": objects})

    def put_part(self, oid: str, part: str) -> None:
        self.hub.received += len(self.body)
        self.hub.parts[oid, int(part)] = self.body
        self._send(200, b"", {"ETag": f'"{hashlib.md5(self.body).hexdigest()}"'})

    def put_whole(self, oid: str) -> None:
        self.hub.received += len(self.body)
        self._keep(oid, self.body)

    def complete(self, oid: str) -> None:
        asked = json.loads(self.body)
        self._keep(oid, b"".join(self.hub.parts[oid, one["partNumber"]] for one in asked["parts"]))

    def _keep(self, oid: str, held: bytes) -> None:
        if hashlib.sha256(held).hexdigest() != oid:
            self._json(400, {"error": "these bytes have another hash"})
            return
        self.hub.storage[oid] = held
        self._json(200, {})

    def verify(self, oid: str) -> None:
        size = json.loads(self.body)["size"]
        fits = len(self.hub.storage.get(oid, b"")) == size
        self._json(200 if fits else 422, {})

    def commit(self, name: str, revision: str) -> None:
        found = self._writable(name)
        at = None if found is None else self._at(name, revision)
        if found is None or at is None:
            return
        files = dict(at[2])
        for line in self.body.splitlines():
            asked = json.loads(line)
            value = asked["value"]
            if asked["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif asked["key"] == "lfsFile":
                if value["oid"] not in self.hub.storage:
                    self._json(400, {"error": f"{value['path']} was not uploaded"})
                    return
                files[value["path"]] = self.hub.storage[value["oid"]]
                found.large.add(value["path"])
            elif asked["key"] == "deletedFile":
                del files[value["path"]]
        if "README.md" in files and (wrong := card_errors(files["README.md"].decode())):
            self._json(400, {"error": "; ".join(wrong)})
            return
        oid = found.commit(files, revision)
        self._json(200, {"commitUrl": f"{self.hub.url}/{name}/commit/{oid}", "commitOid": oid, "hookOutput": "",
                         "success": True})  # fmt: skip

    def tree(self, name: str, revision: str) -> None:
        if found := self._at(name, revision):
            repository, _, files = found
            self._json(200, [_entry(path, held, is_large=path in repository.large) for path, held in files.items()])

    def resolve(self, name: str, revision: str, path: str) -> None:
        found = self._at(name, revision)
        if found is None:
            return
        _, oid, files = found
        if path not in files:
            self._json(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": oid})
            return
        held = files[path]
        begin = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
        more = {"Content-Range": f"bytes {begin}-{len(held) - 1}/{len(held)}"} if begin else {}
        self._send(206 if begin else 200, held[begin:],
                   {"X-Repo-Commit": oid, "ETag": f'"{sha1(held)}"', "Accept-Ranges": "bytes"} | more)  # fmt: skip

    def validate(self) -> None:
        wrong = card_errors(json.loads(self.body)["content"])
        if wrong:
            self._send(400, "; ".join(wrong).encode(), {"Content-Type": "text/plain"})
        else:
            self._json(200, {"errors": [], "warnings": []})


def _entry(path: str, held: bytes, *, is_large: bool) -> dict[str, Any]:
    about = {"type": "file", "path": path, "size": len(held), "oid": sha1(held)}
    large = {"lfs": {"oid": hashlib.sha256(held).hexdigest(), "size": len(held), "pointerSize": 134}}
    return about | (large if is_large else {})


_NAME = r"([\w.-]+/[\w.-]+)"
_ROUTES: list[tuple[str, str, Callable[..., None]]] = [
    ("GET", "/api/whoami-v2", _Handler.whoami),
    ("POST", "/api/repos/create", _Handler.create),
    ("POST", "/api/validate-yaml", _Handler.validate),
    ("GET", f"/api/models/{_NAME}/auth-check/write", _Handler.auth_check),
    ("GET", f"/api/models/{_NAME}/refs", _Handler.refs),
    ("POST", f"/api/models/{_NAME}/branch/(.+)", _Handler.branch),
    ("POST", f"/api/models/{_NAME}/tag/(.+)", _Handler.tag),
    ("POST", f"/api/models/{_NAME}/preupload/(.+)", _Handler.preupload),
    ("POST", f"/api/models/{_NAME}/commit/(.+)", _Handler.commit),
    ("GET", f"/api/models/{_NAME}/tree/([^/]+)/?", _Handler.tree),
    ("GET", f"/api/models/{_NAME}/revision/(.+)", _Handler.info),
    ("GET", f"/api/models/{_NAME}", _Handler.info),
    ("POST", rf"/{_NAME}\.git/info/lfs/objects/batch", _Handler.batch),
    ("PUT", r"/storage/([0-9a-f]+)/(\d+)", _Handler.put_part),
    ("PUT", r"/storage/([0-9a-f]+)", _Handler.put_whole),
    ("POST", r"/complete/([0-9a-f]+)", _Handler.complete),
    ("POST", r"/verify/([0-9a-f]+)", _Handler.verify),
    ("*", f"/{_NAME}/resolve/([^/]+)/(.+)", _Handler.resolve),
]


@contextmanager
def serving_hub() -> Iterator[Hub]:
    """A hub on a free port of this machine; its address is `url`."""
    hub = Hub()
    handler = type("Handler", (_Handler,), {"hub": hub})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        hub.url = f"http://127.0.0.1:{server.server_port}"
        with running(server):
            yield hub
