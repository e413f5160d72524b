"""Pairs -> token ids: what a writer sees and is taught, and what a scorer of posts reads, with nothing cut."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from data_prep.records import MEASURED, Pair
from virality.models.prompts import Prompt, completion_ids, load_prompt, prompt_ids
from virality.models.prompts import tones as sentences
from virality.text.lang import detect
from virality.text.slots import Slotted, slot
from virality.text.tone import LANGUAGES, Tone, Usual

Weighting = Literal["given", "certainty", "lift", "none"]
Labels = Literal["hard", "soft"]


@dataclass(frozen=True, slots=True)
class Example:
    """One pair, or one post of it, as token ids.

    Fields:
        pair_id: of the pair.
        prompt: ids of the rendered conversation with the draft; empty for a scorer.
        completions: ids of the rewrites, stop token last, the better one first; for imitation the better one alone;
            for unpaired examples its own and then another example's; for a scorer the two rendered posts.
        weight: of the example in the loss, at least 0.
        p_better: P(the first completion is the better one); for an unpaired example, that it is a good one.
        offset: margin that is asked of the winner, at least 0.
        group: examples with the same group share text: they are seen in one step, where it is computed once.
    """

    pair_id: str
    prompt: list[int]
    completions: list[list[int]]
    weight: float
    p_better: float = 1.0
    offset: float = 0.0
    group: int = 0

    @property
    def length(self) -> int:
        """Tokens of the longest sequence."""
        return len(self.prompt) + max(map(len, self.completions))


@dataclass(frozen=True, slots=True)
class Emphasis:
    """How certainty and size of a difference enter an example.

    Fields:
        weighting: given: the pair's weight; certainty: of a measured pair, that times 2 p_better - 1 (a judged pair's
            weight holds it already); lift: the weight times the pair's lift over the mean lift; none: all alike.
        labels: soft: `p_better` is the label; hard: the better one is better.
        margin: of the offset, in the loss's units for each nat of lift.
    """

    weighting: Weighting = "given"
    labels: Labels = "hard"
    margin: float = 0.0


def usable(
    pairs: Sequence[Pair],
    kinds: Sequence[str],
    *,
    unfaithful: bool,
    two: bool,
    split: str = "train",
) -> tuple[list[Pair], dict[str, int]]:
    """The pairs a writer may learn from, and how many were left out for which reason.

    One split only; faithful ones only, unless told otherwise. Where `two` completions of one draft are needed,
    restatements are left out: they have one.
    """
    kept: list[Pair] = []
    out: Counter[str] = Counter()
    for pair in pairs:
        if pair.split != split:
            out[f"not in {split}"] += 1
        elif pair.kind not in kinds:
            out[f"kind {pair.kind}"] += 1
        elif not (pair.faithful or unfaithful):
            out["not faithful"] += 1
        elif pair.weight <= 0:
            out["no weight"] += 1
        elif two and pair.kind == "paraphrase":
            out["no rejected rewrite"] += 1
        else:
            kept.append(pair)
    return kept, dict(out)


def tones_of(pairs: Sequence[Pair], share: float, seed: int) -> dict[str, Tone]:
    """Pair id -> the tone that its examples are asked in; a pair that is asked as ever is not in it.

    The tone is that of the better post, beside all posts of these pairs in its language.

    Args:
        pairs: that are learned from.
        share: of the pairs whose better post has a tone, in [0, 1]; drawn for each pair by itself.
        seed: of the draw.
    """
    found: dict[str, Tone] = {}
    for lang in LANGUAGES if share else ():
        mine = [pair for pair in pairs if pair.lang == lang]
        usual = Usual.of((post for pair in mine for post in (pair.worse, pair.better)), lang)
        for pair in mine:
            drawn = random.Random(f"{seed} tone {pair.pair_id}").random() < share
            if drawn and (tone := usual.tone(pair.better)) is not None:
                found[pair.pair_id] = tone
    return found


def encode(
    pairs: Sequence[Pair],
    tokenizer: Any,
    prompt: Prompt,
    *,
    two: bool,
    max_tokens: int,
    emphasis: Emphasis | None = None,
    tones: Mapping[str, Tone] | None = None,
) -> tuple[list[Example], int]:
    """A writer's examples of `pairs`, and how many were longer than `max_tokens` and left out.

    The draft is the pair's own; for a measured pair it is the worse post, which is then its own rejected rewrite.
    A pair of `tones` is asked in its tone, see `tones_of`; the others with `prompt`.
    """
    made = []
    weight = _Weight(pairs, emphasis)
    for pair in pairs:
        draft = _draft(pair)
        sides = (pair.better, pair.worse) if two else (pair.better,)
        made.append(
            weight.example(
                pair,
                prompt=prompt_ids(tokenizer, _asked(pair, prompt, tones), draft.text),
                completions=[completion_ids(tokenizer, side, draft) for side in sides],
            )
        )
    return _fitting(_grouped(made, [tuple(one.prompt) for one in made]), max_tokens)


def encode_unpaired(
    pairs: Sequence[Pair],
    tokenizer: Any,
    prompt: Prompt,
    *,
    max_tokens: int,
    emphasis: Emphasis | None = None,
    tones: Mapping[str, Tone] | None = None,
) -> tuple[list[Example], int]:
    """Good and bad examples of `pairs`, each beside the completion of the example before it.

    The better side of a pair is a good rewrite of its draft. The worse side is a bad one, but not of a restatement:
    there it is the draft. All good ones come before all bad ones: so none stands beside a rewrite of its own draft,
    unless pairs with one draft follow each other. `tones` as in `encode`; both examples of a pair are asked alike.
    """
    made = []
    weight = _Weight(pairs, emphasis)
    for good in (True, False):
        for pair in pairs:
            if good or pair.kind != "paraphrase":
                draft = _draft(pair)
                ids = completion_ids(tokenizer, pair.better if good else pair.worse, draft)
                asked = prompt_ids(tokenizer, _asked(pair, prompt, tones), draft.text)
                made.append(weight.example(pair, prompt=asked, completions=[ids], good=good))
    others = [made[at - 1].completions[0] for at in range(len(made))]
    beside = [replace(one, completions=[*one.completions, other]) for one, other in zip(made, others, strict=True)]
    return _fitting(_grouped(beside, [tuple(one.prompt) for one in beside]), max_tokens)


def encode_posts(
    pairs: Sequence[Pair],
    tokenizer: Any,
    prompt: Prompt,
    *,
    max_tokens: int,
    emphasis: Emphasis | None = None,
) -> tuple[list[Example], int]:
    """A scorer's examples of measured pairs: both posts, each rendered alone."""
    weight = _Weight(pairs, emphasis)
    made = [
        weight.example(
            pair,
            prompt=[],
            completions=[prompt_ids(tokenizer, prompt, slot(post).text) for post in (pair.better, pair.worse)],
        )
        for pair in pairs
    ]
    return _fitting(_grouped(made, _tests(pairs)), max_tokens)


