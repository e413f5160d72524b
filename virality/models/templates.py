"""Chat templates as bases ship them -> templates that show what a writer is trained on, whoever renders them.

A probe conversation is rendered and looked at. What has to change is written into the tokenizer's own template and stop
token: so training, generation, an exported adapter and any server that loads it render the same ids. A template that
needs nothing stays as it is, byte for byte. Notes on what was changed stand in the template as comments.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from virality.errors import ViralityError

_SYSTEM, _USER, _ANSWER = "Systemprobe", "Userprobe", "Answerprobe"
_ASKED = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": _USER}]
_ANSWERED = [{"role": "user", "content": _USER}, {"role": "assistant", "content": _ANSWER}]

_QUIET = {"enable_thinking": "false", "thinking": "false", "reasoning_effort": '"low"'}
"""What templates of models that can think aloud look at, and what it is set to: the answer alone is asked for."""

_THINKING = (("<think>", "</think>"), ("[THINK]", "[/THINK]"), ("<seed:think>", "</seed:think>"))

_DATE = (("%Y", "2024"), ("%m", "07"), ("%d", "26"), ("%b", "Jul"), ("%B", "July"), ("%y", "24"))
"""The day that Llama 3's template falls back to."""

_FOLD = (
    "{% if messages[0]['role'] == 'system' %}{% set messages = [{'role': messages[1]['role'], 'content': "
    "messages[0]['content'] + '\\n\\n' + messages[1]['content']}] + messages[2:] %}{% endif %}\n"
)
_NOTE = "virality: "


def adapt(tokenizer: Any) -> None:
    """Change `tokenizer` in place so that its template shows all it is given and ends where an answer begins.

    - A system message that the template refuses or drops is put in front of the user's.
    - Thinking is off: by the template's own switch, or by closing the block that it opens.
    - What the template writes between its generation prompt and an answer (a channel's header) is added to the prompt.
    - Today's date is a fixed day, else a prompt would be another one tomorrow.
    - The token that the template ends an answer with is the stop token.

    Raises:
        ViralityError: the template cannot be rendered, or drops what it is given all the same.
    """
    if not tokenizer.chat_template:
        return
    source = str(tokenizer.get_chat_template()).removesuffix("\n")  # jinja drops it only at the very end
    if source.startswith(f"{{# {_NOTE}"):
        return  # that of an adapter's folder
    before, notes = _prelude(tokenizer, source)
    asked = _rendered(tokenizer, before + source, _ANSWERED[:1], ask=True)
    head, tail = _around(tokenizer, before + source)
    opening = head.removeprefix(asked).rstrip(" ") if head.startswith(asked) else ""
    closing = _closing(asked + opening)
    after = f"{{{{ {json.dumps(opening + closing)} if add_generation_prompt else '' }}}}" if opening + closing else ""
    if after:
        notes.append("the thinking block that it opens is closed empty" if closing else
                     f"an answer begins behind {opening!r}")  # fmt: skip
    stop = _stop(tokenizer, tail)
    if stop is not None and stop != tokenizer.eos_token_id:
        if re.search(r"\beos_token\b", source):  # the template goes on writing the token it wrote
            before = f"{{% set eos_token = {json.dumps(tokenizer.eos_token or '')} %}}\n{before}"
        tokenizer.eos_token = tokenizer.convert_ids_to_tokens(stop)
        notes.append(f"an answer ends with {tokenizer.eos_token}")
    if notes:
        tokenizer.chat_template = "".join(f"{{# {_NOTE}{note} #}}\n" for note in notes) + before + source + after


