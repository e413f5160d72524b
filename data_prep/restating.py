"""Plain restatements of good posts by chains of edits, or by a base model; the fact gates choose."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from data_prep.pairing.paraphrase import Good, Restater, passes
from data_prep.sources.table import identifier
from virality.gates import Context, keeps_facts
from virality.text.edits import restate_backwards

SAMPLES = 4
_TEMPERATURE = 0.7


def by_edits(seed: int) -> Restater:
    """A restater that chains edits which make plain, each step under the fact gates."""

    def restate(posts: Sequence[Good]) -> list[str | None]:
        return [
            restate_backwards(post.text, int(identifier(seed, post.post_id)[:8], 16), keeps=partial(_keeps, post))
            for post in posts
        ]

    return restate


def _keeps(post: Good, plain: str) -> bool:
    return keeps_facts(plain, post.text, Context(lang=post.lang))


def base_model(spec: str, seed: int) -> Restater:
    """A restater that asks the base named by `spec` (hub id, folder, pypi:..., tiny:...).

    Of each post's `SAMPLES` answers it gives the first that keeps the facts and changes enough; None where none does.

    Raises:
        ViralityError: the base is not found, or has no chat template.
    """
    from virality.models import base, precision
    from virality.models.generate import generate
    from virality.models.prompts import answer, load_prompt, prompt_ids
    from virality.text.slots import slot

    found = base.find(spec, "pairs.restater")
    tokenizer = base.load_tokenizer(found)
    device = precision.device()
    model = base.load_model(found, precision.choose("auto"), device)
    prompt = load_prompt("plainly")

    def restate(posts: Sequence[Good]) -> list[str | None]:
        drafts = [slot(post.text) for post in posts]
        ids = [prompt_ids(tokenizer, prompt, draft.text) for draft in drafts]
        lengths = [len(tokenizer(draft.text, add_special_tokens=False)["input_ids"]) for draft in drafts]
        made = generate(
            model, tokenizer, ids, samples=SAMPLES, temperature=_TEMPERATURE, seed=seed,
            max_new_tokens=[round(1.3 * length) + 8 for length in lengths], label="restating",
        )  # fmt: skip
        return [
            next(
                (
                    text
                    for one in answers
                    if one.stopped == "eos" and passes(post, text := answer(tokenizer, one.text, draft))
                ),
                None,
            )
            for post, draft, answers in zip(posts, drafts, made, strict=True)
        ]

    return restate