def _draft(pair: Pair) -> Slotted:
    """What is rewritten."""
    return slot(_given(pair))


def _given(pair: Pair) -> str:
    """The pair's draft, or the worse post of a measured one."""
    return pair.draft if pair.draft is not None else pair.worse


def _asked(pair: Pair, prompt: Prompt, tones: Mapping[str, Tone] | None) -> Prompt:
    """The prompt of a pair: the writer's, or the one that `suggest` asks a trained writer with for a tone."""
    tone = (tones or {}).get(pair.pair_id)
    return prompt if tone is None else _in_tone(tone, "ar" if detect(_given(pair)) == "ar" else "en")


@lru_cache(maxsize=16)
def _in_tone(tone: Tone, lang: str) -> Prompt:
    return load_prompt(f"assist_{lang}", {"tone": sentences(f"assist_{lang}")[tone]})


class _Weight:
    """Weight, label and margin of the examples of some pairs."""

    def __init__(self, pairs: Sequence[Pair], emphasis: Emphasis | None) -> None:
        self.emphasis = emphasis or Emphasis()
        lifts = [abs(pair.lift) for pair in pairs if pair.lift is not None]
        self.mean_lift = sum(lifts) / len(lifts) if lifts else 0.0

    def example(self, pair: Pair, *, prompt: list[int], completions: list[list[int]], good: bool = True) -> Example:
        lift = abs(pair.lift) if pair.lift is not None else self.mean_lift
        weight = 1.0 if self.emphasis.weighting == "none" else pair.weight
        if self.emphasis.weighting == "certainty" and pair.kind in MEASURED and pair.p_better is not None:
            weight *= max(0.0, 2 * pair.p_better - 1)
        if self.emphasis.weighting == "lift" and self.mean_lift > 0:
            weight *= lift / self.mean_lift
        soft = self.emphasis.labels == "soft" and pair.p_better is not None
        p_better = float(pair.p_better) if soft and pair.p_better is not None else 1.0
        return Example(pair.pair_id, prompt, completions, weight, p_better if good else 1 - p_better,
                       self.emphasis.margin * lift)  # fmt: skip


def _grouped(examples: list[Example], keys: Sequence[Any]) -> list[Example]:
    places: dict[Any, int] = {}
    return [replace(one, group=places.setdefault(key, len(places))) for one, key in zip(examples, keys, strict=True)]


def _tests(pairs: Sequence[Pair]) -> list[Any]:
    """What the pairs of one randomised test have in common: its component; other pairs stand alone."""
    return [(pair.component,) if pair.kind == "ab_test" else (pair.worse_id,) for pair in pairs]


def _fitting(examples: list[Example], max_tokens: int) -> tuple[list[Example], int]:
    fit = [one for one in examples if one.length <= max_tokens]
    return fit, len(examples) - len(fit)


def measured(pairs: Sequence[Pair]) -> list[Pair]:
    """The pairs whose difference was measured."""
    return [pair for pair in pairs if pair.kind in MEASURED]
