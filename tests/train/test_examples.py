"""Which pairs a writer learns from, and what it is shown of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.train.worlds import pair
from train.examples import encode, usable
from virality.models import tiny
from virality.models.prompts import load_prompt

PROMPT = load_prompt("rewrite")
KINDS = ("neighbour", "paraphrase", "judged")


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer()


def test_only_faithful_pairs_of_the_training_split_and_the_asked_kinds_are_used() -> None:
    good = pair("rain today", "rain, today!")
    pairs = [
        good,
        pair("a", "b", split="test"),
        pair("c", "d", split="judge"),
        pair("e", "f", faithful=False),
        pair("g", "h", kind="ab_test"),
        pair("i", "j", weight=0.0),
    ]
    kept, left_out = usable(pairs, KINDS, unfaithful=False, preferences=False)
    assert kept == [good]
    assert left_out == {"not in train": 2, "not faithful": 1, "kind ab_test": 1, "no weight": 1}
    assert pairs[3] in usable(pairs, KINDS, unfaithful=True, preferences=False)[0]


def test_a_restatement_has_no_rejected_rewrite() -> None:
    restated = pair("plain", "lively", kind="paraphrase", draft="plain")
    assert usable([restated], KINDS, unfaithful=False, preferences=True) == ([], {"no rejected rewrite": 1})
    assert usable([restated], KINDS, unfaithful=False, preferences=False)[0] == [restated]


def test_the_worse_post_of_a_measured_pair_is_draft_and_rejected_rewrite(tokenizer: Any) -> None:
    (example,), _ = encode([pair("rain today", "rain, today!")], tokenizer, PROMPT, preferences=True, max_tokens=500)
    assert "rain today<|im_end|>" in tokenizer.decode(example.prompt)
    assert tokenizer.decode(example.better) == "rain, today!<|im_end|>"
    assert tokenizer.decode(example.worse) == "rain today<|im_end|>"


def test_the_draft_of_a_made_pair_is_what_the_writer_is_given(tokenizer: Any) -> None:
    judged = pair("dull rain", "lively rain", kind="judged", draft="rain")
    (example,), _ = encode([judged], tokenizer, PROMPT, preferences=False, max_tokens=500)
    assert tokenizer.decode(example.prompt).endswith("user\nrain<|im_end|>\n<|im_start|>assistant\n")
    assert example.worse == []


def test_long_examples_are_left_out_and_counted_never_cut(tokenizer: Any) -> None:
    pairs = [pair("rain", "rain!"), pair("rain " * 50, "rain! " * 50)]
    whole = len(encode(pairs[:1], tokenizer, PROMPT, preferences=True, max_tokens=1000)[0][0].prompt) + 6
    made, left_out = encode(pairs, tokenizer, PROMPT, preferences=True, max_tokens=whole)
    assert [one.pair_id for one in made] == [pairs[0].pair_id]
    assert left_out == 1
    assert encode(pairs[:1], tokenizer, PROMPT, preferences=True, max_tokens=whole - 1) == ([], 1)
