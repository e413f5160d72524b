"""Prompts: markdown files, rendered by one function for training, evaluation, suggestion and the card's quick start.

A file holds the system message, a line `---`, and the user's message with `{draft}` in it. The system message may have
paragraphs about a `{tone}`, a `{history}` of the author's posts or an `{alt}` text: one whose field is not given is
left out. Below a second `---` a line for each tone says what stands for it, `warm: Write warmly.` Nothing else is
filled in, and what is filled in is never looked at again.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from virality.config import nearest
from virality.errors import ViralityError
from virality.models.named import instruct_of
from virality.models.templates import lead
from virality.text.slots import SLOT, Slotted, restore, slot

_FIELD = re.compile(r"\{(tone|history|alt)\}")
_JOINER = "\u2060"
"""WORD JOINER, invisible: set into what a draft has of a special token, it makes text of it."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt by name.

    Fields:
        name: stem of its file.
        system: the system message.
        user: the user's message, with `{draft}` where the draft goes.
        template: hash of the file, where more than nothing was filled in; else empty.
    """

    name: str
    system: str
    user: str
    template: str = ""

    @property
    def hash(self) -> str:
        """12 hex digits of its text, before anything was filled in."""
        return self.template or _hash(self.system, self.user)


def load_prompt(name: str, fields: Mapping[str, str] | None = None) -> Prompt:
    """The prompt of that name.

    Args:
        name: stem of its file.
        fields: tone, history, alt -> what is filled in; empty ones are as if they were not given.

    Raises:
        ViralityError: there is none; names those there are.
    """
    system, user, _ = _parts(name)
    given = {field: value for field, value in (fields or {}).items() if value}
    template = _hash(system, user) if given else ""
    told = [_filled(part, given) for part in system.split("\n\n") if set(_FIELD.findall(part)) <= given.keys()]
    return Prompt(name, "\n\n".join(told), user, template)


def tones(name: str) -> dict[str, str]:
    """Tone -> the sentence that asks for it, in the language of the prompt."""
    lines = (line.partition(":") for line in _parts(name)[2].splitlines())
    return {tone.strip(): sentence.strip() for tone, _, sentence in lines if tone.strip()}


def _parts(name: str) -> tuple[str, str, str]:
    """System message, user's message and tones of a prompt's file."""
    folder = resources.files("virality.models") / "prompts"
    known = sorted(file.name.removesuffix(".md") for file in folder.iterdir() if file.name.endswith(".md"))
    if name not in known:
        raise ViralityError(f"prompt = {name}: no such prompt{nearest(name, known)}; there are {', '.join(known)}")
    system, _, rest = (folder / f"{name}.md").read_text(encoding="utf-8").partition("\n---\n")
    user, _, said = rest.partition("\n---\n")
    return system.strip(), user.strip(), said


def _filled(part: str, fields: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda found: fields[found[1]], part)


def _hash(system: str, user: str) -> str:
    return hashlib.sha256(f"{system}\x1f{user}".encode()).hexdigest()[:12]


def messages(prompt: Prompt, slotted_draft: str) -> list[dict[str, str]]:
    """The conversation that asks for a rewrite of a draft whose handles and links are slots."""
    return [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user.replace("{draft}", slotted_draft)},
    ]


def prompt_ids(tokenizer: Any, prompt: Prompt, slotted_draft: str) -> list[int]:
    """Token ids of the rendered conversation, up to where the answer begins.

    Special tokens that stand in the draft, or in what was filled in, are text there: a draft is data and cannot end its
    own message.

    Raises:
        ViralityError: the base has no chat template, so it answers no one.
    """
    if not tokenizer.chat_template:
        name = tokenizer.name_or_path or "this tokenizer"
        better = instruct_of(name) or "the base's instruct version"
        raise ViralityError(f"base: {name}: has no chat template, so it answers no one; use {better}")
    asked = replace(prompt, system=_defused(tokenizer, prompt.system))
    conversation = messages(asked, _defused(tokenizer, slotted_draft))
    # models that can think aloud are asked for the answer alone; other templates do not look at it
    rendered = tokenizer.apply_chat_template(
        conversation, tokenize=False, add_generation_prompt=True, enable_thinking=False
    )
    return list(tokenizer(rendered, add_special_tokens=False)["input_ids"])


def completion_ids(tokenizer: Any, rewrite: str, draft: Slotted) -> list[int]:
    """Token ids of a rewrite, slotted as its draft is, with the stop token at the end and nowhere else.

    They are the ids that the rewrite has behind `prompt_ids`: a space that the base's template writes between the two
    is the rewrite's, as tokenizers make one token of a space and a word.
    """
    spaces, anchor = lead(tokenizer)
    text = anchor + spaces + _defused(tokenizer, _slot_like(rewrite, draft))
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    before = len(tokenizer(anchor, add_special_tokens=False)["input_ids"]) if anchor else 0
    return [*ids[before:], tokenizer.eos_token_id]


def answer(tokenizer: Any, generated: str, draft: Slotted) -> str:
    """The text that a generated one stands for: the draft's handles and links in their slots, joiners out again."""
    for token in _specials(tokenizer):
        generated = generated.replace(_broken(token), token)
    return restore(generated, draft)


def _slot_like(rewrite: str, draft: Slotted) -> str:
    """The rewrite with the draft's handles and links as the draft's slots; others stay as they are."""
    mine = slot(rewrite)
    numbers = {f"@{at}": f"@{draft.handles.index(handle) + 1}" if handle in draft.handles else handle
               for at, handle in enumerate(mine.handles, start=1)}  # fmt: skip
    numbers |= {f"<link{at}>": f"<link{draft.links.index(link) + 1}>" if link in draft.links else link
                for at, link in enumerate(mine.links, start=1)}  # fmt: skip
    return SLOT.sub(lambda found: numbers.get(found[0], found[0]), mine.text)


def _defused(tokenizer: Any, text: str) -> str:
    for token in _specials(tokenizer):
        if token in text:
            text = text.replace(token, _broken(token))
    return text


def _broken(token: str) -> str:
    return token[0] + _JOINER + token[1:]


@functools.lru_cache(maxsize=4)
def _specials(tokenizer: Any) -> tuple[str, ...]:
    """Spellings that this tokenizer reads as special tokens, longest first."""
    found = {str(token) for token in tokenizer.added_tokens_decoder.values() if token.special}
    found |= set(tokenizer.all_special_tokens)
    return tuple(sorted((token for token in found if len(token) > 1), key=lambda token: (-len(token), token)))
