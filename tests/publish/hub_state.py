"""What a hub on this machine holds: accounts, repositories, large files, and which requests are to fail."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

LARGE = 2000
"""Bytes from which a file goes to the large file storage."""
PART = 16384
"""Bytes of a part, where a file is sent in several."""
WRITER, READER, FINE, STRANGER = (f"hf_{kind}{'0123456789' * 2}" for kind in ("writer", "reader", "fine", "other"))
LICENCES = {"apache-2.0", "mit", "cc-by-4.0", "cc-by-nc-4.0", "llama3.1", "llama3.2", "gemma", "other", "unknown"}


def _whoami(role: str, **more: Any) -> dict[str, Any]:
    return {"type": "user", "name": "someone", "orgs": [{"name": "lab", "roleInOrg": "write"},
                                                        {"name": "club", "roleInOrg": "read"}],
            "auth": {"type": "access_token", "accessToken": {"displayName": "t", "role": role} | more}}  # fmt: skip


def _scoped(name: str, *permissions: str) -> dict[str, Any]:
    scope = {"entity": {"type": "user", "name": name}, "permissions": list(permissions)}
    return {"fineGrained": {"global": [], "scoped": [scope]}}


ACCOUNTS = {
    WRITER: _whoami("write"),
    READER: _whoami("read"),
    FINE: _whoami("fineGrained", **_scoped("someone", "repo.content.read")),
    STRANGER: _whoami("write") | {"name": "other", "orgs": []},
}


@dataclass
class Repository:
    """Commits by hash, each with all its files; branches and tags by name."""

    private: bool
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        before = self.branches.get(branch, "")
        said = f"{before}{branch}{len(self.commits)}" + "".join(f"{name}{sha1(held)}" for name, held in files.items())
        oid = hashlib.sha1(said.encode()).hexdigest()
        self.commits[oid] = files
        self.branches[branch] = oid
        return oid

    def at(self, revision: str) -> tuple[str, dict[str, bytes]] | None:
        oid = self.branches.get(revision) or self.tags.get(revision) or revision
        return (oid, self.commits[oid]) if oid in self.commits else None


@dataclass
class Fault:
    """What becomes of requests that fit: a status, or `drop`, the connection; `after`: once they were carried out."""

    method: str
    path: re.Pattern[str]
    how: int | str
    times: int
    after: bool = False


@dataclass
class Hub:
    """The state of the server, and what it was asked."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    storage: dict[str, bytes] = field(default_factory=dict)
    parts: dict[tuple[str, int], bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    received: int = 0
    """Bytes that came into the large file storage."""
    url: str = ""
    multipart: bool = True
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, files: dict[str, bytes], *, private: bool = False) -> Repository:
        made = Repository(private)
        made.commit({".gitattributes": b"*.safetensors filter=lfs\n"} | files)
        self.repositories[name] = made
        return made

    def fail(self, method: str, path: str, how: int | str, *, times: int = 1, after: bool = False) -> None:
        self.faults.append(Fault(method, re.compile(path), how, times, after))

    def fault(self, method: str, path: str, *, after: bool) -> Fault | None:
        with self.lock:
            for one in self.faults:
                if one.times and one.after == after and one.method == method and one.path.search(path):
                    one.times -= 1
                    return one
        return None

    def times(self, method: str, path: str) -> int:
        """How often something was asked."""
        return sum(asked == method and re.search(path, where) is not None for asked, where in self.asked)


def sha1(held: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(held) + held).hexdigest()


def card_errors(content: str) -> list[str]:
    """What the hub would find wrong with a card's metadata: the parts of its schema that we write."""
    found = re.match(r"---\n(.*?)\n---\n", content, re.DOTALL)
    about = yaml.safe_load(found[1]) if found else {}
    wrong = []
    if about.get("license") not in LICENCES:
        wrong.append(f'"license" must be one of the known licences, not {about.get("license")}')
    if about.get("license") == "other" and not about.get("license_name"):
        wrong.append('"license_name" is required where "license" is other')
    languages = about.get("language") or []
    for code in [languages] if isinstance(languages, str) else languages:
        if not re.fullmatch(r"[a-z]{2,3}", code):
            wrong.append(f'"language" must be ISO 639 codes, not {code}')
    if about.get("pipeline_tag", "text-generation") != "text-generation":
        wrong.append('"pipeline_tag" must be a task')
    if (base := about.get("base_model")) is not None and not re.fullmatch(r"[\w.-]+(/[\w.-]+)?", base):
        wrong.append(f'"base_model" must be a model id, not {base}')
    return [*wrong, *(one for model in about.get("model-index") or [] for one in _result_errors(model))]


def _result_errors(model: dict[str, Any]) -> Iterator[str]:
    if not model.get("name") or not isinstance(model.get("results"), list):
        yield '"model-index[0]" needs "name" and "results"'
    for result in model.get("results") or []:
        if not (result.get("task") or {}).get("type") or not result.get("metrics"):
            yield '"model-index[0].results[0]" needs "task.type" and "metrics"'
        if not {"name", "type"} <= set(result.get("dataset") or {}):
            yield '"model-index[0].results[0].dataset" needs "name" and "type"'
        for metric in result.get("metrics") or []:
            if not isinstance(metric.get("value"), int | float | str):
                yield f"metric {metric.get('type')} has no value"
