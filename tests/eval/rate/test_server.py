"""The server gives a pair and takes an answer, tells nothing of which is the rewrite, and serves nobody else."""

from __future__ import annotations

import json
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.rate.answers import read
from eval.rate.items import fingerprint, items, rewrite_first
from eval.rate.server import Server
from tests.eval.rate.world import POSTS, ask, evaluated, rewrites, serving, session, told
from virality.errors import ViralityError


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return evaluated(tmp_path_factory.mktemp("rated") / "run")


@pytest.fixture(scope="module")
def server(run: Path) -> Iterator[Server]:
    with serving(run, "anna") as server:
        yield server


def test_an_answer_is_in_the_file_when_the_reply_comes(run: Path, server: Server) -> None:
    view = told(server.address + "item/open")
    assert (view["item"], view["of"], view["choice"], view["answered"]) == (1, 6, None, 0)
    for number in range(1, 7):
        view = told(f"{server.address}item/{number}")
        side = "first" if view["first"] in rewrites(run) else "second"
        view = told(server.address + "answer", {"item": number, "choice": side, "same": number % 2 == 0})
        assert (view["choice"], view["answered"]) == (side, number)
        kept = read(run, fingerprint(items(run)))["anna"]
        assert [one.prefers for one in kept.values()] == ["rewrite"] * number
    assert view["open"] is None
    assert view["following"] is None
    assert sum(bool(one.same) for one in kept.values()) == 3


def everything_served(run: Path, rater: str) -> list[bytes]:
    with serving(run, rater) as server:
        paths = ["", "rate.js", "rate.css", "page.css", "item/open", "item/1"]
        out = [ask(server.address + path)[1] for path in paths]
        out.append(ask(server.address + "answer", {"item": 1, "choice": "first", "same": None})[1])
    return out


def test_what_is_served_does_not_tell_which_text_is_the_rewrite(tmp_path: Path) -> None:
    plain, lively = POSTS[0]
    first = next(name for name in "abcdefghijk" if rewrite_first(name, "post:0"))
    second = next(name for name in "abcdefghijk" if not rewrite_first(name, "post:0"))
    lively_rewrite = everything_served(evaluated(tmp_path / "one", [(plain, lively)]), first)
    plain_rewrite = everything_served(evaluated(tmp_path / "two", [(lively, plain)]), second)
    assert lively_rewrite == plain_rewrite
    assert json.loads(lively_rewrite[5])["first"] == lively
    assert all(word not in page for page in lively_rewrite for word in (b"shown_first", b"judge", b"post:0"))


def test_nothing_is_served_without_the_token_or_to_another_site(server: Server) -> None:
    port, token = server.server_address[1], str(server.token)
    base = f"http://127.0.0.1:{port}/"
    sent = {"item": 1, "choice": "first", "same": None}
    for path in ("", "item/1", "wrong/item/1", "wrong/", f"{token[:-1]}/"):
        assert ask(base + path)[0] == 403
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        assert ask(server.address + "item/1", **headers)[0] == 403
        assert ask(server.address + "answer", sent, **headers)[0] == 403
    assert ask(server.address + "answer", sent, Content_Type="text/plain")[0] == 415
    own = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}", "Sec_Fetch_Site": "same-origin"}
    assert ask(server.address + "item/1", **own)[0] == 200


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"item": 0, "choice": "first", "same": None}, 404),
        ({"item": 7, "choice": "first", "same": None}, 404),
        ({"item": "1", "choice": "first", "same": None}, 400),
        ({"item": 1, "choice": "third", "same": None}, 400),
        ({"item": 1, "choice": "first", "same": 1}, 400),
        ({"item": 1, "choice": "first", "same": None, "rater": "bert"}, 400),
        ({"item": 1, "choice": "first"}, 400),
        ([], 400),
        ("x" * 5000, 400),
    ],
)
def test_what_is_no_answer_is_refused_and_keeps_nothing(run: Path, server: Server, sent: object, status: int) -> None:
    path = run / "ratings" / "anna.jsonl"
    before = path.read_bytes()
    code, body = ask(server.address + "answer", sent)
    assert code == status
    assert json.loads(body)["error"]
    assert path.read_bytes() == before


def test_an_address_that_is_none_is_refused(server: Server) -> None:
    for path in ("item/7", "item/0", "item/-1", "item/x", "item/", "rate.py", "../answers.py", "item/" + "9" * 5000):
        assert ask(server.address + path)[0] == 404
    assert ask(server.address + "item/1", {"item": 1})[0] == 404


def test_a_full_disk_is_told_to_the_page_and_the_answer_can_be_given_again(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    sent = {"item": 1, "choice": "first", "same": None}
    with serving(run, "anna") as server:
        size = (run / "ratings" / "anna.jsonl").stat().st_size
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
        try:
            status, body = ask(server.address + "answer", sent)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert status == 507
        assert "could not be written" in json.loads(body)["error"]
        assert told(server.address + "item/open")["answered"] == 0
        assert told(server.address + "answer", sent)["answered"] == 1


def test_overrides_of_direction_are_spelled_out_and_arabic_stays_as_it_is(tmp_path: Path) -> None:
    arabic = "افتتحنا اليوم مكتبة الحي"
    with session(evaluated(tmp_path / "run", [(arabic, "a\u202eb <b>")]), "anna") as opened:
        assert {opened.view(1).first, opened.view(1).second} == {arabic, "a[U+202E]b <b>"}


def test_a_port_that_is_taken_or_none_is_said_in_one_line(run: Path, server: Server) -> None:
    with session(run, "bert") as opened:
        for port in (server.server_address[1], -1, 65536):
            with pytest.raises(ViralityError, match=f"port = {port}: "):
                Server(opened, port)
