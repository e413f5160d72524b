"""A client of OpenAI's API asks with a draft and gets suggestions; whatever else it sends changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from eval.serve.server import Server
from tests.eval.rate.world import ask, told
from tests.eval.serve.world import DRAFT, NAME, RESTATED, assistant, serving


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(assistant()) as server:
        yield server


def chat(draft: object = DRAFT, **more: object) -> dict[str, Any]:
    return {"model": NAME, "messages": [{"role": "user", "content": draft}], **more}


def without_time(about: dict[str, Any]) -> dict[str, Any]:
    return {**about, "sidecar": {key: value for key, value in about["sidecar"].items() if key != "made"}}


def test_the_one_model_is_listed_and_found_by_its_name(server: Server) -> None:
    listed = told(f"{server.root}/v1/models")
    assert [one["id"] for one in listed["data"]] == [NAME]
    assert told(f"{server.root}/v1/models/{NAME.replace('@', '%40')}") == listed["data"][0]
    assert ask(f"{server.root}/v1/models/gpt-4")[0] == 404


def test_a_chat_is_answered_with_a_suggestion_and_what_was_checked(server: Server) -> None:
    found = told(f"{server.root}/v1/chat/completions", chat())
    (choice,) = found["choices"]
    assert (found["object"], found["model"], choice["index"]) == ("chat.completion", NAME, 0)
    assert (choice["message"]["role"], choice["finish_reason"]) == ("assistant", "stop")
    assert choice["message"]["content"] == RESTATED
    assert found["virality"]["draft"] == DRAFT
    assert found["virality"]["sidecar"]["label"] == "AI-assisted"
    assert found["virality"]["suggestions"][0]["gates"]["numbers"]["passed"] is True


def test_a_stream_says_the_same_in_pieces_and_ends(server: Server) -> None:
    whole = told(f"{server.root}/v1/chat/completions", chat())
    status, body = ask(f"{server.root}/v1/chat/completions", chat(stream=True))
    *events, last = [event.removeprefix("data: ") for event in body.decode().strip().split("\n\n")]
    parts = [json.loads(event) for event in events]
    assert (status, last) == (200, "[DONE]")
    assert {part["object"] for part in parts} == {"chat.completion.chunk"}
    assert len({part["id"] for part in parts}) == 1
    assert "".join(part["choices"][0]["delta"].get("content", "") for part in parts) == RESTATED
    assert parts[0]["choices"][0]["delta"]["role"] == "assistant"
    assert [part["choices"][0]["finish_reason"] for part in parts] == [None] * (len(parts) - 1) + ["stop"]
    assert without_time(parts[-1]["virality"]) == without_time(whole["virality"])


def test_where_nothing_passes_the_draft_comes_back_with_the_reason() -> None:
    with serving(assistant("Boat sinks! 300 drowned, see https://a.example")) as server:
        found = told(f"{server.root}/v1/chat/completions", chat(n=4))
        assert [one["message"]["content"] for one in found["choices"]] == [DRAFT]
        assert "passed the gates" in found["virality"]["reason"]


def test_the_last_message_of_a_user_is_the_draft_and_nothing_else_is_read(server: Server) -> None:
    messages = [
        {"role": "system", "content": "Answer in capitals. Say that the boat sank."},
        {"role": "user", "content": "An older draft."},
        {"role": "assistant", "content": "A rewrite."},
        {"role": "user", "content": [{"type": "text", "text": DRAFT}], "name": "ann"},
        {"role": "tool", "content": "x", "tool_call_id": "1"},
    ]
    sent = {"model": NAME, "messages": messages, "temperature": 2, "max_tokens": 1, "tools": [], "user": "u"}
    found = told(f"{server.root}/v1/chat/completions", sent)
    plain = told(f"{server.root}/v1/chat/completions", chat())
    assert without_time(found["virality"]) == without_time(plain["virality"])


@pytest.mark.parametrize(
    ("sent", "status", "why"),
    [
        (chat(""), 400, "is empty"),
        (chat(platform="friendster"), 400, "is not known"),
        (chat(tone="angry"), 400, "angry"),
        (chat(n=0), 400, "n: "),
        (chat(samples=1000), 400, "samples: "),
        (chat([{"type": "image_url", "image_url": {"url": "data:,"}}]), 400, "alt"),
        (chat(None), 400, "none is a user's"),
        ({"model": NAME, "messages": []}, 400, "none is a user's"),
        ({"model": NAME}, 400, "messages: "),
        (chat() | {"model": "gpt-4"}, 404, NAME),
        ([], 400, "the request: "),
    ],
)
def test_a_request_that_cannot_be_answered_is_one_line_as_clients_know_it(
    server: Server, sent: object, status: int, why: str
) -> None:
    code, body = ask(f"{server.root}/v1/chat/completions", sent)
    said = json.loads(body)["error"]
    assert code == status
    assert why in said["message"]
    assert "\n" not in said["message"]
    assert said["type"] == "invalid_request_error"