def _prelude(tokenizer: Any, source: str) -> tuple[str, list[str]]:
    """What to put in front of a template so that it shows all it is given, the same every day; and notes on it."""
    switches = [name for name in _QUIET if re.search(rf"\b{name}\b", source)]
    before = "".join(f"{{% set {name} = {_QUIET[name]} %}}\n" for name in switches)
    notes = ["thinking is off"] if switches else []
    if "strftime_now" in source:
        shown = "".join(f'.replace("{code}", "{value}")' for code, value in _DATE)
        before += f"{{% macro strftime_now(format) %}}{{{{ format{shown} }}}}{{% endmacro %}}\n"
        notes.append("the date is a fixed day")
    if not _shows(tokenizer, before + source, _ASKED):
        before += _FOLD
        notes.append("the system text stands in front of the user's")
        if not _shows(tokenizer, before + source, _ASKED):
            _rendered(tokenizer, before + source, _ANSWERED[:1], ask=True)
            raise ViralityError(
                f"base: {_name(tokenizer)}: its chat template drops what it is given; take another base"
            )
    return before, notes


def notes(tokenizer: Any) -> list[str]:
    """What `adapt` changed, a line each; for a person to read."""
    return re.findall(rf"\{{# {_NOTE}(.*?) #\}}", str(tokenizer.chat_template or ""))


def lead(tokenizer: Any) -> tuple[str, str]:
    """How an answer's text is turned into ids: (spaces that the template writes before it, anchor).

    The anchor is a text to put in front before tokenising, whose ids are then taken off; empty where the text alone has
    the ids that it has behind a prompt, as with byte-level tokenizers. Others write a word at the start in another way.
    """
    return _lead(tokenizer, str(tokenizer.chat_template)) if tokenizer.chat_template else ("", "")


@functools.lru_cache(maxsize=4)
def _lead(tokenizer: Any, _: str) -> tuple[str, str]:
    template = tokenizer.get_chat_template()
    asked = _rendered(tokenizer, template, _ANSWERED[:1], ask=True)
    head, _ = _around(tokenizer, template)
    between = head.removeprefix(asked) if head.startswith(asked) else ""
    spaces = between if not between.strip(" ") else ""
    before, alone, inside = (_ids(tokenizer, text) for text in (asked, spaces + _ANSWER, asked + spaces + _ANSWER))
    apart = inside[: len(before)] == before
    return spaces, asked if apart and inside[len(before) :] != alone else ""


def _rendered(tokenizer: Any, template: str, conversation: list[dict[str, str]], *, ask: bool) -> str:
    try:
        return str(
            tokenizer.apply_chat_template(
                conversation, chat_template=template, tokenize=False, add_generation_prompt=ask, enable_thinking=False
            )
        )
    except Exception as error:  # a template may raise whatever Jinja and Python know
        raise ViralityError(
            f"base: {_name(tokenizer)}: its chat template cannot be rendered ({' '.join(str(error).split())[:120]})"
        ) from error


def _shows(tokenizer: Any, template: str, conversation: list[dict[str, str]]) -> bool:
    """Whether all that is said in the conversation is in what the template makes of it."""
    try:
        shown = _rendered(tokenizer, template, conversation, ask=True)
    except ViralityError:
        return False
    return all(message["content"] in shown for message in conversation)


def _around(tokenizer: Any, template: str) -> tuple[str, str]:
    """What the template writes before and behind an answer; nothing where it takes none."""
    if not _shows(tokenizer, template, _ANSWERED):
        return "", ""
    head, _, tail = _rendered(tokenizer, template, _ANSWERED, ask=False).partition(_ANSWER)
    return head, tail


def _closing(asked: str) -> str:
    """What closes a thinking block that a generation prompt opens, in the way of models that can do without."""
    for start, end in _THINKING:
        _, found, rest = asked.rpartition(start)
        if found and not rest.strip():
            return f"\n{end}\n\n" if rest.endswith("\n") else end
    return ""


def _stop(tokenizer: Any, tail: str) -> int | None:
    """The special token that the template ends an answer with, if it is one."""
    ids = _ids(tokenizer, tail.lstrip())
    return ids[0] if ids and ids[0] in {*tokenizer.added_tokens_decoder, *tokenizer.all_special_ids} else None


def _ids(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False)["input_ids"])


def _name(tokenizer: Any) -> str:
    return tokenizer.name_or_path or "this tokenizer"
