"""Samples within the words that can be accounted for, and away from the draft's own run of words."""

from __future__ import annotations

import contextlib
from typing import Any, cast

import pytest
import torch

from eval.settings import EvaluateSettings
from train import steps
from train.candidates import gates_of, rank, sample
from train.scorers import Scorer
from train.steering import Steering, follows, own_tokens
from virality.errors import ViralityError
from virality.models import samplers
from virality.models.generate import Rewrite

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
    greedy = samplers.away_from([{1: [1]}, {}], 2.5, 1, lambda seen, live, at: seen.argmax(-1))
    assert greedy(logits, [0, 1], 0).tolist() == [1, 1]  # nothing was written yet
    assert greedy(logits, [0, 1], 1).tolist() == [2, 1]
    assert greedy(logits, [0, 1], 2).tolist() == [1, 1]  # behind 2 the draft has nothing
    assert logits[0].tolist() == [0.0, 3.0, 1.0]


def test_samples_begin_with_tokens_of_their_own_while_there_are_likely_ones() -> None:
    logits = torch.tensor([[0.0, 5.0, 1.0, -20.0, -20.0]] * 8)
    drawn = samplers.apart(1.0, list(range(8)), 4, lambda seen, live, at: seen.argmax(-1))
    first = drawn(logits, list(range(8)), 0).tolist()
    assert [sorted(first[:3]), sorted(first[4:7])] == [[0, 1, 2], [0, 1, 2]]
    assert [first[3], first[7]] == [1, 1]  # no fourth is likely
    assert drawn(logits, list(range(8)), 0).tolist() == first
    assert drawn(logits, list(range(8)), 1).tolist() == [1] * 8


def test_likelier_starts_come_more_often() -> None:
    logits = torch.tensor([[0.0, 5.0, 1.0, -20.0]] * 2).repeat(300, 1)
    drawn = samplers.apart(1.0, [7 * at for at in range(600)], 2, lambda seen, live, at: seen.argmax(-1))
    first = drawn(logits, list(range(600)), 0).view(300, 2).tolist()
    assert all(one != other for one, other in first)
    assert sum(1 in pair for pair in first) > 290
    assert sum(2 in pair for pair in first) > 1.5 * sum(0 in pair for pair in first)


def test_each_draft_leads_its_own_samples() -> None:
    logits = torch.tensor([[0.0, 3.0, 1.0]] * 4)
    greedy = samplers.away_from([{1: [1]}, {1: [2]}], 2.5, 2, lambda seen, live, at: seen.argmax(-1))
    assert greedy(logits, [0, 1, 2, 3], 0).tolist() == [1, 1, 1, 1]
    assert greedy(logits[:3], [0, 2, 3], 1).tolist() == [2, 1, 1]  # row 1 has ended


def test_what_is_asked_reaches_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, Any]] = []

    def made(model: Any, tokenizer: Any, prompts: Any, **asked: Any) -> list[list[Rewrite]]:
        seen.append(asked)
        return [[] for _ in prompts]

    monkeypatch.setattr("train.candidates.generate", made)
    scorer = cast("Scorer", None)
    with contextlib.suppress(AttributeError):  # there is no scorer to ask
        rank([DRAFT], WRITER, scorer, samples=2, temperature=[1.0], seed=0, context=gates_of(),
             steering=Steering(False, 1.5, True))  # fmt: skip
    sample(WRITER, [DRAFT], samples=2, temperature=1.0, seed=0)
    led, plain = seen
    assert (led["copy_penalty"], led["distinct_starts"], led["allowed"]) == (1.5, True, None)
    assert led["copied"] == [follows(WRITER.tokenizer, DRAFT)]
    assert (plain["copy_penalty"], plain["copied"]) == (0.0, None)


def test_a_tokenizer_that_tells_no_places_is_refused_in_one_line() -> None:
    with pytest.raises(ViralityError, match="copy_penalty: this base's tokenizer"):
        follows(object(), DRAFT)


def test_vllm_knows_no_penalty_and_is_not_chosen() -> None:
    given: dict[str, Any] = {"data": "d", "scorer": "s", "judge": "j", "writer": "w", "copy_penalty": 1.0}
    assert EvaluateSettings(**given).writes_with() == "transformers"
    with pytest.raises(ValueError, match="copy_penalty: vLLM cannot lead samples so"):
        EvaluateSettings(**given, engine="vllm")
    with pytest.raises(ValueError, match="distinct_starts: vLLM cannot lead samples so"):
        EvaluateSettings(**given | {"copy_penalty": 0, "distinct_starts": True}, engine="vllm")
