"""The server answers a person at this machine and a client that knows the token, and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from eval.serve.desk import MOST_WAITING
from eval.serve.server import Server
from tests.eval.rate.world import ask
from tests.eval.serve.world import DRAFT, NAME, RESTATED, assistant, serving
from virality.errors import ViralityError

TOKEN = "a-token-of-some-length"
SENT: dict[str, Any] = {"draft": DRAFT, "platform": None, "tone": "as-is", "n": 3, "alt": None, "lang": "en"}
CHAT: dict[str, Any] = {"model": NAME, "messages": [{"role": "user", "content": DRAFT}]}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(assistant()) as server:
        yield server


def test_a_draft_from_the_page_is_answered_with_what_passed(server: Server) -> None:
    status, body = ask(server.address + "suggest", SENT)
    assert status == 200
    found = json.loads(body)
    assert RESTATED in found["html"]
    assert found["sidecar"]["suggestions"][0]["text"] == RESTATED


def test_the_page_and_its_files_are_served_in_the_language_asked_for(server: Server) -> None:
    for path in ("page.css", "serve.css", "serve.js"):
        assert ask(server.address + path)[0] == 200
    assert b'lang="en" dir="ltr"' in ask(server.address)[1]
    assert b'lang="ar" dir="rtl"' in ask(server.address, Accept_Language="ar,en;q=0.5")[1]
    assert b'lang="en" dir="ltr"' in ask(server.address + "en", Accept_Language="ar")[1]
    for path in ("serve.py", "../server.py", "fr", "suggest", "v1", "v1/", "v1/suggest"):
        assert ask(server.address + path)[0] == 404


def test_nothing_is_served_to_another_site(server: Server) -> None:
    port = server.server_address[1]
    for headers in (
        {"Host": "evil.example"},
        {"Host": f"evil.example:{port}"},
        {"Host": "[::1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": f"http://127.0.0.1:{port + 1}"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ):
        for path in ("", "suggest", "v1/models", "v1/chat/completions"):
            assert ask(server.address + path, SENT if path == "suggest" else None, **headers)[0] in (403, 404)
        assert ask(server.address + "suggest", SENT, **headers)[0] == 403
        assert ask(server.address + "v1/chat/completions", CHAT, **headers)[0] == 403
    assert ask(server.address + "suggest", SENT, Content_Type="text/plain")[0] == 415
    assert ask(server.address + "v1/chat/completions", CHAT, Content_Type="text/plain")[0] == 415
    own = {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}", "Sec_Fetch_Site": "same-origin"}
    assert ask(server.address + "suggest", SENT, **own)[0] == 200


def test_a_token_is_asked_of_the_page_and_of_clients_where_there_is_one() -> None:
    with serving(assistant(), TOKEN) as server:
        for path in ("", "suggest", "page.css", f"{TOKEN[:-1]}/", f"{TOKEN}x/suggest"):
            assert ask(f"{server.root}/{path}", SENT if path.endswith("suggest") else None)[0] == 403
        assert ask(server.address)[0] == 200
        assert b"<title>" in ask(server.address.rstrip("/"))[1]  # sent on to where its parts are found
        assert ask(server.address + "suggest", SENT)[0] == 200
        for key in ("", "Bearer", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"):
            status, body = ask(f"{server.root}/v1/chat/completions", CHAT, Authorization=key)
            assert status == 401
            assert json.loads(body)["error"]["type"] == "authentication_error"
            assert ask(f"{server.root}/v1/models", Authorization=key)[0] == 401
        assert ask(f"{server.root}/v1/models", Authorization=f"Bearer {TOKEN}")[0] == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])
def test_behind_a_token_it_goes_by_any_name(host: str) -> None:
    with serving(assistant(), TOKEN, host) as server:
        at = f"http://127.0.0.1:{server.server_address[1]}/{TOKEN}/suggest"
        assert server.loopback == (host == "127.0.0.1")
        assert ask(at, SENT, Host="writer.example", Origin="https://writer.example")[0] == 200
        assert ask(at, SENT, Host="writer.example", Origin="https://evil.example")[0] == 403


@pytest.mark.parametrize(
    ("changed", "status", "why"),
    [
        ({"draft": ""}, 400, "is empty"),
        ({"draft": "\u200b\n \x07"}, 400, "is empty"),
        ({"draft": "a" * 20_001}, 400, "20,001 characters"),
        ({"draft": "\u0628" * 2_000_000}, 413, "longer than any post"),
        ({"draft": "a" * 10_000_000}, 413, "longer than any post"),
        ({"draft": "a" * 300, "platform": "x"}, 400, "it allows 280"),
        ({"platform": "friendster"}, 400, "'friendster' is not known"),
        ({"tone": "angry"}, 400, "angry"),
        ({"n": 0}, 400, "n: "),
        ({"n": 99}, 400, "n: "),
        ({"lang": "fr"}, 400, "lang: "),
        ({"draft": None}, 400, "draft: "),
        ({"more": 1}, 400, "more: "),
    ],
)
def test_what_cannot_be_answered_is_one_line(server: Server, changed: dict[str, Any], status: int, why: str) -> None:
    code, body = ask(server.address + "suggest", SENT | changed)
    said = json.loads(body)["error"]
    assert code == status
    assert why in said
    assert "\n" not in said
    assert len(said) < 400


def test_what_is_no_json_or_does_not_say_how_long_it_is_is_refused(server: Server) -> None:
    unreadable: list[object] = ["{", [], SENT | {"draft": "\ud800"}]
    for sent in unreadable:
        code, body = ask(server.address + "suggest", sent)
        assert code == 400
        assert json.loads(body)["error"]
    assert ask(server.address + "suggest", SENT, Content_Length="-1")[0] == 413


def test_who_comes_when_too_many_wait_is_told_to_come_back() -> None:
    with serving(assistant()) as server:
        places = server.desk._places
        for _ in range(1 + MOST_WAITING):
            places.acquire()
        assert ask(server.address + "suggest", SENT)[0] == 429
        status, body = ask(f"{server.root}/v1/chat/completions", CHAT)
        assert (status, json.loads(body)["error"]["type"]) == (429, "rate_limit_error")
        for _ in range(1 + MOST_WAITING):
            places.release()
        assert ask(server.address + "suggest", SENT)[0] == 200


def test_a_mistake_of_ours_is_told_in_one_line_and_the_next_draft_is_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = assistant()
    with serving(found) as server:
        ids, found.writer.model.ids = found.writer.model.ids, []
        status, body = ask(server.address + "suggest", SENT)
        assert status == 500
        assert "Error" not in json.loads(body)["error"]
        assert "IndexError" in capsys.readouterr().err
        found.writer.model.ids = ids
        assert ask(server.address + "suggest", SENT)[0] == 200


def test_a_port_or_host_that_is_not_to_be_had_is_said_in_one_line(server: Server) -> None:
    for port in (server.server_address[1], -1, 65536):
        with pytest.raises(ViralityError, match=f"port = {port}: "):
            Server(port)
    with pytest.raises(ViralityError, match=r"host = 192\.0\.2\.1"):
        Server(0, "192.0.2.1")
