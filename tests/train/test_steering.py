"""Samples within the words that can be accounted for, and away from the draft's own run of words."""

from __future__ import annotations

import pytest
import torch

from eval.settings import EvaluateSettings
from train import steps
from train.candidates import sample
from train.steering import Steering, follows, own_tokens
from virality.models import generate as generating

DRAFT = "A lot of folks can't sleep in July"
WRITER = steps.load_base("tiny:llama", "rewrite", precision="fp32")


def ids(text: str) -> set[int]:
    return set(WRITER.tokenizer(text, add_special_tokens=False)["input_ids"])


def test_the_draft_its_exchanges_and_marks_can_be_written_and_nothing_else() -> None:
    own = own_tokens(WRITER.tokenizer, DRAFT)
    assert own is not None
    for text in (DRAFT, "In July", " many", " people", " cannot", "?", "\n"):
        assert ids(text) <= own
    assert ids("@{ü").isdisjoint(own)


def test_other_languages_have_no_bounds() -> None:
    assert own_tokens(WRITER.tokenizer, "كثير من الناس لا ينامون في تموز بسبب الحر الشديد") is None


def test_samples_stay_within_them_where_it_is_asked_for() -> None:
    own = own_tokens(WRITER.tokenizer, DRAFT) or frozenset()
    free, bound = (
        sample(WRITER, [DRAFT], samples=4, temperature=1.5, seed=1, steering=Steering(accounted))[0]
        for accounted in (False, True)
    )
    readable = [set().union(*(ids(one.text.replace("\ufffd", "")) for one in made)) for made in (free, bound)]
    assert not readable[0] <= own
    assert readable[1] <= own


def test_words_of_the_draft_follow_each_other_and_slots_and_marks_do_not() -> None:
    def spelt(token: int) -> str:
        return str(WRITER.tokenizer.decode([token]))

    found = {spelt(one): {spelt(then) for then in tokens} for one, tokens in
             follows(WRITER.tokenizer, "Ask @1, the owner - of <link1> 24 بيوت").items()}  # fmt: skip
    assert set(found) == {" "}  # a tokenizer of bytes: words begin behind a blank
    assert found[" "] >= set("to")
    assert found[" "].isdisjoint("@<-2,1")


def test_the_word_that_comes_next_in_the_draft_is_less_likely_by_so_many_nats() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0], [0.0, 3.0, 1.0]])
    greedy = generating._away_from([{1: [1]}, {}], 2.5, 1, lambda seen, live, at: seen.argmax(-1))
    assert greedy(logits, [0, 1], 0).tolist() == [1, 1]  # nothing was written yet
    assert greedy(logits, [0, 1], 1).tolist() == [2, 1]
    assert greedy(logits, [0, 1], 2).tolist() == [1, 1]  # behind 2 the draft has nothing
    assert logits[0].tolist() == [0.0, 3.0, 1.0]


def test_what_another_draft_says_leads_no_row() -> None:
    asked = {"samples": 2, "temperature": 1.0, "seed": 3, "steering": Steering(False, 2.0)}
    alone = sample(WRITER, [DRAFT], **asked)[0]  # type: ignore[arg-type]
    beside = sample(WRITER, ["Fresh bread every morning at the mill", DRAFT], **asked)[1]  # type: ignore[arg-type]
    assert [one.text for one in alone] == [one.text for one in beside]


def test_vllm_knows_no_penalty_and_is_not_chosen() -> None:
    given = {"data": "d", "scorer": "s", "judge": "j", "writer": "w", "copy_penalty": 1.0}
    assert EvaluateSettings(**given).writes_with() == "transformers"
    with pytest.raises(ValueError, match="vLLM knows none"):
        EvaluateSettings(**given, engine="vllm")
