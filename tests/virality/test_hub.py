"""The way to the hub: one line where it is shut, and a token that the hub does not take is told as such."""

from __future__ import annotations

import socket
import time

import pytest

from tests.serving import serving
from virality import hub, reach
from virality.errors import ViralityError


@pytest.fixture
def open_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_TOKEN", "hf_" + "x" * 30)


@pytest.mark.usefixtures("open_way")
def test_a_token_that_the_hub_knows_is_somebodys(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(200, b'{"name": "someone"}') as (url, asked):
        monkeypatch.setenv("HF_ENDPOINT", url)
        assert hub.whoami("hf_given") == "someone"
        assert hub.reachable() is None
    assert asked[0][0] == "/api/whoami-v2"
    assert asked[0][1]["Authorization"] == "Bearer hf_given"


@pytest.mark.usefixtures("open_way")
@pytest.mark.parametrize(("status", "expected"), [(401, "refuses the token (401)"), (503, "(it answers 503)")])
def test_a_hub_that_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch, status: int, expected: str) -> None:
    with serving(status) as (url, _):
        monkeypatch.setenv("HF_ENDPOINT", url)
        line = hub.reachable()
        with pytest.raises(ViralityError, match=r"^http"):
            hub.whoami("hf_given")
    assert line is not None
    assert line.startswith(f"hub: {url}: ")
    assert expected in line


@pytest.mark.usefixtures("open_way")
def test_a_hub_that_answers_something_else_is_no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(200, b"<html>") as (url, _):
        monkeypatch.setenv("HF_ENDPOINT", url)
        line = hub.reachable()
    assert line == f"hub: {url}: answers what is no account; see HF_ENDPOINT"


@pytest.mark.usefixtures("open_way")
def test_a_hub_that_is_not_there_is_one_line_with_and_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = "hub: http://127.0.0.1:9: cannot be reached (Connection refused)"
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert hub.reachable() == expected
    monkeypatch.setattr(hub, "token", lambda: None)
    assert hub.reachable() == expected


def test_where_the_hub_is_switched_off_it_is_not_asked() -> None:
    assert hub.reachable() == "hub: HF_HUB_OFFLINE is set, so only what is on this machine is used"


def test_a_service_that_says_nothing_is_waited_for_no_longer_than_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()
        answer = reach.ask(f"http://127.0.0.1:{silent.getsockname()[1]}/", patience=0.2)
        assert time.monotonic() - started < 2
    assert (answer.status, answer.body) == (None, b"")
    assert answer.why


def test_what_is_no_address_is_no_crash() -> None:
    assert reach.ask("nowhere").status is None
