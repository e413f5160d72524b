"""Files arrive whole in one commit, whatever happens on the way; what arrived is not sent again; no token is told."""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.publish import worlds
from tests.publish.hub_state import FINE, READER, WRITER, Hub
from virality import hub as ours
from virality import hub_errors, upload
from virality.errors import ViralityError

pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # the hub's client says data=

REPO = "someone/things"
FILES = {
    "README.md": b"---\nlicense: mit\n---\n\n# Things\n",
    "configs/train.yaml": b"objective: sft\n",
    "model.safetensors": random.Random(0).randbytes(60_000),
    "tokenizer.json": b"{}" * 2000,
}
CUTS: list[tuple[str, str, bool, int | str]] = [
    ("GET", "/refs", False, 503),
    ("POST", "/preupload/", False, 429),
    ("POST", "/objects/batch", False, 500),
    ("PUT", "/storage/.*/2", False, 429),
    ("PUT", "/storage/.*/2", False, 500),
    ("PUT", "/storage/.*/2", False, 503),
    ("PUT", "/storage/.*/2", False, "drop"),
    ("POST", "/complete/", False, "drop"),
    ("POST", "/complete/", True, 503),
    ("POST", "/verify/", False, "drop"),
    ("POST", "/commit/", False, 429),
    ("POST", "/commit/", False, 500),
    ("POST", "/commit/", True, 503),
    ("POST", "/commit/", True, "drop"),
    ("POST", "/tag/", True, "drop"),
    ("GET", "/tree/", False, 429),
]
"""Where a push is cut off, and how; True: once the hub has carried it out, so that the answer alone is lost."""
PERSISTENT: list[tuple[str, str, int | str]] = [
    *(("PUT", "/storage/.*/3", how) for how in (401, 403, 429, 500, 503, "drop")),
    *(("POST", "/commit/", how) for how in (403, 413, 503, "drop")),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, held in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(held)
    return tmp_path


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with worlds.online(monkeypatch) as server:
        server.add(REPO, {}, private=True)
        yield server


def send(folder: Path, **more: Any) -> upload.Sent:
    return upload.send(REPO, folder, list(FILES), message="things", **more)


def held(hub: Hub, revision: str = "main") -> dict[str, bytes]:
    found = hub.repositories[REPO].at(revision)
    assert found is not None
    return {name: there for name, there in found[1].items() if name != ".gitattributes"}


@pytest.mark.parametrize(("method", "path", "after", "how"), CUTS)
def test_what_passes_by_itself_is_waited_for(
    hub: Hub, folder: Path, method: str, path: str, after: bool, how: int | str
) -> None:
    hub.fail(method, path, how, after=after)
    send(folder, tag="v1")
    assert held(hub) == held(hub, "v1") == FILES
    assert sum(one.times for one in hub.faults) == 0


@pytest.mark.parametrize(("method", "path", "how"), PERSISTENT)
def test_what_does_not_pass_leaves_the_repository_as_it_was_and_goes_on_later(
    hub: Hub, folder: Path, method: str, path: str, how: int | str
) -> None:
    hub.fail(method, path, how, times=10**6)
    with pytest.raises(ViralityError) as caught:
        send(folder)
    said = str(caught.value)
    assert said.startswith(f"repo = {REPO}: not sent: ")
    assert ("the connection was lost" if how == "drop" else f"the hub answers {how}: ") in said
    assert "\n" not in said
    assert WRITER not in "".join(traceback.format_exception(caught.value))
    assert held(hub) == {}
    kept, received = dict(hub.storage), hub.received
    hub.faults.clear()
    send(folder)
    assert held(hub) == FILES
    assert hub.received - received == sum(len(one) for oid, one in hub.storage.items() if oid not in kept)


def test_a_file_in_one_piece_arrives_too(hub: Hub, folder: Path) -> None:
    hub.multipart = False
    hub.fail("PUT", "/storage/", 503)
    send(folder)
    assert held(hub) == FILES


def test_the_same_files_make_no_second_commit(hub: Hub, folder: Path) -> None:
    first = send(folder)
    assert send(folder) == first
    assert len(hub.repositories[REPO].commits) == 2
    (folder / "README.md").write_bytes(FILES["README.md"] + b"More.\n")
    assert send(folder).commit != first.commit


def test_what_lies_there_otherwise_than_it_was_sent_is_told(hub: Hub, folder: Path) -> None:
    class Spoilt(dict[str, bytes]):
        def __getitem__(self, oid: str) -> bytes:
            return super().__getitem__(oid) + b"x"

    hub.storage = Spoilt()
    with pytest.raises(ViralityError, match=r"model\.safetensors, tokenizer\.json: lies there otherwise"):
        send(folder)


def test_a_branch_begins_where_main_is_and_a_tag_never_moves(hub: Hub, folder: Path) -> None:
    sent = send(folder, revision="step-12", tag="v1")
    assert held(hub) == {}
    assert held(hub, "step-12") == FILES
    assert send(folder, revision="step-12", tag="v1").commit == sent.commit
    (folder / "configs/train.yaml").write_text("objective: dpo\n")
    with pytest.raises(ViralityError, match=r"tag = v1: is there already in someone/things, with another configs/"):
        send(folder, revision="step-12", tag="v1")
    assert held(hub, "step-12") == FILES


@pytest.mark.parametrize(
    ("token", "reason"),
    [(None, "no token on this machine"), ("hf_none", "refuses the token"), (READER, "may only read"),
     (FINE, "no repo.write for someone")],
)  # fmt: skip
def test_a_repository_is_ready_only_for_who_may_write_to_it(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, token: str | None, reason: str
) -> None:
    assert ours.ready(REPO, private=True) == f"{hub.url}/{REPO}"
    monkeypatch.delenv("HF_TOKEN")
    if token is not None:
        monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(ViralityError, match=reason) as caught:
        ours.ready(REPO, private=True)
    assert token is None or token not in "".join(traceback.format_exception(caught.value))


def test_a_branch_of_its_own_holds_nothing_of_main(hub: Hub, folder: Path) -> None:
    hub.add(REPO, {"report.html": b"of another"}, private=True)
    for _ in range(2):
        assert send(folder, revision="step-12", alone=True).others == ()
    assert held(hub, "step-12") == FILES
    assert held(hub) == {"report.html": b"of another"}


def test_neither_a_token_nor_what_signs_an_address_is_told() -> None:
    error = ValueError(f"illegal header b'Bearer {WRITER}' for https://store.example/part/2?signature=00ff")
    assert hub_errors.told(error) == "illegal header b'Bearer ...' for https://store.example/part/2?..."


def test_fine_grained_rights_of_one_repository_are_enough() -> None:
    mine = ours.Account("someone", (), "fineGrained", {REPO: frozenset({"repo.write"})})
    assert ours.may_not_write(mine, REPO) is None
    assert ours.may_not_write(mine, "someone/else") is not None


@pytest.mark.parametrize("name", ["v1", "step-1200", "v1.0.2", "a_b"])
def test_names_of_revisions(name: str) -> None:
    assert ours.no_revision(name) is None


@pytest.mark.parametrize("name", ["", "../v1", "a b", "v1.lock", "v..1", "-v", "a/b", "0" * 40])
def test_what_git_would_not_take_is_no_revision(name: str) -> None:
    assert ours.no_revision(name) is not None
