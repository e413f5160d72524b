"""Prompts: markdown files, rendered by one function for training, evaluation, suggestion and the card's quick start.

A file holds the system message, a line `---`, and the user's message with `{draft}` in it. Nothing else is filled in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from typing import Any

from virality.config import nearest
from virality.errors import ViralityError
from virality.text.slots import Slotted, slot


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt by name.

    Fields:
        name: stem of its file.
        system: the system message.
        user: the user's message, with `{draft}` where the draft goes.
    """

    name: str
    system: str
    user: str

    @property
    def hash(self) -> str:
        """12 hex digits of its text."""
        return hashlib.sha256(f"{self.system}\x1f{self.user}".encode()).hexdigest()[:12]


def load_prompt(name: str) -> Prompt:
    """The prompt of that name.

    Raises:
        ViralityError: there is none; names those there are.
    """
    folder = resources.files("virality.models") / "prompts"
    known = sorted(file.name.removesuffix(".md") for file in folder.iterdir() if file.name.endswith(".md"))
    if name not in known:
        raise ViralityError(f"prompt = {name}: no such prompt{nearest(name, known)}; there are {', '.join(known)}")
    system, _, user = (folder / f"{name}.md").read_text(encoding="utf-8").partition("\n---\n")
    return Prompt(name, system.strip(), user.strip())


def messages(prompt: Prompt, slotted_draft: str) -> list[dict[str, str]]:
    """The conversation that asks for a rewrite of a draft whose handles and links are slots."""
    return [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": prompt.user.replace("{draft}", slotted_draft)},
    ]


def prompt_ids(tokenizer: Any, prompt: Prompt, slotted_draft: str) -> list[int]:
    """Token ids of the rendered conversation, up to where the answer begins.

    Special tokens that stand in the draft are text there: a draft is data and cannot end its own message.
    """
    harmless = slotted_draft.replace("<|", "<\u2060|")
    rendered = tokenizer.apply_chat_template(messages(prompt, harmless), tokenize=False, add_generation_prompt=True)
    return list(tokenizer(rendered, add_special_tokens=False)["input_ids"])


def completion_ids(tokenizer: Any, rewrite: str, draft: Slotted) -> list[int]:
    """Token ids of a rewrite, slotted as its draft is, with the stop token at the end."""
    ids = list(tokenizer(_slot_like(rewrite, draft), add_special_tokens=False)["input_ids"])
    return [*ids, tokenizer.eos_token_id]


def _slot_like(rewrite: str, draft: Slotted) -> str:
    """The rewrite with the draft's handles and links as the draft's slots; others stay as they are."""
    mine = slot(rewrite)
    numbers = {f"@{at}": f"@{draft.handles.index(handle) + 1}" if handle in draft.handles else handle
               for at, handle in enumerate(mine.handles, start=1)}  # fmt: skip
    numbers |= {f"<link{at}>": f"<link{draft.links.index(link) + 1}>" if link in draft.links else link
                for at, link in enumerate(mine.links, start=1)}  # fmt: skip
    from virality.text.slots import SLOT

    return SLOT.sub(lambda found: numbers.get(found[0], found[0]), mine.text)
