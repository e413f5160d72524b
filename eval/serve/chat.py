"""The OpenAI-compatible side: a chat whose last message is a draft, answered with suggestions for it.

Fields as in OpenAI's API reference (`/v1/models`, `/v1/chat/completions`, chunks of a stream). Instructions, earlier
messages and sampling settings of a client are passed over: the writer is asked as it was measured.
"""

from __future__ import annotations

import json
import re
import secrets
import time
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from eval.serve.desk import MOST_SAMPLES, MOST_SHOWN, SAMPLES, Asked
from eval.suggest.records import Answer
from virality.errors import ViralityError

_PIECE = re.compile(r"\s*\S+|\s+$")


class _Part(BaseModel):
    """A piece of a message; pictures cannot be seen here."""

    model_config = ConfigDict(extra="ignore")

    type: str
    text: str | None = None


class _Message(BaseModel):
    """One message; of those of a user the last one is the draft."""

    model_config = ConfigDict(extra="ignore")

    role: str
    content: str | list[_Part] | None = None


class ChatRequest(BaseModel):
    """What a client sends. `platform`, `tone`, `samples` and `alt` are ours; what is not named here is passed over."""

    model_config = ConfigDict(extra="ignore", strict=True)

    model: str
    messages: list[_Message]
    n: int | None = Field(None, ge=1, le=MOST_SHOWN)
    stream: bool | None = None
    platform: str | None = None
    tone: str = "as-is"
    samples: int | None = Field(None, ge=1, le=MOST_SAMPLES)
    alt: str | None = None

    def asked(self) -> Asked:
        """The draft and what is asked for it.

        Raises:
            ViralityError: no message is a user's, or it holds something other than text.
        """
        message = next((one for one in reversed(self.messages) if one.role == "user"), None)
        if message is None or message.content is None:
            raise ViralityError("messages: none is a user's; the last one of a user is the draft")
        return Asked(_text(message.content), self.platform, self.tone, self.n or 1, self.samples or SAMPLES, self.alt)


def _text(content: str | list[_Part]) -> str:
    if isinstance(content, str):
        return content
    other = next((part.type for part in content if part.type != "text" or part.text is None), None)
    if other is not None:
        raise ViralityError(f"messages: a part is {other[:40]!r}, and a draft is text; say in alt what a picture shows")
    return "\n".join(part.text or "" for part in content)


def models(name: str, since: int) -> dict[str, Any]:
    """`/v1/models`: the one writer that is served, since a second of the epoch."""
    return {"object": "list", "data": [model(name, since)]}


def model(name: str, since: int) -> dict[str, Any]:
    """`/v1/models/NAME`."""
    return {"id": name, "object": "model", "created": since, "owned_by": "virality"}


def completion(answer: Answer, name: str, more: dict[str, Any]) -> dict[str, Any]:
    """A whole answer: a choice for each suggestion, or the draft as it is; `virality` holds `more` about it."""
    choices = [
        {"index": at, "message": {"role": "assistant", "content": text, "refusal": None}, "logprobs": None,
         "finish_reason": "stop"}
        for at, text in enumerate(_texts(answer))
    ]  # fmt: skip
    return {**_head("chat.completion", name), "choices": choices, "virality": more}


def chunks(answer: Answer, name: str, more: dict[str, Any]) -> Iterator[str]:
    """The same as server-sent events. A text is sent once its checks are done, so they come all at once, by words."""
    head = _head("chat.completion.chunk", name)
    texts = _texts(answer)

    def event(at: int, delta: dict[str, str], finish: Literal["stop"] | None = None, **beside: object) -> str:
        choice = {"index": at, "delta": delta, "logprobs": None, "finish_reason": finish}
        return _event({**head, "choices": [choice], **beside})

    for at, text in enumerate(texts):
        yield event(at, {"role": "assistant", "content": ""})
        for piece in _PIECE.findall(text):
            yield event(at, {"content": piece})
        yield event(at, {}, "stop", **({"virality": more} if at == len(texts) - 1 else {}))
    yield "data: [DONE]\n\n"


def error(why: str, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """A refusal as clients know it."""
    return {"error": {"message": why, "type": kind, "param": None, "code": code}}


def _texts(answer: Answer) -> list[str]:
    return [one.text for one in answer.suggestions] or [answer.draft]


def _head(kind: str, name: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{secrets.token_hex(12)}", "object": kind, "created": int(time.time()), "model": name}


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
