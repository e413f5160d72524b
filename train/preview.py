"""What a training run would see, told before it begins: settings, rows, lengths, leaks, one example as it is learned.

Plain values in, lines out. `train.dry_run` puts them together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from data_prep.records import Pair
from train.examples import Example
from virality.models.attention import common_prefix

OPENS, CLOSES = "⟦", "⟧"
"""Around what is trained, in an example that is shown."""

_QUANTILES = {"5%": 0.05, "half": 0.5, "95%": 0.95, "longest": 1.0}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of examples, as they are and as they are computed.

    Fields:
        rows: sequences, one for each completion.
        all: tokens of all rows together.
        instruction: tokens that all rows begin with.
        trained: tokens that the loss looks at; for a scorer the last one of each row.
        prompts: quantiles of the tokens of a prompt; empty for a scorer.
        completions: quantiles of the tokens of a completion, or of a rendered post.
    """

    rows: int
    all: int
    instruction: int
    trained: int
    prompts: dict[str, int]
    completions: dict[str, int]

    @property
    def share_of_instruction(self) -> float:
        """Of all tokens, those that are the instruction once more, in [0, 1]."""
        return self.instruction * self.rows / self.all if self.all else 0.0


def count(examples: Sequence[Example]) -> Tokens:
    """Tokens of some examples; not empty."""
    rows = [[*one.prompt, *ids] for one in examples for ids in one.completions]
    prompts = [len(one.prompt) for one in examples if one.prompt]
    completions = [len(ids) for one in examples for ids in one.completions]
    trained = sum(completions) if prompts else len(rows)
    return Tokens(
        len(rows), sum(map(len, rows)), common_prefix(rows), trained, quantiles(prompts), quantiles(completions)
    )


def quantiles(lengths: Sequence[int]) -> dict[str, int]:
    """Some lengths in words: `5%`, `half`, `95%` and `longest`; empty for none."""
    if not lengths:
        return {}
    ordered = sorted(lengths)
    return {name: ordered[min(len(ordered) - 1, int(q * len(ordered)))] for name, q in _QUANTILES.items()}


def token_lines(tokens: Tokens, too_long: int, max_tokens: int) -> list[str]:
    """Lengths, what is left out for its length, and the share of the instruction, in words."""

    def told(of: str, lengths: Mapping[str, int]) -> list[str]:
        return [f"  tokens of a {of}: " + ", ".join(f"{name} {value:,}" for name, value in lengths.items())]

    return [
        *(told("prompt", tokens.prompts) if tokens.prompts else []),
        *told("completion" if tokens.prompts else "rendered post", tokens.completions),
        f"  longer than max_tokens = {max_tokens:,}: {too_long:,} left out whole; nothing is ever cut",
        f"  {tokens.all:,} tokens in {tokens.rows:,} rows; the instruction, {tokens.instruction} tokens, is "
        f"{tokens.share_of_instruction:.0%} of them and is computed once a batch; {tokens.trained:,} are trained",
    ]


def pair_lines(used: Sequence[Pair], left_out: Mapping[str, int], folders: Iterable[str]) -> list[str]:
    """Rows and drops, by kind and language, in words."""
    kinds, languages = Counter(one.kind for one in used), Counter(one.lang or "not known" for one in used)

    def listed(counts: Mapping[str, int]) -> str:
        return ", ".join(f"{name} {number:,}" for name, number in sorted(counts.items(), key=lambda one: -one[1]))

    return [
        f"  {', '.join(folders)}: {len(used):,} pairs to learn from ({listed(kinds)}; languages: {listed(languages)})",
        f"  left out: {listed({why: n for why, n in left_out.items() if n}) or 'none'}",
    ]


def leaks(learned: Iterable[Pair], every: Iterable[Pair], splits: Sequence[str]) -> dict[str, int]:
    """What learned pairs share with those of other splits, which measure or judge: counts that ought to be 0.

    Args:
        learned: pairs that are learned from.
        every: all pairs of the data.
        splits: those that must not be known.

    Returns:
        `posts`: learned posts whose letters and digits another split has too; `components`: those that stand in both.
    """
    others = [one for one in every if one.split in splits]
    unknown = {_bare(text) for one in others for text in (one.worse, one.better)}
    kept_apart = {one.component for one in others}
    mine = list(learned)
    return {
        "posts": len({_bare(text) for one in mine for text in (one.worse, one.better)} & unknown),
        "components": len({one.component for one in mine} & kept_apart),
    }


def leak_line(found: Mapping[str, int], splits: Sequence[str]) -> str:
    """The answer of `leaks`, in words."""
    where = " or ".join(splits)
    if not any(found.values()):
        return f"  leak check: no learned post and no component stands in {where} too"
    told = " and ".join(f"{number:,} {what}" for what, number in found.items() if number)
    return f"  leak check: {told} stand in {where} too; prepare all the data in one run, which keeps them apart"


def example_lines(example: Example, decode: Callable[[list[int]], str]) -> list[str]:
    """One example as the model gets it, what is trained between brackets, with its weight."""
    about = f"weight {example.weight:.3g}"
    if len(example.completions) > 1:
        about += f", P(first is better) {example.p_better:.3g}, margin {example.offset:.3g}"
    shown = [f"  one example ({about}); between {OPENS} and {CLOSES} is what is trained:"]
    names = ["better", "worse"] if len(example.completions) == 2 else ["rewrite"]
    if example.prompt:
        shown += _indented("prompt", decode(example.prompt))
    for name, ids in zip(names, example.completions, strict=True):
        text = decode(ids)
        shown += _indented(name, f"{OPENS}{text}{CLOSES}" if example.prompt else f"{text}{OPENS}score{CLOSES}")
    return shown


def setting_lines(settings: Mapping[str, Any], origins: Mapping[str, str]) -> list[str]:
    """Every value with where it is from; what is not said anywhere is the default."""
    shown = [(f"  {key}: {_value(value)}", origins.get(key, "default")) for key, value in settings.items()]
    width = min(60, max((len(left) for left, _ in shown), default=0))
    return [f"{left:<{width}}  # {origin}" for left, origin in shown]


def _indented(name: str, text: str) -> list[str]:
    return [f"    {name}:", *(f"      {line}" for line in text.splitlines())]


def _value(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    return str(value)


def _bare(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())
